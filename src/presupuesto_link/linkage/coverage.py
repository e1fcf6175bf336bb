"""What the link covers, as a result of its own: by confidence, programme, unit and source, what is left out, and what each rule catches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from presupuesto_link.linkage.link import RESULT, LinkedGasto
from presupuesto_link.linkage.rules import DECLARED, DIRECT, NOBODY, PROPOSED, SIGNED, SUGGESTED, TRANSVERSAL, Rule
from presupuesto_link.tables.gasto import MEASURES
from presupuesto_link.tables.numbers import MONEY, known_sum
from presupuesto_link.tables.plan import Plan

CUBE = (
    "anio",
    "nivel",
    "pliego",
    "sec_ejec",
    "sec_func",
    "programa",
    "tipo_producto",
    "producto",
    "actividad",
    "funcion",
    "finalidad",
    "fuente",
    "rubro",
    "categoria_gasto",
    "generica",
    "departamento_meta",
    "provincia_meta",
    *RESULT,
)
LINE = ("anio", "sec_ejec", "sec_func", "programa", "producto", "actividad", "funcion", "finalidad")
DIMENSIONS = ("programa", "funcion", "sec_ejec", "fuente", "nivel")
NOT_PRODUCTS = ("9001", "9002")
"""Central actions and allotments without products: no budget programme says what they are for."""
_MONEY = [pl.col(measure) for measure in MEASURES]
_ORDER = {DIRECT: 0, TRANSVERSAL: 1}


@dataclass(frozen=True)
class Coverage:
    """The coverage of a link; amounts are exact soles, `lineas` are rows of the extract (a split row counts in each part).

    Attributes:
        tasas: key `base` (todo; sin 9001 ni 9002), `anio`: total and linked PIM and devengado, and their ratios (null without a total).
        resumen: key `anio, vinculo, motivo, confianza, estado`: lines and soles.
        dimensiones: dimension → key (`anio`, the code): total and linked PIM and devengado, `cobertura_ratio` of PIM.
        sin_vincular: key `LINE, motivo, regla`: lines and soles without action, largest PIM first.
        acciones: key `anio, accion`: lines and soles, transversal ones marked; actions without money stay with null amounts. `con_resultado`
            when the actions given say it (see `measured_actions`).
        reglas: key `anio, regla`: action, words, lines and soles caught, the share of the linked PIM and the running share, largest first.
        firmas: key `anio`: who answers for what is linked: `pim_<how>_soles` and `devengado_<how>_soles` of the rules signed (`firmado`),
            proposed (`propuesto`) and suggested (`sugerido`) and of what the source declares (`declarado`); `pim_vinculado_soles` and
            `devengado_vinculado_soles`, their sums (null when no line gives the measure); and `reglas_firmadas`, `reglas_propuestas` and
            `reglas_sugeridas`, how many count, whether or not they catch something.
    """

    tasas: pl.DataFrame
    resumen: pl.DataFrame
    dimensiones: Mapping[str, pl.DataFrame]
    sin_vincular: pl.DataFrame
    acciones: pl.DataFrame
    reglas: pl.DataFrame
    firmas: pl.DataFrame

    @property
    def reglas_bastantes(self) -> int:
        """How many rules, from the one that catches most, explain `ENOUGH` of the linked PIM."""
        return int((self.reglas["parte_acumulada_ratio"] < ENOUGH).sum()) + 1 if self.reglas.height else 0

    @property
    def sin_dinero(self) -> pl.DataFrame:
        """The rows of `acciones` of those without a line in any year."""
        return self.acciones.filter(pl.col("lineas").sum().over("accion") == 0)

    @property
    def con_dinero(self) -> pl.DataFrame:
        """The rows of `acciones` with lines, transversal ones last and the largest PIM first, with their `ejecucion_ratio` (null without PIM)."""
        rows = self.acciones.filter(pl.col("lineas") > 0).with_columns(ejecucion_ratio=_ratio("devengado_soles", "pim_soles"))
        return rows.sort(["transversal", "pim_soles", "accion"], descending=[False, True, False], nulls_last=True)


def measured_actions(plan: Plan) -> pl.DataFrame:
    """The plan's actions with `con_resultado`: whether some indicator of theirs has an obtained value of any year."""
    obtained = plan.valores.filter((pl.col("concepto") == "obtenido") & pl.col("valor").is_not_null()).select("indicador").unique()
    measured = plan.indicadores.join(obtained, on="indicador", how="semi")["elemento"].unique()
    return plan.acciones.with_columns(con_resultado=pl.col("accion").is_in(measured.to_list()))


