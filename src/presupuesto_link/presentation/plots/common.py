"""What every figure shares: theme, text that fits its box, source note and byte-stable files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.inputs import Inputs
from presupuesto_link.money.budget import YearBudget
from presupuesto_link.money.by_action import TRANSVERSAL
from presupuesto_link.money.follow import Followed
from presupuesto_link.presentation.plots.drawn import FONT, Drawn
from presupuesto_link.presentation.telling.words import DAGGER
from presupuesto_link.presentation.theme import INK, LINE, MUTED, PAPER
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.wording import enumerate_words, short_name

PAGE_CM = 17.5  # text width of an A4 portrait page
MARGIN_CM = 0.35
TITLE_PT, SUBTITLE_PT, CAPTION_PT, TEXT_PT, SMALL_PT = 11, 8.5, 7, 8, 7
MM_PER_PT = 0.352778  # plotnine sizes text in points and marks in millimetres


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
    """

    name: str
    title: str
    alt: str
    plot: object
    width_cm: float
    height_cm: float
    data: pl.DataFrame

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


def source_note(analysis: Evaluation, *notes: str, money: YearBudget | None = None) -> str:
    """Source and day of what the figure shows, then what must be known to read it.

    Args:
        analysis: where the results come from.
        notes: sentences; the empty ones are left out.
        money: the budget that the figure shows, with its own source, scope and day; null when it shows none.
    """
    spec = analysis.inputs.spec
    source = f"Fuente: {spec.fuente}. Fecha de corte: {spec.fecha_corte:%d/%m/%Y}."
    if money is not None and money.linkage is not None:
        source = f"Dinero: {money.origen.cita}. Resultados: {spec.fuente}, {spec.fecha_corte:%d/%m/%Y}."
    elif money is not None:
        source += f" Ámbito del dinero: {money.origen.ambito}."
    unsigned = money.origen.firma if money is not None else ""
    return "\n".join([source, *(note for note in (unsigned, *notes) if note)])


def scenario_note(inputs: Inputs, scenario: Scenario, *notes: str) -> str:
    """Where the money and the advance of a scenario come from, then what must be known to read the figure."""
    spec = inputs.spec
    source = f"Presupuesto: {scenario.baseline.titulo}. Avance: {spec.fuente}. Fecha de corte del avance: {spec.fecha_corte:%d/%m/%Y}."
    return "\n".join([source, *(note for note in notes if note)])


def followed_note(followed: Followed, *notes: str) -> str:
    """Where the money of a year in course comes from, then what must be known to read the figure."""
    origin = followed.linkage.snapshot.manifest["fuente"]["nombre"]
    made_up = "DATOS SINTÉTICOS. " if followed.synthetic else ""
    source = f"{made_up}Fuente: {origin} (instantánea {followed.linkage.snapshot.id}), {followed.linkage.scope}. Corte: {followed.cut_off:%d/%m/%Y}."
    return "\n".join([source, *(note for note in notes if note)])


def transversal_note(actions: pl.DataFrame, text: str) -> str:
    """`† 07.01 es transversal: …`, or nothing when no action is."""
    codes = actions.filter(pl.col("vinculo") == TRANSVERSAL)["accion"].sort().to_list()
    verb = "es transversal" if len(codes) == 1 else "son transversales"
    return f"{DAGGER} {enumerate_words(codes)} {verb}: {text}" if codes else ""


def pandas_of(frame: pl.DataFrame) -> Any:
    """The frame as pandas, money as float: the plot's door."""
    return frame.with_columns(pl.selectors.decimal().cast(pl.Float64)).to_pandas()


def wrap(text: str, room_cm: float, size_pt: float, *, bold: bool = False, lines: int = 0) -> str:
    """Break a text so that no line is wider than `room_cm`; with `lines`, cut what does not fit with «…»."""
    rows = [row for part in text.split("\n") for row in _break(part, room_cm, size_pt, bold)]
    if lines and len(rows) > lines:
        rows = [*rows[: lines - 1], _cut(" ".join(rows[lines - 1 :]), room_cm, size_pt, bold)]
    return "\n".join(rows)


def boxed_name(code: str, name: str, room_cm: float, size_pt: float, lines: int) -> str:
    """A code and its name, without what every name repeats, broken to fit beside a figure."""
    return wrap(f"{code} {short_name(name, 200)}", room_cm, size_pt, lines=lines)


def width_cm(text: str, size_pt: float, bold: bool = False) -> float:
    """Printed width of a line of text."""
    return sum(_advance(letter, bold) for letter in text) * size_pt / 72 * 2.54


def _break(text: str, room_cm: float, size_pt: float, bold: bool) -> list[str]:
    rows = [""]
    for word in text.split(" "):
        longer = f"{rows[-1]} {word}".strip(" ")
        if rows[-1] and width_cm(longer, size_pt, bold) > room_cm:
            rows.append(word)
        else:
            rows[-1] = longer
    return rows


def _cut(text: str, room_cm: float, size_pt: float, bold: bool) -> str:
    if width_cm(text, size_pt, bold) <= room_cm:
        return text
    while text and width_cm(f"{text}…", size_pt, bold) > room_cm:
        text = text[:-1]
    return f"{text.rstrip(' ,;(')}…"


@lru_cache(maxsize=1024)
def _advance(letter: str, bold: bool) -> float:
    """Width of a letter in ems, from the font itself."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, weight="bold" if bold else "normal", size=100)
    pair: float = text_to_path.get_text_width_height_descent(f"{letter}{letter}x", font, False)[0]
    one: float = text_to_path.get_text_width_height_descent(f"{letter}x", font, False)[0]
    return (pair - one) / 100
