"""The robustness of a real ranking: against the ranking itself, against another way of counting, and against what was written."""

import csv
import re
import tomllib

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from presupuesto_link.errors import SpecError
from presupuesto_link.evaluation.evaluate import Evaluation, evaluate
from presupuesto_link.evaluation.matrix import Matrix, cross_execution_result
from presupuesto_link.evaluation.ranking import COMPONENTS, LAGGING, rank_actions
from presupuesto_link.inputs import load
from presupuesto_link.presentation.folders.robustness_folder import robustness_tables
from presupuesto_link.presentation.telling.robustness_words import sentences
from presupuesto_link.specs import AnalisisSpec, PesosSpec, RangosSpec, RobustezSpec, validate_spec
from presupuesto_link.studies.robustness import Robustness, study_robustness
from presupuesto_link.studies.weights import draw_weights
from tests.conftest import ROOT

FOLDER = ROOT / "analyses" / "robustez-del-ranking"
FEW = RobustezSpec(sorteos=2000)


@pytest.fixture(scope="module")
def studied() -> Evaluation:
    return evaluate(load(FOLDER / "analisis.toml"))


@pytest.fixture(scope="module")
def found(studied) -> Robustness:
    return study_robustness(studied)


def ranked(
    analysis: Evaluation, profile: str, policy: str, threshold: float, weights: PesosSpec, read: tuple[Matrix, pl.DataFrame] | None = None
) -> pl.DataFrame:
    """The ranking of the program, run whole with other settings; `read` is the reading, when it is already there."""
    spec = analysis.inputs.spec
    rule = spec.ranking.model_copy(update={"rezagada_bajo_ratio": threshold, "pesos": weights})
    return rank_actions(*(read or crossed(analysis, profile, policy)), rule)


def crossed(analysis: Evaluation, profile: str, policy: str) -> tuple[Matrix, pl.DataFrame]:
    """The matrix of a reading and the advance of the year before: the same for every draw of weights."""
    chosen = analysis.elements.filter((pl.col("perfil") == profile) & (pl.col("politica_nd") == policy))
    matrix = cross_execution_result(analysis.execution, chosen, (2023, 2024), analysis.inputs.spec.semaforo)
    return matrix, chosen.filter(pl.col("anio") == 2023)


def test_shares_are_those_of_running_the_ranking_once_for_each_draw_and_reading(analysis):
    """12 draws by 8 readings, ranked one by one by `rank_actions` and counted."""
    spec = RobustezSpec(sorteos=12, semilla=5, umbrales=(0.95, 0.75))
    result = study_robustness(analysis, spec)
    draws = draw_weights(spec.pesos.as_dict(), 12, 5)
    read = {way: crossed(analysis, *way) for way in set(result.lecturas.select("perfil", "politica_nd").iter_rows())}
    rankings = [
        ranked(analysis, *way, PesosSpec(**dict(zip(COMPONENTS, map(float, draw), strict=True))), read[way[:2]])
        for draw in draws
        for way in result.lecturas.select("perfil", "politica_nd", "umbral_ratio").iter_rows()
    ]
    lagging = pl.concat(rankings).filter(pl.col("grupo") == LAGGING)
    counted = lagging.group_by("accion").agg(
        primeros_ratio=(pl.col("puesto") <= 10).sum() / 96,
        primera_ratio=(pl.col("puesto") == 1).sum() / 96,
        rezagada_ratio=pl.len() / 96,
        puesto_esperado=pl.col("puesto").mean(),
    )
    own = result.resumen.filter(pl.col("rezagada_ratio") > 0).select(counted.columns)
    assert_frame_equal(own.sort("accion"), counted.sort("accion"))
    assert result.lecturas["rezagadas"].to_list() == [frame.filter(pl.col("grupo") == LAGGING).height for frame in rankings[:8]]


