"""Every sol goes where the rules say, and none is lost."""

from decimal import Decimal
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presupuesto_link.linkage.link import conservation, link_gasto
from presupuesto_link.linkage.match import CLASH, EXCLUDED, NO_RULE, REST
from presupuesto_link.linkage.rules import NOBODY, SUGGESTED, TRANSVERSAL, Rules
from presupuesto_link.tables.gasto import MEASURES
from tests.examples import few
from tests.linkage.spending import by_hand, gasto, rule

ACTIONS = ("AER.01.01", "AER.04.01", "AER.11.02", "AER.13.01")
ROAD = {"sec_ejec": "775", "sec_func": "7", "programa": "0138", "funcion": "15", "tipo_producto": "2", "fuente": "1"}
PAY = {"sec_ejec": "775", "sec_func": "9", "programa": "9001", "funcion": "03", "tipo_producto": "3", "fuente": "2"}


def linked(table: pl.DataFrame, *rules, names=None, years=(2024,)) -> pl.DataFrame:
    found = link_gasto(table.lazy(), Rules(rules), names or {}, ACTIONS, years)
    conservation(table.lazy(), found)
    return found.lines.collect()


def pim_of(frame: pl.DataFrame) -> dict:
    rows = frame.filter(pl.col("vinculo") != TRANSVERSAL).group_by("accion").agg(pl.col("pim_soles").sum())
    return dict(rows.iter_rows())


def test_the_finer_rule_wins_and_the_rest_keeps_its_reason():
    table = gasto(ROAD | {"pim_soles": "100.00"}, PAY | {"pim_soles": "50.00"})
    found = linked(table, rule("general", "AER.13.01", funcion="15"), rule("fina", "AER.01.01", programa="0138"))
    assert pim_of(found) == {"AER.01.01": Decimal("100.00"), None: Decimal("50.00")}
    assert found.filter(pl.col("accion").is_null())["motivo"].to_list() == [NO_RULE]


def test_parts_flow_from_finer_to_coarser_rules():
    table = gasto(ROAD | {"pim_soles": "100.01"})
    found = linked(
        table,
        rule("a", "AER.01.01", "1/3", programa="0138"),
        rule("b", "AER.11.02", "1/3", programa="0138"),
        rule("c", "AER.13.01", "1/2", funcion="15"),
    )
    # 33.3366…, 33.3366…, 16.6683…, 16.6683…: floors add up to 99.99… céntimos go to the largest remainders
    assert pim_of(found) == {
        "AER.01.01": Decimal("33.34"),
        "AER.11.02": Decimal("33.33"),
        "AER.13.01": Decimal("16.67"),
        None: Decimal("16.67"),
    }
    assert found.filter(pl.col("accion").is_null())["motivo"].to_list() == [REST]


@pytest.mark.parametrize(
    ("amount", "shares"), [("0.01", ("0.01", "0.00", "0.00")), ("-0.01", ("-0.01", "0.00", "0.00")), ("0.05", ("0.02", "0.02", "0.01"))]
)
def test_a_third_each_loses_no_centimo(amount, shares):
    three = [rule(name, action, "1/3", programa="0138") for name, action in zip("abc", ACTIONS, strict=False)]
    found = linked(gasto(ROAD | {"pim_soles": amount}), *three)
    assert pim_of(found) == dict(zip(ACTIONS[:3], map(Decimal, shares), strict=True))


def test_equally_specific_rules_that_ask_for_too_much_leave_the_line_unlinked():
    table = gasto(ROAD | {"pim_soles": "10.00"})
    found = linked(
        table,
        rule("a", "AER.01.01", "0.6", programa="0138"),
        rule("b", "AER.13.01", "0.6", programa=("0138", "0042")),
        rule("c", "AER.04.01", funcion="15"),
    )
    assert found.select("accion", "motivo", "regla").rows() == [(None, CLASH, "a; b")]


def test_a_line_that_finances_nothing_by_decision_is_told_apart():
    found = linked(gasto(PAY | {"pim_soles": "10.00"}), rule("pensiones", NOBODY, funcion="03"), rule("todo", "AER.04.01", nivel="R"))
    assert found.select("accion", "vinculo", "motivo", "regla").rows() == [(None, "no vinculado", EXCLUDED, "pensiones")]


def test_transversal_money_is_beside_and_never_added():
    table = gasto(ROAD | {"pim_soles": "10.00"})
    found = linked(table, rule("d", "AER.13.01", programa="0138"), rule("t", "AER.04.01", "1/2", kind=TRANSVERSAL, tipo_producto="2"))
    assert pim_of(found) == {"AER.13.01": Decimal("10.00")}
    assert found.filter(pl.col("vinculo") == TRANSVERSAL).select("accion", "pim_soles").rows() == [("AER.04.01", Decimal("5.00"))]


