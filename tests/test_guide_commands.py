"""Every command that the guide, the questions and the README write is one of the program, and those that can run here do."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from presupuesto_link.commands import main
from presupuesto_link.commands.before import COMMANDS, of_today
from presupuesto_link.commands.saying.spanish import ORDER, SpanishCommand
from presupuesto_link.commands.ver import TOPICS
from presupuesto_link.presentation.folders.outputs import PARTS
from tests.conftest import ROOT, SHARED

PAGES = [*sorted((ROOT / "docs" / "guia").glob("*.md")), ROOT / "docs" / "preguntas.md", ROOT / "README.md"]
PROGRAM = "presupuesto-link"
EXTRACTS = ("gasto_2025_a_junio_sintetico.csv.gz", "gasto_2022_2025_a_agosto_sintetico.csv.gz")
WORKBOOK = SHARED / "casos" / "uso" / "siaf_web_445_20251030.xlsx"
FILE = re.compile(r"\.(csv|xlsx|toml|gz)$|^ARCHIVO")
MADE = ("--exportar", "--sugerir", "--salida", "-s", "--descargar")
"""Options whose value is written, not read."""


def lines(text: str) -> list[str]:
    """The commands in its blocks of code, each without the indentation of the list it may be in."""
    blocks = re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip().startswith(f"{PROGRAM} ")]


WRITTEN = list(dict.fromkeys((page.name, line) for page in PAGES for line in lines(page.read_text(encoding="utf-8"))))
INLINE = [
    (page.name, line)
    for page in PAGES
    for line in re.findall(rf"`({PROGRAM} [^`]+)`", page.read_text(encoding="utf-8"))
    if "ORDEN" not in line
]


@pytest.mark.parametrize(("page", "line"), [*WRITTEN, *INLINE])
def test_a_written_command_is_valid(page, line, monkeypatch, capsys):
    """Read by the program itself, which stops before doing anything; none is of the old ones."""
    asked = []
    monkeypatch.setattr(SpanishCommand, "invoke", lambda command, context: asked.append(context.command_path))
    words = shlex.split(line)[1:]
    assert of_today(words) == (words, ""), page
    assert main._code(words, False) == 0, capsys.readouterr().err
    assert asked or words == ["ver"]


def test_every_command_is_in_the_guide():
    used = {shlex.split(line)[1] for _, line in WRITTEN}
    assert set(ORDER) <= used


OLD = {*COMMANDS} - {*TOPICS, *PARTS, "ceplan"}
"""Names that mean nothing today; the others are topics of `ver`, parts of `analizar` or a profile of progress."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_word_of_the_old_commands(page):
    text = page.read_text(encoding="utf-8")
    assert re.findall(rf"`({'|'.join(sorted(OLD))})\b", text) == []
    assert (
        re.findall(r"--(?:vinculos|fecha-corte|nivel (?:accion|objetivo|ejecutora)|corridas|primeros|sqlite|duckdb|eficiencia)\b", text)
        == []
    )


def here(line: str) -> bool:
    """Whether it needs nothing but the data of the project, neither the network nor a file of the reader; the tour runs a whole quarter."""
    words = shlex.split(line)[1:]
    read = [word for before, word in zip(["", *words], words, strict=False) if before not in MADE and FILE.search(word)]
    return not read and words[0] not in ("nuevo", "cargar") and (words[0] != "analizar" or "--solo" in words)


RUN = list(dict.fromkeys(line for _, line in WRITTEN if here(line)))


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An office with both cut-offs loaded."""
    folder = tmp_path_factory.mktemp("guia") / "mi-oficina"
    with pytest.MonkeyPatch.context() as patch:
        assert main._code(["nuevo", str(folder)], False) == 0
        patch.chdir(folder)
        assert main._code(["cargar", *(str(ROOT / "data" / "siaf" / name) for name in EXTRACTS)], False) == 0
    return folder


@pytest.mark.lento
@pytest.mark.parametrize("line", RUN)
def test_a_command_that_can_run_here_does(line, office, monkeypatch, capsys):
    monkeypatch.chdir(office)
    assert main._code(shlex.split(line)[1:], False) == 0, capsys.readouterr().err
    assert capsys.readouterr().out


@pytest.mark.lento
def test_the_tour_of_the_readme_is_true(tmp_path, monkeypatch, capsys):
    """Its blocks as written, in order, beside a copy of the synthetic extracts; it ends in a scenario."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = [re.search(rf"<!-- orden: {name} -->\s*```\w*\n(.*?)```", text, re.DOTALL) for name in ("trimestre", "preguntas", "escenario")]
    (tmp_path / "data" / "siaf").mkdir(parents=True)
    for path in (ROOT / "data" / "siaf").glob("gasto_*"):
        shutil.copy(path, tmp_path / "data" / "siaf")
    monkeypatch.chdir(tmp_path)
    for line in (line for block in blocks for line in block[1].strip().splitlines()):
        program, *words = shlex.split(line)
        if program == "cd":
            monkeypatch.chdir(Path.cwd() / words[0])
        else:
            assert (program, main._code(words, False)) == (PROGRAM, 0), line
    folder = tmp_path / "mi-oficina"
    assert all((folder / "salida" / name).is_file() for name in ("index.html", "libro.xlsx", "informe.docx"))
    assert (folder / "propuesta" / "recomendacion-2" / "propuesta-indicativa.xlsx").is_file()
    assert "DATOS SINTÉTICOS" in capsys.readouterr().out


@pytest.mark.lento
@pytest.mark.fuente
def test_the_path_on_a_workbook_of_the_siaf(tmp_path, monkeypatch, capsys):
    """A real export, as it comes: a quarter, then what is asked of it."""
    if not WORKBOOK.is_file():
        pytest.skip("the workbook is not beside this repository")
    assert main._code(["nuevo", str(tmp_path / "o")], False) == 0
    monkeypatch.chdir(tmp_path / "o")
    assert main._code(["analizar", str(WORKBOOK), "--solo", "tablas"], False) == 0
    said = capsys.readouterr().out
    assert "corte 30/10/2025" in said and "SINTÉTICOS" not in said
    for code in ("775-1", "0089", "rubro:00", "AER.01.02", "2363565", "semaforo", "vinculo"):
        assert main._code(["ver", code], False) == 0, capsys.readouterr().err
        assert "SINTÉTICOS" not in capsys.readouterr().out
