"""The analyses of questions give the figures of their `esperado/`, worked out by another road."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.inputs import load
from presupuesto_link.presentation.telling.association_words import interval, row_of
from presupuesto_link.sources.embedded import embedded_analyses
from presupuesto_link.studies.association import AssociationStudy, study_association

ASSOCIATION, COLOURS = "ejecucion-y-resultados", "politica-nd-y-colores"
_PAIR = ["anio_ejecucion", "anio_resultado"]


def expected(name: str, table: str) -> pl.DataFrame:
    return pl.read_csv(embedded_analyses()[name].parent / "esperado" / f"{table}.csv")


def page(name: str) -> str:
    return (Path(embedded_analyses()[name]).parent / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def study() -> AssociationStudy:
    return study_association(evaluate(load(embedded_analyses()[ASSOCIATION])))


def test_estimates(study):
    table = expected(ASSOCIATION, "estimaciones")
    key = [*_PAIR, "perfil", "politica_nd", "estimador", "variable"]
    both = table.join(study.estimaciones.with_columns(pl.col(_PAIR).cast(pl.Int64)), on=key, suffix="_ours", validate="1:1")
    assert both.height == table.height == study.estimaciones.height == 72
    assert both["sin_accion"].equals(both["sin_accion_ours"].rename("sin_accion"))
    assert both["n"].to_list() == both["n_ours"].to_list()
    for column in ("estimacion", "inferior", "superior", "p", "p_holm"):
        assert both[f"{column}_ours"].to_list() == pytest.approx(both[column].to_list(), abs=2e-4), column


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        ("influencia", ["apalancamiento", "residuo_estudentizado", "distancia_cook", "dffits", "pendiente_sin_ella"]),
        ("eficiencia", ["puntaje_ratio"]),
        ("potencia", ["n", "correlacion_minima", "potencia_referencia", "n_necesario", "semiancho_esperado"]),
    ],
)
def test_other_tables_of_the_analysis_own_way(study, table, columns):
    ours = pl.concat([case.lead(study.of(case, table)) for case in study.principal]).with_columns(pl.col(_PAIR).cast(pl.Int64))
    wanted = expected(ASSOCIATION, table)
    key = [*_PAIR, *(["accion"] if "accion" in wanted.columns else [])]
    both = wanted.join(ours, on=key, suffix="_ours", validate="1:1")
    assert both.height == wanted.height == ours.height
    for column in columns:
        assert both[f"{column}_ours"].to_list() == pytest.approx(both[column].to_list(), abs=2e-4), column


def test_the_page_of_the_association_has_the_figures(study):
    text = page(ASSOCIATION)
    for case in study.principal:
        for name in ("spearman", "mco", "logit_fraccional"):
            middle, reach = interval(row_of(study, case, name))
            assert middle.removesuffix(" pp") in text
            assert f"(de {reach.removesuffix(' pp')})" in text
        assert row_of(study, case, "mco_sin_la_mas_influyente")["sin_accion"] in text
    assert f"Se hicieron {study.pruebas} pruebas" in text
    assert "**85 AER**" in text
    assert "0.49" in text


@pytest.fixture(scope="module")
def elements() -> pl.DataFrame:
    return evaluate(load(embedded_analyses()[COLOURS])).elements


def by_way(elements: pl.DataFrame) -> pl.DataFrame:
    """One row per element and year: its colour under each profile and policy, and what it depends on."""
    ways = elements.with_columns(forma=pl.concat_str("perfil", "politica_nd", separator="_"))
    wide = ways.pivot("forma", index=["anio", "nivel", "elemento"], values="color")

    def differs(*pairs: tuple[str, str]) -> pl.Expr:
        some = pl.any_horizontal(pl.col(a) != pl.col(b) for a, b in pairs)
        return pl.when(some).then(pl.lit("sí")).otherwise(pl.lit("no"))

    policy = differs(("ceplan_excluir", "ceplan_cero"), ("informe_2024_excluir", "informe_2024_cero"))
    profile = differs(("ceplan_excluir", "informe_2024_excluir"), ("ceplan_cero", "informe_2024_cero"))
    return wide.with_columns(depende_del_nd=policy, depende_del_perfil=profile)


def test_colours_that_depend(elements):
    wanted = expected(COLOURS, "colores")
    found = by_way(elements).filter((pl.col("depende_del_nd") == "sí") | (pl.col("depende_del_perfil") == "sí"))
    ordered = found.sort("anio", pl.col("nivel") != "OER", "elemento").select(wanted.columns)
    assert ordered.rows() == wanted.rows()
    flagged = elements.filter("color_depende_nd").select("anio", "elemento").unique().sort("anio", "elemento")
    policy = wanted.filter(pl.col("depende_del_nd") == "sí").select("anio", "elemento").sort("anio", "elemento")
    assert flagged.rows() == policy.rows()


def test_counts_by_colour(elements):
    wanted = expected(COLOURS, "conteos")
    key = ["perfil", "politica_nd", "anio", "nivel"]
    found = elements.group_by(key).agg((pl.col("color") == name).sum().alias(name) for name in wanted.columns[4:])
    assert sorted(found.select(wanted.columns).rows()) == sorted(wanted.rows())


def test_the_page_of_the_colours_has_the_figures():
    text, counts, colours = page(COLOURS), expected(COLOURS, "conteos"), expected(COLOURS, "colores")
    for year, sentence in ((2024, "En 2024, 12 de 61"), (2023, "en 2023, 18 de 61")):
        assert sentence in text
        assert str(colours.filter(pl.col("anio") == year).height) in sentence
    for row in counts.filter((pl.col("nivel") == "AER") & (pl.col("anio") == 2024)).iter_rows(named=True):
        assert f"{row['rojo']}, {row['amarillo']}, {row['verde']}, {row['gris']} |" in text
    for row in colours.filter(pl.col("anio") == 2024).iter_rows(named=True):
        assert row["elemento"].removeprefix("AER.") in text
