"""From a dossier to HTML: the only module that knows the template engine."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from presupuesto_link.dossier import Dossier
from presupuesto_link.presentation.board.context import page_context
from presupuesto_link.presentation.telling.phrases import capital
from presupuesto_link.presentation.telling.shelf import FigureRef
from presupuesto_link.presentation.telling.words import AMOUNT


def render_page(dossier: Dossier, figures: Sequence[FigureRef], tables: Mapping[str, str] | None = None) -> str:
    """The board of a dossier: one HTML file that needs nothing else.

    Args:
        dossier: an analysis and, if there is one, its quarter.
        figures: their drawings go inside the file; those it does not know go to the end, under their title.
        tables: title of every table written beside the page, by its path relative to it; without them nothing is said to be beside.

    Returns:
        UTF-8 text, the same for the same dossier: no date of today, no random name.
    """
    from markupsafe import Markup

    engine = environment()
    script = engine.loader.get_source(engine, "tablero.js")[0]
    inside = {"guion": Markup(script), "huella": _fingerprint(script)}
    return f"{engine.get_template('index.html.j2').render(page_context(dossier, figures, tables or {}) | inside)}\n"


def _fingerprint(script: str) -> str:
    """What the page's own policy lets run: this script and no other."""
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"


def environment() -> Any:
    """The template engine, with the filters that page and report share."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    engine = Environment(
        loader=PackageLoader("presupuesto_link.presentation", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    engine.filters["firme"] = _firm
    engine.filters["capitaliza"] = capital
    return engine


def _firm(text: str) -> Any:
    """Escaped text whose amounts and percentages do not break across lines."""
    from markupsafe import Markup, escape

    return Markup(AMOUNT.sub(r'<span class="firme">\g<0></span>', str(escape(text))))
