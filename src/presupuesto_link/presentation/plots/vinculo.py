"""The coverage of a link: where the money reaches an action, and how few rules explain most of it."""

from __future__ import annotations

from typing import Any

import polars as pl

from presupuesto_link.linkage.coverage import ENOUGH, NOT_LINKED, NOT_SIGNED, by_class, running_share, whole_pim
from presupuesto_link.linkage.rules import TRANSVERSAL
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, TEXT_PT, Figure, base_theme, grammar, page_labels, pandas_of
from presupuesto_link.presentation.plots.text import wrap
from presupuesto_link.presentation.theme import FAIRLY_SURE, INK, LINE, MUTED, SUGGESTED, SURE, UNLINKED, UNSURE
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import millions, percent, plural

CLASSES = {"confianza alta": SURE, "confianza media": FAIRLY_SURE, "confianza baja": UNSURE, NOT_SIGNED: SUGGESTED, NOT_LINKED: UNLINKED}
_SHOWN, _NAME_CM, _ROW_CM = 18, 5.6, 0.85


def draw_linkage(linkage: Linkage, levels: Levels) -> tuple[Figure, ...]:
    """The figures of a link, of the newest year it has; none without PIM."""
    year = linkage.cube["anio"].max()
    cube = linkage.cube.filter((pl.col("anio") == year) & (pl.col("vinculo") != TRANSVERSAL))
    if not whole_pim(cube):
        return ()
    return (_programmes(linkage, cube, year, levels), _lorenz(linkage, cube, year))


def _programmes(linkage: Linkage, cube: pl.DataFrame, year: Any, levels: Levels) -> Figure:
    data = _pieces(linkage, cube)
    rates = linkage.coverage.tasas.filter(pl.col("anio") == year)
    whole, without = (percent(value) for value in rates["cobertura_ratio"])
    title = f"El {whole} del PIM {year} llega a una {levels.accion}; sin 9001 ni 9002, el {without}"
    rows = data["y"].n_unique()
    height = 5.6 + _ROW_CM * rows
    p9 = grammar()
    names = data.select("y", "nombre").unique().sort("y")
    plot = (
        p9.ggplot(pandas_of(data))
        + p9.geom_rect(p9.aes(xmin="desde", xmax="hasta", ymin="y - 0.36", ymax="y + 0.36", fill="clase"))
        + p9.geom_text(
            p9.aes(x="fin", y="y", label="texto"),
            data=pandas_of(data.unique("y", maintain_order=True)),
            ha="left",
            nudge_x=0.008 * float(data.select(pl.col("fin").max()).item()),
            size=SMALL_PT,
            color=INK,
        )
        + p9.scale_fill_manual(values=CLASSES, breaks=[name for name in CLASSES if name in set(data["clase"])], name="")
        + p9.scale_y_continuous(breaks=names["y"].to_list(), labels=names["nombre"].to_list(), minor_breaks=[])
        + p9.scale_x_continuous(expand=(0, 0, 0.14, 0), labels=lambda values: [f"{value:,.10g}" for value in values])
        + base_theme(PAGE_CM, height)
        + p9.theme(panel_grid_major_y=p9.element_blank(), axis_text_y=p9.element_text(ha="right", linespacing=1.1))
        + page_labels(
            title,
            "PIM por categoría presupuestal, en millones de soles, según la confianza de la regla que lo vincula. Al final de cada barra, el total y la parte vinculada.",
            _note(linkage, f"Una confianza alta habla de la regla, no del resultado de la {levels.accion}."),
            PAGE_CM,
            x="Millones de soles",
            y="",
            fill="",
        )
    )
    top = data.row(0, named=True)
    alt = f"{title}. La categoría con más PIM es {top['programa'] or 'sin código'}, con {top['texto']}."
    return Figure("cobertura_por_programa", title, alt, plot, PAGE_CM, height, data)


