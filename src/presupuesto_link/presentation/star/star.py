"""Linked spending as a star: narrow facts around dimensions whose key never repeats, so that a join never multiplies rows.

Every combination of codes that the facts have is a member of its dimension, blanks included, and is known by a whole number (`<dimension>_id`).
Dimensions come from the facts and borrow names from the snapshot, so a code without a name is still there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from presupuesto_link.linkage.link import LinkedGasto
from presupuesto_link.linkage.rules import NOBODY, Rule
from presupuesto_link.tables.gasto import MEASURES
from presupuesto_link.tables.levels import Levels
from presupuesto_link.tables.plan import Plan
from presupuesto_link.vocabulary import GOVERNMENTS, MONTHS

NO_RULE = "SIN REGLA"
"""The member of `regla` for lines that have none; that of `accion` is `no_action`."""
NO_CODE, NO_NAME = "(sin código)", "(sin nombre en el extracto)"
TEXTS = ("accion", "regla", "vinculo", "motivo")
_MONTHS = ("Anual (sin mes)", *MONTHS)


@dataclass(frozen=True)
class Dimension:
    """One dimension.

    Attributes:
        name: the facts know it as `<name>_id`; its file is `dim_<name>.parquet`.
        says: what it tells, in Spanish.
        codes: the codes that make a member; a blank is one more value.
        named: which of them (or of the tables of names) have a name, in `nombre_<it>`.
    """

    name: str
    says: str
    codes: tuple[str, ...]
    named: tuple[str, ...]

    @property
    def key(self) -> str:
        """Its key, and the facts' column."""
        return f"{self.name}_id"


DIMENSIONS = (
    Dimension(
        "entidad",
        "quién gasta: nivel de gobierno, sector, pliego y unidad ejecutora de cada año",
        ("anio", "nivel", "pliego", "sec_ejec", "sector", "ejecutora", "departamento_ejecutora", "gobierno_local"),
        ("nivel", "pliego", "ejecutora", "departamento_ejecutora"),
    ),
    Dimension(
        "meta",
        "la meta presupuestaria: SEC_FUNC dentro de su año y unidad, y su finalidad",
        ("anio", "sec_ejec", "sec_func", "meta", "finalidad"),
        ("finalidad",),
    ),
    Dimension(
        "programatica",
        "programa presupuestal, producto o proyecto (el código de un proyecto es su CUI) y actividad",
        ("programa", "tipo_producto", "producto", "actividad"),
        ("programa", "tipo_producto", "producto", "actividad"),
    ),
    Dimension("funcional", "función, división y grupo funcional", ("funcion", "division", "grupo"), ("funcion", "division", "grupo")),
    Dimension(
        "lugar",
        "departamento, provincia y distrito donde recae el gasto; provincia y distrito, sólo si el extracto los trae",
        ("departamento_meta", "provincia_meta", "distrito_meta"),
        ("departamento_meta", "provincia_meta", "distrito_meta"),
    ),
    Dimension(
        "fuente",
        "fuente de financiamiento, rubro y tipo de recurso",
        ("fuente", "rubro", "tipo_recurso"),
        ("fuente", "rubro", "tipo_recurso"),
    ),
    Dimension("categoria_gasto", "gasto corriente, de capital o servicio de la deuda", ("categoria_gasto",), ("categoria_gasto",)),
    Dimension(
        "clasificador",
        "clasificador de gasto, de la genérica a la específica detalle",
        ("tipo_transaccion", "generica", "subgenerica", "subgenerica_det", "especifica", "especifica_det"),
        ("tipo_transaccion", "generica", "subgenerica", "subgenerica_det", "especifica", "especifica_det"),
    ),
)
CODES = tuple(dict.fromkeys(code for dimension in DIMENSIONS for code in dimension.codes))
FACTS = ("tiempo_id", *(dimension.key for dimension in DIMENSIONS), "anio", "mes", *TEXTS, *MEASURES)
KEYS = {"tiempo": "tiempo_id", "accion": "accion", "regla": "regla"} | {d.name: d.key for d in DIMENSIONS}
"""Dimension → its key, which is also the column of the facts."""
_ORDER = ("entidad_id", *(column for column in FACTS if column != "entidad_id"))
"""Units are together, so that facts can be written a few units at a time and still be in order."""
_FIXED: Mapping[str, Mapping[str, str]] = {
    "nivel": dict(zip(GOVERNMENTS, ("Gobierno Nacional", "Gobiernos Regionales", "Gobiernos Locales"), strict=True)),
    "tipo_producto": {"2": "Proyecto", "3": "Producto o actividad"},
    "categoria_gasto": {"5": "Gasto corriente", "6": "Gasto de capital", "7": "Servicio de la deuda"},
    "tipo_transaccion": {"2": "Gasto presupuestario"},
}
"""Codes that are the State's own and no extract names."""


def dimension_tables(
    linked: LinkedGasto, used: pl.Series, names: Mapping[str, pl.DataFrame], plan: Plan, transversal: tuple[str, ...] = ()
) -> dict[str, pl.DataFrame]:
    """Every dimension, keyed by `KEYS` (unique, never null) and in the order of its key.

    Args:
        linked: the link.
        used: the values of `regla` in its lines.
        names: the snapshot's tables of names.
        plan: the plan that has the actions.
        transversal: actions that are never added.

    Returns:
        Dimension → table. Codes stay null where the line has none; names never are (`NO_CODE`, `NO_NAME` say why).
    """
    known = _every_name(names)
    return {
        "tiempo": _times(linked.gasto),
        "accion": _actions(plan, transversal),
        "regla": _rules(linked.rules, used),
        **{dimension.name: _members(linked.gasto, dimension, known) for dimension in DIMENSIONS},
    }


