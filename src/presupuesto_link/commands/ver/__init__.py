"""`ver`: what a person may ask, a topic a file; whatever is not a topic is a code of the plan or of the spending."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer

TOPICS = (
    "matriz",
    "ranking",
    "robustez",
    "asociacion",
    "avance",
    "auditoria",
    "semaforo",
    "cierre",
    "vinculo",
    "oficina",
    "ayuda",
    "codigo",
)
CODE = "codigo"
"""The topic that answers about a code; it is asked for by writing the code alone."""


def group(asked: str | None, bare: bool = False) -> typer.Typer:
    """The group with the topic asked for, the only one imported; with all of them when none is, and with none for the help of the program."""
    from presupuesto_link.commands.asking.completing import plan_codes
    from presupuesto_link.commands.saying.spanish import CONTEXT, SpanishCommand, SpanishGroup

    class Topics(SpanishGroup):
        """The topics, and the codes of the plan for the tabulator."""

        def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
            """Topics and codes that begin so."""
            every: list[Any] = super().shell_complete(ctx, "")
            item = type(every[0])
            return [*(one for one in every if one.value.startswith(incomplete)), *(item(code) for code in plan_codes(incomplete))]

    app = typer.Typer(
        name="ver",
        cls=Topics,
        no_args_is_help=True,
        subcommand_metavar="TEMA|CÓDIGO",
        rich_markup_mode=None,
        context_settings=CONTEXT,
        help="Responde una pregunta: un tema de la lista, o un código: OER, AER, indicador, ejecutora, programa, meta (775-45), CUI o rubro.",
        epilog="Ejemplos: presupuesto-link ver AER.01.03 · presupuesto-link ver semaforo --por ejecutora · presupuesto-link ver 775-45",
    )
    for topic in () if bare else [asked] if asked in TOPICS else TOPICS:
        module = import_module(f"presupuesto_link.commands.ver.{topic}")
        app.command(topic, cls=SpanishCommand, hidden=topic == CODE, context_settings=CONTEXT)(getattr(module, topic))
    return app