def test_without_doubt_the_places_are_those_of_the_analysis(analysis):
    own = analysis.inputs.spec.ranking.pesos.as_dict()
    sure = RobustezSpec(
        sorteos=5, perfiles=("ceplan",), politicas_nd=("excluir",), pesos={name: (weight, weight) for name, weight in own.items()}
    )
    result = study_robustness(analysis, sure)
    places = result.resumen.filter(pl.col("puesto").is_not_null())
    assert places.height == 17
    assert (places["puesto"] == places["puesto_bajo"]).all()
    assert (places["puesto"] == places["puesto_alto"]).all()
    assert result.efectos["entran"].to_list() == result.efectos["salen"].to_list() == [0.0] * 5
    assert result.efectos["accion"].null_count() == 5
    assert sentences(result)[-1] == "Ninguna duda, por sí sola, cambia la lista de las 10."


def counted_apart(analysis: Evaluation, ways: list[tuple[str, str, float]], draws: int, seed: int) -> dict[str, float]:
    """P(among ten) with other draws, by sorting: nothing of the code under test but the components of the ranking."""
    weights = np.random.default_rng(seed).dirichlet([1.0] * 5, draws)
    shares: dict[str, float] = {}
    for way in ways:
        lagging = ranked(analysis, *way, PesosSpec()).filter(pl.col("grupo") == LAGGING)
        values = lagging.select(pl.col(COMPONENTS).cast(pl.Float64)).to_numpy()
        known = ~np.isnan(values)
        scores = weights @ np.where(known, values, 0).T / (weights @ known.T)
        ordered = np.argsort(-scores, axis=1)[:, :10]
        for place, action in enumerate(lagging["accion"]):
            shares[action] = shares.get(action, 0) + (ordered == place).any(axis=1).mean() / len(ways)
    return shares


def test_another_way_of_counting_with_other_draws_agrees_with_what_was_written(studied):
    with (FOLDER / "esperado" / "resumen.csv").open(encoding="utf-8", newline="") as file:
        written = {row["accion"]: float(row["primeros_ratio"]) for row in csv.DictReader(file)}
    ways = [(p, nd, u) for p in ("ceplan", "informe_2024") for nd in ("excluir", "cero") for u in (0.95, 0.75)]
    apart = counted_apart(studied, ways, 20_000, 99)
    assert {action for action, share in written.items() if share > 0.01} <= set(apart)
    for action, share in written.items():
        assert apart.get(action, 0.0) == pytest.approx(share, abs=4 * 0.5 / 20_000**0.5), action


A_HALF = 1.5e-5  # a half may round either way


def expected(table: pl.DataFrame, name: str) -> pl.DataFrame:
    return pl.read_csv(FOLDER / "esperado" / f"{name}.csv", schema=table.schema)


@pytest.mark.parametrize("name", ["resumen", "lecturas", "efectos", "pesos_centrales", "puestos"])
def test_the_analysis_gives_what_was_written(found, name):
    table = robustness_tables(found)[name]
    assert table.height
    assert_frame_equal(table, expected(table, name), abs_tol=A_HALF)


@pytest.mark.lento
def test_the_analysis_with_narrow_weights_gives_what_was_written():
    near = study_robustness(evaluate(load(FOLDER / "pesos-acotados.toml")))
    table = robustness_tables(near)["resumen"]
    assert_frame_equal(table, expected(table, "pesos-acotados"), abs_tol=A_HALF)
    sure = near.resumen.filter(pl.col("clase") == "siempre")["accion"].sort().to_list()
    assert sure == ["AER.01.03", "AER.07.03", "AER.07.05", "AER.08.02", "AER.10.01", "AER.12.03"]
    moved = dict(near.efectos.select("duda", "salen").iter_rows())
    assert f"{moved['pesos']:.1f} {moved['perfil']:.1f}" == "1.0 1.5"