def complete(gasto: pl.LazyFrame) -> pl.LazyFrame:
    """Spending with every code of the dimensions: those that an older snapshot does not have are null."""
    missing = [code for code in CODES if code not in gasto.collect_schema().names()]
    return gasto.with_columns(pl.lit(None, pl.String).alias(code) for code in missing) if missing else gasto


def no_action(levels: Levels) -> str:
    """The member of `accion` for lines that have none."""
    return levels.sin_accion.upper()


def keyed(lines: pl.DataFrame, tables: Mapping[str, pl.DataFrame], levels: Levels) -> pl.DataFrame:
    """Lines with the key of each dimension instead of its codes: `FACTS`, in an order that only depends on their content."""
    facts = lines.with_columns(_time_key(), pl.col("accion").fill_null(no_action(levels)), pl.col("regla").fill_null(NO_RULE))
    for dimension in DIMENSIONS:
        members = tables[dimension.name].select(dimension.key, *dimension.codes)
        facts = facts.join(members, on=dimension.codes, how="left", validate="m:1", nulls_equal=True)
    return facts.select(FACTS).sort(_ORDER)


def _time_key() -> pl.Expr:
    return (pl.col("anio").cast(pl.Int32) * 100 + pl.col("mes")).alias("tiempo_id")


def _every_name(names: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The snapshot's names, the fixed ones, and those of departments in both of their roles."""
    fixed = {name: pl.DataFrame({name: list(said), "nombre": list(said.values())}) for name, said in _FIXED.items()}
    known = {name: table.drop("nombres", strict=False) for name, table in names.items()}
    if "departamento_meta" in known:
        known["departamento_ejecutora"] = known["departamento_meta"].rename({"departamento_meta": "departamento_ejecutora"})
    return fixed | known


def _members(lines: pl.LazyFrame, dimension: Dimension, names: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Every combination of codes of a dimension, numbered from 1 in the order of the codes, with its names."""
    codes = list(dimension.codes)
    members = lines.select(codes).unique().collect().sort(codes).with_row_index(dimension.key, offset=1)
    members = members.with_columns(pl.col(dimension.key).cast(pl.Int32))
    for name in dimension.named:
        members = _with_name(members, name, names.get(name))
    if dimension.name == "clasificador":
        whole = pl.concat_str(codes, separator=".", ignore_nulls=True)
        members = members.with_columns(pl.when(pl.coalesce(codes).is_not_null()).then(whole).alias("clasificador"))
    return members


def _with_name(members: pl.DataFrame, name: str, table: pl.DataFrame | None) -> pl.DataFrame:
    alias, missing = f"nombre_{name}", pl.when(pl.col(name).is_null()).then(pl.lit(NO_CODE)).otherwise(pl.lit(NO_NAME))
    if table is None:
        return members.with_columns(missing.alias(alias))
    key = [column for column in table.columns if column != "nombre"]
    found = members.join(table.rename({"nombre": alias}), on=key, how="left", validate="m:1", maintain_order="left")
    return found.with_columns(pl.col(alias).fill_null(missing))


def _times(lines: pl.LazyFrame) -> pl.DataFrame:
    month = pl.col("mes")
    name = month.replace_strict(list(range(13)), list(_MONTHS), return_dtype=pl.String)
    return (
        lines.select("anio", "mes")
        .unique()
        .collect()
        .sort("anio", "mes")
        .select(
            _time_key(),
            "anio",
            "mes",
            pl.when(month > 0).then((month + 2) // 3).alias("trimestre"),
            name.alias("nombre_mes"),
            pl.concat_str(name, pl.lit(" "), pl.col("anio")).alias("nombre"),
        )
    )


def _actions(plan: Plan, transversal: tuple[str, ...]) -> pl.DataFrame:
    """Every action of the plan, with money or not, and the member of those that have none."""
    none = pl.DataFrame(
        {
            "accion": [no_action(plan.niveles)],
            "nombre": [f"Gasto sin vincular a una {plan.niveles.accion}"],
            "objetivo": [no_action(plan.niveles)],
            "nombre_objetivo": [f"Gasto sin vincular a un {plan.niveles.objetivo}"],
        }
    )
    objectives = plan.objetivos.select("objetivo", nombre_objetivo="nombre")
    actions = plan.acciones.select("accion", "nombre", "objetivo").join(objectives, on="objetivo", how="left", validate="m:1")
    return pl.concat([actions.sort("accion"), none]).with_columns(transversal=pl.col("accion").is_in(transversal))


def _rules(rules: tuple[Rule, ...], used: pl.Series) -> pl.DataFrame:
    """Every rule of the file applied, in the order of its id, what the source itself declares, and the members that are not one rule."""
    there = {*used.drop_nulls(), NO_RULE}
    about = pl.DataFrame(
        [
            (r.id, r.action, r.words(), float(r.part), r.kind, r.confidence, r.state, *r.signature, *r.origin)
            for r in rules
            if r.row or r.id in there
        ],
        schema={"regla": pl.String, "accion_regla": pl.String, "atrapa": pl.String, "parte_ratio": pl.Float64}
        | dict.fromkeys(("clase", "confianza", "estado", "autor", "fecha", "origen", "nota"), pl.String),
        orient="row",
    )
    several = pl.when(pl.col("regla") == NO_RULE).then(pl.lit("Ninguna regla")).otherwise(pl.lit("Reglas que chocan entre sí"))
    others = pl.DataFrame({"regla": sorted(there)}).join(about, on="regla", how="anti").with_columns(atrapa=several)
    named = pl.concat([about, others], how="diagonal").sort("regla")
    return named.with_columns(accion_regla=pl.col("accion_regla").replace(NOBODY, "NINGUNA (excluye)"))
