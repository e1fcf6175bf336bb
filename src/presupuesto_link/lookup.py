"""Everything that is known of one code: of the plan (objective, action, indicator) or of the spending (unit, programme, meta, project, rubro…).

It gathers what the evaluation, the link, the light and the scenarios say; the only sums are those of the lines of the code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

import polars as pl

from presupuesto_link.errors import AskedError, InputDataError, Problem
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.ranking import LAGGING
from presupuesto_link.findings import Finding
from presupuesto_link.linkage.coverage import NOT_PRODUCTS
from presupuesto_link.linkage.rules import DIRECT, TRANSVERSAL
from presupuesto_link.linkage.snapshot import Linkage
from presupuesto_link.money.delay import delay_by
from presupuesto_link.scenarios.ground import ground_of
from presupuesto_link.scenarios.sides import donors_of, receivers_of
from presupuesto_link.tables.numbers import MONEY, known_sum

KINDS: Mapping[str, tuple[str, ...]] = {
    "ejecutora": ("sec_ejec",),
    "programa": ("programa",),
    "meta": ("sec_ejec", "sec_func"),
    "producto o proyecto": ("producto",),
    "actividad u obra": ("actividad",),
    "rubro": ("rubro",),
    "fuente": ("fuente",),
    "genérica": ("generica",),
    "función": ("funcion",),
}
"""Kinds of code of the spending, and their columns. A CUI is the code of a project."""
_ALIASES = {
    "cui": "producto o proyecto",
    "proyecto": "producto o proyecto",
    "producto": "producto o proyecto",
    "generica": "genérica",
    "funcion": "función",
}
_META = re.compile(r"0*(\d{1,6})-0*(\d{1,6})")
_NEAR = 5
_SUMMED = ("pia_soles", "pim_soles", "certificado_soles", "devengado_soles")


@dataclass(frozen=True)
class Known:
    """What is known of a code.

    Attributes:
        codigo: as the plan or the spending writes it.
        clase: what it is, in the plan's own words for its levels.
        nombre: its name; empty when no source gives it.
        dicho: what it says in sentences, each with its source or day.
        cuadros: title → table; keys, units and null policy are in `fields.FIELDS`.
    """

    codigo: str
    clase: str
    nombre: str
    dicho: tuple[str, ...]
    cuadros: Mapping[str, pl.DataFrame] = field(default_factory=dict)


def look_up(analysis: Evaluation, wanted: str) -> tuple[Known, ...]:
    """Everything about a code; more than one answer when the spending uses the same code for several things.

    Args:
        analysis: the evaluation, with the money of a snapshot if one was asked for.
        wanted: a code, or a kind and a code such as `rubro:18`.

    Raises:
        AskedError: nobody has that code; the nearest are named.
        InputDataError: it can only be of the spending, and there is no snapshot.
    """
    plan, text = analysis.inputs.plan, wanted.strip()
    if not text.rpartition(":")[2].strip():
        raise _unknown(analysis, text, None)
    places: Iterable[tuple[pl.Series, Callable[[Evaluation, str], Known]]] = (
        (plan.objetivos["objetivo"], _objective),
        (plan.acciones["accion"], _action),
        (plan.indicadores["indicador"], _indicator),
    )
    for codes, tell in places:
        known = {code.upper(): code for code in codes}
        if text.upper() in known:
            return (tell(analysis, known[text.upper()]),)
    linkage = analysis.money.linkage
    if linkage is None:
        kind, colon, code = text.rpartition(":")
        if not (_kind(kind) in KINDS if colon else re.match(r"\d", code)):
            raise _unknown(analysis, text, None)
        raise InputDataError(
            Problem(
                f"ver {wanted}",
                "un código de gasto, y no hay instantánea",
                "el gasto del SIAF, línea por línea",
                "cargue un extracto con «presupuesto-link analizar ARCHIVO», o pida --instantanea ultima",
            )
        )
    found = tuple(_spending(analysis, linkage, kind, key) for kind, key in _places(linkage, text))
    if not found:
        raise _unknown(analysis, text, linkage)
    return found


def _unknown(analysis: Evaluation, text: str, linkage: Linkage | None) -> AskedError:
    """What to tell of a code that nobody has: the nearest of its own kind, those of the spending as the snapshot writes them."""
    named, _, code = text.rpartition(":")
    if named.strip() and _kind(named) not in KINDS:
        return AskedError(
            Problem(
                f"ver {text}",
                f"«{named}» no es una clase de código",
                f"una de {', '.join(KINDS)}, o un código del plan",
                "por ejemplo, presupuesto-link ver rubro:18",
            )
        )
    plan = analysis.inputs.plan
    codes = {one: one for one in (*plan.objetivos["objetivo"], *plan.acciones["accion"], *plan.indicadores["indicador"])}
    if linkage is not None and (named or re.match(r"\d", code.strip())):
        codes = {one: f"{kind} {one}" for kind, columns in _asked_kinds(text) for one in sorted(map(_joined, _keys(linkage, columns)))}
    near = get_close_matches(code.strip().upper(), codes, _NEAR, 0.6) or list(codes)[:_NEAR]
    return AskedError(
        Problem(
            f"ver {text}",
            "no es un tema ni un código del plan o del gasto",
            f"un código que exista; los más parecidos: {', '.join(codes[one] for one in near)}",
            "corrija el código, o vea los temas con «presupuesto-link ver»",
        )
    )


def _keys(linkage: Linkage, columns: tuple[str, ...]) -> list[tuple[str, ...]]:
    if any(column not in linkage.cube.columns for column in columns):
        return []
    return linkage.cube.select(columns).drop_nulls().unique().rows()


def _joined(key: tuple[str, ...]) -> str:
    return "-".join(key)


def _kind(named: str) -> str:
    word = " ".join(named.lower().split())
    return _ALIASES.get(word, word)


def _asked_kinds(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The kinds of spending that a text may be a code of: the one it names, and of two parts only a meta."""
    named, colon, code = text.rpartition(":")
    parts = 2 if _META.fullmatch(code.strip()) else 1
    return [(one, columns) for one, columns in KINDS.items() if (not colon or one == _kind(named)) and len(columns) == parts]


