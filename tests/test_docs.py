"""Documentation says what the program does."""

import re
import subprocess
import sys
import tomllib

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
