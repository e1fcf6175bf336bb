"""An analysis that starts from another."""

from pathlib import Path

import pytest

from presupuesto_link.errors import SpecError
from presupuesto_link.inputs import load
from presupuesto_link.specs import read_analysis
from tests.conftest import ROOT

BASE = ROOT / "analyses" / "cajamarca-2024" / "analisis.toml"


def child(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "analisis.toml"
    path.write_text(text, encoding="utf-8")
    return path


def inheriting(folder: Path, more: str = "") -> Path:
    return child(folder, f'hereda = "{BASE.as_posix()}"\n{more}')


def test_what_is_not_written_is_inherited_and_the_rest_replaces(tmp_path):
    own, _ = read_analysis(inheriting(tmp_path, 'titulo = "Otro"\n[ranking.pesos]\nprioridad = 0.0\n'))
    base, _ = read_analysis(BASE)
    assert own.titulo == "Otro"
    assert own.pregunta == base.pregunta
    assert own.ranking.pesos.prioridad == 0
    assert own.ranking.pesos.brecha_avance == base.ranking.pesos.brecha_avance
    assert own.ranking.objetivos_prioritarios == base.ranking.objetivos_prioritarios


def test_inherited_paths_still_point_to_their_files_and_scenarios_stay_at_home(tmp_path):
    inputs = load(inheriting(tmp_path / "una" / "carpeta"))
    spec = inputs.spec
    assert (inputs.path.parent / spec.vinculo.reglas).resolve() == (BASE.parent / "vinculos.csv").resolve()
    assert spec.escenarios == ()
    assert inputs.scenarios == ()
    assert inputs.files[:2] == (inputs.path, inputs.path.parent / BASE) or BASE in inputs.files


def test_a_chain_is_followed_and_a_circle_is_told(tmp_path):
    middle = inheriting(tmp_path / "a", 'autor = "La de en medio"\n')
    last, files = read_analysis(child(tmp_path / "b", f'hereda = "../a/{middle.name}"\ntitulo = "Final"\n'))
    assert (last.titulo, last.autor, len(files)) == ("Final", "La de en medio", 3)
    round_ = child(tmp_path / "c", 'hereda = "analisis.toml"\n')
    with pytest.raises(SpecError, match="un análisis que hereda de sí mismo"):
        read_analysis(round_)


def test_a_missing_base_and_an_unknown_key_name_the_file(tmp_path):
    with pytest.raises(SpecError, match=r"nada\.toml\n  se encontró: el archivo no existe"):
        read_analysis(child(tmp_path / "a", 'hereda = "nada.toml"\n'))
    with pytest.raises(SpecError, match=r"clave «ranking\.peso»"):
        read_analysis(inheriting(tmp_path / "b", "[ranking]\npeso = 1\n"))
    with pytest.raises(SpecError, match="clave «hereda»"):
        read_analysis(child(tmp_path / "d", "hereda = 3\n"))


def test_every_path_of_an_analysis_is_moved_when_inherited():
    """A new key that is a path and is not listed would point to the wrong folder."""
    from presupuesto_link.specs import AnalisisSpec
    from presupuesto_link.specs.inherited import _PATHS

    named = {
        (section, key)
        for section, field in AnalisisSpec.model_fields.items()
        for key, inner in getattr(field.annotation, "model_fields", {}).items()
        if "Path" in str(inner.annotation)
    }
    assert named == set(_PATHS)
