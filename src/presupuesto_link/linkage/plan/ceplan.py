"""From metas to AER through the operational plan: meta → AOI → AEI → AER, each step exact and each missing step in sight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from presupuesto_link.findings import Finding
from presupuesto_link.linkage.plan.bridge import ActionLink, Bridge, MetaLink
from presupuesto_link.linkage.rules import DIRECT, TRANSVERSAL, Rule
from presupuesto_link.tables.ceplan import AOI_KEY, Poi
from presupuesto_link.tables.numbers import MONEY, known_sum

META = ("anio", "sec_ejec", "sec_func")
CHAIN = ("programa", "producto", "actividad")
COMPLETE, NO_AOI, NO_AEI, NO_ACTION = "completo", "AOI fuera de la exportación", "AOI sin AEI", "AEI sin acción del plan"
_MONEY = ("pim_soles", "devengado_soles")
_STEP = {
    "anio": pl.Int16,
    "sec_ejec": pl.String,
    "sec_func": pl.String,
    "aoi": pl.String,
    "aei": pl.String,
    "accion": pl.String,
    "parte": pl.String,
    "parte_ratio": pl.Float64,
    "paso": pl.String,
    "fila_meta": pl.Int64,
    "fila_aei": pl.Int64,
}


@dataclass(frozen=True)
class Chain:
    """What the operational plan links.

    Attributes:
        rules: one per meta and AER, for `linkage.link.link_gasto`; their parts are the exact products along every path, added up.
        pasos: key `fila_meta, fila_aei`: every path of every signed meta: `aoi`, `aei`, `accion`, its `parte` as an exact fraction (and
            as a ratio) and `paso` (completo, or the step that is missing; then what follows is null).
        metas: key `META`: the spending of each (see `metas_of`), `aoi` (how many are signed) and `paso` (completo when some path is).
        aoi_sin_meta: key `AOI_KEY`: activities that no meta finances, with what they have programmed (null when no export says it).
        aei_sin_aer: key `anio, aei`: `aoi` (how many), `metas` (how many lead there) and `programado_soles`.
        sugerencias: key `META`: the activity that alone shares the chain of a meta, for somebody to sign.
        findings: links to what the files do not have.
    """

    rules: tuple[Rule, ...]
    pasos: pl.DataFrame
    metas: pl.DataFrame
    aoi_sin_meta: pl.DataFrame
    aei_sin_aer: pl.DataFrame
    sugerencias: pl.DataFrame
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Path:
    """One way from a meta; what is missing is null."""

    meta: MetaLink
    step: str
    aei: str | None = None
    active: bool | None = None
    action: ActionLink | None = None

    @property
    def part(self) -> Fraction:
        return self.meta.part * (self.action.part if self.action else 1)


def metas_of(gasto: pl.LazyFrame) -> pl.DataFrame:
    """The metas of some spending, key `META`: exact `pim_soles` and `devengado_soles` (null = no line gives it), and `CHAIN`.

    Lines without unit or meta are left out: no plan can name them. A code of the chain that differs among its lines is null.
    """
    sums = [known_sum(m).cast(MONEY) for m in _MONEY]
    same = [pl.when(pl.col(c).n_unique() == 1).then(pl.col(c).first()).alias(c) for c in CHAIN]
    named = gasto.filter(pl.col("sec_ejec").is_not_null(), pl.col("sec_func").is_not_null())
    return named.group_by(META).agg(*sums, *same).collect().sort(META)


def derive(poi: Poi, bridge: Bridge, metas: pl.DataFrame) -> Chain:
    """Link metas to AER.

    Args:
        poi: the operational plan.
        bridge: the signed tables; rows of years that the plan does not have are not used.
        metas: `metas_of` the spending.
    """
    links = [link for link in bridge.metas if link.year in poi.years]
    paths = tuple(_paths(poi, bridge, links))
    steps = pl.DataFrame([_step(path) for path in paths], schema=_STEP, orient="row")
    programmed = _programmed(poi)
    return Chain(
        tuple(_rules(paths, bridge.sources)),
        steps,
        _metas(metas, steps),
        _without_meta(programmed, steps),
        _without_aer(programmed, steps, bridge),
        suggest(poi, links, metas),
        (*_absent(bridge, links, poi, steps), *_unspent(bridge, links, metas)),
    )


def _paths(poi: Poi, bridge: Bridge, links: Sequence[MetaLink]) -> Iterator[_Path]:
    about = {(year, aoi): (aei, active) for year, aoi, aei, active in poi.aoi.select(*AOI_KEY, "aei", "activo").iter_rows()}
    served: dict[str, list[ActionLink]] = {}
    for action in bridge.actions:
        served.setdefault(action.aei, []).append(action)
    for link in links:
        aei, active = about.get((link.year, link.aoi), (None, None))
        if (link.year, link.aoi) not in about:
            yield _Path(link, NO_AOI)
        elif aei is None:
            yield _Path(link, NO_AEI, None, active)
        elif aei not in served:
            yield _Path(link, NO_ACTION, aei, active)
        for action in served.get(aei or "", ()):
            yield _Path(link, COMPLETE, aei, active, action)


def _step(path: _Path) -> tuple[object, ...]:
    meta, action = path.meta, path.action
    return (
        meta.year,
        meta.sec_ejec,
        meta.sec_func,
        meta.aoi,
        path.aei,
        action.action if action else None,
        str(path.part),
        float(path.part),
        path.step,
        meta.row,
        action.row if action else None,
    )


def _rules(paths: Sequence[_Path], sources: tuple[str, str]) -> Iterator[Rule]:
    """One rule per meta and AER: everything that reaches it, by whichever way."""
    groups: dict[tuple[int, str, str, str], list[_Path]] = {}
    for path in paths:
        if path.action:
            key = (path.meta.year, path.meta.sec_ejec, path.meta.sec_func, path.action.action)
            groups.setdefault(key, []).append(path)
    for (year, unit, number, action), group in sorted(groups.items()):
        beside = any(path.action and path.action.beside for path in group)
        part = sum((path.part for path in group), Fraction(0))
        yield Rule(
            f"ceplan-{year}-{unit}-{number.zfill(4)}-{action}",
            0,
            action,
            {"sec_func": (number,), "sec_ejec": (unit,)},
            (year, year),
            part,
            TRANSVERSAL if beside else DIRECT,
            _confidence(group, part),
            signature=_signature(group),
            origin=(_origin(group), _where(group, sources)),
        )


def _confidence(group: Sequence[_Path], part: Fraction) -> str:
    """High when the whole meta gets there, whatever its shares; low when an activity is not in force; medium otherwise."""
    if any(path.active is False for path in group):
        return "baja"
    return "alta" if part == 1 else "media"


def _signature(group: Sequence[_Path]) -> tuple[str, str]:
    """Everybody who signed a step, and the last day one was signed."""
    signed = [s for path in group if path.action for s in (path.meta.signature, path.action.signature)]
    return "; ".join(dict.fromkeys(author for author, _ in signed)), max(day for _, day in signed)


def _origin(group: Sequence[_Path]) -> str:
    return "Puente CEPLAN: " + "; ".join(f"{path.meta.aoi} → {path.aei}" for path in group)


def _where(group: Sequence[_Path], sources: tuple[str, str]) -> str:
    rows = [dict.fromkeys(path.meta.row for path in group), dict.fromkeys(path.action.row for path in group if path.action)]
    return "; ".join(f"{name}: filas {', '.join(map(str, places))}" for name, places in zip(sources, rows, strict=True))


def _metas(metas: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    """The spending's metas, largest first, with how far each gets."""
    reached = steps.group_by(META).agg(
        pl.col("aoi").n_unique().cast(pl.Int64),
        pl.when((pl.col("paso") == COMPLETE).any()).then(pl.lit(COMPLETE)).otherwise(pl.col("paso").first()).alias("paso"),
    )
    joined = metas.join(reached, on=META, how="left", validate="1:1")
    named = joined.with_columns(pl.col("aoi").fill_null(0), pl.col("paso").fill_null("meta sin AOI"))
    return named.sort([*_MONEY, *META], descending=[True, True, False, False, False], nulls_last=True)


