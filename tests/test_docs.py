"""Documentation says what the program does."""

import re
import subprocess
import sys
import tomllib

from tasks import TASKS, main

from presupuesto_link.findings import FINDING_KINDS
from tests.conftest import ROOT


def test_generated_pages_are_fresh():
    done = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr


def test_figures_in_the_docs_are_those_of_the_program(analysis):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    method = (ROOT / "docs" / "metodo" / "README.md").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    states = dict(analysis.audit.conciliacion.group_by("estado").len().iter_rows())
    assert f"({len(analysis.audit.hallazgos)} findings on the Cajamarca report)" in readme
    assert f"{len(FINDING_KINDS)} kinds of finding" in changelog
    assert "138 declared scores (127 of AER, 11 of OER) and 44 ND. 127 equal" in method
    assert (
        states["reproducido"],
        states["reproducido con corrección"],
        states["reproducido por redondeo"],
        states["otra regla"],
        states["ND"],
    ) == (127, 1, 3, 7, 44)


def test_links_inside_the_docs_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_dependency_is_pinned_without_addresses():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    names = {line.partition("==")[0].lower().replace("_", "-") for line in pinned}
    assert all(re.fullmatch(r"[A-Za-z0-9_.\-]+==[\w.]+", line) for line in pinned)
    wanted = [*project["dependencies"], *(d for group in project["optional-dependencies"].values() for d in group)]
    for requirement in wanted:
        name = re.split(r"[<>=\[]", requirement)[0].lower()
        assert name in names or name == "presupuesto-link"


def test_modules_named_in_readme_contributing_and_how_to_exist():
    package = ROOT / "src" / "presupuesto_link"
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs" / "how-to").glob("*.md")]:
        for name in re.findall(r"`([\w./]+\.py)`", page.read_text(encoding="utf-8")):
            assert (package / name).exists() or (ROOT / name).exists(), f"{page.name}: {name}"


def test_tasks_named_in_contributing_and_ci_are_all_there_is():
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("| `python tasks.py …` |")[2].partition("\n\n")[0]
    assert {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])} == TASKS.keys()
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert {name for line in re.findall(r"^python tasks\.py (.+)$", script, re.MULTILINE) for name in line.split()} <= TASKS.keys()
    assert all((ROOT / line.split()[1]).is_file() for _, *lines in TASKS.values() for line in lines if "=" not in line and "-m" not in line)


def test_a_task_that_fails_stops_the_others(monkeypatch):
    ran = []
    monkeypatch.setattr("tasks.run", lambda line: ran.append(line) or len(ran) - 1)
    assert main(["lint", "types"]) == 1
    assert ran == ["python -m ruff check .", "python -m ruff format --check ."]
    assert main(["nothing"]) == 2
