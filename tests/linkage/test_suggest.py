"""Suggestions: where they come from, what they say, and that the reader of rules takes them as they are."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.linkage.likeness import alike
from presupuesto_link.linkage.programmes import check_programmes
from presupuesto_link.linkage.rules import COLUMNS, SUGGESTED, read_rules
from presupuesto_link.linkage.snapshot import link_snapshot
from presupuesto_link.linkage.suggest import AUTHOR, MOST, NOTES, Limits, suggest_rules
from presupuesto_link.sources.delimited import RawTable, read_delimited
from presupuesto_link.sources.embedded import embedded_root
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.store import Store
from tests.sources.extracts import budget, write_long

TABLE = embedded_root() / "data" / "vinculos" / "programas.csv"
DAY = dt.date(2024, 6, 30)
LINE = {
    "anio": 2024,
    "sec_ejec": "775",
    "sec_func": "1",
    "programa": "9002",
    "producto": "3999999",
    "actividad": "5000001",
    "funcion": "10",
    "finalidad": "0000001",
    "motivo": "sin regla",
    "regla": None,
    "lineas": 1,
    "pim_soles": "100",
    "devengado_soles": "50",
}
NAME_KEYS = {"finalidad": ("anio", "sec_ejec", "sec_func", "finalidad"), "producto": ("producto",), "actividad": ("actividad",)}


def unlinked(*lines: dict[str, object]) -> pl.DataFrame:
    frame = pl.DataFrame(
        [LINE | line for line in lines],
        schema_overrides={"anio": pl.Int16, "regla": pl.String, "finalidad": pl.String, "sec_func": pl.String},
    )
    return frame.with_columns(pl.col("pim_soles", "devengado_soles").cast(pl.Decimal(18, 2)))


def names(**tables: dict[str, str]) -> dict[str, pl.DataFrame]:
    """Tables of names: code → name. A finalidad belongs to meta 1 of unit 775 in 2024."""
    made = {}
    for dimension, said in tables.items():
        frame = pl.DataFrame({dimension: list(said), "nombre": list(said.values())}, schema={dimension: pl.String, "nombre": pl.String})
        if dimension == "finalidad":
            frame = frame.with_columns(pl.lit(2024, pl.Int16).alias("anio"), sec_ejec=pl.lit("775"), sec_func=pl.lit("1"))
        made[dimension] = frame.select(*NAME_KEYS[dimension], "nombre")
    return made


@pytest.fixture
def programmes(inputs) -> pl.DataFrame:
    return check_programmes(read_delimited(TABLE), inputs.plan.acciones["accion"])


@pytest.fixture
def suggest(inputs, programmes):
    def call(lines: pl.DataFrame, said: dict[str, pl.DataFrame] | None = None, **options) -> pl.DataFrame:
        plan = inputs.plan
        return suggest_rules(lines, programmes, plan.acciones, plan.indicadores, said or {}, DAY, ("AER.07.01",), **options)

    return call


def test_the_programme_table_has_every_action_of_the_plan_and_says_where_it_comes_from(inputs, programmes):
    raw = read_delimited(TABLE).frame
    assert sorted(raw["accion"].unique()) == sorted(inputs.plan.acciones["accion"])
    assert (raw.height, programmes.height) == (107, 106)  # AER.07.01 has none
    assert raw.filter(pl.col("estado") == "por verificar")["programa"].unique().sort().to_list() == ["0047", "0116", "0127"]
    assert programmes.filter(pl.col("estado") == "histórico").select("accion", "programa", "hasta").rows() == [
        ("AER.03.04", "0001", 2023),
        ("AER.12.02", "0080", 2023),
    ]
    assert sorted(programmes.filter(pl.col("programa") == "0042")["accion"]) == ["AER.01.01", "AER.01.02", "AER.11.01", "AER.13.01"]
    assert programmes["programa"].str.contains(r"^\d{4}$").all()
    origin = TABLE.with_suffix(".origen.toml").read_text(encoding="utf-8")
    assert "GORE Huancavelica" in origin


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("AER.01.03,Forestación,0130,verificado,media", "AER.01.03,Forestación,0130,seguro,media", "«seguro»"),
        ("AER.01.03,", "AER.99.03,", "«AER.99.03»"),
        ("AER.01.02,Suelos,0042", "AER.01.02,Suelos,0089", "AER.01.02"),
        (",estado,", ",situacion,", "faltan las columnas estado"),
    ],
)
def test_a_spoilt_programme_table_is_said(inputs, tmp_path, old, new, words):
    text = TABLE.read_text(encoding="utf-8")
    assert old in text
    (path := tmp_path / "programas.csv").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputDataError, match=words):
        check_programmes(read_delimited(path), inputs.plan.acciones["accion"])


def test_a_programme_proposes_each_of_its_actions_with_its_confidence(suggest):
    got = suggest(unlinked({"programa": "1001"}))
    assert got.select("accion", "programa", "finalidad", "confianza", "nombre_puntaje", "nombre_puesto").rows() == [
        ("AER.03.03", "1001", "0000001", "alta", 70, 1),
        ("AER.03.04", "1001", "0000001", "alta", 70, 2),
        ("AER.12.04", "1001", "0000001", "baja", 30, 3),
    ]
    assert got["nombre_motivo"][0] == "el programa 1001 suele financiar esta acción (confianza alta, código verificado)"
    assert set(got["estado"]) == {SUGGESTED}
    assert set(got.select("autor", "fecha").rows()) == {(AUTHOR, "2024-06-30")}


def test_mainly_investment_is_proposed_for_projects_only(suggest):
    activity = suggest(unlinked({"programa": "0138"}))
    project = suggest(unlinked({"programa": "0138", "producto": "2345678"}))
    assert activity.height == 0
    assert project.select("id", "accion", "proyecto", "programa", "finalidad").rows() == [
        ("sugerida-proyecto-2345678-aer.13.01", "AER.13.01", "2345678", "", "")
    ]


def test_a_code_out_of_force_proposes_nothing_after_its_years(suggest):
    assert suggest(unlinked({"programa": "0001"})).height == 0
    before = suggest(unlinked({"programa": "0001", "anio": 2023}))
    assert before.select("accion", "hasta").rows() == [("AER.03.04", "2023")]


def test_a_name_that_says_what_an_action_says_is_proposed_with_its_words(suggest):
    said = names(finalidad={"0000001": "ALFABETIZACIÓN DE ADULTOS EN EL DEPARTAMENTO DE CAJAMARCA"})
    got = suggest(unlinked({}), said)
    assert set(got.select("confianza", "origen", "nombre_linea").rows()) == {
        ("baja", "Parecido de nombres", said["finalidad"]["nombre"][0])
    }
    # of 47 actions only one says «alfabetización» (ln 47 = 3.850) and three say «adultos» (ln 47/3 = 2.752);
    # 6.602 of 6.602 + 3.850 is 63 %, and 2.752 of the same is 26 %
    assert got.select("accion", "nombre_puntaje", "nombre_motivo").rows() == [
        ("AER.04.02", 63, "su nombre comparte con la acción: alfabetización, adultos"),
        ("AER.09.06", 26, "su nombre comparte con la acción: adultos"),
        ("AER.12.04", 26, "su nombre comparte con la acción: adultos"),
    ]


def test_both_reasons_close_what_the_other_leaves_open(suggest):
    said = names(finalidad={"0000001": "ANEMIA"})
    top = suggest(unlinked({"programa": "1001"}), said).row(0, named=True)
    assert (top["accion"], top["nombre_puntaje"]) == ("AER.03.04", 85)  # 100 − (100 − 70)(100 − 50)/100
    assert top["origen"] == "Tabla de programas presupuestales; parecido de nombres"
    assert top["nombre_motivo"].endswith("; su nombre comparte con la acción: anemia")


def test_no_suggestion_is_ever_sure(suggest, inputs):
    exact = dict(inputs.plan.acciones.select("accion", "nombre").iter_rows())["AER.03.04"]
    got = suggest(unlinked({"programa": "1001"}), names(finalidad={"0000001": exact + " " + exact}))
    assert got["nombre_puntaje"].max() <= MOST
    assert not got["nombre_motivo"].str.contains("(?i)segur|sin duda").any()


def test_empty_words_share_nothing_and_riego_is_not_riesgo(suggest):
    empty = names(finalidad={"0000001": "MEJORAMIENTO Y CREACIÓN DEL SERVICIO EN EL DEPARTAMENTO DE CAJAMARCA 2024"})
    assert suggest(unlinked({}), empty).height == 0
    water = suggest(unlinked({}), names(finalidad={"0000001": "RIEGO"}), limits=Limits(least=0))
    assert not {"AER.02.01", "AER.02.02"} & set(water["accion"])


def test_transversal_actions_and_decided_lines_get_none(suggest):
    said = names(finalidad={"0000001": "EJECUCIÓN DEL GASTO DE INVERSIÓN PÚBLICA PRESUPUESTADO"})
    assert "AER.07.01" not in suggest(unlinked({}), said)["accion"].to_list()
    for reason in ("excluido por una regla", "choque de reglas"):
        assert suggest(unlinked({"programa": "1001", "motivo": reason})).height == 0
    assert suggest(unlinked({"programa": "0036", "motivo": "resto sin asignar"})).height == 1


def test_lines_are_grouped_and_the_largest_come_first(suggest):
    lines = unlinked(
        {"programa": "0036", "pim_soles": "10"},
        {"programa": "0036", "pim_soles": "15", "sec_func": "2"},
        {"programa": "0130", "pim_soles": "20"},
        {"programa": "0132", "producto": "2000001", "pim_soles": "5"},
        {"programa": "0132", "producto": "2000001", "pim_soles": "6", "finalidad": "0000009"},
        {"programa": "0030", "finalidad": None, "pim_soles": "1"},
    )
    got = suggest(lines)
    assert got.select("accion", "nombre_pim_soles").rows() == [
        ("AER.10.02", Decimal("25.00")),
        ("AER.01.03", Decimal("20.00")),
        ("AER.04.03", Decimal("11.00")),
        ("AER.05.01", Decimal("1.00")),
        ("AER.05.02", Decimal("1.00")),
        ("AER.12.03", Decimal("1.00")),
    ]
    assert got.select("programa", "producto", "actividad", "finalidad").row(3) == ("0030", "3999999", "5000001", "")
    few = suggest(lines, limits=Limits(lines=2, per_line=1))
    assert few["accion"].to_list() == ["AER.10.02", "AER.01.03"]
    assert suggest(lines.reverse()).equals(got)


def test_nothing_to_propose_is_an_empty_table_of_the_same_shape(suggest):
    got = suggest(unlinked({}).clear())
    assert got.is_empty()
    assert got.columns == [*COLUMNS, *NOTES]


def test_the_reader_of_rules_takes_suggestions_as_they_are(suggest, inputs):
    got = suggest(unlinked({"programa": "1001"}, {"programa": "0132", "producto": "2000001", "finalidad": "0000002"}))
    raw = RawTable(got.with_row_index("fila", offset=2), Path("sugeridas.xlsx"), "utf-8", ",", "")
    rules = read_rules(raw, inputs.plan.acciones["accion"], ("AER.07.01",))
    assert rules.findings == ()
    assert (len(rules.rules), rules.suggested) == (got.height, got.height)
    assert rules.chosen(with_suggested=False).rules == ()
    assert rules.rules[0].selectors == {"producto": ("2000001",), "tipo_producto": ("2",)}


def test_from_a_snapshot_the_best_of_each_line_links_it(inputs, programmes, tmp_path):
    store = Store(tmp_path / "almacen")
    extract = write_long(
        tmp_path / "gasto.csv",
        budget("100", PROGRAMA_PPTO="0036", META_NOMBRE="RESIDUOS SÓLIDOS"),
        budget("7", PROGRAMA_PPTO="9001", SEC_FUNC="2", META_NOMBRE="PLANILLAS"),
    )
    load_extract(extract, store, cut_off=DAY)
    snapshot, plan = store.list()[0], inputs.plan
    before = link_snapshot(store, snapshot, None, plan.acciones)
    got = suggest_rules(
        before.coverage.sin_vincular, programmes, plan.acciones, plan.indicadores, before.names, DAY, limits=Limits(per_line=1)
    )
    assert got.select("accion", "nombre_linea", "nombre_pim_soles").rows() == [("AER.10.02", "RESIDUOS SÓLIDOS", Decimal("100.00"))]
    raw = RawTable(got.with_row_index("fila", offset=2), Path("sugeridas.csv"), "utf-8", ",", "")
    after = link_snapshot(store, snapshot, raw, plan.acciones, with_suggested=True)
    assert after.coverage.tasas["pim_vinculado_soles"][0] == 100
    assert after.coverage.tasas["pim_soles"][0] == 107


def test_words_that_too_many_names_have_tell_nothing():
    lines = pl.DataFrame({"linea": range(12), "texto": [f"CANAL SUELO{'' if n else ' AGRARIO'}" for n in range(12)]})
    actions = pl.DataFrame({"accion": ["A", "B", "C", "D"], "texto": ["canales", "suelos agrarios", "bosques", "aguas"]})
    got = alike(lines, actions)
    assert got.select("linea", "accion", "palabras").rows() == [(0, "B", "agrario")]
    assert got["puntos_nombre"].to_list() == [50.0]