def _programmed(poi: Poi) -> pl.DataFrame:
    """The activities with what they have programmed for the year: reprogrammed if there is any, consistent if not; null when not said."""
    money = poi.financiera.filter(pl.col("version").is_in(["reprogramado", "consistente"]), pl.col("monto_soles").is_not_null())
    by_version = money.group_by(*AOI_KEY, "version").agg(pl.col("monto_soles").sum().cast(MONEY).alias("programado_soles"))
    last = by_version.sort("version").group_by(AOI_KEY, maintain_order=True).agg(pl.col("programado_soles").last())
    return poi.aoi.join(last, on=AOI_KEY, how="left", validate="1:1")


def _without_meta(programmed: pl.DataFrame, steps: pl.DataFrame) -> pl.DataFrame:
    left = programmed.join(steps, on=AOI_KEY, how="anti")
    inactive = pl.col("activo").fill_null(True).not_()
    return left.sort([inactive, pl.col("programado_soles"), *map(pl.col, AOI_KEY)], descending=[False, True, False, False], nulls_last=True)


def _without_aer(programmed: pl.DataFrame, steps: pl.DataFrame, bridge: Bridge) -> pl.DataFrame:
    served = sorted({link.aei for link in bridge.actions})
    left = programmed.filter(pl.col("aei").is_not_null(), ~pl.col("aei").is_in(served))
    sums = known_sum("programado_soles").cast(MONEY)
    table = left.group_by("anio", "aei").agg(pl.len().cast(pl.Int64).alias("aoi"), sums)
    metas = (
        steps.filter(pl.col("aei").is_not_null())
        .group_by("anio", "aei")
        .agg(pl.struct("sec_ejec", "sec_func").n_unique().cast(pl.Int64).alias("metas"))
    )
    joined = table.join(metas, on=["anio", "aei"], how="left", validate="1:1").with_columns(pl.col("metas").fill_null(0))
    return joined.select("anio", "aei", "aoi", "metas", "programado_soles").sort("anio", "aei")