def test_suggested_rules_only_take_what_signed_ones_left():
    table = gasto(ROAD | {"pim_soles": "10.00"})
    found = linked(table, rule("firmada", "AER.13.01", funcion="15"), rule("sugerida", "AER.01.01", programa="0138", state=SUGGESTED))
    assert pim_of(found) == {"AER.13.01": Decimal("10.00")}
    both = Rules((rule("f", "AER.13.01", funcion="15"), rule("s", "AER.01.01", programa="0138", state=SUGGESTED)))
    assert [r.id for r in both.chosen(False).rules] == ["f"]


def test_a_rule_only_counts_in_its_years():
    table = gasto(ROAD | {"anio": 2023, "pim_soles": "1.00"}, ROAD | {"pim_soles": "2.00"})
    found = linked(
        table,
        rule("viejo", "AER.01.01", programa="0138", years=(None, 2023)),
        rule("hoy", "AER.13.01", programa="0138", years=(2024, None)),
        years=(2023, 2024),
    )
    assert dict(found.select("anio", "accion").iter_rows()) == {2023: "AER.01.01", 2024: "AER.13.01"}


def test_text_finds_whole_words_without_accents_in_any_name():
    names = {
        "producto": pl.DataFrame({"producto": ["2345678"], "nombre": ["Creación del CAMINO vecinal"]}),
        "finalidad": pl.DataFrame(
            {"anio": [2024], "sec_ejec": ["775"], "sec_func": ["9"], "finalidad": ["0000001"], "nombre": ["Gestión de caminos"]},
            schema_overrides={"anio": pl.Int16},
        ),
    }
    table = gasto(
        ROAD | {"producto": "2345678", "pim_soles": "1.00"},
        PAY | {"finalidad": "0000001", "pim_soles": "2.00"},
        PAY | {"sec_func": "10", "finalidad": "0000001", "pim_soles": "4.00"},
    )
    whole = linked(table, rule("t", "AER.13.01", texto="CAMINO"), names=names)
    assert pim_of(whole) == {"AER.13.01": Decimal("1.00"), None: Decimal("6.00")}
    longer = linked(table, rule("t", "AER.13.01", texto="CAMINO*"), names=names)
    assert pim_of(longer) == {"AER.13.01": Decimal("3.00"), None: Decimal("4.00")}


def test_a_selector_that_the_table_does_not_have_catches_nothing():
    table = gasto(ROAD | {"pim_soles": "1.00"}).drop("rubro")
    assert pim_of(linked(table, rule("r", "AER.13.01", rubro="00"))) == {None: Decimal("1.00")}


def test_null_measures_stay_null_when_split():
    found = linked(gasto(ROAD | {"mes": 3, "devengado_soles": "0.03"}), rule("a", "AER.01.01", "1/2", programa="0138"))
    assert found["pim_soles"].null_count() == found.height == 2
    assert sorted(found["devengado_soles"].to_list()) == [Decimal("0.01"), Decimal("0.02")]


CODES = {"programa": ("0138", "0042", "9001"), "funcion": ("15", "10"), "sec_ejec": ("775", "776"), "fuente": ("1", "2")}
lines = st.lists(
    st.fixed_dictionaries(
        {column: st.sampled_from(values) for column, values in CODES.items()}
        | {"mes": st.integers(0, 2), "pim_soles": st.decimals(-(10**9), 10**9, places=2).map(str)}
    ),
    min_size=1,
    max_size=12,
)
parts = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 3), Fraction(1, 7)])
choice = st.fixed_dictionaries(
    {"action": st.sampled_from((*ACTIONS, NOBODY)), "part": parts, "state": st.sampled_from(("firmado", SUGGESTED))},
    optional={
        column: st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple) for column, values in CODES.items()
    },
)
many = st.lists(choice, max_size=6).map(lambda found: [rule(f"r{i}", **one) for i, one in enumerate(found)])


@pytest.mark.propiedad
@settings(max_examples=few(60), deadline=None)
@given(lines, many)
def test_the_engine_gives_what_a_person_would_line_by_line(rows, rules):
    table = gasto(*rows)
    found = linked(table, *rules)
    wanted: dict = {}
    for line in table.iter_rows(named=True):
        for action, amount in by_hand(line, rules).items():
            wanted[action] = wanted.get(action, Decimal(0)) + amount
    assert {k: v for k, v in pim_of(found).items() if v} == {k: v for k, v in wanted.items() if v}


@pytest.mark.propiedad
@settings(max_examples=few(40), deadline=None)
@given(lines, many, st.randoms(use_true_random=False))
def test_neither_the_order_of_lines_nor_that_of_rules_matters_and_linking_again_changes_nothing(rows, rules, random):
    order = ["mes", "programa", "funcion", "sec_ejec", "fuente", "accion", "vinculo", "regla", "motivo", "pim_soles"]
    first = linked(gasto(*rows), *rules).sort(order, nulls_last=True)
    mixed, others = list(rows), list(rules)
    random.shuffle(mixed)
    random.shuffle(others)
    again = linked(gasto(*mixed), *others).sort(order, nulls_last=True)
    assert first.equals(again)