def _places(linkage: Linkage, text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The kinds that use a code, with it as the spending writes it; leading zeros do not count where only one code differs by them."""
    code = text.rpartition(":")[2].strip()
    meta = _META.fullmatch(code)
    asked = meta.groups() if meta else (code,)
    found = []
    for one, columns in _asked_kinds(text):
        keys = _keys(linkage, columns)
        same = [key for key in keys if key == asked] or [
            key for key in keys if [p.lstrip("0") for p in key] == [p.lstrip("0") for p in asked]
        ]
        found += [(one, key) for key in same[:1]]
    exact = [(one, key) for one, key in found if _joined(key) == code]
    return exact or found


# the plan


def _objective(analysis: Evaluation, code: str) -> Known:
    plan, levels = analysis.inputs.plan, analysis.levels
    row = plan.objetivos.row(by_predicate=pl.col("objetivo") == code, named=True)
    own = pl.col("objetivo") == code
    actions = analysis.diagnosed.filter(own).select(
        "accion", "nombre", "pim_soles", "devengado_soles", "ejecucion_ratio", "avance_ratio", "banda_resultado", "diagnostico"
    )
    counted = analysis.diagnosed.filter(own & (pl.col("vinculo") == DIRECT))
    money = counted.select(known_sum(name).cast(MONEY) for name in ("pim_soles", "devengado_soles")).row(0)
    said = [
        f"{counted.height} de {actions.height} {levels.accion} con dinero en {analysis.pair[0]}; lo transversal no se suma.",
        _money_said(analysis),
    ]
    return Known(
        code,
        levels.objetivo,
        row["nombre"],
        tuple(said),
        _some(
            {
                "Dinero de sus acciones, sin lo transversal": pl.DataFrame(
                    [money], schema={"pim_soles": MONEY, "devengado_soles": MONEY}, orient="row"
                )
                if counted.height
                else pl.DataFrame(),
                "Acciones": actions,
                "Avance": _advance(analysis, code),
                "Indicadores": _indicators(analysis, code),
                "Semáforo del trimestre": _light(analysis, levels.objetivo, code),
                "Hallazgos": _findings(analysis, code),
            }
        ),
    )


def _action(analysis: Evaluation, code: str) -> Known:
    plan, levels = analysis.inputs.plan, analysis.levels
    row = plan.acciones.row(by_predicate=pl.col("accion") == code, named=True)
    judged = analysis.diagnosed.row(by_predicate=pl.col("accion") == code, named=True)
    said = [f"Diagnóstico: {judged['diagnostico']}. {judged['razon']}", _place(analysis, code), _money_said(analysis)]
    said += _sides(analysis, code)
    linkage, year = analysis.money.linkage, analysis.pair[0]
    rules = linkage.coverage.reglas.filter((pl.col("accion") == code) & (pl.col("anio") == year)) if linkage else pl.DataFrame()
    return Known(
        code,
        levels.accion,
        row["nombre"],
        tuple(said),
        _some(
            {
                "Dinero": _money(analysis, code),
                "De qué fuente y rubro": _sources(linkage, year, code),
                "Semáforo del trimestre": _light(analysis, levels.accion, code),
                "Retraso por ejecutora": _delay(analysis, ("sec_ejec",), pl.col("accion") == code),
                "Retraso por meta": _delay(analysis, ("sec_ejec", "sec_func"), pl.col("accion") == code),
                "Proyectos": _projects(linkage, year, code),
                "Reglas que le traen dinero": rules.select("regla", "atrapa", "estado", "autor", "pim_soles", "devengado_soles")
                if rules.height
                else rules,
                "Avance": _advance(analysis, code),
                "Indicadores": _indicators(analysis, code),
                "Qué revisar": analysis.reviews.filter(pl.col("elemento") == code).select("indicador", "titulo", "evidencia", "remedio"),
                "Hallazgos": _findings(analysis, code),
            }
        ),
    )


def _indicator(analysis: Evaluation, code: str) -> Known:
    plan = analysis.inputs.plan
    row = plan.indicadores.row(by_predicate=pl.col("indicador") == code, named=True)
    values = plan.valores.filter(pl.col("indicador") == code).select("concepto", "anio", "impreso", "valor", "nd_motivo", "correccion")
    said = [f"De {row['elemento']}. Sentido: {row['sentido']}. Unidad: {row['unidad']}."]
    return Known(
        code,
        "indicador",
        row["nombre"],
        tuple(said),
        _some(
            {
                "Avance": _scored(analysis.scored.filter(pl.col("indicador") == code)),
                "Valores que trae el documento": values.sort("concepto", "anio"),
                "Qué revisar": analysis.reviews.filter(pl.col("indicador") == code).select("titulo", "evidencia", "remedio"),
                "Hallazgos": _findings(analysis, code),
            }
        ),
    )


def _money_said(analysis: Evaluation) -> str:
    origin = analysis.budget.origen
    return f"Dinero que decide: {analysis.budget.anio}, {origin.titulo}; {origin.ambito}; al {origin.al:%d/%m/%Y}."


def _place(analysis: Evaluation, code: str) -> str:
    row = analysis.ranking.row(by_predicate=pl.col("accion") == code, named=True)
    if row["grupo"] != LAGGING:
        return f"Ranking: {row['grupo']}."
    return f"Ranking: puesto {row['puesto']} de {analysis.lagging.height} rezagadas, puntaje {row['puntaje_ratio']:.3f}."


def _money(analysis: Evaluation, code: str) -> pl.DataFrame:
    """Every year of every source, the later first: those that do not decide stand too, marked."""
    rows = []
    for budget in analysis.money.budgets:
        own = budget.ejecucion.filter((pl.col("accion") == code) & pl.col("pim_soles").is_not_null())
        decides = analysis.money.chosen[budget.anio] is budget
        present: list[str] = [name for name in ("pia_soles", "pim_soles", "certificado_soles", "devengado_soles") if name in own.columns]
        present += ["devengado_al_ritmo_soles", "ritmo_al"] if budget.ritmo is not None else []
        rows.append(
            own.select(
                pl.lit(budget.anio).alias("anio"),
                *present,
                "ejecucion_ratio",
                "color_ejecucion",
                pl.lit(budget.medida).alias("ejecucion_medida"),
                pl.lit(budget.origen.titulo).alias("fuente_dinero"),
                "ambito",
                "al",
                pl.lit("sí" if decides else "no").alias("decide"),
            )
        )
    return pl.concat(rows, how="diagonal").sort("anio", "decide", descending=[True, True]) if rows else pl.DataFrame()


def _advance(analysis: Evaluation, code: str) -> pl.DataFrame:
    rows = analysis.chosen.filter(pl.col("elemento") == code)
    return rows.select("anio", "avance_ratio", "color", "con_dato", "indicadores", "color_depende_nd").sort("anio")


def _indicators(analysis: Evaluation, code: str) -> pl.DataFrame:
    return _scored(analysis.scored.filter(pl.col("elemento") == code))


def _scored(rows: pl.DataFrame) -> pl.DataFrame:
    shown = (
        "indicador",
        "nombre",
        "sentido",
        "anio",
        "linea_base",
        "meta",
        "obtenido",
        "tipo1_ratio",
        "color",
        "tipo1_motivo",
        "nd_motivo",
    )
    return rows.select(shown).sort("indicador", "anio")


def findings_of(findings: Iterable[Finding], *codes: str) -> list[Finding]:
    """The findings whose place names one of the codes, and no longer one."""
    names = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, codes))})(?![\w]|\.\d)")
    return [finding for finding in findings if names.search(finding.place)]


def _findings(analysis: Evaluation, code: str) -> pl.DataFrame:
    return pl.DataFrame(
        [(f.code, f.kind.severity, f.place, f.found, f.expected, f.explanation) for f in findings_of(analysis.audit.hallazgos, code)],
        schema=["codigo", "severidad", "lugar", "encontrado", "esperado", "explicacion"],
        orient="row",
    )


def _sides(analysis: Evaluation, code: str) -> list[str]:
    """What the action may give or receive by the limits of the first scenario of the analysis, before the law of each line."""
    specs = [spec for spec in analysis.inputs.scenarios if spec.base.instantanea is None]
    if not specs:
        return []
    spec, ground = specs[0], ground_of(analysis)
    receiving = receivers_of(ground.baseline, spec)
    giving = donors_of(ground.baseline, spec, receiving.acciones.select("accion"))
    said = []
    for verb, side in (("recibir", receiving), ("ceder", giving)):
        able, not_able = (table.filter(pl.col("accion") == code) for table in (side.acciones, side.excluidas))
        if able.height:
            said.append(
                f"Con los topes de «{spec.id}» podría {verb} hasta S/ {able['tope_soles'][0]:,} ({able['limite'][0]}); la norma se juzga línea por línea."
            )
        elif not_able.height:
            said.append(f"Con los topes de «{spec.id}» no puede {verb}: {not_able['motivo'][0]}.")
    return said or [f"Con los topes de «{spec.id}» ni cede ni recibe."]


def _light(analysis: Evaluation, level: str, unit: str) -> pl.DataFrame:
    monthly = analysis.money.monthly
    if monthly is None:
        return pl.DataFrame()
    now = monthly.light.filter((pl.col("nivel") == level) & (pl.col("unidad") == unit) & (pl.col("mes") == monthly.followed.month))
    kept = ("mes", "pim_soles", "devengado_soles", "devengado_esperado_soles", "devengado_ratio", "color_devengado", "curva")
    return now.filter(pl.col("pim_soles").is_not_null()).select(kept)


def _delay(analysis: Evaluation, keys: tuple[str, ...], own: pl.Expr) -> pl.DataFrame:
    monthly = analysis.money.monthly
    return delay_by(monthly, keys, own) if monthly is not None else pl.DataFrame()


def _sources(linkage: Linkage | None, year: int, code: str) -> pl.DataFrame:
    """The year's money by source of financing and item of income."""
    keys = tuple(column for column in ("fuente", "rubro") if linkage is not None and column in linkage.cube.columns)
    if linkage is None or not keys:
        return pl.DataFrame()
    own = linkage.cube.filter((pl.col("accion") == code) & (pl.col("anio") == year))
    return _named(_summed(own, keys), linkage, keys[-1])


def _projects(linkage: Linkage | None, year: int, code: str) -> pl.DataFrame:
    """The projects and products that bring it money, the largest first."""
    if linkage is None or "producto" not in linkage.cube.columns:
        return pl.DataFrame()
    own = linkage.cube.filter((pl.col("accion") == code) & (pl.col("anio") == year) & pl.col("producto").is_not_null())
    return _named(_summed(own, ("producto",)), linkage, "producto")


# the spending


def _spending(analysis: Evaluation, linkage: Linkage, kind: str, key: tuple[str, ...]) -> Known:
    columns, year = KINDS[kind], analysis.pair[0]
    own = [pl.col(column) == value for column, value in zip(columns, key, strict=True)]
    rows = linkage.cube.filter(*own)
    counted = rows.filter(pl.col("vinculo") != TRANSVERSAL)  # what is transversal is there once more
    now = counted.filter(pl.col("anio") == year)
    reached = tuple(column for column in ("accion", "vinculo", "motivo", "regla") if column in rows.columns)
    programme = key[0] if kind == "programa" else ""
    said = [f"{linkage.scope}; instantánea {linkage.snapshot.id}, corte {linkage.snapshot.cut_off}."]
    if programme in NOT_PRODUCTS:
        said.append("Es una categoría sin productos: ningún programa dice para qué acción del plan es su dinero.")
    if (rows["vinculo"] == TRANSVERSAL).any():
        said.append("Lo transversal es dinero que ya está en otra fila: se muestra y no se suma.")
    inside = tuple(column for column in ("sec_ejec", "sec_func", "producto") if column not in columns and column in rows.columns)
    monthly = analysis.money.monthly
    can = monthly is not None and all(column in monthly.followed.months.columns for column in columns)
    parts = tuple(column for column in ("sec_ejec", "sec_func") if column not in columns) or ("programa",)
    level = {"ejecutora": "ejecutora", "programa": "programa", "fuente": "fuente"}.get(kind)
    return Known(
        _joined(key),
        kind,
        _name(linkage, columns[-1], key),
        tuple(said),
        _some(
            {
                "Dinero": _summed(counted, ("anio",)).sort("anio", descending=True),
                "Semáforo del trimestre": _light(analysis, level, key[0]) if level else pl.DataFrame(),
                "A qué acciones llega": _summed(rows.filter(pl.col("anio") == year), reached),
                "Retraso": _delay(analysis, parts, pl.all_horizontal(*own) & (pl.col("vinculo") != TRANSVERSAL)) if can else pl.DataFrame(),
                "De qué se compone": _named(_summed(now, inside), linkage, "producto") if inside else pl.DataFrame(),
            }
        ),
    )


def _summed(rows: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Exact soles by some keys (null = no line gives the stage), the largest PIM first."""
    present = [name for name in _SUMMED if rows[name].is_not_null().any()]
    sums = rows.group_by(keys).agg(known_sum(name).cast(MONEY) for name in present)
    order = [name for name in ("pim_soles", "devengado_soles") if name in present]
    return sums.sort([*order, *keys], descending=[*([True] * len(order)), *([False] * len(keys))], nulls_last=True)


def _named(rows: pl.DataFrame, linkage: Linkage, column: str) -> pl.DataFrame:
    names = linkage.names.get(column)
    if names is None or column not in rows.columns:
        return rows
    titled = names.select(pl.col(column), "nombre").unique(column, keep="first", maintain_order=True)
    return rows.join(titled, on=column, how="left", validate="m:1").select(
        *_before_money(rows, column), pl.exclude(*_before_money(rows, column))
    )


def _before_money(rows: pl.DataFrame, column: str) -> list[str]:
    keys = [name for name in rows.columns if not name.endswith("_soles")]
    return [*keys[: keys.index(column) + 1], "nombre", *keys[keys.index(column) + 1 :]]


def _name(linkage: Linkage, column: str, key: tuple[str, ...]) -> str:
    """The name that the extract gives, of the latest year; empty without one."""
    names = linkage.names.get({"sec_ejec": "ejecutora", "sec_func": "finalidad"}.get(column, column))
    if names is None:
        return ""
    columns = ("sec_ejec", "sec_func") if len(key) > 1 else (column,)
    found = names.filter(*(pl.col(one) == value for one, value in zip(columns, key, strict=True)))
    return str(found["nombre"][-1] or "") if found.height else ""


def _some(tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Only the tables with something to say."""
    return {title: table for title, table in tables.items() if table.height}