def suggest(poi: Poi, links: Sequence[MetaLink], metas: pl.DataFrame) -> pl.DataFrame:
    """The meta of an activity, where one meta and one activity alone share a programme, product and budget activity in their unit.

    The plan does not say which unit an activity belongs to; the signed metas of its cost centre do, and where there are none every
    unit is possible. What is signed already is left out. A suggestion is for a person to sign, and is never applied.
    """
    signed = pl.DataFrame(
        [(x.year, x.aoi, x.sec_ejec, x.sec_func) for x in links],
        schema={"anio": pl.Int16, "aoi": pl.String, "sec_ejec": pl.String, "sec_func": pl.String},
        orient="row",
    )
    centre = pl.coalesce("centro_costo", "centro_costo_nombre").alias("centro")
    active = poi.aoi.filter(pl.col("activo").fill_null(True)).with_columns(centre)
    units = active.join(signed, on=AOI_KEY, how="inner").group_by("anio", "centro").agg(pl.col("sec_ejec").unique().alias("unidades"))
    pairs = active.join(metas, on=["anio", *CHAIN], how="inner").join(units, on=["anio", "centro"], how="left", validate="m:1")
    possible = pairs.filter(pl.col("unidades").is_null() | pl.col("sec_ejec").is_in(pl.col("unidades")))
    alone = possible.filter(pl.len().over(AOI_KEY) == 1, pl.len().over(META) == 1)
    free = alone.join(signed, on=AOI_KEY, how="anti").join(signed, on=META, how="anti")
    return free.select(*META, "aoi", "nombre", pl.col("centro").alias("centro_costo"), "aei", *CHAIN, *_MONEY).sort(META)


def _absent(bridge: Bridge, links: Sequence[MetaLink], poi: Poi, steps: pl.DataFrame) -> Iterator[Finding]:
    """Signed links to activities or institutional actions that no export has."""
    metas, aeis = bridge.sources
    lost = set(steps.filter(pl.col("paso") == NO_AOI)["fila_meta"].to_list())
    for link in links:
        if link.row in lost:
            yield Finding(
                "K03",
                f"{metas}, fila {link.row}",
                f"la AOI {link.aoi} no está en las exportaciones de {link.year}",
                "una AOI exportada",
                "la meta se queda sin acción",
            )
    known = set(poi.aoi["aei"].drop_nulls().to_list())
    for action in bridge.actions:
        if action.aei not in known:
            yield Finding(
                "K03",
                f"{aeis}, fila {action.row}",
                f"ninguna AOI exportada tiene la {action.aei}",
                "una AEI de la exportación",
                "no vincula nada",
            )


def _unspent(bridge: Bridge, links: Sequence[MetaLink], metas: pl.DataFrame) -> Iterator[Finding]:
    """Signed metas that the spending does not have."""
    known: Mapping[object, None] = dict.fromkeys(metas.select(META).rows())
    for link in links:
        if (link.year, link.sec_ejec, link.sec_func) not in known:
            yield Finding(
                "K03",
                f"{bridge.sources[0]}, fila {link.row}",
                f"{link.words} no está en el gasto de la instantánea",
                "una meta con gasto",
                "no vincula nada",
            )
