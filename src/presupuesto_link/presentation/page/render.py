"""From an analysis to HTML: the only module that knows the template engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from presupuesto_link.pipeline import Analysis
from presupuesto_link.presentation.page.context import page_context
from presupuesto_link.presentation.page.figures import FigureRef

_AMOUNT = re.compile(r"(S/ [\d,.]*\d(?: M)?|\d[\d,.]* %)")


def render_page(analysis: Analysis, figures: Sequence[FigureRef], tables: Mapping[str, str] | None = None) -> str:
    """The page of an analysis, as HTML.

    Args:
        analysis: a complete analysis.
        figures: the figures written beside the page; those it does not know go to the end, under their title.
        tables: title of every table written beside the page, by its path relative to the page.

    Returns:
        UTF-8 text, the same for the same analysis: no date of today, no random name.
    """
    template = _environment().get_template("index.html.j2")
    return f"{template.render(page_context(analysis, figures, tables or {}))}\n"


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("presupuesto_link.presentation", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["firme"] = _firm
    return environment


def _firm(text: str) -> Any:
    """Escaped text whose amounts and percentages do not break across lines."""
    from markupsafe import Markup, escape

    return Markup(_AMOUNT.sub(r'<span class="firme">\1</span>', str(escape(text))))
