"""Published counts, global advances, bands and index against what one rule gives."""

from __future__ import annotations

import re

import polars as pl

from presupuesto_link.evaluation.aggregate import aggregate_elements, count_colours
from presupuesto_link.findings import Finding
from presupuesto_link.specs import SemaforoSpec
from presupuesto_link.tables.levels import Levels, is_action
from presupuesto_link.tables.plan import Plan
from presupuesto_link.vocabulary import AMBER, COLOURS, EXCLUDE, GREEN, GREY, POLICIES, POLICY_WORDS, RED, ZERO
from presupuesto_link.wording import enumerate_words, percent

_COUNTS = {"conteo_rojo": RED, "conteo_amarillo": AMBER, "conteo_verde": GREEN, "conteo_nd": GREY}
_INDEX_TOLERANCE = 0.00005


def audit_aggregates(plan: Plan, replica: pl.DataFrame, elements: pl.DataFrame, bands: SemaforoSpec, year: int) -> list[Finding]:
    """Findings E01 to E06.

    Args:
        plan: the checked plan, with the figures published elsewhere in the report.
        replica: indicators under the profile that imitates the report.
        elements: their aggregation, both policies.
        bands: edges in use.
        year: the one evaluated.
    """
    return [
        *_tables(plan, elements),
        *_single_counts(plan, replica, elements, bands),
        *_index(plan, replica, elements),
        *_globals(plan, replica, elements),
        *_printed_bands(plan, bands),
        *_policy_colours(elements, year),
    ]


def reconcile_globals(plan: Plan, elements: pl.DataFrame) -> pl.DataFrame:
    """Each published global advance of an element beside both policies.

    Returns:
        Key `elemento, anio`: `fuente`, `impreso`, `publicado_ratio`, `excluir_ratio`, `cero_ratio` and `politica`
        (excluir, cero, ambas or ninguna: which ones give the published figure to its rounding).
    """
    wide = elements.pivot("politica_nd", index=["elemento", "anio"], values="avance_ratio")
    published = plan.cifras.filter(pl.col("medida") == "avance_global")
    slack = 0.5 * 10.0 ** (-pl.col("decimales").cast(pl.Float64)) / 100 + 1e-9
    out = (pl.col("valor") / 100).alias("publicado_ratio")
    fits = {policy: ((pl.col("valor") / 100 - pl.col(policy)).abs() <= slack).fill_null(False) for policy in POLICIES}
    return (
        published.join(wide, on=["elemento", "anio"], how="left", validate="m:1")
        .with_columns(
            out,
            politica=pl.when(fits[EXCLUDE] & fits[ZERO])
            .then(pl.lit("ambas"))
            .when(fits[EXCLUDE])
            .then(pl.lit(EXCLUDE))
            .when(fits[ZERO])
            .then(pl.lit(ZERO))
            .otherwise(pl.lit("ninguna")),
        )
        .select(
            "elemento",
            "anio",
            "fuente",
            "impreso",
            "publicado_ratio",
            pl.col(EXCLUDE).alias("excluir_ratio"),
            pl.col(ZERO).alias("cero_ratio"),
            "politica",
        )
        .sort("elemento", "anio")
    )


def _published_counts(plan: Plan) -> pl.DataFrame:
    counts = plan.cifras.filter(pl.col("medida").is_in(list(_COUNTS)) & pl.col("fuente").str.starts_with("Cuadro"))
    return (
        counts.with_columns(pl.col("medida").replace_strict(_COUNTS).alias("color"))
        .pivot("color", index=["fuente", "elemento", "anio", "lugar"], values="valor")
        .sort("fuente")
    )


def _text(row: dict[str, float]) -> str:
    return "/".join(f"{int(row[colour] or 0)}" for colour in COLOURS)


def _policies_of(row: dict[str, float], computed: pl.DataFrame) -> list[str]:
    return [c["politica_nd"] for c in computed.iter_rows(named=True) if all(c[k] == row[k] for k in COLOURS)]


def _both(computed: pl.DataFrame) -> str:
    return "; ".join(f"{_text(c)} {POLICY_WORDS[c['politica_nd']]}" for c in computed.iter_rows(named=True))


