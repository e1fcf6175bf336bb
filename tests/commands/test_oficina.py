"""An office's folder: made by `nuevo`, found from below, obeyed by every command, and explained when it is wrong."""

import json
import shutil

import pytest

from presupuesto_link.office import SETTINGS
from tests.commands.test_cargar import call
from tests.sources.extracts import budget, spent, write_long

NAME = "Región Ñuñoa, año 2026"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A new folder, whose name has spaces, a comma and ñ."""
    from presupuesto_link.commands.main import _code

    folder = tmp_path_factory.mktemp("oficinas") / NAME
    assert _code(["nuevo", str(folder), "--nombre", NAME, "--firma", "Gerencia «A»", "--json"], False) == 0
    return folder


@pytest.fixture
def office(made, tmp_path, monkeypatch, capsys):
    """A copy that a test may spoil, as the working folder."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.env, raising=False)
    folder = shutil.copytree(made, tmp_path / NAME)
    monkeypatch.chdir(folder)
    capsys.readouterr()
    return folder


@pytest.fixture
def loaded(office, capsys):
    """With two programmes in its store: one that the starter rules link and one that they do not."""
    path = write_long(office / "gasto_20241231.csv", budget("7.5"), spent(2, "1"), budget("50", PROGRAMA_PPTO="9001", SEC_FUNC="9"))
    assert call(capsys, "cargar", path)[0] == 0
    return office


