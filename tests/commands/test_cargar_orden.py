"""`cargar` in the order a person thinks: what the file is, of what day its figures are, and only then what is kept."""

import json
from pathlib import Path

import pytest
import typer

from presupuesto_link.store.store import Store
from tests.commands.test_cargar import call
from tests.conftest import SHARED
from tests.sources.extracts import budget, spent, write_long

AER = "AE,PIA,PIM,DEVENGADO\nAER.01.03,10,20,5\n"


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def answers(monkeypatch):
    """Somebody at the terminal: what they are asked, and what they answer (null takes what is offered)."""
    asked, given = [], []

    def prompt(question, default=None, value_proc=None, **_):
        asked.append((question, default))
        return value_proc(given.pop(0) or default)

    monkeypatch.setattr("presupuesto_link.commands.cargar.somebody_answers", lambda: True)
    monkeypatch.setattr(typer, "prompt", prompt)
    return asked, given


def kept():
    return [(one.cut_off, one.manifest["fecha_corte_de"]) for one in Store(Path("almacen")).list()]


def test_what_is_no_extract_is_told_before_any_day_is_asked_for(capsys, tmp_path, answers):
    (tmp_path / "notas.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    code, out, err = call(capsys, "cargar", "notas.csv")
    assert (code, out, answers[0]) == (1, "", [])
    assert "ninguna forma conocida" in err
    assert "de qué día" not in err


def test_the_day_found_is_offered_once_and_another_may_be_said(capsys, tmp_path, answers):
    asked, given = answers
    given += [None, "29/10/2025"]
    for name in ("gasto_20251030.csv", "otro_20251030.csv"):
        write_long(tmp_path / name, budget(str(len(name)), ANO_EJE="2025"))
        assert call(capsys, "cargar", name)[0] == 0
    assert [default for _, default in asked] == ["2025-10-30", "2025-10-30"]
    assert asked[0][0].startswith("gasto_20251030.csv es gasto mensual del portal")
    assert "según nombre del archivo" in asked[0][0]
    assert kept() == [("2025-10-29", "quien cargó"), ("2025-10-30", "nombre del archivo")]


def test_a_day_that_may_be_two_is_asked_and_never_chosen(capsys, tmp_path, monkeypatch, answers):
    asked, given = answers
    write_long(tmp_path / "HT_231025.csv", budget("1", ANO_EJE="2023"))
    given += ["25-10-2023"]
    assert call(capsys, "cargar", "HT_231025.csv")[0] == 0
    assert "el nombre puede decir 2025-10-23 o 2023-10-25" in asked[0][0]
    assert asked[0][1] is None
    monkeypatch.setattr("presupuesto_link.commands.cargar.somebody_answers", lambda: False)
    code, _, err = call(capsys, "cargar", "HT_231025.csv")
    assert (code, "el nombre puede decir 2025-10-23 o 2023-10-25" in err, "--al AAAA-MM-DD" in err) == (1, True, True)
    assert call(capsys, "cargar", "HT_231025.csv", "--al", "25/10/2023")[0] == 0
    assert kept() == [("2023-10-25", "quien cargó")]


def test_the_years_of_the_figures_decide_between_two_readings(capsys, tmp_path):
    write_long(tmp_path / "07_HT_PPTO_231025.csv", budget("1", ANO_EJE="2025"))
    assert "corte 2025-10-23 (nombre del archivo, 231025)" in call(capsys, "cargar", "07_HT_PPTO_231025.csv")[1]
    write_long(tmp_path / "1T_2024.csv", budget("1"))
    assert "corte 2024-03-31 (nombre del archivo, 1T_2024: fin del trimestre)" in call(capsys, "cargar", "1T_2024.csv")[1]


def test_the_library_recognises_first_and_reads_the_years_too(tmp_path):
    from presupuesto_link.errors import InputDataError
    from presupuesto_link.store.loading import load_extract

    write_long(tmp_path / "HT_231025.csv", budget("1", ANO_EJE="2025"))
    assert load_extract(tmp_path / "HT_231025.csv", Store(tmp_path / "almacen")).snapshot.cut_off == "2025-10-23"
    (tmp_path / "notas.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputDataError, match="ninguna forma conocida"):
        load_extract(tmp_path / "notas.csv", Store(tmp_path / "almacen"))


@pytest.fixture
def folder(tmp_path):
    """Three cut-offs of one series in disorder, one of another, and a file that is no extract."""
    place = tmp_path / "entrega de octubre"
    place.mkdir()
    for day, amount in (("30-10-2025", "7"), ("20250630", "5"), ("20250930", "6")):
        write_long(place / f"gasto_{day}.csv", budget(amount, ANO_EJE="2025"), spent(2, "1", ANO_EJE="2025"))
    (place / "aer_20251030.csv").write_text(AER, encoding="utf-8")
    (place / "notas.txt").write_text("hola\n", encoding="utf-8")
    for name in ("~$aer_20251030.xlsx", ".oculto.csv", "LEAME.md", "aer_20251030.origen.toml"):
        (place / name).write_text("", encoding="utf-8")
    return place


def test_a_folder_is_shown_by_series_and_day_before_anything_is_written(capsys, folder, tmp_path):
    code, out, _ = call(capsys, "cargar", folder, "--anio", "2025")
    assert code == 1
    shown = out[: out.index("instantánea")].splitlines()
    assert shown[0] == "5 archivos, 2 series, por fecha:"
    assert [line.split(": ")[-1] for line in shown if line.startswith("    ")] == [
        "aer_20251030.csv",
        "gasto_20250630.csv",
        "gasto_20250930.csv",
        "gasto_30-10-2025.csv",
        "ninguna forma conocida de extracto",
    ]
    closing = out[out.index("4 de 5 bien") :].splitlines()
    assert [line.split(":")[0].strip() for line in closing[1:]] == [
        "aer_20251030.csv",
        "gasto_20250630.csv",
        "gasto_20250930.csv",
        "gasto_30-10-2025.csv",
        "notas.txt",
    ]
    assert "largo · 2025 · corte 2025-06-30 → 20250630-" in closing[2]
    assert len(Store(tmp_path / "almacen").list()) == 4
    (folder / "notas.txt").unlink()
    code, out, _ = call(capsys, "cargar", folder, "--anio", "2025", "--json")
    answer = json.loads(out)
    assert (code, [len(one["archivos"]) for one in answer["series"]], answer["guardado"]) == (0, [1, 3], True)
    assert "4 de 4 bien" in call(capsys, "cargar", folder, "--anio", "2025")[1]


def test_one_question_serves_for_every_file_without_a_day(capsys, tmp_path, answers):
    asked, given = answers
    given += ["31/01/2025"]
    for name in ("2023-Gasto.csv", "2024-Gasto.csv", "gasto_20241231.csv"):
        write_long(tmp_path / name, budget("5", ANO_EJE="2023" if "2023" in name else "2024"))
    code, out, _ = call(capsys, "cargar", "2023-Gasto.csv", "2024-Gasto.csv", "gasto_20241231.csv")
    assert (code, len(asked)) == (0, 1)
    assert "2023-Gasto.csv y 2024-Gasto.csv" in asked[0][0]
    assert out.count("sin fecha") == 2
    assert [cut for cut, _ in kept()] == ["2024-12-31", "2025-01-31", "2025-01-31"]


def test_files_without_a_day_do_not_hold_back_the_others(capsys, tmp_path):
    for name in ("2024-Gasto.csv", "gasto_20241231.csv"):
        write_long(tmp_path / name, budget("5"))
    code, out, err = call(capsys, "cargar", "2024-Gasto.csv", "gasto_20241231.csv")
    assert (code, "1 de 2 bien" in out) == (1, True)
    assert "nadie dice de qué día son las cifras" in err


def test_a_trial_says_all_of_it_and_writes_nothing(capsys, tmp_path):
    write_long(tmp_path / "gasto_20251030.csv", budget("5", ANO_EJE="2025"), spent(2, "1", ANO_EJE="2025"))
    code, out, err = call(capsys, "cargar", "gasto_20251030.csv", "--probar")
    assert (code, err) == (0, "")
    for words in ("(se guardaría)", "Forma: largo", "corte 2025-10-30 (nombre del archivo)", "filas guardadas: 2", "Hallazgos: ninguno."):
        assert words in out
    assert not (tmp_path / "almacen").exists()
    assert call(capsys, "cargar", "gasto_20251030.csv")[0] == 0
    assert "(ya está en el almacén)" in call(capsys, "cargar", "gasto_20251030.csv", "--probar")[1]
    assert json.loads(call(capsys, "cargar", "gasto_20251030.csv", "--probar", "--json")[1])["guardado"] is False


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".zip"])
def test_a_big_text_is_seen_from_its_beginning(tmp_path, monkeypatch, ending):
    import gzip
    import zipfile

    from presupuesto_link.sources.siaf import LAYOUTS, glance

    plain = write_long(tmp_path / "gasto.csv", *(budget(str(number), ANO_EJE="2025") for number in range(500)))
    path = tmp_path / f"gasto{ending}"
    if ending == ".csv.gz":
        path.write_bytes(gzip.compress(plain.read_bytes()))
    elif ending == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, "dentro.csv")
    monkeypatch.setattr(glance, "_WHOLE", 100)
    monkeypatch.setattr(glance, "_BEGINNING", 20_000)
    seen = glance.glance(path, LAYOUTS)
    assert (seen.path, seen.layout.name, seen.years) == (path, "largo", (2025,))


def test_an_analysis_takes_a_folder_and_the_same_days(capsys, folder, monkeypatch):
    seen = []

    def stop(inputs, cut, _):
        seen.append(cut.snapshot.cut_off)
        raise KeyboardInterrupt

    monkeypatch.setattr("presupuesto_link.dossier.assemble", stop)
    (folder / "notas.txt").unlink()
    (folder / "aer_20251030.csv").unlink()
    assert call(capsys, "analizar", folder)[0] == 130
    assert seen == ["2025-10-30"]
    assert [cut for cut, _ in kept()] == ["2025-06-30", "2025-09-30", "2025-10-30"]


def test_the_cases_of_the_field_say_their_day(capsys):
    case = SHARED / "casos" / "uso" / "siaf_web_445_20251030.xlsx"
    if not case.is_file():
        pytest.skip("the cases of the field are not beside this repository")
    out = call(capsys, "cargar", case, "--probar")[1]
    assert "corte 2025-10-30 (nombre del archivo)" in out
    assert "28,495,619.31" in out
