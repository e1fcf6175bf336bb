"""Any linked year is a budget: its sums are those of the link, its source, scope and day are said, and a year in course is judged by its pace."""

import datetime as dt
import shutil
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.commands import main
from presupuesto_link.dossier import assemble
from presupuesto_link.errors import InputDataError
from presupuesto_link.evaluation.evaluate import evaluate, matrix_of
from presupuesto_link.inputs import load
from presupuesto_link.money.cut import Cut, latest_of, own_rules
from presupuesto_link.money.money import money_of
from presupuesto_link.presentation.telling.quarter_lines import quarter_lines
from presupuesto_link.scenarios.ground import ground_of, solve_all
from presupuesto_link.sources.embedded import embedded_analyses
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.store import Store
from presupuesto_link.vocabulary import LINKED, PRINTED
from tests.conftest import ROOT, SHARED
from tests.sources.extracts import budget, spent, write_long

RULES = "id,accion,programa,clase,parte,estado,autor,fecha\nsalud,AER.03.03,0002,,,firmado,Ana Pérez,2024-06-30\nninos,AER.03.04,0001,,,firmado,Ana Pérez,2024-06-30\n"


@pytest.fixture
def office(tmp_path):
    """An analysis without printed table nor extracts, whose rules a person signed."""
    folder = tmp_path / "oficina"
    shutil.copytree(ROOT / "data" / "pdrc", folder / "plan")
    (folder / "vinculos.csv").write_text(RULES, encoding="utf-8")
    (folder / "analisis.toml").write_text(
        'titulo = "Oficina"\nautor = "Ana Pérez"\npregunta = "¿Qué va tarde?"\nfuente = "Plan"\nfecha_corte = 2025-10-31\n'
        f'[fuentes]\nplan = "plan"\nperfiles = "{(ROOT / "data" / "perfiles").as_posix()}"\n'
        '[vinculo]\nreglas = "vinculos.csv"\n[vinculo.ambito]\npliego = "445"\ndepartamento_meta = "06"\nnombre = "Cajamarca"\n',
        encoding="utf-8",
    )
    return folder / "analisis.toml"


@pytest.fixture
def extract(tmp_path, capsys):
    """Load an extract of the pliego: each year's PIM of programme 0002, and its accrual by month."""

    def loaded(cut_off, years, name="2025-Gasto.csv", **codes):
        rows = [
            row
            for year, (pim, flows) in years.items()
            for row in (
                budget(pim, ANO_EJE=str(year), PROGRAMA_PPTO="0002", **codes),
                *(spent(m, v, ANO_EJE=str(year), PROGRAMA_PPTO="0002", **codes) for m, v in flows),
            )
        ]
        path = write_long(tmp_path / name, *rows)
        code = main._code(["cargar", str(path), "--al", cut_off, "--almacen", str(tmp_path / "almacen")], False)
        assert code == 0, capsys.readouterr().err
        store = Store(tmp_path / "almacen")
        return store, next(s for s in store.list() if s.cut_off == cut_off)

    return loaded


def of(frame, action):
    return frame.filter(pl.col("accion") == action).row(0, named=True)


@pytest.mark.parametrize("printed", [True, False])
def test_the_matrices_of_every_closed_year_sum_what_the_link_gives(quarter_dossier, printed):
    """2022 to 2025 of the synthetic store, with and without the printed table: to the céntimo."""
    evaluation = quarter_dossier.analysis
    inputs, cut = evaluation.inputs, evaluation.money.cut
    if not printed:
        bare = inputs.spec.fuentes.model_copy(update={"gasto_aer": None, "anio_gasto": None})
        evaluation = evaluate(replace(inputs, budget=None, extracts=(), spec=inputs.spec.model_copy(update={"fuentes": bare})), cut)
    linked = quarter_dossier.quarter.monitoring.followed.linkage.coverage.acciones.filter(~pl.col("transversal"))
    pairs = [(m.anio_ejecucion, m.anio_resultado) for m in evaluation.matrices]
    assert pairs == [(2022, 2023), (2023, 2023), (2024, 2024), (2025, 2024)]
    for matrix in evaluation.matrices:
        own = linked.filter(pl.col("anio") == matrix.anio_ejecucion)
        for measure in ("pim_soles", "devengado_soles"):
            assert matrix.celdas[measure].sum() == own[measure].sum()
        assert matrix.ambito == "gasto del Gobierno Regional de Cajamarca (pliego 445), 5 ejecutoras"
        assert matrix.sintetico
    assert [m.medida for m in evaluation.matrices] == ["devengado ÷ PIM"] * 3 + ["devengado ÷ lo esperado al 31/08/2025"]


