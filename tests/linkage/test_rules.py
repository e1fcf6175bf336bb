"""What a row of `vinculos` means, and what is wrong with it."""

from fractions import Fraction

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.linkage.coverage import cover, cube
from presupuesto_link.linkage.findings import check_link, unsigned
from presupuesto_link.linkage.link import link_gasto
from presupuesto_link.linkage.rules import NOBODY, PROPOSED, Rules, read_rules
from presupuesto_link.sources.links import read_links
from presupuesto_link.tables.numbers import MONEY
from tests.linkage.spending import gasto, rule

SIGNED = {"autor": "Oficina de Presupuesto", "fecha": "2026-01-15", "rubro": "00"}
ACTIONS = ("AER.01.01", "AER.07.01", "AER.13.01")


def read(tmp_path, *rows, name="vinculos.csv"):
    columns = list(dict.fromkeys(["id", "accion", "autor", "fecha", "rubro", *(key for row in rows for key in row)]))
    lines = [",".join(columns)] + [",".join(f'"{(SIGNED | row).get(column, "")}"' for column in columns) for row in rows]
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_rules(read_links(path), ACTIONS, ("AER.07.01",))


def test_codes_come_back_as_the_state_writes_them(tmp_path):
    rules = read(
        tmp_path,
        {
            "id": "a",
            "rubro": "",
            "accion": "aer 13.01",
            "programa": "42; 0138",
            "sec_ejec": "0775",
            "funcion": "5.0",
            "tipo": "proyecto",
            "clasificador": "2.6.8 1",
            "nivel": "regional",
            "texto": "Río; caminos*",
            "parte": "40 %",
            "desde": "2023",
            "hasta": "2024",
        },
    )
    (one,) = rules.rules
    assert one.selectors == {
        "texto": ("RIO", "CAMINOS*"),
        "programa": ("0042", "0138"),
        "funcion": ("05",),
        "subgenerica_det": ("1",),
        "subgenerica": ("8",),
        "generica": ("6",),
        "tipo_transaccion": ("2",),
        "tipo_producto": ("2",),
        "sec_ejec": ("775",),
        "nivel": ("R",),
    }
    assert one.action == "AER.13.01" and one.part == Fraction(2, 5) and one.years == (2023, 2024) and not rules.findings


@pytest.mark.parametrize(
    ("cell", "code", "words"),
    [
        ({"accion": "AER.99.01"}, "V01", "AER.99.01"),
        ({"programa": "01380"}, "V02", "códigos de 4 cifras"),
        ({"programa": "01A8"}, "V02", "códigos de 4 cifras"),
        ({"clasificador": "dos.6"}, "V02", "niveles separados"),
        ({"parte": "mucho"}, "V02", "un número"),
        ({"parte": "1.5"}, "V03", "hasta 1"),
        ({"parte": "0"}, "V03", "mayor que 0"),
        ({"parte": "1e-30"}, "V03", "nueve decimales"),
        ({"id": "a; b"}, "V02", "sin «;»"),
        ({"texto": "**"}, "V02", "sólo al principio o al final"),
        ({"texto": "rie*go"}, "V02", "sólo al principio o al final"),
        ({"clasificador": "2.6.8.1.4.3.9"}, "V02", "niveles separados"),
        ({"clase": "indirecto"}, "V02", "directo, transversal"),
        ({"confianza": "segura"}, "V02", "alta, media, baja"),
        ({"desde": "24"}, "V02", "un año"),
        ({"desde": "2024", "hasta": "2023"}, "V02", "un año desde 2024"),
        ({"autor": ""}, "V09", "quién la firma"),
        ({"fecha": "ayer"}, "V02", "AAAA-MM-DD"),
        ({"sec_func": "12"}, "V10", "se renumera"),
        ({"sec_func": "12", "sec_ejec": "775", "desde": "2023", "hasta": "2024"}, "V10", "un solo año"),
        ({"accion": "AER.07.01"}, "V11", "transversal"),
        ({"accion": NOBODY, "clase": "transversal"}, "V11", "NINGUNA"),
        ({"clase": "transversal"}, "V11", "lo que el análisis declara"),
        ({"rubro": ""}, "V12", "al menos un selector"),
        ({"proyecto": "2345678", "tipo": "3"}, "V02", "un CUI siempre es de un proyecto"),
        ({"texto": "a*"}, "V02", "sólo al principio o al final"),
        ({"parte": "1e-99999999"}, "V02", "un número"),
        ({"desde": "²⁰²⁴"}, "V02", "un año"),
        ({"fecha": "31/02/2026"}, "V02", "DD/MM/AAAA"),
        ({"proyecto": "2345678", "producto": "3000001"}, "V02", "no los dos"),
    ],
)
def test_a_row_that_is_not_understood_is_a_finding_with_its_row_and_is_not_applied(tmp_path, cell, code, words):
    rules = read(tmp_path, {"id": "buena", "accion": "AER.01.01"}, {"id": "mala", "accion": "AER.01.01"} | cell)
    assert [r.id for r in rules.rules] == ["buena"]
    assert rules.rejected == 1
    assert code in [f.code for f in rules.findings]
    said = " ".join(f"{f.place} {f.found} {f.expected}" for f in rules.findings)
    assert "fila 3" in said and words in said


