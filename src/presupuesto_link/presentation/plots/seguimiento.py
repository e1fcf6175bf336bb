"""The quarterly board: the colour of each action's money at each cut-off, and its alignment with the result."""

from __future__ import annotations

from typing import Any

import polars as pl

from presupuesto_link.money.by_action import TRANSVERSAL
from presupuesto_link.money.on_time import has_money
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.matriz import GRID_CM, cell_grid, cell_tiles
from presupuesto_link.presentation.plots.notes import followed_note, transversal_note
from presupuesto_link.presentation.plots.text import boxed_name
from presupuesto_link.presentation.telling.monitoring_words import MONITORING, curve_words
from presupuesto_link.presentation.telling.words import DAGGER, band_words, banded, limit, short_amount
from presupuesto_link.presentation.theme import HEX, INK, LETTER, PAPER, TEXT_ON
from presupuesto_link.quarter.light import QUARTERS, Monitoring
from presupuesto_link.tables.levels import Levels, short_code
from presupuesto_link.vocabulary import AMBER, GREEN, GREY, MONTHS, RED
from presupuesto_link.wording import enumerate_words, plural

_ROW_CM, _NAME_CM = 0.52, 6.6
_AROUND_CM = 8.0  # title, heads and notes, also when the rows are few
_NOTES_CM = 2.6  # the notes here are longer than those of the matrix: twelve codes must still fit a cell
_MONEY_X, _GAP = 0.15, 0.35


def draw_quarters(monitoring: Monitoring) -> Figure | None:
    """Each action's money at the close of each quarter and at the cut-off, its other stages and its result; None when no action has PIM or accrual."""
    if monitoring.light.filter((pl.col("nivel") == monitoring.levels.accion) & has_money()).is_empty():
        return None
    data = _tiles(monitoring)
    rows = data["y"].n_unique()
    title, height = _title(monitoring), _AROUND_CM + _ROW_CM * rows
    plot = _plot(data, _heads(monitoring), height, monitoring.levels) + page_labels(
        title,
        "Letra del semáforo (R rojo, A amarillo, V verde, ND sin dato) y lo hecho entre lo esperado a esa fecha (%). "
        "A la izquierda, el PIM de hoy. ▲: adelanto por revisar.",
        followed_note(
            monitoring.followed,
            f"Lo esperado: {curve_words(monitoring)}.",
            _bands(monitoring),
            _moneyless(monitoring),
            MONITORING,
            transversal_note(monitoring.actions, "se mide aparte y no se suma."),
        ),
        PAGE_CM,
        x="",
        y="",
    )
    return Figure("semaforo_trimestral", title, _alt(title, rows), plot, PAGE_CM, height, data, "trimestre_semaforo")


def draw_alignment(monitoring: Monitoring) -> Figure:
    """Money on time × result on time: how many actions, how much money and which codes are in each cell."""
    data = cell_tiles(monitoring.actions, monitoring.cells, monitoring.levels)
    year, result = monitoring.followed.year, monitoring.result_year
    spec = monitoring.analysis.inputs.spec
    title = (
        f"{plural(monitoring.both_green, f'{monitoring.levels.accion} tiene', f'{monitoring.levels.accion} tienen')} en verde el dinero {year} y el resultado {result}; "
        f"{plural(monitoring.against, 'gasta', 'gastan')} con resultado en rojo"
    )
    height = GRID_CM + _NOTES_CM
    plot = cell_grid(data, spec.semaforo, height) + page_labels(
        title,
        f"Número de {monitoring.levels.accion}, su PIM {year} y sus códigos, por semáforo del dinero (devengado ÷ lo esperado al {monitoring.followed.month_end:%d/%m/%Y}) y semáforo del "
        f"resultado {result}. Más oscuro: más {monitoring.levels.accion}.",
        followed_note(
            monitoring.followed,
            f"Resultado: {spec.fuente}.",
            f"Lo esperado: {curve_words(monitoring)}.",
            MONITORING,
            transversal_note(monitoring.actions, "se cuenta como acción, pero su PIM no se suma."),
        ),
        PAGE_CM,
        x=f"Resultado {result}: avance respecto de la meta del año",
        y=f"Dinero {year} a tiempo: devengado ÷ esperado",
    )
    alt = f"Matriz de 16 casillas del dinero a tiempo y el resultado. {title}."
    return Figure("alineamiento", title, alt, plot, PAGE_CM, height, data, "trimestre_alineamiento_celdas")


def _tiles(monitoring: Monitoring) -> pl.DataFrame:
    """One row per tile: unit, column, colour and text."""
    heads = _heads(monitoring)
    every = monitoring.light.filter(pl.col("nivel") == monitoring.levels.accion)
    money = every.filter(has_money())
    bands = monitoring.analysis.inputs.spec.semaforo
    names = dict(monitoring.analysis.inputs.plan.acciones.select("accion", "nombre").iter_rows())
    results = dict(monitoring.actions.select("accion", "banda_resultado").iter_rows())
    advance = dict(monitoring.actions.select("accion", "avance_ratio").iter_rows())
    units = sorted(money["unidad"].unique(), key=lambda unit: (unit == monitoring.levels.sin_accion, unit))
    tiles = []
    for n, unit in enumerate(units):
        own = money.filter(pl.col("unidad") == unit)
        base = {"unidad": unit, "nombre": names.get(unit, "gasto que ninguna regla vincula"), "y": -float(n)}
        for x, (kind, month) in zip(heads["x"], heads.select("clase", "mes").iter_rows(), strict=True):
            if kind == "resultado":
                colour, ratio, ahead = results.get(unit, GREY), advance.get(unit), False
            else:
                row = every.filter((pl.col("unidad") == unit) & (pl.col("mes") == month)).row(0, named=True)
                colour, ratio, ahead = (row[f"color_{kind}"], row[f"{kind}_ratio"], kind == "devengado" and row["adelanto"])
            tiles.append(
                {
                    **base,
                    "x": x,
                    "color": colour,
                    "vinculo": own["vinculo"][0],
                    "pim": short_amount(own["pim_soles"][0]),
                    "texto": LETTER[GREY] if ratio is None else f"{LETTER[colour]} {banded(ratio, bands, 0)}{' ▲' if ahead else ''}",
                }
            )
    return pl.DataFrame(tiles)