def test_a_source_that_does_not_decide_stands_beside_with_its_reason(quarter_dossier):
    """2023 is linked and printed: the linked one decides; the other is another scope, and 2024's real money is not made up."""
    money = quarter_dossier.analysis.money
    assert money.of(2023).origen.clase == LINKED
    table = money.conciliacion
    assert set(table["anio"]) == {2023, 2024}
    both = table.filter(pl.col("pim_soles").is_not_null() & pl.col("otro_pim_soles").is_not_null())
    assert (both["diferencia_pim_soles"] == both["pim_soles"] - both["otro_pim_soles"]).all()
    assert set(both["motivo_probable"]) == {"una de las dos es sintética"}
    alone = table.filter(pl.col("pim_soles").is_null() & (pl.col("anio") == 2023))
    assert set(alone["motivo_probable"]) == {"sólo la otra fuente le da dinero"}


def test_in_august_a_year_is_judged_by_its_pace(quarter_dossier):
    """AER.05.01 accrued 50.5 % of its PIM and 88.6 % of what was expected: it spends, and may receive."""
    evaluation = quarter_dossier.analysis
    row = of(evaluation.diagnosed, "AER.05.01")
    assert round(row["devengado_pim_ratio"], 3) == 0.505
    assert round(row["ejecucion_ratio"], 3) == 0.886
    assert (row["diagnostico"], row["ejecucion_medida"]) == ("rediseñar", "devengado ÷ lo esperado al 31/08/2025")
    assert row["razon"].startswith("Ejecutó 88.6 % de lo esperado al 31/08/2025")
    light = quarter_dossier.quarter.monitoring.light.filter((pl.col("nivel") == "AER") & (pl.col("mes") == 8))
    same = evaluation.diagnosed.join(light, left_on="accion", right_on="unidad", how="inner").filter(
        pl.col("ejecucion_ratio").is_not_null()
    )
    assert same.height == 24
    assert (same["ejecucion_ratio"] == same["devengado_ratio"]).all()
    may = next(s for s in quarter_dossier.compared if s.spec.id == "cierre-de-brechas").problem.receivers.acciones
    assert "AER.05.01" in may["accion"].to_list()


def test_only_the_audit_makes_a_donor_of_august_review_its_target(quarter_dossier):
    doubted = set(quarter_dossier.analysis.audit.dudas.filter(pl.col("anio") == 2024)["indicador"])
    for scenario in quarter_dossier.compared:
        donors = scenario.acciones.filter((pl.col("papel") == "donante") & (pl.col("diagnostico") == "revisar meta"))["accion"]
        rows = quarter_dossier.analysis.diagnosed.filter(pl.col("accion").is_in(donors.to_list()))
        assert all(set(row["indicadores_en_duda"].split(", ")) & doubted for row in rows.iter_rows(named=True))


def test_the_scenario_stands_on_the_ranking_that_is_shown(quarter_dossier):
    evaluation = quarter_dossier.analysis
    (own,) = quarter_dossier.scenarios
    assert own.baseline.ranking.equals(evaluation.ranking)
    assert own.baseline.anio == 2025
    assert not own.baseline.faltantes
    assert "no traen" not in own.advertencia
    assert own.baseline.cierre is not None


def test_pace_and_closed_year_by_hand(office, extract):
    """1,200 a year and 50 a month until August: 400 of the 800 that equal twelfths expect, 33.3 % of the PIM; 2024 closed at 600 of 1,000."""
    store, snapshot = extract("2025-09-10", {2024: ("1000", [(12, "600")]), 2025: ("1200", [(m, "50") for m in range(1, 9)])})
    inputs = load(office)
    money = money_of(inputs, Cut(store, snapshot, own_rules(inputs)))
    closed, course = money.of(2024), money.of(2025)
    assert (closed.cerrado, course.cerrado) == (True, False)
    assert (closed.origen.al, course.origen.al, course.ritmo.al) == (dt.date(2025, 9, 10), dt.date(2025, 9, 10), dt.date(2025, 8, 31))
    one, other = of(closed.ejecucion, "AER.03.03"), of(course.ejecucion, "AER.03.03")
    assert (one["ejecucion_ratio"], one["esperado_soles"], one["saldo_soles"]) == (0.6, None, Decimal("400.00"))
    assert (other["devengado_soles"], other["esperado_soles"], other["ejecucion_ratio"]) == (Decimal("400.00"), Decimal("800.00"), 0.5)
    assert round(other["devengado_pim_ratio"], 4) == 0.3333
    assert (one["color_ejecucion"], other["color_ejecucion"]) == ("rojo", "rojo")
    empty = of(course.ejecucion, "AER.01.01")
    assert (empty["pim_soles"], empty["ejecucion_ratio"], empty["ejecucion_motivo"]) == (None, None, "sin PIM vinculado")
    assert course.totales["pim_soles"] == Decimal("1200.00")
    assert course.totales["ejecucion_ratio"] == 0.5
    assert money.decision_year(0) == 2025


