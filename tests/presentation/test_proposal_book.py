"""The proposal as a workbook: balanced, complete, never mistaken for an approval."""

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.dossier import Dossier
from presupuesto_link.errors import OutputError
from presupuesto_link.presentation.workbook.proposal_book import GROUNDS, SUPPORTS, write_proposal
from presupuesto_link.presentation.workbook.proposal_sheet import DRAFT_BANNER
from presupuesto_link.presentation.workbook.proposal_tables import signatures
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.scenarios.proposal import rules
from presupuesto_link.vocabulary import VERDICTS
from tests.presentation.proposals import detailed

SHEETS = [
    "Resumen",
    "Anulaciones",
    "Habilitaciones",
    "Movimientos",
    "Normas",
    "Documentos",
    "Por fuente",
    "AER antes y después",
    "POI",
    "Firmas",
]
AOI = pl.DataFrame(
    {
        "sec_ejec": ["775", "776", "999"],
        "sec_func": ["0001", "0004", "0001"],
        "aoi": ["AOI-1", "AOI-4", "AOI-9"],
        "nombre": ["Riego", "Obra", "Otra"],
    }
)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return detailed()


@pytest.fixture(scope="module")
def book(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("propuesta") / "propuesta.xlsx"
    write_proposal(scenario, path, AOI)
    return path


@pytest.fixture(scope="module")
def by_action(dossier: Dossier, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without source, unit nor classifier."""
    path = tmp_path_factory.mktemp("propuesta") / "por_aer.xlsx"
    write_proposal(dossier.scenarios[0], path)
    return path


def cells(path: Path, sheet: str) -> list[tuple]:
    """Every row, as a spreadsheet shows it, without the empty ones."""
    frame = pl.read_excel(path, sheet_name=sheet, engine="calamine", has_header=False, infer_schema_length=0)
    return [row for row in frame.rows() if any(value is not None for value in row)]


def table(path: Path, sheet: str, first: str) -> list[dict]:
    """The rows under the row of titles that begins with a word."""
    rows = cells(path, sheet)
    head = next(place for place, row in enumerate(rows) if row[0] == first)
    return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as book:
        return book.read(name).decode()


@pytest.mark.parametrize("sheet", SHEETS)
def test_every_sheet_says_first_that_it_is_a_draft_and_indicative(book, by_action, scenario, dossier, sheet):
    for path, said in ((book, scenario), (by_action, dossier.scenarios[0])):
        rows = cells(path, sheet)
        assert rows[0][0] == DRAFT_BANNER
        assert rows[1][0] == f"INDICATIVO: {said.advertencia.removeprefix('Es indicativo: ')}"


def test_the_sheets_come_in_the_order_of_the_file_that_is_reviewed(book):
    assert re.findall(r'<sheet name="([^"]+)"', part(book, "xl/workbook.xml")) == SHEETS


def test_both_sides_add_up_to_what_moves_and_the_summary_looks_them_up(book):
    """By hand: half of the 400 000 free of source 1 and half of the 800 000 free of source 5."""
    for sheet in ("Anulaciones", "Habilitaciones", "Movimientos"):
        *lines, total = table(book, sheet, "Mov.")
        assert [float(line["Monto (S/)"]) for line in lines] == [200_000, 400_000]
        assert (total["Mov."], float(total["Monto (S/)"])) == ("Total", 600_000)
    summary = {row["Concepto"]: row["Soles"] for row in table(book, "Resumen", "Concepto")}
    assert [float(summary[name]) for name in ("Monto que se anula", "Monto que se habilita", "Diferencia")] == [600_000, 600_000, 0]
    text = part(book, "xl/worksheets/sheet1.xml")
    assert "<f>Anulaciones!U8</f><v>600000.0</v>" in text
    assert "<f>Habilitaciones!U8</f><v>600000.0</v>" in text


def test_totals_are_formulas_over_every_line(book):
    assert "<f>SUM(U6:U7)</f><v>600000.0</v>" in part(book, "xl/worksheets/sheet2.xml")
    assert "<f>SUM(U6:U7)</f><v>600000.0</v>" in part(book, "xl/worksheets/sheet3.xml")


def test_every_source_closes_to_zero(book):
    *sources, total = table(book, "Por fuente", "Pliego")
    assert [(row["Fuente"], row["Rubro"], float(row["Anulado (S/)"]), float(row["Diferencia (S/)"])) for row in sources] == [
        ("1", "00", 200_000, 0),
        ("5", "18", 400_000, 0),
    ]
    assert float(total["Diferencia (S/)"]) == 0
    assert "<f>E6-D6</f><v>0.0</v>" in part(book, "xl/worksheets/sheet7.xml")


def test_every_movement_is_on_both_sides(book, by_action, scenario, dossier):
    for path, said in ((book, scenario), (by_action, dossier.scenarios[0])):
        expected = {str(number) for number in said.movimientos["movimiento"]}
        for sheet in ("Anulaciones", "Habilitaciones"):
            assert {row["Mov."] for row in table(path, sheet, "Mov.")[:-1]} == expected


def test_a_line_is_written_as_the_note_writes_it_and_its_text_never_runs(book):
    line = table(book, "Anulaciones", "Mov.")[1]
    assert [line[name] for name in ("Nota tipo", "UE (sec_ejec)", "Meta (sec_func)", "Programa", "Rubro", "Clasificador", "AER")] == [
        "3",
        "776",
        "0002",
        "9002",
        "18",
        "2.6.2.2",
        "AER.01.01",
    ]
    assert line["Nombre de la finalidad"] == "=riego"
    assert table(book, "Habilitaciones", "Mov.")[0]["Nota tipo"] == "4"


def test_what_is_not_known_says_so_and_is_never_zero(by_action):
    """What no line has is said once, above the table; what a line lacks, in its cell."""
    line = table(by_action, "Anulaciones", "Mov.")[0]
    assert line["Nota tipo"] == "falta dato"
    unknown = {"Fuente", "Programa", "Clasificador", "Certificado (S/)"}
    assert not unknown & line.keys()
    said = next(str(row[0]) for row in cells(by_action, "Anulaciones") if "Sin dato en ninguna línea:" in str(row[0]))
    assert all(name in said for name in unknown)
    assert {line[name] for name in ("AER", "PIM (S/)", "Monto (S/)")}.isdisjoint({None, "0", "sin dato"})


def test_a_line_that_lacks_what_others_have_says_so_in_its_cell(tmp_path):
    """Line 776/0002 loses its rubro; the other line of the side keeps it."""
    whole = detailed()
    lines = whole.asientos.with_columns(rubro=pl.when(pl.col("sec_func") != "0002").then(pl.col("rubro")))
    write_proposal(replace(whole, asientos=lines), tmp_path / "p.xlsx")
    assert [row["Rubro"] for row in table(tmp_path / "p.xlsx", "Anulaciones", "Mov.")[:-1]] == ["00", "sin dato"]


def test_grounds_are_left_to_a_person_with_the_list_of_the_law(book):
    for number, words, title in (
        (2, GROUNDS, "Causal del 48.1.1 (a, b, c o d): por declarar"),
        (3, SUPPORTS, "Sustento del 48.1.2: por declarar"),
    ):
        text = part(book, f"xl/worksheets/sheet{number}.xml")
        assert f'sqref="V6:V7"><formula1>"{",".join(words)}"</formula1>' in text
        sheet = SHEETS[number - 1]
        assert [row[title] for row in table(book, sheet, "Mov.")[:-1]] == [None, None]


def test_papers_come_from_rules_formalities_and_people(book, scenario):
    papers = table(book, "Documentos", "Grupo")
    by_group = {
        group: [row["Documento"] for row in papers if row["Grupo"] == group] for group in dict.fromkeys(row["Grupo"] for row in papers)
    }
    assert list(by_group) == ["Lo pide la norma", "Falta completar", "De toda modificación", "Sustento declarado"]
    asked = scenario.reglas.filter(veredicto="REQUIERE")["requiere"].unique()
    assert set(by_group["Lo pide la norma"]) == set(asked)
    assert by_group["De toda modificación"] == [item.documento for item in scenario.book.formalidades]
    assert by_group["Sustento declarado"] == ["RD 12-2025"]


def numbers(text: str) -> list[int]:
    """`1–3, 5` is 1, 2, 3 and 5."""
    ends = [[int(end) for end in run.split("–")] for run in text.split(", ")]
    return [number for run in ends for number in range(run[0], run[-1] + 1)]


def test_rules_and_their_verdicts_are_all_there(book, scenario):
    rows = table(book, "Normas", "Regla")
    said = [(number, row["Regla"], row["Veredicto"]) for row in rows for number in numbers(row["Cuáles (Mov.)"])]
    assert sorted(said) == sorted(scenario.reglas.select("movimiento", "regla", "veredicto").iter_rows())
    assert [int(float(row["Movimientos"])) for row in rows] == [len(numbers(row["Cuáles (Mov.)"])) for row in rows]


def test_rules_come_with_the_worst_verdict_first_and_then_the_most_money(book):
    """Movement 1 moves 200 000 and movement 2, 400 000."""
    rows = table(book, "Normas", "Regla")
    amount = {"1": 200_000, "2": 400_000, "1–2": 600_000}
    assert [float(row["Mueven (S/)"]) for row in rows] == [amount[row["Cuáles (Mov.)"]] for row in rows]
    order = [(-VERDICTS.index(row["Veredicto"]), -float(row["Mueven (S/)"])) for row in rows]
    assert order == sorted(order)
    assert {row["Veredicto"] for row in rows} == {"FALTA DATO", "REQUIERE"}


def test_movements_of_a_rule_are_told_as_ranges(scenario):
    """Eight movements of one rule; the third of another answer, so the first one skips it."""
    rows = scenario.reglas.head(1).select(pl.exclude("movimiento", "faltan"))
    many = pl.DataFrame({"movimiento": [8, 1, 2, 3, 4, 6], "faltan": [None, None, None, "algo", None, None]})
    moved = pl.DataFrame({"movimiento": [1, 2, 3, 4, 6, 8], "monto_soles": [1, 2, 3, 4, 6, 8]})
    told = rules(replace(scenario, reglas=many.join(rows, how="cross"), movimientos=moved))
    assert told.select("faltan", "movimientos", "monto_soles", "numeros").rows() == [(None, 5, 21, "1–2, 4, 6, 8"), ("algo", 1, 3, "3")]


def test_movements_name_the_rules_that_give_their_verdict(book, scenario):
    for row in table(book, "Movimientos", "Mov.")[:-1]:
        own = scenario.reglas.filter(movimiento=int(row["Mov."]), veredicto=row["Veredicto"])
        assert row["Reglas que lo dan"].split(", ") == sorted(own["regla"])


def test_the_plan_lists_the_activities_of_the_metas_that_change(book):
    rows = table(book, "POI", "UE (sec_ejec)")
    assert [(row["UE (sec_ejec)"], row["Meta (sec_func)"], row["AOI"], float(row["Cambio de la meta (S/)"])) for row in rows] == [
        ("775", "0001", "AOI-1", -200_000),
        ("776", "0002", "sin AOI en el puente", -400_000),
        ("776", "0004", "AOI-4", 400_000),
        ("776", "0005", "sin AOI en el puente", 200_000),
    ]


def test_without_a_bridge_the_plan_says_how_to_load_it_and_which_metas_to_look_at(scenario, tmp_path):
    write_proposal(scenario, tmp_path / "p.xlsx")
    assert any("presupuesto-link vincular --poi" in str(row[0]) for row in cells(tmp_path / "p.xlsx", "POI"))
    rows = table(tmp_path / "p.xlsx", "POI", "UE (sec_ejec)")
    assert [row["Meta (sec_func)"] for row in rows] == ["0001", "0002", "0004", "0005"]


def test_nobody_has_signed_and_opmi_signs_when_there_is_investment(book, scenario, dossier):
    rows = cells(book, "Firmas")[4:]
    assert [row[0] for row in rows[1:]] == [
        "Elaborado por",
        "Oficina de Presupuesto",
        "Oficina de Planeamiento",
        "OPMI",
        "Titular del pliego",
    ]
    assert all(value is None or not value for row in rows[1:] for value in row[1:])
    assert "falta el dato" in signatures(dossier.scenarios[0])[3]


def test_it_prints_on_a4_landscape_with_its_notices_on_every_page(book):
    for number in range(1, 10):
        text = part(book, f"xl/worksheets/sheet{number}.xml")
        assert 'paperSize="9"' in text
        assert 'orientation="landscape"' in text
        assert 'fitToHeight="0"' in text
        assert "&amp;Lborrador" in text
        assert '<pane ySplit="' in text
    assert "Anulaciones!$1:$5" in part(book, "xl/workbook.xml")


def test_the_same_proposal_gives_the_same_bytes_and_is_never_replaced(book, scenario, tmp_path):
    again = tmp_path / "propuesta.xlsx"
    write_proposal(scenario, again, AOI)
    assert again.read_bytes() == book.read_bytes()
    with pytest.raises(OutputError, match="ya existe"):
        write_proposal(scenario, again, AOI)
    assert [path.name for path in tmp_path.iterdir()] == ["propuesta.xlsx"]


def test_a_scenario_that_moves_nothing_still_says_so(tmp_path):
    path = tmp_path / "nada.xlsx"
    write_proposal(detailed(monto_maximo_soles=0), path)
    assert table(path, "Anulaciones", "Mov.")[0]["Mov."] == "Total"
    summary = {row["Concepto"]: row["Soles"] for row in table(path, "Resumen", "Concepto")}
    assert float(summary["Monto que se anula"]) == 0
