"""Shared fixtures: the embedded analysis, run once per worker, and where the source documents are."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings

from presupuesto_link.pipeline import Analysis, Inputs, analyse, load
from presupuesto_link.sources.embedded import embedded_analyses

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
settings.register_profile("without-clock", deadline=None)  # a busy machine is not a wrong answer
settings.load_profile("without-clock")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The generator of large files is tested apart from the default run."""
    for item in items:
        if "benchmarks" in item.path.parts:
            item.add_marker(pytest.mark.lento)


@pytest.fixture(scope="session")
def inputs() -> Inputs:
    return load(embedded_analyses()["cajamarca-2024"])


@pytest.fixture(scope="session")
def analysis(inputs: Inputs) -> Analysis:
    return analyse(inputs)


@pytest.fixture(scope="session")
def report_text() -> str:
    path = SHARED / "fuentes" / "000_78d91376ec8012d6.txt"
    if not path.is_file():
        pytest.skip("the source document is not beside this repository")
    return path.read_text(encoding="utf-8")


@pytest.fixture
def plan_folder(tmp_path: Path) -> Path:
    """A copy of the embedded plan that a test may spoil."""
    import shutil

    return Path(shutil.copytree(ROOT / "data" / "pdrc", tmp_path / "pdrc"))


@pytest.fixture
def budget_file(tmp_path: Path) -> Path:
    """A copy of the embedded budget table that a test may spoil."""
    import shutil

    return Path(shutil.copy(ROOT / "data" / "siaf" / "cajamarca_2023_por_aer.csv", tmp_path / "gasto.csv"))


@pytest.fixture
def advance_of(analysis: Analysis):
    """Advance of an element as a percentage, for a profile, policy and year."""

    def find(element: str, year: int, profile: str = "informe_2024", policy: str = "cero") -> float | None:
        row = analysis.elements.filter(
            (pl.col("elemento") == element)
            & (pl.col("anio") == year)
            & (pl.col("perfil") == profile)
            & (pl.col("politica_nd") == policy)
        )
        value = row["avance_ratio"].item()
        return None if value is None else value * 100

    return find
