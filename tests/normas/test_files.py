"""Files of norms: what they may not say, in Spanish and with the key."""

import datetime as dt

import pytest

from presupuesto_link.errors import SpecError
from presupuesto_link.specs import FACTS, FIELD_NAMES, read_norms
from tests.conftest import ROOT

GOOD = """
id = "N"
titulo = "n"
tipo = "permanente"
estado = "vigente"
vigente_desde = 2025-01-01
fuente = "f"
[[regla]]
id = "R"
articulo = "1"
texto = "t"
veredicto = "PROHIBIDO"
confianza = "alta"
cuando = [{ donante = { rubro = ["18"] } }]
"""
EXCEPTION = '[[excepcion]]\nid = "E"\narticulo = "1"\ntexto = "t"\nconfianza = "alta"\nrequiere = "papel"\n'


def read(folder, text):
    (folder / "norma.toml").write_text(text, encoding="utf-8")
    return read_norms(folder)


def test_a_good_file_is_read(tmp_path):
    (norm,) = read(tmp_path, GOOD)
    assert norm.vigente_desde == dt.date(2025, 1, 1) and norm.regla[0].cuando[0].donante == {"rubro": ("18",)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("rubro =", "rubrica ="), "regla.0.cuando.0.donante"),
        (('"PROHIBIDO"', '"VETADO"'), "regla.0.veredicto"),
        (('"PROHIBIDO"', '"REQUIERE"'), "requiere"),
        (("{ donante", "{ meses = [13], donante"), "regla.0.cuando.0.meses.0"),
        (("{ donante", '{ iguales = ["meta"], donante'), "regla.0.cuando.0.iguales.0"),
        (('tipo = "permanente"', 'tipo = "anual"'), "anio"),
        (('estado = "vigente"', 'estado = "por cargar"'), "por cargar"),
        (('id = "R"', 'id = "N"'), "que ya está"),
        (('["18"]', "[]"), "una lista vacía"),
        (('fuente = "f"', 'fuente = "f"\nsuspende = ["OTRA"]'), "OTRA, que no es una regla"),
    ],
)
def test_a_bad_file_names_the_key(tmp_path, change, said):
    with pytest.raises(SpecError) as error:
        read(tmp_path, GOOD.replace(*change, 1))
    assert said in str(error.value) and "norma.toml" in str(error.value)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('levanta = ["X"]\n', "X, que no es una regla"),
        ("levanta = []\n", "excepcion.0.levanta"),
        ('levanta = ["R"]\ntope_ratio = 0.2\n', "tope_base"),
    ],
)
def test_a_bad_exception_names_the_key(tmp_path, more, said):
    with pytest.raises(SpecError, match=r"norma\.toml") as error:
        read(tmp_path, GOOD + EXCEPTION + more)
    assert said in str(error.value)


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(SpecError, match="ninguna norma"):
        read_norms(tmp_path)


def test_every_fact_is_used_and_described():
    used = {
        name
        for norm in read_norms(ROOT / "data" / "normas")
        for rule in (*norm.regla, *norm.excepcion)
        for c in (*rule.cuando, *getattr(rule, "salvo", ()))
        for side in ("donante", "receptor")
        for name, _, _ in c.selectors(side)
    }
    assert used >= FACTS.keys() and used <= FIELD_NAMES.keys()


def test_every_rule_of_low_confidence_says_why():
    for norm in read_norms(ROOT / "data" / "normas"):
        for rule in norm.regla:
            assert rule.confianza != "baja" or rule.nota


def test_what_stays_does_not_name_the_rules_of_a_year():
    norms = read_norms(ROOT / "data" / "normas")
    stay = [norm for norm in norms if norm.vigente_hasta is None]
    dated = {rule.id for norm in norms if norm.vigente_hasta for rule in norm.regla}
    assert {norm.id for norm in stay} == {"DL-1440", "FUENTES"} and dated
    for norm in stay:
        assert not dated & {*norm.suspende, *(name for e in norm.excepcion for name in e.levanta)}