def say(office, text):
    path = office / "oficina.toml"
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def settings(capsys):
    code, out, err = call(capsys, "ver", "oficina", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    return found["archivo"], {row["ajuste"]: (row["valor"], row["de"]) for row in found["ajustes"]}


def test_a_new_folder_has_everything_to_edit_and_says_where_each_setting_comes_from(office, capsys):
    files = {path.relative_to(office).as_posix() for path in office.rglob("*") if path.is_file()}
    assert {"oficina.toml", "LEAME.md", "analisis.toml", "vinculos.csv", "evidencias.toml", "plan/acciones.csv"} <= files
    assert "escenarios/recomendacion-2.toml" in files
    assert "../" not in (office / "analisis.toml").read_text(encoding="utf-8")
    file, said = settings(capsys)
    assert file == str(office / "oficina.toml")
    assert [said["nombre"], said["firma"]] == [(NAME, "oficina.toml"), ("Gerencia «A»", "oficina.toml")]
    assert said["reglas"] == ("vinculos.csv", "oficina.toml")
    assert said["ambito"] == ("pliego", "por defecto")
    assert set(said) == {setting.key for setting in SETTINGS}


def test_it_is_found_from_a_folder_below_and_gives_the_answers_of_its_analysis(office, capsys, monkeypatch, analysis):
    (office / "plan" / "notas" / "más").mkdir(parents=True)
    monkeypatch.chdir(office / "plan" / "notas" / "más")
    assert settings(capsys)[0] == str(office / "oficina.toml")
    rows = json.loads(call(capsys, "ver", "ranking", "--json")[1])["filas"]
    assert [(row["accion"], row["puntaje_ratio"]) for row in rows] == list(analysis.ranking.select("accion", "puntaje_ratio").iter_rows())
    monkeypatch.chdir(office.parent)
    assert settings(capsys)[0] is None


def test_the_option_rules_over_the_environment_that_over_the_folder_and_that_over_the_default(office, capsys, monkeypatch, tmp_path):
    path = write_long(tmp_path / "gasto_20241231.csv", budget("7.5"))
    stores = {
        "oficina": office / "almacen",
        "entorno": tmp_path / "entorno",
        "opción": tmp_path / "opción",
        "defecto": tmp_path / "almacen",
    }
    for place, folder in stores.items():
        assert call(capsys, "cargar", path, "--al", f"2024-12-{10 + list(stores).index(place)}", "--almacen", folder)[0] == 0

    def listed(*more):
        return json.loads(call(capsys, "almacen", "listar", *more, "--json")[1])["instantaneas"][0]["fecha_corte"]

    assert (listed(), settings(capsys)[1]["almacen"]) == ("2024-12-10", ("almacen", "oficina.toml"))
    monkeypatch.setenv("PRESUPUESTO_LINK_ALMACEN", str(tmp_path / "entorno"))
    assert (listed(), settings(capsys)[1]["almacen"][1]) == ("2024-12-11", "entorno (PRESUPUESTO_LINK_ALMACEN)")
    assert listed("--almacen", str(tmp_path / "opción")) == "2024-12-12"
    monkeypatch.delenv("PRESUPUESTO_LINK_ALMACEN")
    monkeypatch.chdir(tmp_path)
    assert (listed(), settings(capsys)[1]["almacen"]) == ("2024-12-13", ("almacen", "por defecto"))


def test_its_rules_and_its_newest_snapshot_are_those_of_every_later_run(loaded, capsys):
    def linked():
        return json.loads(call(capsys, "ver", "vinculo", "--json")[1])["tasas"][0]["pim_vinculado_soles"]

    assert settings(capsys)[1]["instantanea"] == ("ultima", "hay instantáneas en el almacén")
    assert linked() == "7.50"
    rules = loaded / "vinculos.csv"
    rules.write_text("id,accion,programa,autor,fecha\nsede,AER.07.02,9001,Ana,2026-01-05\n", encoding="utf-8")
    assert linked() == "50.00"
    (found,) = json.loads(call(capsys, "ver", "9001", "--json")[1])["respuestas"]
    assert [(row["accion"], row["regla"]) for row in found["cuadros"]["A qué acciones llega"]] == [("AER.07.02", "sede")]
    assert call(capsys, "ver", "775-9", "--instantanea", "ninguna")[0] == 1


def test_the_office_says_whose_spending_it_is(loaded, capsys):
    text = (loaded / "oficina.toml").read_text(encoding="utf-8").replace('pliego = "445"', 'pliego = "440"')
    (loaded / "oficina.toml").write_text(text, encoding="utf-8")
    path = write_long(loaded / "otro_20241231.csv", budget("3", PLIEGO="440"), budget("8"))
    assert call(capsys, "cargar", path)[0] == 0
    found = json.loads(call(capsys, "ver", "vinculo", "--instantanea", "ultima", "--json")[1])
    assert (NAME in found["ambito"], "440" in found["ambito"]) == (True, True)
    assert found["tasas"][0]["pim_soles"] == "3.00"


def test_its_export_of_the_plan_does_not_turn_vincular_into_another_question(loaded, capsys):
    (loaded / "poi.csv").write_text("nada\n", encoding="utf-8")
    (loaded / "metas.csv").write_text("anio,sec_ejec,sec_func,aoi,autor,fecha\n", encoding="utf-8")
    say(loaded, 'poi = ["poi.csv"]\nmetas_aoi = "metas.csv"\n')
    assert call(capsys, "vincular", "--exportar", "reglas.xlsx")[0] == 0
    assert (loaded / "reglas.xlsx").is_file()
    text = (loaded / "oficina.toml").read_text(encoding="utf-8")
    (loaded / "oficina.toml").write_text(text.replace('poi = ["poi.csv"]\n', ""), encoding="utf-8")
    assert call(capsys, "ver", "semaforo", "--json")[::2] == (0, "")  # metas_aoi alone is for scenarios, not a mistake


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('almacn = "x"\n', ["almacn", "no se conoce esa clave", "¿«almacen»?"]),
        ('normas = "no-hay"\n', ["normas", "no existe", "no-hay", "corrija la ruta, o quite la clave"]),
        ("historia = 2024\n", ["historia", "2024", "una lista de textos entre comillas"]),
        ("instantanea = 2024-12-31\n", ["instantanea", "2024-12-31", "un texto entre comillas"]),
        ("ambito = [\n", ["TOML mal escrito", "línea"]),
        ("version = 1\n", ["TOML mal escrito"]),
    ],
)
def test_what_is_wrong_in_the_file_says_where_and_what_to_do(office, capsys, text, words):
    say(office, text)
    for command in (["ver", "oficina"], ["ver", "ranking"], ["cargar", "x.csv"]):
        code, out, err = call(capsys, *command)
        assert (code, out) == (1, "")
        assert str(office / "oficina.toml") in err
        for word in words:
            assert word in err
        assert "Traceback" not in err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("version = 1", "version = 2"), ["es 2", "actualice presupuesto-link"]),
        (lambda text: text.replace("version = 1\n", ""), ["falta", "version = 1"]),
        (lambda text: text.replace("version = 1", "version = true"), ["version = 1"]),
        (lambda text: text.replace('pliego = "445"', "pliego = 445"), ["pliego", "445", "un texto entre comillas"]),
        (lambda text: text.replace('pliego = "445"', 'pliego = "GORE"'), ["«GORE»", "un código de 3 cifras"]),
    ],
)
def test_another_version_and_another_kind_of_value_are_told(office, capsys, change, words):
    path = office / "oficina.toml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    code, out, err = call(capsys, "ver", "oficina", "--json")
    assert (code, out, json.loads(err)["error"]["clase"]) == (1, "", "SpecError")
    told = json.dumps(json.loads(err), ensure_ascii=False)
    for word in words:
        assert word in told


