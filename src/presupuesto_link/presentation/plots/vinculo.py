"""The coverage of a link: where the money reaches an action, and how few rules explain most of it."""

from __future__ import annotations

from typing import Any

import polars as pl

from presupuesto_link.linkage.findings import unsigned
from presupuesto_link.linkage.rules import DIRECT, NOBODY, TRANSVERSAL
from presupuesto_link.linkage.rules import SUGGESTED as SUGGESTED_RULE
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.presentation.plots.common import PAGE_CM, SMALL_PT, TEXT_PT, Figure, base_theme, grammar, page_labels, pandas_of, wrap
from presupuesto_link.presentation.theme import FAIRLY_SURE, INK, LINE, MUTED, SUGGESTED, SURE, UNLINKED, UNSURE
from presupuesto_link.tables.levels import Levels
from presupuesto_link.wording import millions, percent, plural

CLASSES = {
    "confianza alta": SURE,
    "confianza media": FAIRLY_SURE,
    "confianza baja": UNSURE,
    "sugerida, sin firma": SUGGESTED,
    "sin vincular": UNLINKED,
}
_SHOWN, _NAME_CM, _ROW_CM = 18, 5.6, 0.85
_MOST = 0.9


def draw_linkage(linkage: Linkage, levels: Levels) -> tuple[Figure, ...]:
    """The figures of a link, of the newest year it has; none without PIM."""
    year = linkage.cube["anio"].max()
    cube = linkage.cube.filter((pl.col("anio") == year) & (pl.col("vinculo") != TRANSVERSAL))
    if not cube["pim_soles"].sum():
        return ()
    return (_programmes(linkage, cube, year, levels), _lorenz(linkage, cube, year))


def _programmes(linkage: Linkage, cube: pl.DataFrame, year: Any, levels: Levels) -> Figure:
    data = _by_class(linkage, cube)
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
            _note(linkage, "Una confianza alta habla de la regla, no del resultado de la AER."),
            PAGE_CM,
            x="Millones de soles",
            y="",
            fill="",
        )
    )
    top = data.row(0, named=True)
    alt = f"{title}. La categoría con más PIM es {top['programa'] or 'sin código'}, con {top['texto']}."
    return Figure("cobertura_por_programa", title, alt, plot, PAGE_CM, height, data)


def _by_class(linkage: Linkage, cube: pl.DataFrame) -> pl.DataFrame:
    """One row per programme and class: where its piece begins and ends, in millions; the rest of the programmes together."""
    ranked = cube.group_by("programa").agg(pl.col("pim_soles").sum()).sort(["pim_soles", "programa"], descending=[True, False])
    keep = ranked.head(_SHOWN)["programa"].to_list()
    several = ranked.height > _SHOWN + 1
    names = linkage.names.get("programa")
    called = dict(names.select("programa", "nombre").rows()) if names is not None else {}
    other = f"otras {ranked.height - _SHOWN} categorías"
    labelled = cube.with_columns(
        grupo=pl.when(pl.col("programa").is_in(keep) | (not several)).then(pl.col("programa")).otherwise(pl.lit(other)),
        clase=pl.when(pl.col("vinculo") != DIRECT)
        .then(pl.lit("sin vincular"))
        .when(pl.col("estado") == SUGGESTED_RULE)
        .then(pl.lit("sugerida, sin firma"))
        .otherwise(pl.concat_str(pl.lit("confianza "), "confianza")),
    )
    pieces = labelled.group_by("grupo", "clase").agg((pl.col("pim_soles").sum().cast(pl.Float64) / 1e6).alias("millones"))
    order = pieces.group_by("grupo").agg(
        pl.col("millones").sum().alias("fin"), pl.col("millones").filter(pl.col("clase") != "sin vincular").sum().alias("vinculado")
    )
    order = order.sort([pl.col("grupo") == other, "fin", "grupo"], descending=[False, True, False]).with_columns(
        y=-pl.int_range(pl.len()).cast(pl.Float64)
    )
    layer = pl.col("clase").replace_strict({name: place for place, name in enumerate(CLASSES)}, return_dtype=pl.Int64)
    label = pl.Series([_label(code, called, other) for code in order["grupo"]])
    share = [percent(linked / whole if whole > 0 else None, 0) for linked, whole in order.select("vinculado", "fin").iter_rows()]
    order = order.with_columns(
        nombre=label, texto=pl.Series([f"{whole:,.1f} · {part}" for whole, part in zip(order["fin"], share, strict=True)])
    )
    return (
        pieces.join(order, on="grupo", validate="m:1")
        .with_columns(capa=layer)
        .sort("y", "capa", descending=[True, False])
        .with_columns(hasta=pl.col("millones").cum_sum().over("y"))
        .with_columns(desde=pl.col("hasta") - pl.col("millones"))
        .rename({"grupo": "programa"})
    )


def _label(code: str | None, called: dict[str, str], other: str) -> str:
    if code is None or code == other:
        return code or "sin código"
    return wrap(f"{code} {called.get(code, '').capitalize()}".strip(), _NAME_CM, TEXT_PT, lines=2)


def _lorenz(linkage: Linkage, cube: pl.DataFrame, year: Any) -> Figure:
    """Rules from the one that catches most: the running share of all the PIM."""
    whole = float(cube["pim_soles"].sum())
    rules = linkage.coverage.reglas.filter((pl.col("anio") == year) & (pl.col("clase") == DIRECT) & (pl.col("accion") != NOBODY))
    start = pl.DataFrame({"puesto": [0], "acumulado_ratio": [0.0], "regla": [""]}, schema_overrides={"puesto": pl.Int64})
    data = pl.concat(
        [
            start,
            rules.with_columns(
                puesto=pl.int_range(1, pl.len() + 1), acumulado_ratio=pl.col("pim_soles").cast(pl.Float64).cum_sum() / whole
            ).select("puesto", "acumulado_ratio", "regla"),
        ]
    )
    reached = data.filter(pl.col("acumulado_ratio") >= _MOST).select(pl.col("puesto").min()).item()
    last = float(data["acumulado_ratio"][-1])
    title = (
        f"{plural(reached, 'regla explica', 'reglas explican')} el 90 % del PIM {year}"
        if reached is not None
        else f"Las {data.height - 1} reglas llegan al {percent(last)} del PIM {year}: el 90 % no se alcanza"
    )
    p9 = grammar()
    marked = data.filter(pl.col("puesto") > 0).head(4)
    plot = (
        p9.ggplot(pandas_of(data), p9.aes("puesto", "acumulado_ratio"))
        + p9.geom_hline(yintercept=_MOST, linetype="dashed", color=MUTED, size=0.4)
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
            breaks=[0, 0.25, 0.5, 0.75, _MOST, 1],
            labels=[percent(v, 0) for v in (0, 0.25, 0.5, 0.75, _MOST, 1)],
            expand=(0, 0, 0.02, 0),
        )
        + base_theme(PAGE_CM, 10.5)
        + p9.theme(panel_grid_major_x=p9.element_line(color=LINE, size=0.2))
        + page_labels(
            title,
            "Parte acumulada del PIM que vinculan las reglas, de la que más atrapa a la que menos.",
            _note(linkage, f"PIM total {millions(whole)}; lo que falta hasta el 100 % no está vinculado."),
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
    asked = unsigned(linkage.rules, linkage.with_suggested, linkage.coverage.firmas)
    return "\n".join(line for line in (source, asked, *notes) if line)
