"""`analizar` writes everything or nothing, and the same bytes for the same inputs."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.errors import InfeasibleScenarioError, OutputError, Problem
from presupuesto_link.presentation.folders import outputs
from presupuesto_link.presentation.telling.summary import summary_lines
from presupuesto_link.presentation.telling.tables import result_tables
from presupuesto_link.presentation.writing import folder as folders
from presupuesto_link.presentation.writing.csv_files import write_csv


def digests(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """One full run, in a process of its own, as a user would."""
    work = tmp_path_factory.mktemp("corrida")
    run_cli(work, "1")
    return work / "salida"


def run_cli(work: Path, seed: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "presupuesto_link", "analizar"],
        cwd=work,
        env=os.environ | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )


@pytest.mark.lento
def test_two_runs_in_other_folders_are_byte_for_byte_the_same(written, tmp_path):
    run_cli(tmp_path, "2")
    assert digests(tmp_path / "salida") == digests(written)


@pytest.mark.lento
def test_what_is_written(written, dossier):
    files = digests(written)
    tables = [table.name for table in result_tables(dossier)]
    assert {f"tablas/{name}.{ext}" for name in tables for ext in ("csv", "parquet")} <= files.keys()
    figures = {path.removeprefix("graficos/").rpartition(".")[0] for path in files if path.startswith("graficos/")}
    assert {
        "matriz_2023_2023",
        "matriz_2023_2024",
        "matriz_2024_2024",
        "burbujas_2023_2023",
        "burbujas_2023_2024",
        "burbujas_2024_2024",
        "ranking",
        "semaforo_oer",
        "semaforo_aer",
        "escenario_recomendacion-2",
        "transferencias_recomendacion-2",
    } == figures
    assert {f"graficos/{name}.{ext}" for name in figures for ext in ("png", "svg")} <= files.keys()
    assert {"index.html", "libro.xlsx", "manifiesto.json"} <= files.keys()


@pytest.mark.lento
def test_tables_on_disk_equal_the_library(written, dossier):
    for table in result_tables(dossier):
        assert pl.read_parquet(written / "tablas" / f"{table.name}.parquet").equals(table.frame)
        assert (written / "tablas" / f"{table.name}.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.lento
def test_the_manifest_names_inputs_and_outputs_without_machine_paths(written):
    manifest = json.loads((written / "manifiesto.json").read_text(encoding="utf-8"))
    files = digests(written)
    files.pop("manifiesto.json")
    assert manifest["salidas"] == files
    assert "data/pdrc/valores.csv" in manifest["entradas"]
    assert manifest["parametros"]["analisis"]["avance"]["perfil"] == "ceplan"
    assert str(Path.home()) not in json.dumps(manifest)
    assert all(not name.startswith(("/", "..")) and ":" not in name for name in manifest["entradas"])


def test_a_failure_leaves_the_previous_result_whole(dossier, tmp_path, monkeypatch):
    folder = tmp_path / "salida"
    folder.mkdir()
    digest = hashlib.sha256(b"x").hexdigest()
    manifest = {"programa": {"nombre": "presupuesto-link"}, "salidas": {"antes.txt": digest}}
    (folder / folders.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "antes.txt").write_bytes(b"x")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(outputs, "_write_workbook", full_disk)
    with pytest.raises(OutputError, match="no se pudo escribir"):
        outputs.write_analysis(dossier, folder)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["salida"]
    assert sorted(p.name for p in folder.iterdir()) == ["antes.txt", folders.MANIFEST]


def test_a_foreign_folder_is_never_replaced(dossier, tmp_path):
    (tmp_path / "tesis.docx").write_bytes(b"x")
    with pytest.raises(OutputError, match="una carpeta con otros archivos"):
        outputs.write_analysis(dossier, tmp_path)
    with pytest.raises(OutputError, match="se encontró: un archivo"):
        outputs.write_analysis(dossier, tmp_path / "tesis.docx")
    assert (tmp_path / "tesis.docx").read_bytes() == b"x"


def test_results_that_a_person_edited_are_never_lost(dossier, tmp_path):
    folder = tmp_path / "salida"
    folder.mkdir()
    manifest = {"programa": {"nombre": "presupuesto-link"}, "salidas": {"libro.xlsx": hashlib.sha256(b"x").hexdigest()}}
    (folder / folders.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (folder / "libro.xlsx").write_bytes(b"editado a mano")
    (folder / "notas.docx").write_bytes(b"notas")
    with pytest.raises(OutputError, match=r"agregados o cambiados después de escribirse: libro.xlsx, notas.docx"):
        outputs.write_analysis(dossier, folder)
    assert (folder / "libro.xlsx").read_bytes() == b"editado a mano"


def test_the_working_folder_is_never_replaced(dossier, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="la carpeta actual"):
        outputs.write_analysis(dossier, Path())


def test_the_swap_puts_the_earlier_folder_back_when_it_fails(tmp_path, monkeypatch):
    part, folder = tmp_path / "p", tmp_path / "salida"
    part.mkdir()
    folder.mkdir()
    (folder / "a").write_text("a", encoding="utf-8")
    real = Path.replace

    def locked(self: Path, target: Path) -> Path:
        if self == part:
            raise PermissionError(13, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(PermissionError):
        folders._swap(part, folder)
    assert (folder / "a").read_text(encoding="utf-8") == "a"


def test_the_summary_is_computed(analysis, dossier):
    text = "\n".join(summary_lines(dossier))
    assert "13 OER, 48 AER, 100 indicadores y 40 filas" in text
    assert "36 AER, PIM S/ 5,801,047,905, devengado S/ 4,740,482,810 (81.72 %)" in text
    assert f"{len(analysis.audit.hallazgos)} hallazgos" in text
    assert "Sin presupuesto vinculado en 2023: 11 AER" in text


def test_corrections_are_explained_by_the_codes_the_audit_gives_them(dossier):
    """Of the ten corrections, eight change a value (C01) and two a name or a code (I07): see correcciones.toml."""
    text = "\n".join(summary_lines(dossier))
    assert "10 correcciones aplicadas (8 de valores, que la auditoría lista como C01, y 2 de nombres o códigos" in text


def test_a_scenario_without_solution_is_told_and_not_hidden(analysis, dossier):
    error = InfeasibleScenarioError(Problem("escenario x", "nadie puede dar", "al menos una AER", "amplíe el tope"))
    other = replace(dossier, solved=replace(dossier.solved, unsolved=((analysis.inputs.scenarios[0], error),)))
    text = "\n".join(summary_lines(other))
    title = analysis.inputs.scenarios[0].titulo
    assert f"Escenario no calculable: «{title}»: nadie puede dar, y se esperaba al menos una AER." in text
    assert "no calculable" not in "\n".join(summary_lines(dossier))


@pytest.fixture
def one_figure(monkeypatch):
    """Drawing is not what is tested: one figure that writes two small files."""
    from presupuesto_link.presentation import plots

    def save(figure: plots.Figure, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("png", "svg"):
            (folder / f"{figure.name}.{kind}").write_bytes(b"x")

    figure = plots.Figure("ranking", "t", "a.", None, 1, 1, pl.DataFrame())
    monkeypatch.setattr(plots, "draw_all", lambda _: (figure,))
    monkeypatch.setattr(plots, "save_figure", save)


def test_a_part_alone_is_written_with_its_manifest_and_replaced(dossier, tmp_path, one_figure):
    folder = tmp_path / "salida"
    for _ in range(2):
        written = outputs.write_analysis(dossier, folder, parts=("figuras",))
        assert written == sorted(digests(folder)) == ["graficos/ranking.png", "graficos/ranking.svg", "manifiesto.json"]
    manifest = json.loads((folder / "manifiesto.json").read_text(encoding="utf-8"))
    assert manifest["salidas"] == {name: d for name, d in digests(folder).items() if name != "manifiesto.json"}


def test_a_part_never_replaces_what_a_person_touched_nor_what_another_command_wrote(dossier, tmp_path, one_figure):
    folder, other = tmp_path / "salida", tmp_path / "robustez"
    outputs.write_analysis(dossier, folder, parts=("figuras",))
    (folder / "graficos" / "ranking.svg").write_bytes(b"retocado a mano")
    with pytest.raises(OutputError, match=r"cambiados después de escribirse: graficos/ranking.svg"):
        outputs.write_analysis(dossier, folder, parts=("tablero",))
    assert (folder / "graficos" / "ranking.svg").read_bytes() == b"retocado a mano"
    other.mkdir()
    (other / "resumen.csv").write_bytes(b"x")
    folders.write_manifest(other, "robustez", {"programa": {"nombre": "presupuesto-link"}})
    with pytest.raises(OutputError, match="los resultados de «robustez»"):
        outputs.write_analysis(dossier, other, parts=("figuras",))
    assert (other / "resumen.csv").read_bytes() == b"x"


def test_a_part_is_all_or_nothing(dossier, tmp_path, one_figure, monkeypatch):
    from presupuesto_link.presentation import plots

    folder = tmp_path / "salida"
    outputs.write_analysis(dossier, folder, parts=("figuras",))
    before = digests(folder)

    def half(figure: plots.Figure, target: Path) -> None:
        target.mkdir()
        (target / "ranking.png").write_bytes(b"a medias")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plots, "save_figure", half)
    with pytest.raises(OutputError, match="no queda espacio en el disco"):
        outputs.write_analysis(dossier, folder, parts=("figuras",))
    assert digests(folder) == before
    assert [path.name for path in tmp_path.iterdir()] == ["salida"]


def test_text_of_a_csv_never_runs_as_a_formula_and_numbers_stay(tmp_path):
    risky = ["=1+1", "+SUM(A1)", "-2+3", "@x", "\tx", "\rx", "-", "+51 999"]
    plain = ["-7.7", "+3", "-35.03%", "-1,234.5 %", "-1e-05", "AER.01.01", "", "a=b", "'=x", None]
    frame = pl.DataFrame({"texto": [*risky, *plain], "n_ratio": [-0.5] * (len(risky) + len(plain))})
    write_csv(frame, tmp_path / "t.csv")
    back = pl.read_csv(tmp_path / "t.csv", schema_overrides={"texto": pl.String})
    assert back["texto"].to_list() == [*(f"'{text}" for text in risky), *plain]
    assert back["n_ratio"].to_list() == frame["n_ratio"].to_list()
    assert frame["texto"][0] == "=1+1"
