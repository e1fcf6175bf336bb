"""The commands that show and check norms."""

import json
import shutil

import pytest

from presupuesto_link.commands import main
from tests.conftest import ROOT

NORMS = ROOT / "data" / "normas"


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main._code(list(arguments), False)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_list_shows_the_rules_of_a_date(capsys):
    code, out, _ = run(capsys, "normas", "listar", "--al", "2025-05-15", "--json")
    ids = {entry["id"] for entry in json.loads(out)["normas"]}
    assert code == 0
    assert {"LEY32185-33.A-METAS", "EXC-LEY32185-DCF15", "FOR-DL1440-47.2"} <= ids
    assert "DL1440-48.1.4.A-METAS" not in ids and "DU001-2026-7" not in ids


def test_list_warns_of_the_law_to_be_loaded(capsys):
    code, out, _ = run(capsys, "normas", "listar", "--al", "2026-05-15")
    assert code == 0 and "ANUAL-2026" in out and "No está cargada la ley de presupuesto de 2026" in out


def test_without_a_date_everything_is_listed_with_its_validity(capsys):
    found = json.loads(run(capsys, "normas", "listar", "--json")[1])
    valid = {entry["id"]: entry["vigencia"] for entry in found["normas"]}
    assert found["fecha"] is None and found["avisos"] == [] and "2026" in found["pendientes"][0]
    assert valid["DL1440-48.1.4.A-METAS"] == "desde 2019-01-01"
    assert valid["LEY32185-33.A-METAS"] == "desde 2025-01-01 hasta 2025-12-31"
    code, out, _ = run(capsys, "normas", "listar")
    assert code == 0 and "Vigencia" in out and "cargadas" in out and "ANUAL-" not in out


def test_a_bad_date_is_a_usage_error(capsys):
    code, _, err = run(capsys, "normas", "listar", "--al", "15/15/2025")
    assert code == 2 and "15/15/2025" in err


def test_a_date_may_be_written_as_people_do(capsys):
    written = [run(capsys, "normas", "listar", "--al", text) for text in ("2025-05-15", "15/05/2025", "15-05-2025", "20250515")]
    assert {one[0] for one in written} == {0}
    assert len({one[1] for one in written}) == 1


def test_explain_says_when_what_and_what_lifts_it(capsys):
    code, out, _ = run(capsys, "normas", "explicar", "ley32185-9.9")
    assert code == 0
    assert "PROHIBIDO" in out and "2.2.2.3" in out and "EXC-LEY32185-9.9" in out and "hasta 2025-12-31" in out


def test_explain_of_a_suspended_rule_says_who_suspends_it(capsys):
    assert "Suspendida mientras rige: LEY-32185" in run(capsys, "normas", "explicar", "DL1440-48.1.4.A-METAS")[1]


def test_explain_of_an_exception_gives_its_cap(capsys):
    assert "Tope: 2 % de" in run(capsys, "normas", "explicar", "EXC-LEY32185-9.9")[1]


def test_explain_of_an_unknown_rule_names_near_ones(capsys):
    code, _, err = run(capsys, "normas", "explicar", "DL1440-48.1.33")
    assert code == 1 and "DL1440-48.1.3" in err


def test_check_accepts_a_good_file(capsys, tmp_path):
    path = tmp_path / "ley-32185-2025.toml"
    shutil.copy(NORMS / "ley-32185-2025.toml", path)
    code, out, _ = run(capsys, "normas", "revisar", str(path))
    assert code == 0 and "bien escrito" in out and "28 reglas" in out


def test_check_names_the_file_and_the_key(capsys, tmp_path):
    path = tmp_path / "mala.toml"
    path.write_text((NORMS / "fuentes-de-recursos.toml").read_text(encoding="utf-8").replace("confianza", "confiansa"), encoding="utf-8")
    code, _, err = run(capsys, "normas", "revisar", str(path))
    assert code == 1 and "mala.toml" in err and "regla.0.confiansa" in err and "clave desconocida" in err


@pytest.mark.parametrize("order", ["listar", "explicar", "revisar"])
def test_other_norms_can_be_used(capsys, tmp_path, order):
    shutil.copy(NORMS / "fuentes-de-recursos.toml", tmp_path)
    what = {"listar": [], "explicar": ["CANON-6.2"], "revisar": [str(tmp_path / "fuentes-de-recursos.toml")]}
    code, out, _ = run(capsys, "normas", order, *what[order], "--normas", str(tmp_path))
    assert code == 0 and "DL1440" not in out