def _tables(plan: Plan, elements: pl.DataFrame) -> list[Finding]:
    """E01 and E02: published count tables against each other and against both policies."""
    published, counts = _published_counts(plan), count_colours(elements)
    findings = []
    for (level, year), group in published.group_by(["elemento", "anio"], maintain_order=True):
        computed = counts.filter((pl.col("nivel") == level) & (pl.col("anio") == year))
        rows = group.to_dicts()
        explained = {row["fuente"]: _policies_of(row, computed) for row in rows}
        if len({_text(row) for row in rows}) > 1:
            depend = elements.filter((pl.col("nivel") == level) & (pl.col("anio") == year) & pl.col("color_depende_nd"))
            who = sorted(set(depend["elemento"]))
            why = "; ".join(
                f"{source} se obtiene {POLICY_WORDS[found[0]]}" if found else f"{source} no sale de ninguna política"
                for source, found in explained.items()
            )
            findings.append(
                Finding(
                    "E01",
                    enumerate_words(r["fuente"] for r in rows),
                    "; ".join(f"{r['fuente']}: {_text(r)}" for r in rows),
                    f"un solo conteo de {level} (rojo/amarillo/verde/ND)",
                    f"{why}. La diferencia está en {enumerate_words(who)}.",
                )
            )
        findings += [
            Finding(
                "E02",
                row["fuente"],
                f"{_text(row)} (rojo/amarillo/verde/ND de {level})",
                _both(computed),
                "Ninguna política de ND da los cuatro números a la vez.",
            )
            for row in rows
            if not explained[row["fuente"]]
        ]
    return findings


def _single_counts(plan: Plan, replica: pl.DataFrame, elements: pl.DataFrame, bands: SemaforoSpec) -> list[Finding]:
    """E02 for counts the text states one by one."""
    stated = plan.cifras.filter(pl.col("medida").is_in(list(_COUNTS)) & (pl.col("fuente") == "Texto"))
    counts, patched = count_colours(elements), count_colours(_with_second_print(plan, replica, bands))
    findings = []
    for row in stated.iter_rows(named=True):
        colour = _COUNTS[row["medida"]]
        here = (pl.col("nivel") == row["elemento"]) & (pl.col("anio") == row["anio"])
        options = {r["politica_nd"]: r[colour] for r in counts.filter(here).iter_rows(named=True)}
        if row["valor"] in options.values():
            continue
        with_second = {r["politica_nd"]: r[colour] for r in patched.filter(here).iter_rows(named=True)}
        hit = [policy for policy, count in with_second.items() if count == row["valor"]]
        why = (
            f"Sale {POLICY_WORDS[hit[0]]} y tomando los avances del Cuadro 2 donde difieren de los cuadros propios."
            if hit
            else "No sale de ninguna política de ND."
        )
        findings.append(
            Finding(
                "E02",
                f"texto de {row['lugar']}, {row['elemento']} en {'ND' if colour == 'gris' else colour}",
                row["impreso"],
                "; ".join(f"{count} {POLICY_WORDS[policy]}" for policy, count in options.items()),
                why,
            )
        )
    return findings


def _with_second_print(plan: Plan, replica: pl.DataFrame, bands: SemaforoSpec) -> pl.DataFrame:
    """Elements recomputed with the advances of Cuadro 2 wherever it prints one."""
    second = plan.cifras.filter(
        (pl.col("fuente") == "Cuadro 2") & (pl.col("medida") == "avance_declarado") & pl.col("valor").is_not_null()
    ).select("anio", indicador="elemento", segundo=pl.col("valor") / 100)
    patched = replica.join(second, on=["anio", "indicador"], how="left", validate="1:1").with_columns(
        pl.coalesce("segundo", "tipo1_ratio").alias("tipo1_ratio")
    )
    return aggregate_elements(patched.drop("segundo"), bands)


def index_candidates(replica: pl.DataFrame, elements: pl.DataFrame, year: int, names: Levels) -> dict[str, float]:
    """Plausible formulas for a plan index and what each gives for a year (ratios)."""
    found: dict[str, float] = {}
    for policy in POLICIES:
        rows = elements.filter((pl.col("anio") == year) & (pl.col("politica_nd") == policy))
        label = POLICY_WORDS[policy]
        levels = {level: rows.filter(pl.col("nivel") == level)["avance_ratio"] for level in names.both}
        for level, advance in levels.items():
            found[f"media de los {level} con dato, {label}"] = _mean(advance)
            found[f"media de todos los {level}, vacíos como 0, {label}"] = _mean(advance.fill_null(0))
        found[f"promedio de las medias de {names.objetivo} y {names.accion}, {label}"] = sum(map(_mean, levels.values())) / 2
        by_objective = rows.filter(is_action()).group_by("objetivo").agg(pl.col("avance_ratio").mean())["avance_ratio"]
        found[f"media por {names.objetivo} de sus {names.accion}, {label}"] = _mean(by_objective)
    scored = replica.filter(pl.col("anio") == year)
    for level in names.both:
        advance = scored.filter(pl.col("nivel") == level)["tipo1_ratio"]
        found[f"media de los indicadores de {level} con dato"] = _mean(advance)
        found[f"media de los indicadores de {level}, ND como 0"] = _mean(advance.fill_null(0))
    return found


def _mean(values: pl.Series) -> float:
    mean = values.mean()
    return float(mean) if isinstance(mean, int | float) else 0.0


