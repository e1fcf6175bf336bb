"""A scenario: who would give, who would receive, and the PIM before and after."""

from __future__ import annotations

from typing import Any

import polars as pl

from presupuesto_link.inputs import Inputs
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.notes import scenario_note
from presupuesto_link.presentation.plots.text import boxed_name
from presupuesto_link.presentation.telling.words import signed_soles
from presupuesto_link.presentation.theme import GIVES, INK, TAKES
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import millions, percent, plural, soles

_SIDES = {"donante": ("Cederían", GIVES), "receptor": ("Recibirían", TAKES)}
_NAME_CM, _ROW_CM = 6.2, 1.05
_LABEL_ROOM = 2.35  # the axis is this many times the longest bar, so that its label fits beside it


def draw_scenario(inputs: Inputs, scenario: Scenario) -> Figure | None:
    """The change of each action that gives or receives; None when nothing moves."""
    data = _bars(scenario)
    if data.is_empty():
        return None
    title, year = _title(scenario, inputs.plan.niveles), scenario.baseline.anio
    height = 7.2 + _ROW_CM * data.height
    plot = _plot(data, height) + page_labels(
        title,
        f"{_status(scenario)}, no es una propuesta aprobada. Soles que cambiarían de {inputs.plan.niveles.accion} y PIM {year} antes → después. "
        f"Escenario: {scenario.spec.titulo}.",
        scenario_note(inputs, scenario, scenario.advertencia, _binding(scenario.en_tope, inputs.plan.niveles)),
        PAGE_CM,
        x="Cambio del PIM (millones de S/, sin signo)",
        y="",
    )
    return Figure(
        f"escenario_{scenario.spec.id}", title, _alt(title, scenario), plot, PAGE_CM, height, data, f"escenario_{scenario.spec.id}_aer"
    )


def _status(scenario: Scenario) -> str:
    return "Indicativo" if scenario.indicativo else "Borrador"


def _bars(scenario: Scenario) -> pl.DataFrame:
    """Actions that change, donors first, largest change first, with the length and text of their bars."""
    changed = pl.concat([scenario.donantes, scenario.receptores])
    texts = [_label(row) for row in changed.iter_rows(named=True)]
    return changed.with_columns(y=-pl.int_range(pl.len()).cast(pl.Float64), texto=pl.Series(texts, dtype=pl.String))


def _label(row: dict[str, Any]) -> str:
    before, change = row["pim_antes_soles"], row["cambio_soles"]
    sign = "+" if change > 0 else ""
    share = f" ({sign}{percent(row['cambio_ratio'])})" if before else ""
    cap = " ▲" if row["en_tope"] else ""
    return f"{signed_soles(change)}{share}{cap}\n{soles(before)} → {soles(row['pim_despues_soles'])}"


def _plot(data: pl.DataFrame, height: float) -> Any:
    p9 = grammar()

    frame = _sided(data)
    longest = float(frame["millones"].max())
    return (
        p9.ggplot(frame)
        + p9.geom_rect(
            p9.aes(xmin=0, xmax="millones", ymin="y - 0.33", ymax="y + 0.33", fill="lado", color="lado"), size=0.3, show_legend=False
        )
        + p9.geom_text(p9.aes("millones", "y", label="texto"), ha="left", nudge_x=longest * 0.02, size=SMALL_PT, lineheight=1.25, color=INK)
        + p9.facet_grid("lado", scales="free_y", space="free_y")
        + p9.scale_fill_manual(values=dict(_SIDES.values()))
        + p9.scale_color_manual(values=dict(_SIDES.values()))
        + p9.scale_x_continuous(breaks=_marks(longest))
        + p9.scale_y_continuous(breaks=data["y"].to_list(), labels=_names(data), expand=(0, 0.25))
        + p9.coord_cartesian(xlim=(0, longest * _LABEL_ROOM), expand=True)
        + base_theme(PAGE_CM, height)
        + p9.theme(
            panel_grid_major_y=p9.element_blank(),
            panel_spacing_y=0.02,
            axis_text_y=p9.element_text(size=SMALL_PT, ha="left", multialignment="left", linespacing=1.1),
        )
    )


def _sided(data: pl.DataFrame) -> Any:
    """The frame in pandas with its facet as an ordered category."""
    import pandas as pd

    frame = pandas_of(
        data.with_columns(
            lado=pl.col("papel").replace_strict({key: words[0] for key, words in _SIDES.items()}),
            millones=pl.col("monto_soles").cast(pl.Float64) / 1e6,
        )
    )
    frame["lado"] = pd.Categorical(frame["lado"], [words for words, _ in _SIDES.values()])
    return frame


def _marks(longest: float) -> list[float]:
    """Round marks up to the longest bar, none under the labels."""
    step = 10 ** len(str(int(longest))) / 10
    while longest / step < 3:
        step /= 2
    return [step * i for i in range(int(longest / step) + 1)]


def _names(data: pl.DataFrame) -> list[str]:
    return [boxed_name(row["accion"], row["nombre"], _NAME_CM, SMALL_PT, 3) for row in data.iter_rows(named=True)]


def _title(scenario: Scenario, levels: Levels) -> str:
    gives, takes = scenario.donantes, scenario.receptores
    first = gives.row(0, named=True)
    verb = "cedería" if gives.height == 1 else "cederían"
    tail = f"; {first['accion']} pondría el {percent(first['parte_ratio'], 0)}" if gives.height > 1 else ""
    total, lagging = millions(scenario.monto_soles), plural(takes.height, f"{levels.accion} rezagada", f"{levels.accion} rezagadas")
    return f"{plural(gives.height, levels.accion, levels.accion)} {verb} {total} a {lagging}{tail}"


def _binding(capped: int, levels: Levels) -> str:
    return f"▲ Llega a su tope ({plural(capped, levels.accion, levels.accion)}): no puede ceder o recibir más." if capped else ""


def _alt(title: str, scenario: Scenario) -> str:
    takes = scenario.receptores.row(0, named=True)
    return (
        f"Barras con el cambio del PIM por acción, indicativo. {title}. La que más recibiría es {takes['accion']}, "
        f"con {soles(takes['cambio_soles'])}."
    )