def test_what_was_accrued_after_the_last_closed_month_is_of_the_cut_and_not_of_the_pace(office, extract):
    store, snapshot = extract("2025-09-10", {2025: ("1200", [(8, "400"), (9, "70")])})
    inputs = load(office)
    row = of(money_of(inputs, Cut(store, snapshot, own_rules(inputs))).of(2025).ejecucion, "AER.03.03")
    assert (row["devengado_soles"], row["devengado_al_ritmo_soles"]) == (Decimal("470.00"), Decimal("400.00"))
    assert (row["al"], row["ritmo_al"]) == (dt.date(2025, 9, 10), dt.date(2025, 8, 31))


def test_a_source_without_months_is_expected_day_by_day(office, tmp_path, capsys):
    """A per-action table on 1 July of a year of 365 days: 182 of them have passed."""
    path = tmp_path / "tabla_2025.csv"
    path.write_text("AE,PIA,PIM,DEVENGADO\nAER.03.03,1000,3650,910\n", encoding="utf-8")
    args = ["cargar", str(path), "--al", "2025-07-01", "--anio", "2025", "--almacen", str(tmp_path / "almacen")]
    if main._code(args, False):
        pytest.skip(capsys.readouterr().err)
    store = Store(tmp_path / "almacen")
    inputs = load(office)
    budget_ = money_of(inputs, Cut(store, store.list()[-1], own_rules(inputs), "todo")).of(2025)
    row = of(budget_.ejecucion, "AER.03.03")
    assert (row["esperado_soles"], row["ejecucion_ratio"], row["curva"]) == (
        Decimal("1820.00"),
        0.5,
        "parte del año transcurrida, día a día",
    )
    assert budget_.medida == "devengado ÷ lo esperado al 01/07/2025"


def test_the_pim_of_30_september_is_the_other_denominator_of_a_closed_year(office, extract):
    extract("2024-09-30", {2024: ("800", [(8, "300")])}, name="2024-09-Gasto.csv")
    store, snapshot = extract("2025-01-31", {2024: ("1000", [(12, "600")])}, name="2024-Gasto.csv")
    inputs = load(office)
    row = of(money_of(inputs, Cut(store, snapshot, own_rules(inputs))).of(2024).ejecucion, "AER.03.03")
    assert (row["ejecucion_ratio"], row["pim_setiembre_soles"], row["devengado_pim_setiembre_ratio"]) == (0.6, Decimal("800.00"), 0.75)


def test_money_and_results_are_ranked_without_any_printed_table(office, extract):
    store, snapshot = extract("2025-01-31", {2024: ("1000", [(12, "600")])})
    inputs = load(office)
    evaluation = evaluate(inputs, Cut(store, snapshot, own_rules(inputs)))
    assert [(m.anio_ejecucion, m.anio_resultado) for m in evaluation.matrices] == [(2024, 2024)]
    assert evaluation.ranking.height == 48
    assert not [f for f in evaluation.audit.hallazgos if f.code.startswith("P")]
    assert evaluation.budget.origen.firma == "Las 2 reglas que cuentan están firmadas por una persona u oficina."


def test_without_any_money_every_action_says_so_and_nothing_is_zero(office):
    evaluation = evaluate(load(office))
    assert set(evaluation.diagnosed["diagnostico"]) == {"sin presupuesto vinculado"}
    assert evaluation.diagnosed["pim_soles"].null_count() == 48
    assert evaluation.budget.origen.titulo == "sin fuente de dinero"


def test_a_year_that_no_source_has_lists_those_that_there_are(analysis):
    with pytest.raises(
        InputDataError, match=r"presupuesto de 2021[\s\S]*2023 \(tabla de presupuesto por AER[\s\S]*2024 \(PIM, devengado y girado 2024"
    ):
        matrix_of(analysis, 2021, 2024)


def test_the_default_is_the_newest_of_the_own_entity(office, extract, tmp_path, capsys):
    store, own = extract("2025-01-31", {2024: ("1000", [(12, "600")])})
    extract("2025-02-28", {2024: ("1000", [(12, "600")])}, name="otro.csv", PLIEGO="452", SEC_EJEC="1004")
    inputs = load(office)
    assert latest_of(store, inputs.spec.vinculo.ambito, "pliego").id == own.id


