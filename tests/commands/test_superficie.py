"""What the commands do with what is asked of them badly: nothing is dropped in silence, and each error says what there is instead."""

import json

import pytest

from presupuesto_link.fields import _fields
from presupuesto_link.office import SETTINGS
from presupuesto_link.store.store import Store
from presupuesto_link.wording import shell_word
from tests.commands.test_cargar import call
from tests.commands.test_ceplan import METAS, SIGNED
from tests.sources.ceplan_samples import FINANCIAL_PLAN, aoi, months, write_links, write_text
from tests.sources.extracts import budget, spent, write_long


@pytest.fixture(autouse=True)
def _inside(tmp_path, monkeypatch):
    for setting in SETTINGS:
        monkeypatch.delenv(setting.env, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def extract(tmp_path):
    return write_long(tmp_path / "gasto_20241231.csv", budget("100"), spent(2, "30"), budget("50", PROGRAMA_PPTO="9001", SEC_FUNC="9"))


@pytest.fixture
def store(extract, tmp_path, capsys):
    assert call(capsys, "cargar", extract)[0] == 0
    return tmp_path / "almacen"


def problem(capsys, *arguments):
    """The only problem that a command refused for, as a program reads it."""
    code, out, err = call(capsys, *arguments, "--json")
    assert (code, out) == (1, "")
    error = json.loads(err)["error"]
    (found,) = error["problemas"]
    assert all(found.values())
    return error["clase"], found


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["cargar", "x.csv", "--al", "2025-01-31", "--al", "2025-02-28"],
            "--al se dio 2 veces, con «2025-01-31» y «2025-02-28»: deje una.",
        ),
        (["ver", "ranking", "-i", "a", "--instantanea=b"], "--instantanea se dio 2 veces, con «a» y «b»"),
        (["ver", "AER.01.03", "-n", "1", "-n", "1", "-n3"], "--primeras se dio 3 veces, con «1», «1» y «3»"),
        (["cargar", "x.csv", "--fecha-corte", "2025-01-31", "--al", "2025-02-28"], "--al se dio 2 veces"),
        (["almacen", "podar", "--conservar", "1", "--conservar", "2"], "--conservar se dio 2 veces"),
        (["nuevo", "x", "--pliego", "445", "--pliego", "440"], "--pliego se dio 2 veces"),
    ],
)
def test_an_option_of_one_value_given_twice_is_refused_with_both(capsys, tmp_path, arguments, told):
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "")
    assert told in " ".join(err.split()) or told in err
    assert not list(tmp_path.iterdir())


def test_flags_and_options_of_several_values_may_be_repeated(capsys, store):
    assert call(capsys, "almacen", "listar", "--json", "--json")[0] == 0
    published = ("--total-publicado", "pim=150", "--total-publicado", "devengado=30")
    assert call(capsys, "cargar", "gasto_20241231.csv", *published)[0] == 0


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PRESUPUESTO_LINK_ALMACN", "x", ["PRESUPUESTO_LINK_ALMACN", "¿PRESUPUESTO_LINK_ALMACEN?"]),
        ("PRESUPUESTO_LINK_ALMACENES_DEL_AÑO", "x", ["ningún ajuste se llama así"]),
        ("presupuesto_link_pliego", "445", ["¿PRESUPUESTO_LINK_PLIEGO?"]),
        ("PRESUPUESTO_LINK_PLIEGO", "GORE", ["«GORE»", "un código de 3 cifras"]),
        ("PRESUPUESTO_LINK_DEPARTAMENTO", "123", ["«123»", "un código de 2 cifras"]),
        ("PRESUPUESTO_LINK_AMBITO", "region", ["«region»", "pliego, departamento, todo"]),
        ("PRESUPUESTO_LINK_REGLAS", "no-hay.csv", ["no existe no-hay.csv", "quite la variable"]),
    ],
)
def test_a_variable_of_the_environment_is_checked_as_the_folder_is(capsys, monkeypatch, name, value, words):
    monkeypatch.setenv(name, value)
    for command in (["ver", "oficina"], ["ver", "ranking"], ["cargar", "x.csv"]):
        code, out, err = call(capsys, *command)
        assert (code, out) == (1, "")
        assert err.startswith("Una variable del entorno no es válida:")
        assert all(word in err for word in words)
    assert call(capsys, "--version")[0] == 0