def _heads(monitoring: Monitoring) -> pl.DataFrame:
    """The columns: accrual at each cut, the other stages at the last one, and the result."""
    month, year = monitoring.followed.month, monitoring.followed.year
    cuts = [("devengado", cut, _cut_name(cut)) for cut in monitoring.cuts]
    stages = [("compromiso", month, "compro-\nmiso"), ("certificado", month, "certifi-\ncado")]
    every = [*cuts, *stages, ("resultado", 0, f"resultado\n{monitoring.result_year}")]
    shift = [0.0] * len(cuts) + [_GAP] * len(stages) + [2 * _GAP]
    return pl.DataFrame(
        {
            "clase": [k for k, _, _ in every],
            "mes": [m for _, m, _ in every],
            "titulo": [t for _, _, t in every],
            "x": [n + 1 + s for n, s in enumerate(shift)],
            "anio": [year] * len(every),
        }
    )


def _cut_name(month: int) -> str:
    return f"T{month // 3}\n({MONTHS[month - 1][:3]})" if month in QUARTERS else f"a\n{MONTHS[month - 1]}"


def _plot(data: pl.DataFrame, heads: pl.DataFrame, height: float, levels: Levels) -> Any:
    p9 = grammar()

    painted = pandas_of(data.with_columns(fondo=pl.col("color").replace_strict(HEX)))
    rows = data.unique("unidad").sort("y")
    labels = [boxed_name(_code(row, levels), row["nombre"], _NAME_CM, SMALL_PT, 1) for row in rows.iter_rows(named=True)]
    last = float(heads["x"].max())  # type: ignore[arg-type]
    groups = heads.group_by(titulo=pl.when(pl.col("clase") == "devengado").then(pl.lit("Devengado"))).agg(pl.col("x").mean())
    return (
        p9.ggplot(painted, p9.aes("x", "y"))
        + p9.geom_tile(p9.aes(fill="fondo"), color=PAPER, size=0.4, width=0.97, height=0.92)
        + p9.scale_fill_identity()
        + [
            p9.geom_text(painted[painted["color"] == c], p9.aes(label="texto"), color=TEXT_ON[c], size=SMALL_PT)
            for c in (RED, AMBER, GREEN, GREY)
            if (painted["color"] == c).any()
        ]
        + p9.geom_text(pandas_of(rows), p9.aes(y="y", label="pim"), x=_MONEY_X + 0.3, size=SMALL_PT, color=INK, ha="right")
        + p9.geom_text(pandas_of(heads), p9.aes("x", label="titulo"), y=1.0, size=SMALL_PT, color=INK, lineheight=1.15)
        + p9.geom_text(pandas_of(groups.drop_nulls()), p9.aes("x", label="titulo"), y=1.9, size=SMALL_PT, color=INK, fontweight="bold")
        + p9.scale_y_continuous(breaks=rows["y"].to_list(), labels=labels)
        + p9.coord_cartesian(xlim=(-0.75, last + 0.52), ylim=(float(painted["y"].min()) - 0.55, 2.3), expand=False)
        + base_theme(PAGE_CM, height)
        + p9.theme(
            panel_grid_major=p9.element_blank(),
            axis_ticks=p9.element_blank(),
            axis_text_x=p9.element_blank(),
            axis_text_y=p9.element_text(size=SMALL_PT, ha="left", multialignment="left"),
        )
    )


def _code(row: dict[str, Any], levels: Levels) -> str:
    return ("" if row["unidad"] == levels.sin_accion else short_code(row["unidad"])) + (DAGGER if row["vinculo"] == TRANSVERSAL else "")


def _title(monitoring: Monitoring) -> str:
    followed, red, word = monitoring.followed, monitoring.red.height, monitoring.levels.accion
    return (
        f"A {MONTHS[followed.month - 1]} de {followed.year}, {red} de {monitoring.with_money.height} {word} con dinero {'está' if red == 1 else 'están'} en rojo: "
        f"a las {word} les falta devengar {short_amount(monitoring.at_risk)} de lo esperado"
    )


def _bands(monitoring: Monitoring) -> str:
    spec = monitoring.analysis.inputs.spec
    words = band_words(spec.semaforo)
    return (
        f"Semáforo: rojo, {words[RED]}; amarillo, {words[AMBER]}; verde, {words[GREEN]}; ▲, más de {limit(spec.seguimiento.adelanto_desde_ratio)}. "
        "Lo esperado apunta a ejecutar todo el PIM en diciembre. Los cortes anteriores se miden con el PIM de hoy."
    )


def _moneyless(monitoring: Monitoring) -> str:
    gone = monitoring.actions.filter(~has_money())["accion"].to_list()
    return (
        f"Sin dinero vinculado ({len(gone)} {monitoring.levels.accion}, grises): {enumerate_words(short_code(code) for code in gone)}."
        if gone
        else ""
    )


def _alt(title: str, rows: int) -> str:
    return f"Semáforo trimestral del dinero de {plural(rows, 'unidad', 'unidades')} en mosaico. {title}."