def cube(linked: LinkedGasto) -> pl.DataFrame:
    """Linked spending without months, source details or classifiers: key `CUBE`, `lineas` and exact soles (null = no line gives it)."""
    present = linked.gasto.collect_schema().names()
    return linked.totals([column for column in CUBE if column in present or column in RESULT])


BREAKDOWNS = {
    "nivel": ("nivel",),
    "ejecutora": ("sec_ejec",),
    "fuente": ("fuente",),
    "rubro": ("rubro",),
    "programa": ("programa",),
    "departamento": ("departamento_meta",),
    "provincia": ("departamento_meta", "provincia_meta"),
}
"""How an action's money can be broken, and the columns of each."""


def breakdown(linked: pl.DataFrame, actions: pl.DataFrame, by: str) -> pl.DataFrame:
    """Each action's money by who spends it, where it lands or where it comes from.

    Args:
        linked: `cube` of the linked lines, of one scope.
        actions: the plan's actions, key `accion`.
        by: one of `BREAKDOWNS`.

    Returns:
        Key `anio, accion`, the columns of `by` and `vinculo`; `objetivo`, `lineas`, exact soles of every measure, and `parte_pim_ratio`, its
        part of the action's PIM (null without PIM). What is not linked has a null action. Transversal rows are not to be added to the rest.
    """
    columns = [column for column in BREAKDOWNS[by] if column in linked.columns]
    keys = ["anio", "accion", "vinculo", *columns]
    table = linked.group_by(keys).agg(pl.col("lineas").sum(), *(pl.col(m).sum().cast(MONEY) for m in MEASURES))
    whole = table.with_columns(total=pl.col("pim_soles").sum().over("anio", "accion", "vinculo"))
    return (
        whole.join(actions.select("accion", "objetivo"), on="accion", how="left", validate="m:1")
        .with_columns(parte_pim_ratio=_ratio("pim_soles", "total"))
        .drop("total")
        .sort(keys, nulls_last=True)
    )


def cover(linked: pl.DataFrame, rules: tuple[Rule, ...], actions: pl.DataFrame) -> Coverage:
    """Every view of the coverage.

    Args:
        linked: `cube` of the linked lines.
        rules: those applied, in order.
        actions: the plan's actions, key `accion`.
    """
    counted = linked.filter(pl.col("vinculo") != TRANSVERSAL)
    return Coverage(
        _rates(counted),
        _summary(linked),
        {name: _by(counted, name) for name in DIMENSIONS},
        _unlinked(counted),
        _actions(linked, actions),
        _rules(linked, rules),
        _signatures(linked, rules),
    )


def _linked_of(measure: str) -> pl.Expr:
    return pl.col(measure).filter(pl.col("vinculo") == DIRECT)