def test_the_page_says_what_the_analysis_says(found):
    from presupuesto_link.presentation.telling.robustness_words import interval, share

    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (AER\.\d\d\.\d\d) [^|]*\|(.*)\|$", page, flags=re.M))
    ten = found.resumen.filter(pl.col("puesto") <= 10)
    assert set(rows) == set(ten["accion"])
    for row in ten.iter_rows(named=True):
        without = share(1 - row["rezagada_ratio"]) if row["rezagada_ratio"] < 1 else "–"
        said = [
            str(row["puesto"]),
            interval(row["puesto_bajo"], row["puesto_alto"]),
            share(row["primeros_ratio"]),
            share(row["primera_ratio"]),
            without,
        ]
        assert [cell.strip() for cell in rows[row["accion"]].split("|")] == said
    outside = found.resumen.filter(pl.col("puesto").fill_null(99) > 10)
    assert outside["primeros_ratio"].max() < 0.5
    assert outside.filter(pl.col("clase") == "depende").height == 9
    moved = dict(found.efectos.select("duda", "salen").iter_rows())
    assert [f"{moved[doubt]:.1f}" for doubt in ("pesos", "perfil", "política de ND", "umbral", "todas")] == [
        "1.5",
        "1.5",
        "1.0",
        "1.0",
        "2.7",
    ]
    near = found.resumen.filter(pl.col("accion").is_in(["AER.10.02", "AER.04.02", "AER.12.02"]))
    assert [share(ratio) for ratio in near["primeros_ratio"]] == ["50 %", "45 %", "41 %"]


def test_with_one_profile_only_the_page_is_right_too(studied):
    asked = studied.inputs.spec.robustez.model_copy(update={"perfiles": ("ceplan",)})
    one = study_robustness(studied, asked)
    assert one.resumen.filter(pl.col("clase") == "siempre")["accion"].sort().to_list() == ["AER.01.03", "AER.10.01", "AER.12.03"]
    assert f"{one.efectos['salen'][-1]:.1f}" == "2.2"


def test_each_doubt_alone_moves_the_list_by_what_each_option_changes(analysis):
    """With the other profile three of the ten change: on average, half of three."""
    result = study_robustness(analysis, FEW)
    base = set(analysis.ranking.filter((pl.col("grupo") == LAGGING) & (pl.col("puesto") <= 10))["accion"])
    other = ranked(analysis, "informe_2024", "excluir", 0.95, analysis.inputs.spec.ranking.pesos)
    ten = set(other.filter((pl.col("grupo") == LAGGING) & (pl.col("puesto") <= 10))["accion"])
    row = result.efectos.filter(pl.col("duda") == "perfil").row(0, named=True)
    assert (row["entran"], row["salen"], row["opciones"]) == (len(ten - base) / 2, len(base - ten) / 2, 2)
    by_action = result.efectos_por_accion.filter((pl.col("duda") == "perfil") & (pl.col("cambio_ratio") != 0))
    assert set(by_action["accion"]) == base ^ ten


def test_classes_follow_the_shares(found):
    groups = dict(found.resumen.group_by("clase").agg(pl.col("primeros_ratio")).iter_rows())
    assert min(groups["siempre"]) >= 0.95
    assert max(groups["nunca"]) <= 0.05
    assert all(0.05 < share < 0.95 for share in groups["depende"])
    assert set(groups["sin puesto"]) == {0.0}
    assert sum(map(len, groups.values())) == 48


def test_a_profile_that_is_not_loaded_is_named(analysis):
    with pytest.raises(
        SpecError, match=r"«robustez.perfiles»\n  se encontró: «otro»\n  se esperaba: perfiles que el análisis carga: ceplan, informe_2024"
    ):
        study_robustness(analysis, RobustezSpec(perfiles=("ceplan", "otro")))


def test_sentences_when_none_is_sure_and_with_stated_weights(analysis):
    none = study_robustness(analysis, RobustezSpec(sorteos=500, primeros=1))
    assert sentences(none)[0] == "Ninguna AER está como la más rezagada en el 95 % o más de los casos probados."
    stated = study_robustness(analysis, RobustezSpec(sorteos=500, pesos=RangosSpec(brecha_avance=(0.5, 1))))
    assert "en el 95 % o más de los casos probados, con los pesos que se dan por posibles." in sentences(stated)[0]