@pytest.mark.propiedad
@settings(max_examples=few(40), deadline=None)
@given(lines, many.map(lambda rules: [r for r in rules if r.action != NOBODY]), st.sampled_from(ACTIONS), parts)
def test_a_more_specific_rule_never_lowers_coverage(rows, rules, action, part):
    rows = [row | {"pim_soles": str(abs(Decimal(row["pim_soles"])))} for row in rows]
    finest = rule("fina", action, part, programa="0138", funcion="15", sec_ejec="775", fuente="1", sec_func="7", nivel="R")
    table = gasto(*(row | {"sec_func": "7", "nivel": "R"} for row in rows))
    unlinked = [pim_of(linked(table, *chosen)).get(None, Decimal(0)) for chosen in (rules, [*rules, finest])]
    assert unlinked[1] <= unlinked[0] + Decimal("0.01") * len(rows)  # rounding may move a céntimo a line


def test_the_check_itself_notices_a_lost_centimo():
    table = gasto(ROAD | {"pim_soles": "10.00"})
    found = link_gasto(table.lazy(), Rules(()), {}, ACTIONS, (2024,))
    short = table.with_columns(pl.col("pim_soles") - pl.lit(Decimal("0.01")))
    with pytest.raises(RuntimeError, match="conserve"):
        conservation(short.lazy(), found)


def test_totals_are_those_of_the_lines_by_any_column():
    table = gasto(
        ROAD | {"mes": 0, "pim_soles": "0.05"}, ROAD | {"mes": 1, "devengado_soles": "0.05"}, PAY | {"mes": 1, "devengado_soles": "7.00"}
    )
    rules = (rule("a", "AER.01.01", "1/3", programa="0138"), rule("t", "AER.04.01", kind=TRANSVERSAL, tipo_producto="2"))
    found = link_gasto(table.lazy(), Rules(rules), {}, ACTIONS, (2024,), ["sec_func"])
    for by in (["accion", "vinculo"], ["sec_func", "accion"], ["mes", "rubro", "motivo"]):
        summed = pl.col("devengado_soles").sum().cast(pl.Decimal(18, 2))
        wanted = found.lines.group_by(by).agg(pl.len().alias("lineas"), summed).collect().sort(by, nulls_last=True)
        got = found.totals(by).select(*by, "lineas", pl.col("devengado_soles").fill_null(0))
        assert got.rows() == wanted.rows()


def test_every_measure_is_conserved_by_month_and_source():
    table = gasto(
        *(ROAD | {"mes": m, "fuente": f, "devengado_soles": f"{m}.07", "girado_soles": "-0.01"} for m in (1, 2) for f in ("1", None))
    )
    found = linked(table, rule("a", "AER.01.01", "1/3", programa="0138"))
    assert found.select(pl.col(MEASURES).sum()).row(0) == table.select(pl.col(MEASURES).sum()).row(0)


def test_spending_whose_source_names_its_action_goes_to_it():
    table = gasto({"pim_soles": "5.00"}).with_columns(accion=pl.lit("AER.11.02"))
    assert pim_of(linked(table, rule("r", "AER.13.01", nivel="R"))) == {"AER.11.02": Decimal("5.00")}


def test_a_declared_transversal_action_is_beside_and_out_of_the_sum():
    table = gasto({"pim_soles": "5.00"}, {"pim_soles": "9.00"}).with_columns(accion=pl.Series(["AER.11.02", "AER.01.01"]))
    found = link_gasto(table.lazy(), Rules(()), {}, ACTIONS, (2024,), transversal=("AER.01.01",))
    conservation(table.lazy(), found)
    rows = found.totals(["accion", "vinculo", "motivo"]).select("accion", "vinculo", "motivo", "pim_soles").rows()
    assert rows == [
        ("AER.01.01", TRANSVERSAL, None, Decimal("9.00")),
        ("AER.11.02", "directo", None, Decimal("5.00")),
        (None, "no vinculado", EXCLUDED, Decimal("9.00")),
    ]


def test_several_transversal_rules_of_an_action_add_up_in_their_own_group():
    table = gasto(ROAD | {"pim_soles": "10.00"})
    equal = (
        rule("a", "AER.04.01", "0.4", kind=TRANSVERSAL, programa="0138"),
        rule("b", "AER.04.01", "0.6", kind=TRANSVERSAL, programa="0138"),
    )
    finer = (equal[0], rule("c", "AER.04.01", kind=TRANSVERSAL, funcion="15"))
    for rules in (equal, finer):
        found = linked(table, *rules).filter(pl.col("vinculo") == TRANSVERSAL)
        assert found.group_by("accion").agg(pl.col("pim_soles").sum()).rows() == [("AER.04.01", Decimal("10.00"))]
