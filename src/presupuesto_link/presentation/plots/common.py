"""What every figure shares: theme, labels and byte-stable files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.presentation.plots.drawn import FONT, Drawn
from presupuesto_link.presentation.plots.text import wrap
from presupuesto_link.presentation.theme import INK, LINE, MUTED, PAPER

PAGE_CM = 17.5  # text width of an A4 portrait page
MARGIN_CM = 0.35
TITLE_PT, SUBTITLE_PT, CAPTION_PT, TEXT_PT, SMALL_PT = 11, 8.5, 7, 8, 7


@dataclass(frozen=True)
class Figure:
    """A figure ready to be saved.

    Attributes:
        name: file name without extension.
        title: what the figure finds, in one sentence.
        alt: one or two sentences for screen readers.
        plot: the plotnine object.
        width_cm, height_cm: printed size.
        data: exactly the frame plotted.
        table: the result table whose rows it draws: what says which fact each column is (`Rows`).
    """

    name: str
    title: str
    alt: str
    plot: object
    width_cm: float
    height_cm: float
    data: pl.DataFrame
    table: str = ""

    @cached_property
    def drawn(self) -> Drawn:
        """Its drawing, made when first asked for and kept for whoever shows it next: files, board or report."""
        return Drawn(self.name, self.plot)


def save_figure(figure: Figure, folder: Path) -> tuple[Path, Path]:
    """Write `<name>.png` (300 dpi) and `<name>.svg`; the same figure gives the same bytes.

    Returns:
        The two paths, PNG first.
    """
    folder.mkdir(parents=True, exist_ok=True)
    png, svg = folder / f"{figure.name}.png", folder / f"{figure.name}.svg"
    png.write_bytes(figure.drawn.png())
    svg.write_text(figure.drawn.svg, encoding="utf-8", newline="\n")
    return png, svg


def grammar() -> Any:
    """Plotnine, imported when first drawn with; it has no types of its own."""
    return import_module("plotnine")


def base_theme(width_cm: float, height_cm: float) -> Any:
    """The look of every figure; legends on top, title and note aligned with the page."""
    p9 = grammar()

    return p9.theme_minimal(base_size=TEXT_PT, base_family=FONT) + p9.theme(
        figure_size=(width_cm / 2.54, height_cm / 2.54),
        plot_margin=MARGIN_CM / width_cm,
        plot_background=p9.element_rect(fill=PAPER, color=PAPER),
        panel_grid_minor=p9.element_blank(),
        panel_grid_major=p9.element_line(color=LINE, size=0.3),
        text=p9.element_text(color=INK),
        axis_text=p9.element_text(color=INK, size=TEXT_PT),
        axis_title=p9.element_text(color=INK, size=TEXT_PT),
        plot_title=p9.element_text(size=TITLE_PT, weight="bold", ha="left", linespacing=1.15),
        plot_subtitle=p9.element_text(size=SUBTITLE_PT, color=MUTED, ha="left", linespacing=1.25, margin={"t": 4, "b": 6, "unit": "pt"}),
        plot_caption=p9.element_text(size=CAPTION_PT, color=MUTED, ha="left", linespacing=1.3, margin={"t": 8, "unit": "pt"}),
        plot_title_position="plot",
        plot_caption_position="plot",
        legend_position="top",
        legend_justification="left",
        legend_text=p9.element_text(size=TEXT_PT),
        legend_title=p9.element_text(size=TEXT_PT),
        legend_key=p9.element_blank(),
        strip_text=p9.element_text(size=TEXT_PT, weight="bold"),
    )


def page_labels(title: str, subtitle: str, caption: str, width_cm: float, **axes: str) -> Any:
    """Title, subtitle and note, wrapped to the width of the figure."""
    p9 = grammar()

    room = width_cm - 2 * MARGIN_CM - 0.2
    return p9.labs(
        title=wrap(title, room, TITLE_PT, bold=True),
        subtitle=wrap(subtitle, room, SUBTITLE_PT),
        caption=wrap(caption, room, CAPTION_PT),
        **axes,
    )


def pandas_of(frame: pl.DataFrame) -> Any:
    """The frame as pandas, money as float: the plot's door."""
    return frame.with_columns(pl.selectors.decimal().cast(pl.Float64)).to_pandas()