def _totals(frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Total and linked soles, and the ratio of PIM."""
    sums = [
        expr
        for name in ("pim", "devengado")
        for expr in (
            pl.col(f"{name}_soles").sum().cast(MONEY).alias(f"{name}_soles"),
            _linked_of(f"{name}_soles").sum().cast(MONEY).alias(f"{name}_vinculado_soles"),
        )
    ]
    table = frame.group_by(by).agg(pl.col("lineas").sum(), *sums)
    return table.with_columns(
        cobertura_ratio=_ratio("pim_vinculado_soles", "pim_soles"),
        cobertura_devengado_ratio=_ratio("devengado_vinculado_soles", "devengado_soles"),
    )


def _ratio(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part).cast(pl.Float64) / pl.col(whole).cast(pl.Float64))


def _rates(counted: pl.DataFrame) -> pl.DataFrame:
    outside = counted.filter(~pl.col("programa").is_in(NOT_PRODUCTS).fill_null(False))
    bases = [(0, "todo el gasto", counted), (1, "sin 9001 ni 9002", outside)]
    frames = [_totals(frame, ["anio"]).with_columns(base=pl.lit(name), turno=pl.lit(turn)) for turn, name, frame in bases]
    return pl.concat(frames).sort("anio", "turno").select("anio", "base", pl.exclude("anio", "base", "turno"))


def _summary(linked: pl.DataFrame) -> pl.DataFrame:
    by = ["anio", "vinculo", "motivo", "confianza", "estado"]
    table = linked.group_by(by).agg(pl.col("lineas").sum(), *(pl.col(m).sum().cast(MONEY) for m in MEASURES))
    whole = pl.col("pim_soles").filter(pl.col("vinculo") != TRANSVERSAL).sum().over("anio")
    turn = pl.col("vinculo").replace_strict(_ORDER, default=2, return_dtype=pl.Int8)
    level = pl.col("confianza").replace_strict({"alta": 0, "media": 1, "baja": 2}, default=3, return_dtype=pl.Int8)
    return (
        table.with_columns(total=whole)
        .with_columns(parte_pim_ratio=_ratio("pim_soles", "total"))
        .sort("anio", turn, level, "estado", "motivo", nulls_last=True)
        .drop("total")
    )


def _by(counted: pl.DataFrame, name: str) -> pl.DataFrame:
    return _totals(counted, ["anio", name]).sort(["anio", "pim_soles", name], descending=[False, True, False], nulls_last=True)


def _unlinked(counted: pl.DataFrame) -> pl.DataFrame:
    left = counted.filter(pl.col("vinculo") != DIRECT)
    by = [*LINE, "motivo", "regla"]
    table = left.group_by(by).agg(pl.col("lineas").sum(), *(pl.col(m).sum().cast(MONEY) for m in MEASURES))
    return table.sort(["pim_soles", "devengado_soles", *by], descending=[True, True, *(False for _ in by)], nulls_last=True)


def _actions(linked: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
    """Every action of the plan for every year with spending."""
    sums = [known_sum(m).cast(MONEY) for m in MEASURES]
    money = (
        linked.filter(pl.col("accion").is_not_null())
        .group_by("anio", "accion")
        .agg((pl.col("vinculo") == TRANSVERSAL).any().alias("transversal"), pl.col("lineas").sum(), *sums)
    )
    years = linked.select(pl.col("anio").unique().sort())
    return (
        years.join(actions.select("accion", "objetivo", "nombre", pl.selectors.by_name("con_resultado", require_all=False)), how="cross")
        .join(money, on=["anio", "accion"], how="left", validate="1:1")
        .with_columns(pl.col("lineas").fill_null(0), pl.col("transversal").fill_null(False))
        .sort("anio", "accion")
    )


def _rules(linked: pl.DataFrame, rules: tuple[Rule, ...]) -> pl.DataFrame:
    about = pl.DataFrame(
        {
            "regla": [r.id for r in rules],
            "fila": [r.row for r in rules],
            "accion": [r.action for r in rules],
            "clase": [r.kind for r in rules],
            "parte_ratio": [float(r.part) for r in rules],
            "confianza": [r.confidence for r in rules],
            "estado": [r.state for r in rules],
            "atrapa": [r.words() for r in rules],
            "autor": [r.signature[0] for r in rules],
            "fecha": [r.signature[1] for r in rules],
        },
        schema_overrides={"regla": pl.String, "accion": pl.String, "fila": pl.Int64, "parte_ratio": pl.Float64},
    )
    money = (
        linked.filter(pl.col("regla").is_not_null(), pl.col("motivo").is_null() | pl.col("accion").is_null())
        .group_by("anio", "regla")
        .agg(pl.col("lineas").sum(), *(pl.col(m).sum().cast(MONEY) for m in ("pim_soles", "devengado_soles")))
    )
    direct = (pl.col("clase") == DIRECT) & (pl.col("accion") != "NINGUNA")
    share = pl.when(direct).then(pl.col("pim_soles").cast(pl.Float64))
    whole = share.sum().over("anio")
    return (
        about.join(money, on="regla", how="inner", validate="1:m")
        .sort(["anio", "pim_soles", "regla"], descending=[False, True, False])
        .with_columns(parte_pim_ratio=pl.when(whole > 0).then(share / whole))
        .with_columns(parte_acumulada_ratio=pl.col("parte_pim_ratio").fill_null(0).cum_sum().over("anio"))
        .select("anio", pl.exclude("anio"))
    )


NOT_LINKED, NOT_SIGNED = "sin vincular", "sugerida, sin firma"
ENOUGH = 0.9
"""The part of the money that a few rules are expected to explain."""


def by_class(counted: pl.DataFrame, shown: int) -> pl.DataFrame:
    """The PIM of each programme of a year, by how sure its link is; when there are many, those beyond the largest `shown` together.

    Args:
        counted: `cube` of the year without transversal rows.
        shown: how many programmes go alone.

    Returns:
        Key `grupo` (a programme, null for none, or `otras N categorías`), `clase` (`confianza …`, `NOT_SIGNED` or `NOT_LINKED`): `pim_soles`; and of
        the whole group `total_soles`, `vinculado_ratio` (null without PIM) and `resto`. The largest group first, the rest last.
    """
    ranked = counted.group_by("programa").agg(pl.col("pim_soles").sum()).sort(["pim_soles", "programa"], descending=[True, False])
    several = ranked.height > shown + 1
    alone = pl.col("programa").is_in(ranked.head(shown)["programa"].to_list()) | (not several)
    rest = f"otras {ranked.height - shown} categorías"
    sure = pl.when(pl.col("estado") == SUGGESTED).then(pl.lit(NOT_SIGNED)).otherwise(pl.concat_str(pl.lit("confianza "), "confianza"))
    pieces = (
        counted.with_columns(
            grupo=pl.when(alone).then(pl.col("programa")).otherwise(pl.lit(rest)),
            clase=pl.when(pl.col("vinculo") == DIRECT).then(sure).otherwise(pl.lit(NOT_LINKED)),
        )
        .group_by("grupo", "clase")
        .agg(pl.col("pim_soles").sum().cast(MONEY))
    )
    whole = pieces.group_by("grupo").agg(
        pl.col("pim_soles").sum().alias("total_soles"), vinculado=pl.col("pim_soles").filter(pl.col("clase") != NOT_LINKED).sum()
    )
    ordered = whole.with_columns(resto=(pl.col("grupo") == rest).fill_null(False), vinculado_ratio=_ratio("vinculado", "total_soles")).sort(
        ["resto", "total_soles", "grupo"], descending=[False, True, False]
    )
    return ordered.drop("vinculado").join(pieces, on="grupo", nulls_equal=True, validate="1:m", maintain_order="left")


def whole_pim(counted: pl.DataFrame) -> Decimal:
    """The PIM of some rows of a `cube`."""
    return Decimal(counted["pim_soles"].sum())


def running_share(counted: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """How much of all the PIM of a year the rules reach, from the one that catches most.

    Args:
        counted: `cube` of the year without transversal rows.
        rules: `Coverage.reglas` of the year.

    Returns:
        Key `puesto` (from 1): `regla`, and `acumulado_ratio` of the whole PIM.
    """
    whole = float(whole_pim(counted))
    return rules.filter((pl.col("clase") == DIRECT) & (pl.col("accion") != NOBODY)).select(
        puesto=pl.int_range(1, pl.len() + 1), acumulado_ratio=pl.col("pim_soles").cast(pl.Float64).cum_sum() / whole, regla="regla"
    )


_STANDINGS = {SIGNED: "firmado", PROPOSED: "propuesto", SUGGESTED: "sugerido", DECLARED: "declarado"}


def _signatures(linked: pl.DataFrame, rules: tuple[Rule, ...]) -> pl.DataFrame:
    standing = {rule.id: _STANDINGS[rule.standing] for rule in rules}
    direct = pl.col("vinculo") == DIRECT
    owner = pl.col("regla").replace_strict(list(standing), list(standing.values()), default=None, return_dtype=pl.String)
    sums = []
    for name in ("pim", "devengado"):
        amount, given = pl.col(f"{name}_soles"), pl.col(f"{name}_soles").count() > 0
        tests = {how: direct & (pl.col("firma") == how) for how in _STANDINGS.values()} | {"vinculado": direct}
        sums += [pl.when(given).then(amount.filter(test).sum()).cast(MONEY).alias(f"{name}_{how}_soles") for how, test in tests.items()]
    counts = {"firmadas": SIGNED, "propuestas": PROPOSED, "sugeridas": SUGGESTED}
    numbers = [pl.lit(sum(rule.standing == state for rule in rules), pl.UInt32).alias(f"reglas_{word}") for word, state in counts.items()]
    return linked.with_columns(owner.alias("firma")).group_by("anio").agg(sums).sort("anio").with_columns(numbers)