def test_a_code_is_completed_with_its_zeros_wherever_it_is_said(capsys, monkeypatch):
    monkeypatch.setenv("PRESUPUESTO_LINK_PLIEGO", "11")
    monkeypatch.setenv("PRESUPUESTO_LINK_DEPARTAMENTO", "6")
    said = {row["ajuste"]: row["valor"] for row in json.loads(call(capsys, "ver", "oficina", "--json")[1])["ajustes"]}
    assert (said["pliego"], said["departamento"]) == ("011", "06")


def test_a_store_that_is_not_there_says_who_names_it(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("PRESUPUESTO_LINK_ALMACEN", str(tmp_path / "nada"))
    for command in (["almacen", "listar"], ["ver", "semaforo"]):
        assert "nada, que dice entorno (PRESUPUESTO_LINK_ALMACEN)" in problem(capsys, *command)[1]["where"]
    monkeypatch.delenv("PRESUPUESTO_LINK_ALMACEN")
    (tmp_path / "oficina.toml").write_text('version = 1\nalmacen = "otro"\n', encoding="utf-8")
    assert "otro, que dice oficina.toml" in problem(capsys, "almacen", "listar")[1]["where"]
    assert "que dice" not in problem(capsys, "almacen", "listar", "--almacen", "tercero")[1]["where"]


@pytest.mark.parametrize(
    ("asked", "near", "apart"),
    [
        ("8001", "programa 9001", "AER"),
        ("776", "ejecutora 775", "AER"),
        ("775-8", "meta 775-9", "AER"),
        ("cui:3033252", "producto o proyecto 3033251", "AER"),
        ("rubro 99", "rubro 00", "programa"),
        ("55", "", "AER"),
        ("AER.13.1", "AER.13.01", "programa"),
    ],
)
def test_the_nearest_codes_are_those_of_the_snapshot_for_the_spending_and_of_the_plan_for_the_plan(capsys, store, asked, near, apart):
    kind, found = problem(capsys, "ver", *asked.split(), "-i", "ultima")
    assert kind == "AskedError"
    assert near in found["expected"]
    assert apart not in found["expected"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["ver", "AER.99.99"],
        ["ver", "auditoria", "ZZZ"],
        ["ver", "avance", "--anio", "1999"],
        ["ver", "ranking", "-a", "lima"],
        ["escenario", "no-hay"],
        ["escenario", "--de", "AER.99.99"],
        ["normas", "explicar", "LEY-0"],
    ],
)
def test_a_wrong_code_is_no_wrong_file_of_parameters(capsys, arguments):
    assert call(capsys, *arguments)[2].startswith("No se puede responder lo que se pide:")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["analizar", ""], "un nombre vacío"),
        (["cargar", " "], "un nombre vacío"),
        (["ver", ""], "no es un tema ni un código"),
        (["ver", "semafor"], "no es un tema ni un código"),
        (["ver", "color", "3"], "«color» no es una clase de código"),
        (["ver", "AER.01.03", "AER.01.04"], "«AER.01.03» no es una clase de código"),
        (["escenario", ""], "«»"),
    ],
)
def test_what_is_empty_or_no_code_has_its_four_parts(capsys, tmp_path, arguments, told):
    write_long(tmp_path / "otro_20241231.csv", budget("1"))  # never taken because nothing was said
    assert problem(capsys, *arguments)[1]["found"] == told
    assert not (tmp_path / "almacen").exists()


def test_an_empty_snapshot_is_not_the_newest(capsys, store):
    assert problem(capsys, "ver", "AER.01.03", "-i", "")[1]["found"] == "no hay ninguna instantánea «»"


def test_a_near_topic_is_named(capsys):
    assert "¿«semaforo»?" in problem(capsys, "ver", "semafor")[1]["expected"]
    assert "AER.01.03" in problem(capsys, "ver", "AER.1.03")[1]["expected"]


def test_a_kind_and_a_code_may_be_two_words(capsys, store):
    said = [
        call(capsys, "ver", *words, "-i", "ultima", "--json") for words in (["rubro", "00"], ["rubro:00"], ["rubro 00"], ["Rubro:", "00"])
    ]
    assert {one[::2] for one in said} == {(0, "")}
    assert len({one[1] for one in said}) == 1
    assert json.loads(said[0][1])["respuestas"][0]["clase"] == "rubro"
    named = json.loads(call(capsys, "ver", "producto", "o", "proyecto", "3033251", "-i", "ultima", "--json")[1])
    assert named["respuestas"][0]["codigo"] == "3033251"