def _index(plan: Plan, replica: pl.DataFrame, elements: pl.DataFrame) -> list[Finding]:
    """E03: the published index against every candidate."""
    findings = []
    for row in plan.cifras.filter(pl.col("medida") == "indice_gestion").iter_rows(named=True):
        candidates = index_candidates(replica, elements, row["anio"], plan.niveles)
        published = row["valor"] / 100
        name, nearest = min(candidates.items(), key=lambda item: (abs(item[1] - published), item[0]))
        if abs(nearest - published) <= _INDEX_TOLERANCE:
            continue
        findings.append(
            Finding(
                "E03",
                f"Índice de Gestión {row['anio']}",
                row["impreso"],
                "una fórmula publicada",
                f"De {len(candidates)} fórmulas probadas la más cercana es «{name}» con {percent(nearest, 2)}. "
                "No se encontró fórmula pública del índice; el índice que calcula esta herramienta es propio y no oficial.",
            )
        )
    return findings


def _globals(plan: Plan, replica: pl.DataFrame, elements: pl.DataFrame) -> list[Finding]:
    """E04: global advances no policy gives, and elements whose years follow different policies."""
    table = reconcile_globals(plan, elements)
    findings = []
    for row in table.filter(pl.col("politica") == "ninguna").iter_rows(named=True):
        findings.append(
            Finding(
                "E04",
                f"{row['elemento']}, avance global {row['anio']}",
                row["impreso"],
                f"{percent(row['excluir_ratio'], 2)} excluyendo los ND; {percent(row['cero_ratio'], 2)} contándolos como 0",
                _left_out(replica, row["elemento"], row["anio"], row["publicado_ratio"]),
            )
        )
    decided = table.filter(pl.col("politica").is_in(POLICIES))
    for (element,), group in decided.group_by(["elemento"], maintain_order=True):
        if group["politica"].n_unique() > 1:
            words = "; ".join(f"{r['anio']}: {r['impreso']} {POLICY_WORDS[r['politica']]}" for r in group.iter_rows(named=True))
            findings.append(
                Finding(
                    "E04",
                    f"{element}, avance global",
                    words,
                    "la misma política de ND en los dos años",
                    "El promedio excluye el ND un año y lo cuenta como 0 el otro: la caída es en parte un cambio de cálculo.",
                )
            )
    return findings


def _left_out(replica: pl.DataFrame, element: str, year: int, published: float) -> str:
    """Does leaving one indicator out give the published mean?"""
    mine = replica.filter((pl.col("elemento") == element) & (pl.col("anio") == year) & pl.col("tipo1_ratio").is_not_null())
    for row in mine.iter_rows(named=True):
        rest = mine.filter(pl.col("indicador") != row["indicador"])["tipo1_ratio"]
        if rest.len() and abs(_mean(rest) - published) <= _INDEX_TOLERANCE:
            return f"Sólo sale si se omite {row['indicador']} ({row['nombre']}), que sí tiene dato ({percent(row['tipo1_ratio'], 2)})."
    declared = _mean(mine["declarado_ratio"])
    if abs(declared - published) <= _INDEX_TOLERANCE:
        return "Es la media de los avances declarados, de los que alguno no sigue la regla de su sentido."
    return "No sale de promediar sus indicadores, ni omitiendo uno."


def _printed_bands(plan: Plan, bands: SemaforoSpec) -> list[Finding]:
    """E05: the amber band as printed in the tables leaves values without a colour."""
    edge = round(bands.verde_desde_ratio * 100)
    findings = []
    for row in plan.cifras.filter((pl.col("medida") == "banda_amarilla") & pl.col("fuente").str.starts_with("Cuadro")).iter_rows(
        named=True
    ):
        printed = re.findall(r"\d+", row["impreso"])
        if printed and int(printed[-1]) != edge:
            findings.append(
                Finding(
                    "E05",
                    row["fuente"],
                    row["impreso"],
                    f"[{round(bands.amarillo_desde_ratio * 100)}-{edge}>",
                    f"Un avance entre {printed[-1]} % y {edge} % quedaría sin color; el texto dice 75 % a 95 %.",
                )
            )
    return findings


def _policy_colours(elements: pl.DataFrame, year: int) -> list[Finding]:
    """E06: elements of the year evaluated whose colour changes with the ND policy."""
    rows = elements.filter((pl.col("anio") == year) & pl.col("color_depende_nd"))
    wide = rows.pivot("politica_nd", index=["elemento", "indicadores", "con_dato"], values=["avance_ratio", "color"]).sort("elemento")
    return [
        Finding(
            "E06",
            f"{row['elemento']}, {year}",
            f"{row['color_cero']} ({percent(row['avance_ratio_cero'], 2)}) contando el ND como 0",
            f"{row['color_excluir']} ({percent(row['avance_ratio_excluir'], 2)}) excluyendo los ND",
            f"{row['con_dato']} de {row['indicadores']} indicadores tienen dato.",
        )
        for row in wide.iter_rows(named=True)
    ]