def test_a_repeated_id_names_both_rows_and_neither_counts(tmp_path):
    rules = read(tmp_path, {"id": "a", "accion": "AER.01.01"}, {"id": "a", "accion": "AER.13.01"})
    assert not rules.rules
    assert [(f.code, f.place) for f in rules.findings] == [("V05", "vinculos.csv, filas 2, 3")]


def test_a_misspelt_selector_is_an_error_because_it_would_catch_everything(tmp_path):
    with pytest.raises(InputDataError, match="¿quiso decir programa"):
        read(tmp_path, {"id": "a", "accion": "AER.01.01", "progama": "0042"})


def test_a_persons_own_columns_are_let_through(tmp_path):
    assert len(read(tmp_path, {"id": "a", "accion": "AER.01.01", "nombre_programa": "Riego"}).rules) == 1


def test_finer_means_the_finest_selector_in_which_they_differ():
    meta = rule("m", "AER.01.01", sec_func="1", sec_ejec="2", years=(2024, 2024))
    programme, broad = (
        rule("p", "AER.01.01", programa="0042"),
        rule("b", "AER.01.01", funcion="10", tipo_producto="2", fuente="1", nivel="R"),
    )
    both = rule("pf", "AER.01.01", programa="0042", funcion="10")
    order = sorted((broad, both, meta, programme), key=lambda r: -r.specificity)
    assert [r.id for r in order] == ["m", "pf", "p", "b"]
    assert rule("x", "AER.01.01", programa="0001").specificity == programme.specificity


def findings(table, *rules, years=(2024,)):
    from presupuesto_link.linkage.rules import Rules

    chosen = Rules(rules, source="vinculos.csv")
    found = link_gasto(table.lazy(), chosen, {}, ACTIONS, years)
    return {f.code: f for f in check_link(found, chosen, cube(found), years)}


def test_what_only_the_data_shows():
    table = gasto({"programa": "0042", "funcion": "10", "pim_soles": "10.00"})
    found = findings(
        table,
        rule("a", "AER.01.01", "0.7", programa="0042"),
        rule("b", "AER.13.01", "0.7", programa="0042"),
        rule("vieja", "AER.01.01", programa="0042", years=(None, 2020)),
        rule("ajena", "AER.01.01", programa="0999"),
    )
    assert set(found) == {"V04", "V06", "V07"}
    assert "regla a (fila 2)" in found["V04"].place and "regla b (fila 2)" in found["V04"].place
    assert "140%" in found["V04"].found and "S/ 10.00" in found["V04"].found
    assert "programa 0999" in found["V07"].found and "2020" in found["V06"].found


def test_a_rule_that_always_comes_late_is_told():
    table = gasto({"programa": "0042", "funcion": "10", "pim_soles": "10.00"})
    found = findings(table, rule("fina", "AER.01.01", programa="0042"), rule("gruesa", "AER.13.01", funcion="10"))
    assert set(found) == {"V08"} and "gruesa" in found["V08"].place


def test_a_column_the_extract_does_not_bring_is_named():
    table = gasto({"programa": "0042", "pim_soles": "1.00"}).drop("rubro")
    assert "no trae rubro" in findings(table, rule("r", "AER.01.01", rubro="00"))["V07"].found


def test_an_empty_table_of_rules_links_nothing_and_says_nothing():
    assert findings(gasto({"programa": "0042", "pim_soles": "1.00"})) == {}


def test_the_starter_rules_are_all_understood_and_signed(inputs):
    raw = read_links(inputs.path.parent / inputs.spec.vinculo.reglas)
    rules = read_rules(raw, inputs.plan.acciones["accion"], inputs.spec.vinculo.transversales)
    assert not rules.findings and len(rules.rules) == raw.frame.height == 51
    assert all(r.signature[0] and r.signature[1] for r in rules.rules)
    assert isinstance(raw.frame, pl.DataFrame)


def test_dates_as_people_and_spreadsheets_write_them(tmp_path):
    rows = [{"id": str(i), "accion": "AER.01.01", "fecha": day} for i, day in enumerate(("01/03/2025", "45717", "2025-03-01 00:00:00"))]
    rules = read(tmp_path, *rows)
    assert [r.signature[1] for r in rules.rules] == ["2025-03-01"] * 3 and not rules.findings