def test_an_audit_may_be_asked_of_a_code_of_the_plan(capsys, analysis):
    def found(*asked):
        return json.loads(call(capsys, "ver", "auditoria", *asked, "--json")[1])["hallazgos"]

    own = found("aer.03.04")
    assert own
    assert own == [f.as_row() for f in analysis.audit.hallazgos if "AER.03.04" in f.place]
    assert found("AER.03.04", "alta") == [row for row in own if row["severidad"] == "alta"]
    assert found("AER.03.04", own[0]["codigo"]) == [row for row in own if row["codigo"] == own[0]["codigo"]]
    card = json.loads(call(capsys, "ver", "AER.09.02", "--json")[1])["respuestas"][0]["cuadros"]["Hallazgos"]
    every = found("AER.09.02")  # with those of its indicators, which have their own card
    assert [row["codigo"] for row in every if row["lugar"] in {one["lugar"] for one in card}] == [one["codigo"] for one in card] != []
    assert len(every) > len(card)
    assert "¿«AER.03.04»?" in problem(capsys, "ver", "auditoria", "AER.3.04")[1]["expected"]


def test_a_store_of_other_entities_names_them_and_the_money_of_the_analysis(capsys, tmp_path):
    for day, pliego in (("20240630", "440"), ("20241231", "452")):
        write_long(tmp_path / f"gasto_{day}.csv", budget("100", PLIEGO=pliego))
        assert call(capsys, "cargar", f"gasto_{day}.csv")[0] == 0
    for command in (["ver", "AER.01.03"], ["escenario"]):
        found = problem(capsys, *command, "-i", "ultima")[1]
        assert "2 instantáneas, ninguna con todo el gasto del Gobierno Regional de Cajamarca (pliego 445)" in found["found"]
        assert "(pliego 440)" in found["found"]
        assert "(pliego 452)" in found["found"]
        assert "-i ninguna" in found["remedy"]
        assert call(capsys, *command, "-i", "ninguna", "--json")[0] == 0
    assert "-i ninguna" not in problem(capsys, "ver", "semaforo")[1]["remedy"]  # there is no light without a snapshot


@pytest.mark.parametrize(
    ("name", "pliego", "department", "said"),
    [
        ("Gobierno Regional de Amazonas", "440", "06", "gasto del Gobierno Regional de Amazonas (pliego 440)"),
        ("Gerencia de Presupuesto", "440", "06", "gasto de Gerencia de Presupuesto (pliego 440)"),
        ("", "440", "06", "gasto del pliego 440"),
        ("Gobierno Regional de Cajamarca", "445", "06", "gasto del Gobierno Regional de Cajamarca (pliego 445)"),
        ("Otro", "445", "01", "gasto del Gobierno Regional de Cajamarca (pliego 445)"),
    ],
)
def test_the_entity_is_called_once(inputs, name, pliego, department, said):
    from presupuesto_link.inputs import of_entity

    scope = of_entity(inputs, pliego, department, name).spec.vinculo.ambito
    assert scope.words("pliego") == said
    place = "Cajamarca (departamento de la meta 06)" if department == "06" else "el departamento 01"
    assert scope.words("departamento").endswith(f"recae en {place}")


def test_an_analysis_that_calls_its_department_a_regional_government_is_understood(inputs):
    scope = inputs.spec.vinculo.ambito.model_copy(update={"nombre": "Gobierno Regional de Cajamarca"})
    assert scope.words("pliego") == "gasto del Gobierno Regional de Cajamarca (pliego 445)"


@pytest.mark.parametrize("amount", ["0", "000", "S/ 0", "1,5", "1.234,50", "500000,00", "12,34", "1,2345"])
def test_an_amount_of_nothing_or_with_a_decimal_comma_is_refused(capsys, amount):
    code, out, err = call(capsys, "escenario", "--de", "AER.13.03", "--monto", amount)
    assert (code, out) == (2, "")
    assert f"«{amount}» no es un monto en soles enteros mayor que cero" in err


def test_a_question_is_of_one_scenario_and_an_action_is_on_one_side(capsys):
    code, _, err = call(capsys, "escenario", "recomendacion-2", "agua-y-ambiente", "--de", "AER.13.03")
    assert (code, "un solo escenario" in err) == (2, True)
    kind, found = problem(capsys, "escenario", "--de", "AER.13.03", "--de", "AER.13.02", "--a", "aer.13.03")
    assert (kind, found["found"]) == ("AskedError", "AER.13.03 cede y recibe")


