"""`ver asociacion` says first how little can be said, never speaks of effects, and writes what the library gives."""

from __future__ import annotations

import json
import re

import polars as pl
import pytest

from presupuesto_link.commands.main import _code
from presupuesto_link.presentation.telling.association_words import probability, signed, strength
from presupuesto_link.studies.association import study_association
from tests.conftest import ROOT

FORBIDDEN = re.compile(r"\b(efecto|impact|aument|caus|gracias|debido|provoc)\w*", re.IGNORECASE)


def call(capsys, *arguments: str) -> tuple[int, str, str]:
    code = _code(list(arguments), debug=False)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def study(analysis):
    return study_association(analysis)


@pytest.mark.lento
def test_it_says_first_how_little_thirty_actions_can_tell(capsys):
    code, out, err = call(capsys, "ver", "asociacion", "--por", "eficiencia")
    assert (code, err) == (0, "")
    assert out.startswith("Con 30 AER se puede decir poco. Sólo una correlación de 0.49 o mayor")
    assert "de −0.16 a +0.57 (95 %), que incluye el cero" in out
    assert "conclusión 4.3" in out
    assert "De 26 AER que ejecutaron 75 % o más de su PIM 2023, 9 no llegaron a 75 % de su meta 2023" in out
    assert "Se hicieron 24 pruebas" in out
    assert "Segunda opinión, nunca la principal" in out
    assert "AER.13.04 es referente de 29 de las otras 29 AER" in out
    assert out.index("se puede decir poco") < out.index("Estimaciones:") < out.index("Eficiencia, segunda opinión")
    assert not FORBIDDEN.search(out)
    assert "None" not in out


@pytest.mark.lento
def test_without_asking_there_is_no_score(capsys):
    out = call(capsys, "ver", "asociacion")[1]
    assert "segunda opinión" not in out
    assert "Panel (la misma AER en varios años): no se estima; hay ejecución y avance de un solo año (2023)" in out


@pytest.mark.lento
def test_json_equals_the_library(capsys, study):
    found = json.loads(call(capsys, "ver", "asociacion", "--json")[1])
    assert found["pruebas"] == 24
    assert [row["estimacion"] for row in found["estimaciones"]] == pytest.approx(study.estimaciones["estimacion"].to_list())
    assert found["lectura"][0].startswith("Con 30 AER se puede decir poco.")
    assert "eficiencia" not in found
    assert found["muestra"][0]["pim_soles"] == "168807035.00"


@pytest.mark.lento
def test_another_seed_moves_only_the_bootstrap(capsys, study):
    found = json.loads(call(capsys, "ver", "asociacion", "--semilla", "7", "--json")[1])["estimaciones"]
    ours = study.estimaciones.to_dicts()
    moved = {row["estimador"] for row, own in zip(found, ours, strict=True) if row["inferior"] != pytest.approx(own["inferior"], abs=1e-12)}
    assert moved == {"spearman", "spearman_sin_la_mas_influyente"}
    assert all(row["estimacion"] == pytest.approx(own["estimacion"]) for row, own in zip(found, ours, strict=True))


@pytest.mark.lento
def test_the_folder_holds_tables_figures_and_what_they_say(capsys, tmp_path):
    base = (ROOT / "analyses" / "cajamarca-2024" / "analisis.toml").as_posix()
    own = tmp_path / "analisis.toml"
    own.write_text(f'hereda = "{base}"\n[matrices]\npares = [[2023, 2024]]\n', encoding="utf-8")
    folder = tmp_path / "asociacion"
    code, out, err = call(capsys, "ver", "asociacion", "--analisis", str(own), "--salida", str(folder))
    assert (code, err) == (0, "")
    assert out.endswith(f"16 archivos en {folder}.\n")
    table = pl.read_csv(folder / "tablas" / "estimaciones.csv")
    again = json.loads(call(capsys, "ver", "asociacion", "--analisis", str(own), "--json")[1])
    assert table["estimacion"].to_list() == pytest.approx([row["estimacion"] for row in again["estimaciones"]])
    assert table["p_holm"].count() == again["pruebas"] == 12
    figures = sorted(path.stem for path in (folder / "graficos").glob("*.png"))
    assert figures == [f"{name}_2023_2024" for name in ("dispersion", "influencia", "regresion_parcial", "residuos")]
    assert not FORBIDDEN.search((folder / "lectura.txt").read_text(encoding="utf-8"))
    assert not FORBIDDEN.search((folder / "tablas" / "estimaciones.csv").read_text(encoding="utf-8"))
    (folder / "lectura.txt").write_text("mío", encoding="utf-8")
    code, _, err = call(capsys, "ver", "asociacion", "--analisis", str(own), "--salida", str(folder))
    assert code == 1
    assert "cambiados después de escribirse" in err


@pytest.mark.lento
def test_few_actions_are_said_and_not_estimated(capsys, tmp_path):
    budget = tmp_path / "gasto.csv"
    rows = ["AE,PIA,PIM,DEVENGADO,% EJECUCIÓN", "AER.01.03,10,10,9,90%", "AER.02.01,10,10,8,80%"]
    budget.write_text("\n".join(rows) + "\n", encoding="utf-8")
    code, out, err = call(capsys, "ver", "asociacion", "--gasto", str(budget), "--por", "eficiencia", "--salida", str(tmp_path / "salida"))
    assert (code, err) == (0, "")
    assert out.startswith("Con 2 AER no se puede decir nada.")
    assert "no se estima: sólo 2 acciones con ambos datos; se piden 8" in out
    assert "Se hicieron 0 pruebas" in out
    assert "Lo observado concuerda con esa frase. De 2 AER que ejecutaron 75 % o más de su PIM 2023, 1 no llegó a" in out
    assert "de 0 que ejecutaron menos, 0 llegaron" in out
    assert sorted(path.stem for path in (tmp_path / "salida" / "graficos").glob("*.png")) == [
        "dispersion_2023_2023",
        "dispersion_2023_2024",
    ]


def test_a_misspelt_key_is_named(capsys, tmp_path):
    folder = tmp_path / "analisis.toml"
    base = (ROOT / "analyses" / "cajamarca-2024" / "analisis.toml").as_posix()
    folder.write_text(f'hereda = "{base}"\n[asociacion]\nsemila = 3\n', encoding="utf-8")
    code, _, err = call(capsys, "ver", "asociacion", "--analisis", str(folder))
    assert code == 1
    assert "asociacion.semila" in err


def test_small_words():
    assert [signed(v) for v in (0.234, -0.156, 0.001, None)] == ["+0.23", "−0.16", "0.00", "ND"]
    assert [probability(v) for v in (0.0409, 0.0001, None)] == ["0.041", "< 0.001", "—"]
    assert [strength(v) for v in (0.05, -0.2, 0.4, -0.8)] == ["casi nula", "débil", "moderada", "fuerte"]