def test_bytes_that_are_no_text_and_a_huge_file_are_told(office, capsys):
    for content, word in ((b'nombre = "\xf1"\n', "UTF-8"), (b"#" * 300_000, "200,000 bytes"), (b"a = " + b"[" * 5000, "listas")):
        (office / "oficina.toml").write_bytes(content)
        code, _, err = call(capsys, "ver", "oficina")
        assert (code, word in err) == (1, True)


def test_help_version_and_a_new_folder_do_not_need_a_right_one(office, capsys):
    say(office, 'almacn = "x"\n')
    assert [call(capsys, *one)[0] for one in (["--version"], ["ver", "--help"], ["nuevo", "-h"], ["ver", "ranking", "--avanzadas"])] == [
        0
    ] * 4
    assert call(capsys, "nuevo", "dentro")[0] == 0


def test_an_office_inside_another_is_told_and_the_inner_one_counts(office, capsys, monkeypatch):
    code, out, _ = call(capsys, "nuevo", "dentro", "--pliego", "440")
    assert (code, f"está dentro de otra oficina ({office / 'oficina.toml'})" in out) == (0, True)
    monkeypatch.chdir(office / "dentro")
    file, said = settings(capsys)
    assert (file, said["pliego"][0]) == (str(office / "dentro" / "oficina.toml"), "440")
    assert f"está dentro de otra oficina ({office / 'oficina.toml'}), que no cuenta" in " ".join(call(capsys, "ver", "oficina")[1].split())


def test_nothing_is_written_over_and_wrong_codes_are_refused(office, capsys):
    before = sorted(path.name for path in office.rglob("*"))
    for target, word in ((".", "una oficina"), ("plan", "una carpeta con archivos"), ("oficina.toml", "un archivo")):
        code, out, err = call(capsys, "nuevo", target)
        assert (code, out, word in err) == (1, "", True)
    assert call(capsys, "nuevo", "otra", "--pliego", "4x5")[0] == 2
    assert call(capsys, "nuevo", "otra", "-a", "robustez-del-ranking")[0] == 1  # it inherits: its paths would have to be copied too
    assert sorted(path.name for path in office.rglob("*")) == before


def test_a_place_where_nothing_can_be_written_is_told_and_leaves_nothing(office, capsys, monkeypatch):
    from presupuesto_link.presentation.folders import new_office

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(new_office, "_write", refused)
    code, out, err = call(capsys, "nuevo", "otra")
    assert (code, out, "no se pudo escribir" in err) == (1, "", True)
    assert not list(office.glob("otra*"))


def test_a_folder_that_only_can_be_read_answers(loaded, capsys):
    paths = [loaded, *loaded.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert call(capsys, "ver", "AER.03.03")[0] == 0
        assert settings(capsys)[1]["almacen"][1] == "oficina.toml"
    finally:
        for path in paths:
            path.chmod(0o755)