def test_an_extract_that_analizar_refuses_is_not_kept(capsys, extract, tmp_path):
    first = write_long(tmp_path / "siaf_20240630.csv", budget("5"), budget("7.50", SEC_EJEC="9"))
    assert call(capsys, "cargar", first)[0] == 0
    second = write_long(tmp_path / "siaf_20241231.csv", budget("5"), budget("7.50", SEC_EJEC="9"))
    second.write_text(second.read_text(encoding="utf-8") + "2024,0\n", encoding="utf-8")  # cut at the end of a cell
    code, out, err = call(capsys, "analizar", second, "--solo", "tablas")
    assert code == 1, out
    assert '--aceptar "motivo"' in err
    assert [one.cut_off for one in Store(tmp_path / "almacen").list()] == ["2024-06-30"]
    assert not (tmp_path / "salida").exists()


def test_a_name_that_a_terminal_would_break_is_quoted(capsys, tmp_path):
    assert [shell_word(one) for one in ("a.csv", "Oficina ñ", "50 $", "", "a'b c")] == ["a.csv", '"Oficina ñ"', "'50 $'", '""', '"a\'b c"']
    out = call(capsys, "nuevo", "Mi oficina")[1]
    assert 'cd "Mi oficina"\n' in out
    assert 'cargar "mi extracto.csv" --al 2025-01-31' in call(capsys, "cargar", "mi extracto.csv", "--fecha-corte", "2025-01-31")[2]


def test_every_renamed_option_is_told(capsys):
    err = call(capsys, "semaforo", "--nivel", "OER", "--primeras", "3")[2]
    assert err.startswith("Ahora es: presupuesto-link ver semaforo --por objetivo --primeras 3\n")
    err = call(capsys, "descargar", "2024", "--tipo", "nada", "-c", "mi carpeta")[2]
    assert err.startswith('Ahora es: presupuesto-link cargar --descargar 2024 --tipo nada --salida "mi carpeta"\n')


def test_a_column_is_told_once():
    with pytest.raises(ValueError, match="told twice: a"):
        _fields(("a", "una", "texto", "—"), ("b", "otra", "texto", "—"), ("a", "otra vez", "texto", "—"))


@pytest.fixture
def office(tmp_path, monkeypatch, capsys):
    """A new office with an extract of 2024, as the working folder."""
    assert call(capsys, "nuevo", "oficina")[0] == 0
    monkeypatch.chdir(tmp_path / "oficina")
    write_long(tmp_path / "oficina" / "gasto_20240930.csv", budget("100"), spent(2, "30"))
    assert call(capsys, "cargar", "gasto_20240930.csv")[0] == 0
    return tmp_path / "oficina"


@pytest.fixture
def assembled(monkeypatch):
    """What `analizar` computes from; nothing is computed."""
    seen = []

    def stop(inputs, cut, _):
        seen.append((inputs, cut))
        raise KeyboardInterrupt

    monkeypatch.setattr("presupuesto_link.dossier.assemble", stop)
    return seen


def test_what_the_office_declares_reaches_the_drafts_of_analizar(capsys, office, assembled):
    (office / "evidencias.toml").write_text(
        '[[evidencias]]\ndato = "convenio_lo_permite"\nvalor = "si"\nsustento = "Informe 123"\n', encoding="utf-8"
    )
    assert call(capsys, "analizar")[0] == 130
    ((inputs, _),) = assembled
    told = [[one.dato for one in spec.legal.evidencias] for spec in inputs.scenarios]
    assert told
    assert all("convenio_lo_permite" in one for one in told)
    beside = inputs.scenario(inputs.scenario_folder / "agua-y-ambiente.toml")  # those it is compared with too
    assert "convenio_lo_permite" in [one.dato for one in beside.legal.evidencias]
    assert office / "evidencias.toml" in inputs.files


def test_the_programme_of_the_office_is_the_calendar_of_analizar_as_of_the_light(capsys, office, assembled):
    write_text(office, "programa", FINANCIAL_PLAN, aoi("A1", "AEI.01.01", **{"GG ID": "3"}, **months("Fn(RE)", "12.50")), delimiter=";")
    write_links(office, "metas_aoi", METAS, f"2024,775,1,A1,1,{SIGNED}")
    text = (office / "oficina.toml").read_text(encoding="utf-8") + 'poi = ["sintetico_programa.csv"]\n'
    (office / "oficina.toml").write_text(text, encoding="utf-8")
    assert "POI: no se usa, porque falta metas_aoi" in call(capsys, "analizar")[2]
    (office / "oficina.toml").write_text(f'{text}metas_aoi = "sintetico_metas_aoi.csv"\n', encoding="utf-8")
    assert "no se usa" not in call(capsys, "analizar")[2]
    assert [len(cut.calendars) for _, cut in assembled] == [0, 1]