def _pieces(linkage: Linkage, cube: pl.DataFrame) -> pl.DataFrame:
    """One row per programme and class (`by_class`): where its piece begins and ends, in millions, its name and what its bar says."""
    names = linkage.names.get("programa")
    called = dict(names.select("programa", "nombre").rows()) if names is not None else {}
    found = by_class(cube, _SHOWN)
    bars = found.unique("grupo", maintain_order=True)
    bars = bars.select(
        "grupo",
        y=-pl.int_range(pl.len()).cast(pl.Float64),
        fin=pl.col("total_soles").cast(pl.Float64) / 1e6,
        nombre=pl.Series([_label(row, called) for row in bars.iter_rows(named=True)]),
        texto=pl.Series(
            [f"{row['total_soles'] / 1_000_000:,.1f} · {percent(row['vinculado_ratio'], 0)}" for row in bars.iter_rows(named=True)]
        ),
    )
    layer = pl.col("clase").replace_strict({name: place for place, name in enumerate(CLASSES)}, return_dtype=pl.Int64)
    return (
        found.select("grupo", "clase", millones=pl.col("pim_soles").cast(pl.Float64) / 1e6, capa=layer)
        .join(bars, on="grupo", nulls_equal=True, validate="m:1")
        .sort("y", "capa", descending=[True, False])
        .with_columns(hasta=pl.col("millones").cum_sum().over("y"))
        .with_columns(desde=pl.col("hasta") - pl.col("millones"))
        .rename({"grupo": "programa"})
    )


def _label(row: dict[str, Any], called: dict[str, str]) -> str:
    code = row["grupo"]
    if code is None or row["resto"]:
        return code or "sin código"
    return wrap(f"{code} {called.get(code, '').capitalize()}".strip(), _NAME_CM, TEXT_PT, lines=2)


def _lorenz(linkage: Linkage, cube: pl.DataFrame, year: Any) -> Figure:
    """Rules from the one that catches most: the running share of all the PIM."""
    rules = running_share(cube, linkage.coverage.reglas.filter(pl.col("anio") == year))
    start = pl.DataFrame({"puesto": [0], "acumulado_ratio": [0.0], "regla": [""]}, schema_overrides={"puesto": pl.Int64})
    data = pl.concat([start, rules])
    reached = data.filter(pl.col("acumulado_ratio") >= ENOUGH)["puesto"].min()
    last = float(data["acumulado_ratio"][-1])
    title = (
        f"{plural(int(reached), 'regla explica', 'reglas explican')} el 90 % del PIM {year}"
        if isinstance(reached, int)
        else f"Las {rules.height} reglas llegan al {percent(last)} del PIM {year}: el 90 % no se alcanza"
    )
    p9 = grammar()
    marked = data.filter(pl.col("puesto") > 0).head(4)
    plot = (
        p9.ggplot(pandas_of(data), p9.aes("puesto", "acumulado_ratio"))
        + p9.geom_hline(yintercept=ENOUGH, linetype="dashed", color=MUTED, size=0.4)
        + p9.geom_step(direction="hv", color=SURE, size=0.9)
        + p9.geom_point(color=SURE, size=1.3)
        + p9.geom_text(
            p9.aes(label="regla"),
            data=pandas_of(marked),
            ha="left",
            va="top",
            nudge_x=0.012 * data.height,
            nudge_y=-0.012,
            size=SMALL_PT,
            color=INK,
        )
        + p9.scale_y_continuous(
            limits=(0, 1),
            breaks=[0, 0.25, 0.5, 0.75, ENOUGH, 1],
            labels=[percent(v, 0) for v in (0, 0.25, 0.5, 0.75, ENOUGH, 1)],
            expand=(0, 0, 0.02, 0),
        )
        + base_theme(PAGE_CM, 10.5)
        + p9.theme(panel_grid_major_x=p9.element_line(color=LINE, size=0.2))
        + page_labels(
            title,
            "Parte acumulada del PIM que vinculan las reglas, de la que más atrapa a la que menos.",
            _note(linkage, f"PIM total {millions(whole_pim(cube))}; lo que falta hasta el 100 % no está vinculado."),
            PAGE_CM,
            x="Reglas, de mayor a menor PIM",
            y="Del PIM total",
        )
    )
    alt = f"{title}. La primera regla, {marked['regla'][0] if marked.height else 'ninguna'}, explica el {percent(float(data['acumulado_ratio'][1]) if data.height > 1 else 0.0)}."
    return Figure("reglas_acumuladas", title, alt, plot, PAGE_CM, 10.5, data)


def _note(linkage: Linkage, *notes: str) -> str:
    """Source, cut-off, scope and whether unsigned rules counted."""
    source = f"Fuente: {linkage.snapshot.manifest['fuente']['nombre']}, corte {linkage.snapshot.cut_off}; {linkage.scope}. Reglas: {linkage.rules.source or 'ninguna'}."
    asked = linkage.signed()
    return "\n".join(line for line in (source, asked, *notes) if line)