def test_a_single_option_that_is_not_the_one_of_the_analysis_moves_the_list_too(analysis):
    """Below 75 % only 11 lag: two of the ten are no longer among them, and two come in."""
    result = study_robustness(analysis, RobustezSpec(sorteos=500, umbrales=(0.75,), perfiles=("ceplan",)))
    row = result.efectos.filter(pl.col("duda") == "umbral").row(0, named=True)
    assert (row["opciones"], row["entran"], row["salen"]) == (1, 2.0, 2.0)
    words = sentences(result)
    assert any(sentence.startswith("Lo que más mueve la lista: desde qué avance se llama rezagada; ") for sentence in words)
    assert not any("la fórmula del avance" in sentence for sentence in words)


BASE = {
    "titulo": "t",
    "autor": "a",
    "pregunta": "p",
    "fuente": "f",
    "fecha_corte": "2025-01-01",
    "fuentes": {"plan": "p", "gasto_aer": "g", "anio_gasto": 2023, "perfiles": "x"},
}


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"sorteos": 0}, r"«robustez.sorteos»\n  se encontró: 0\n  se esperaba: un valor mayor o igual que 1"),
        ({"sorteos": 2_000_000}, "un valor menor o igual que 1000000"),
        ({"primeros": 0}, "«robustez.primeros»"),
        ({"pesos": "iguales"}, r"«uniforme», o una tabla con \[mínimo, máximo\] por componente"),
        ({"pesos": {"prioridad": [0.5, 0.2]}}, "un mínimo que no pase del máximo en prioridad: 0.5 es mayor que 0.2"),
        ({"pesos": {"prioridad": [0.2, 1.5]}}, r"«robustez.pesos.prioridad.1»"),
        ({"pesos": {"brecha": [0.1, 0.2]}}, r"«robustez.pesos.brecha»\n  se encontró: clave desconocida"),
        ({"pesos": {"prioridad": [0.6, 1], "tendencia": [0.6, 1]}}, "los mínimos suman 1.2 y los máximos 5"),
        ({"pesos": {name: [0, 0.1] for name in COMPONENTS}}, "los mínimos suman 0 y los máximos 0.5"),
        ({"politicas_nd": []}, "una lista vacía"),
        ({"politicas_nd": ["excluir", "media"]}, "uno de 'excluir' o 'cero'"),
        ({"umbrales": [0.75, 0.75]}, "valores sin repetir en umbrales"),
        ({"umbrales": [95]}, "un valor menor o igual que 1"),
        ({"umbral": [0.75]}, "clave desconocida"),
    ],
)
def test_a_bad_section_is_told_in_spanish(section, message):
    with pytest.raises(SpecError, match=message):
        validate_spec(BASE | {"robustez": section}, AnalisisSpec, "analisis.toml")


def test_the_section_has_defaults_and_uniform_is_a_word():
    spec = validate_spec(BASE | {"robustez": {"pesos": "uniforme"}}, AnalisisSpec, "analisis.toml").robustez
    assert spec == RobustezSpec() == validate_spec(BASE, AnalisisSpec, "analisis.toml").robustez
    assert (spec.sorteos, spec.primeros, spec.pesos.free) == (100_000, 10, True)


def test_the_guide_has_every_key_and_an_example_that_works():
    guide = (ROOT / "docs" / "guia" / "robustez.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", guide, flags=re.M) == list(RobustezSpec.model_fields)
    (example,) = re.findall(r"```toml\n(.*?)```", guide, flags=re.S)
    spec = validate_spec(BASE | tomllib.loads(example), AnalisisSpec, "guía").robustez
    assert spec.umbrales == (0.95, 0.75)
    assert spec.pesos.prioridad == (0.0, 0.25)
