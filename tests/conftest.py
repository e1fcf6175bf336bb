"""Shared fixtures: the embedded analysis, run once per worker, and where the source documents are."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # two threads on small matrices only wait for each other

import gc
from dataclasses import replace
from itertools import count
from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings

from presupuesto_link.dossier import Dossier, assemble
from presupuesto_link.evaluation.evaluate import Evaluation, evaluate
from presupuesto_link.inputs import Inputs, load
from presupuesto_link.money.cut import Cut
from presupuesto_link.scenarios.ground import ground_of, solve_all
from presupuesto_link.sources.embedded import embedded_analyses
from presupuesto_link.sources.links import read_links
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.store import Store
from presupuesto_link.studies.robustness import study_robustness
from tests.examples import few

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
settings.register_profile("without-clock", deadline=None, max_examples=few(100))  # a busy machine is not a wrong answer
settings.load_profile("without-clock")

_NUMBERS = count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The generator of large files is tested apart from the default run."""
    for item in items:
        if "benchmarks" in item.path.parts:
            item.add_marker(pytest.mark.lento)


def pytest_collection_finish() -> None:
    """What was imported stays until the end: looking through it at every collection of garbage takes one second of every fifteen."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds what another run remembers."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "sin-cache" / str(next(_NUMBERS))))


@pytest.fixture(scope="session")
def inputs() -> Inputs:
    return load(embedded_analyses()["cajamarca-2024"])


@pytest.fixture(scope="session")
def analysis(inputs: Inputs) -> Evaluation:
    return evaluate(inputs)


@pytest.fixture(scope="session")
def dossier(analysis: Evaluation) -> Dossier:
    """The embedded analysis, without any quarter."""
    return Dossier(analysis, study_robustness(analysis), None, solve_all(ground_of(analysis)))


@pytest.fixture(scope="session")
def quarter_dossier(tmp_path_factory: pytest.TempPathFactory) -> Dossier:
    """The synthetic quarter, with the cut-off before it and the simple methods of projection: models are tested elsewhere."""
    store = Store(tmp_path_factory.mktemp("trimestre") / "almacen")
    for name in ("gasto_2022_2025_a_agosto_sintetico", "gasto_2025_a_junio_sintetico"):
        load_extract(ROOT / "data" / "siaf" / f"{name}.csv.gz", store)
    inputs = load(embedded_analyses()["semaforo-trimestral-sintetico"])
    quick = inputs.spec.proyeccion.model_copy(update={"metodos": ("lineal", "parte del año anterior", "parte media")})
    inputs = replace(inputs, spec=inputs.spec.model_copy(update={"proyeccion": quick}))
    rules = read_links(inputs.path.parent / str(inputs.spec.vinculo.reglas))
    return assemble(inputs, Cut(store, store.get("20250901"), rules, before=store.get("20250701")))


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
def advance_of(analysis: Evaluation):
    """Advance of an element as a percentage, for a profile, policy and year."""

    def find(element: str, year: int, profile: str = "informe_2024", policy: str = "cero") -> float | None:
        row = analysis.elements.filter(
            (pl.col("elemento") == element) & (pl.col("anio") == year) & (pl.col("perfil") == profile) & (pl.col("politica_nd") == policy)
        )
        value = row["avance_ratio"].item()
        return None if value is None else value * 100

    return find