def test_a_snapshot_of_another_entity_is_refused(office, extract):
    store, other = extract("2025-02-28", {2024: ("1000", [(12, "600")])}, PLIEGO="452", SEC_EJEC="1004")
    inputs = load(office)
    with pytest.raises(InputDataError, match="ninguna fila de gasto del Gobierno Regional"):
        money_of(inputs, Cut(store, other, own_rules(inputs)))


def test_a_plan_in_its_first_year_is_ranked_and_its_trend_is_nd(office, extract):
    """Only 2024 was obtained; targets go on to 2030: what is evaluated is 2024, and nothing is asked of 2030."""
    values = office.parent / "plan" / "valores.csv"
    (office.parent / "plan" / "correcciones.toml").unlink()
    frame = pl.read_csv(values, infer_schema=False)
    first = frame.filter(~((pl.col("concepto") == "obtenido") & (pl.col("anio") == "2023")))
    future = frame.filter((pl.col("concepto") == "meta") & (pl.col("anio") == "2024")).with_columns(anio=pl.lit("2030"))
    pl.concat([first, future]).write_csv(values)
    store, snapshot = extract("2025-01-31", {2024: ("1000", [(12, "600")])})
    inputs = load(office)
    assert (inputs.spec.anio_evaluado, inputs.spec.ranking.anio_resultado, inputs.spec.ranking.anio_resultado_previo) == (2024, 2024, 0)
    dossier = assemble(inputs, Cut(store, snapshot, own_rules(inputs)))
    assert dossier.analysis.ranking["tendencia"].null_count() == 48
    assert dossier.analysis.ranking.filter(pl.col("grupo") == "rezagada").height > 0
    assert not [f for f in dossier.analysis.audit.hallazgos if "2030" in f.place and f.code == "E06"]


def test_the_real_workbook_says_each_figure_of_its_day():
    """SIAF-web of 30 October: 28,495,619.31 are of that day, 25.9 M of September's close, and the certificado is there."""
    path = SHARED / "casos" / "uso" / "siaf_web_445_20251030.xlsx"
    if not path.is_file():
        pytest.skip("the real workbook is not beside this repository")
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "almacen")
        load_extract(path, store, cut_off=dt.date(2025, 10, 30))
        inputs = load(embedded_analyses()["cajamarca-2024"])
        dossier = assemble(inputs, Cut(store, store.list()[-1], own_rules(inputs)))
        said = " ".join(f"{line.lead} {line.text}" for line in quarter_lines(dossier.quarter))
    assert "Al 30 de octubre de 2025 se habían devengado S/ 28,495,619.31" in said
    assert "A fines de setiembre se habían devengado S/ 25.9 M" in said
    assert "Al 30 de octubre de 2025 estaban certificados S/ 38,480,622.56" in said
    assert "Al 30 de octubre de 2025 se habían devengado S/ 25.9 M" not in said


def test_from_the_file_to_matrix_ranking_and_scenario_in_one_process(tmp_path):
    """The synthetic extract, loaded here: its own matrix, its ranking and the scenario on its lines, all of one budget."""
    store = Store(tmp_path / "almacen")
    load_extract(ROOT / "data" / "siaf" / "gasto_2025_a_junio_sintetico.csv.gz", store)
    inputs = load(embedded_analyses()["cajamarca-2024"])
    evaluation = evaluate(inputs, Cut(store, store.list()[-1], own_rules(inputs)))
    decision = evaluation.matrices[-1]
    assert (decision.anio_ejecucion, decision.anio_resultado) == (2025, 2024)
    assert decision.celdas["pim_soles"].sum() == evaluation.linked.direct["pim_soles"].sum()
    solved = solve_all(ground_of(evaluation))
    (scenario,) = solved.scenarios
    lines = scenario.baseline.lineas.filter(pl.col("vinculo") == "directo")
    assert lines["pim_soles"].sum() == decision.celdas["pim_soles"].sum()
    assert scenario.baseline.ranking.equals(evaluation.ranking)
    assert scenario.monto_soles > 0


def test_printed_money_is_never_captioned_as_made_up(quarter_dossier):
    printed = [b for b in quarter_dossier.analysis.money.budgets if b.origen.clase == PRINTED]
    assert printed
    assert all("sintétic" not in b.origen.cita.lower() and not b.origen.sintetico for b in printed)
    real = [b for b in quarter_dossier.analysis.money.budgets if "PIM, devengado y girado 2024" in b.origen.titulo]
    assert [b.origen.sintetico for b in real] == [False]
