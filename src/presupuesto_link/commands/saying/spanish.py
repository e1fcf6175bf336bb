"""Typer's own words in Spanish: help headings and usage errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from presupuesto_link.wording import enumerate_words, plural

_HELP: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"^Usage:", "Uso:"),
    (r"\[OPTIONS\]", "[OPCIONES]"),
    (r"COMMAND \[ARGS\]\.\.\.", "ORDEN [ARGUMENTOS]..."),
    (r"^Options:", "Opciones:"),
    (r"^Commands:", "Órdenes:"),
    (r"^Arguments:", "Argumentos:"),
    (r"Show this message and exit\.", "Muestra esta ayuda y termina."),
    (r"\[default:(\s)", r"[por defecto:\1"),
    (r" <(?:list\[str\]|str|int|float|text|integer|path)>(?=  )", lambda kind: " " * len(kind[0])),
    (r" <(?:list\[str\]|str|int|float|text|integer|path)>", ""),
    (r"(?<=[ \[])\{([A-ZÁÉÍÓÚÑ.]+)\}", r"\1"),
    (r"\[required\]", "[obligatorio]"),
    (r"Install completion for the current shell\.", "Instala el completado con el tabulador."),
    (r"Show completion for the current shell, to copy it or\s+customize the installation\.", "Muestra el completado, para copiarlo."),
)
_ERRORS = (
    (r"No such option: (\S+)", "No existe la opción {0}."),
    (r"No such option: (\S+) \(Possible options: (.+)\)", "No existe la opción {0}. ¿Quiso decir {1}?"),
    (r"No such option: (\S+) Did you mean (.+)\?", "No existe la opción {0}. ¿Quiso decir {1}?"),
    (r"No such command '?([^'.]+)'?\.", "No existe la orden «{0}»."),
    (r"No such command '?([^'.]+)'?\. Did you mean (.+)\?", "No existe la orden «{0}». ¿Quiso decir {1}?"),
    (r"Missing command\.?", "Falta la orden."),
    (r"Missing (?:option|argument|parameter) ?(.*?)\.?", "Falta {0}."),
    (r"Option '?([^' ]+)'? requires an argument\.?", "La opción {0} necesita un valor."),
    (r"Option '?([^' ]+)'? does not take a value\.?", "La opción {0} no lleva valor."),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.+)\)", "Sobra «{0}»."),
    (r"Invalid value for (.+?): (.+)", "Valor no válido para {0}: {1}"),
)
_VALUES = (
    (r"^(?:Value error, )?'(.+)' is not one of (.+?)\.?$", "«{0}» no es uno de {1}."),
    (r"^'(.+)' is not a valid int(?:eger)?\.?$", "«{0}» no es un número entero."),
    (r"^'(.+)' is not a valid .*$", "«{0}» no es un valor del tipo pedido."),
    (r".*unable to parse string as an integer.*", "no es un número entero."),
    (r".*unable to parse string as a number.*", "no es un número."),
    (r"^Input should be greater than or equal to (.+)$", "debe ser {0} o más."),
    (r"^Input should be less than or equal to (.+)$", "debe ser {0} o menos."),
)


def _translate_help(text: str) -> str:
    for pattern, words in _HELP:
        text = re.sub(pattern, words, text, flags=re.MULTILINE)
    return text


def _first_match(text: str, table: tuple[tuple[str, str], ...]) -> str:
    for pattern, words in table:
        found = re.fullmatch(pattern, text.strip(), flags=re.DOTALL)
        if found:
            return words.format(*(part or "" for part in found.groups())).strip()
    return text


def translate_error(message: str) -> str:
    """A usage error in Spanish; the original when it is not one of the known ones."""
    text = _first_match(message, _ERRORS)
    text = text.removeprefix("Invalid value: ")
    head, sep, tail = text.partition(": ")
    return f"{head}{sep}{_first_match(tail, _VALUES)}" if sep else text


HELP = ("--help", "-h")
EVERY = "--avanzadas"
ORDER = ("nuevo", "cargar", "vincular", "analizar", "ver", "escenario", "normas", "almacen")
"""The commands of the program, in the order of the help."""
CONTEXT = {"help_option_names": [*HELP]}
ADVANCED = "avanzadas"
"""Panel of the options that most people never need: the help of a command leaves them for `--avanzadas`."""


class SpanishCommand(TyperCommand):
    """A command whose help is all in Spanish, and that takes no option twice."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an option of one value that is given twice: the last would win in silence."""
        parser = self.make_parser(ctx)
        once = [one for one in {*parser._short_opt.values(), *parser._long_opt.values()} if one.action == "store"]
        for option in once:
            option.action = "append"  # here they are only counted
        given = parser.parse_args(list(args))[0]
        for option in once:
            if len(values := given.get(str(option.dest), ())) > 1:
                told = enumerate_words(f"«{value}»" for value in values)
                raise typer.BadParameter(f"{option.obj.opts[0]} se dio {len(values)} veces, con {told}: deje una.", ctx)
        rest: list[str] = super().parse_args(ctx, args)
        return rest

    def get_help(self, ctx: Any) -> str:
        """The rendered help, translated."""
        return _translate_help(super().get_help(ctx))

    def help_of(self, ctx: Any, every: bool) -> str:
        """The help with the options of every day, or with every one."""
        rare = [param for param in self.params if getattr(param, "rich_help_panel", None) == ADVANCED]
        for param in rare:
            param.hidden = not every  # type: ignore[attr-defined]
        more = (
            f"\n\nHay {plural(len(rare), 'opción avanzada', 'opciones avanzadas')}: {ctx.command_path} {EVERY}"
            if rare and not every
            else ""
        )
        return self.get_help(ctx) + more


class SpanishGroup(TyperGroup):
    """A group whose help, and that of its commands, is in Spanish and shown before any option is interpreted.

    Interpreting an option makes Typer load pydantic, which would triple the time of `--help`.
    """

    def get_help(self, ctx: Any) -> str:
        """The rendered help, translated."""
        return _translate_help(super().get_help(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands in the order in which they are used."""
        names: list[str] = super().list_commands(ctx)
        return sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help at once when it is asked for; otherwise parse as usual."""
        if any(one in (*HELP, EVERY) for one in args):
            asked = _innermost(ctx, args)
            command = asked.command
            typer.echo(command.help_of(asked, EVERY in args) if isinstance(command, SpanishCommand) else command.get_help(asked))
            raise typer.Exit()
        rest: list[str] = super().parse_args(ctx, args)
        return rest


def _innermost(ctx: Any, args: list[str]) -> Any:
    """The context of the command that the arguments lead to, through groups inside groups."""
    for argument in args:
        inner = getattr(ctx.command, "commands", {}).get(argument)
        if inner is not None:
            ctx = type(ctx)(inner, info_name=argument, parent=ctx, help_option_names=[*HELP])
    return ctx