def test_an_exact_part_of_a_chain_is_read_whatever_its_length(tmp_path):
    part = Fraction(1, 3) * Fraction("0.123456789") * Fraction("0.987654")
    rules = read(tmp_path, {"id": "a", "accion": "AER.01.01", "parte": str(part)})
    assert [r.part for r in rules.rules] == [part]


def test_what_the_program_signs_is_a_proposal_and_is_told(tmp_path):
    mine = {"accion": "AER.13.01", "autor": "Presupuesto-Link "}
    rules = read(
        tmp_path,
        mine | {"id": "dice", "estado": "firmado"},
        mine | {"id": "calla", "estado": ""},
        mine | {"id": "propone", "estado": "Propuesta"},
        mine | {"id": "sugiere", "estado": "sugerido"},
        {"id": "persona", "accion": "AER.13.01", "estado": "firmado"},
        {"id": "borrador", "accion": "AER.13.01", "estado": "propuesta"},
    )
    states = {one.id: one.state for one in rules.rules}
    assert states == dict.fromkeys(("dice", "calla", "propone", "borrador"), PROPOSED) | {"sugiere": "sugerido", "persona": "firmado"}
    assert [(f.code, f.place) for f in rules.findings] == [("V13", "vinculos.csv, filas 2")]
    assert (rules.rejected, rules.signed, rules.proposed, rules.suggested) == (0, 1, 4, 1)
    assert {one.id for one in rules.chosen(False).rules} == set(states) - {"sugiere"}


def test_a_proposal_takes_its_turn_as_if_it_were_signed():
    table = gasto({"programa": "0138", "funcion": "15", "pim_soles": "10"})
    for state in ("firmado", PROPOSED):
        found = Rules((rule("gruesa", "AER.13.01", funcion="15"), rule("fina", "AER.01.01", programa="0138", state=state)))
        linked = link_gasto(table.lazy(), found, {}, ACTIONS, (2024,))
        assert cube(linked)["accion"].to_list() == ["AER.01.01"]


def test_who_answers_for_the_money(tmp_path):
    table = gasto(
        {"programa": "0001", "pim_soles": "1", "devengado_soles": "1"},
        {"programa": "0002", "pim_soles": "20", "devengado_soles": "10"},
        {"programa": "0003", "pim_soles": "300", "devengado_soles": "100"},
        {"programa": "0004", "accion": "AER.01.01", "pim_soles": "4000", "devengado_soles": "1000"},
        {"programa": "0005", "pim_soles": "50000", "devengado_soles": "10000"},
    )
    rules = Rules(
        (
            rule("a", "AER.13.01", programa="0001"),
            rule("b", "AER.13.01", programa="0002", state=PROPOSED),
            rule("c", "AER.13.01", programa="0003", state="sugerido"),
            rule("d", "AER.13.01", programa="0999", state=PROPOSED),
        )
    )
    actions = pl.DataFrame({"accion": ACTIONS, "objetivo": ["OER.01", "OER.07", "OER.13"], "nombre": ACTIONS})
    found = link_gasto(table.lazy(), rules, {}, ACTIONS, (2024,))
    (row,) = cover(cube(found), found.rules, actions).firmas.iter_rows(named=True)
    assert [row[f"pim_{how}_soles"] for how in ("firmado", "propuesto", "sugerido", "declarado", "vinculado")] == [1, 20, 300, 4000, 4321]
    assert row["devengado_vinculado_soles"] == 1111
    assert [row[f"reglas_{how}"] for how in ("firmadas", "propuestas", "sugeridas")] == [1, 2, 1]
    assert unsigned(rules, True, cover(cube(found), found.rules, actions).firmas) == (
        "De las 4 reglas que cuentan, 1 está firmada y 3 no: S/ 320.00 de PIM de 2024 (7.4 % de lo vinculado) son una propuesta, sin firma."
    )


def test_a_measure_that_no_line_gives_has_no_owner():
    table = gasto({"programa": "0001", "devengado_soles": "1"}).with_columns(pim_soles=pl.lit(None, MONEY))
    found = link_gasto(table.lazy(), Rules((rule("a", "AER.13.01", programa="0001"),)), {}, ACTIONS, (2024,))
    actions = pl.DataFrame({"accion": ACTIONS, "objetivo": ["OER.01", "OER.07", "OER.13"], "nombre": ACTIONS})
    signatures = cover(cube(found), found.rules, actions).firmas
    assert signatures.select("pim_firmado_soles", "pim_vinculado_soles").row(0) == (None, None)
    assert signatures["devengado_firmado_soles"].item() == 1
    assert unsigned(Rules(found.rules), False, signatures) == "La regla que cuenta está firmada por una persona u oficina."
