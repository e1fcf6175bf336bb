"""meta → AOI → AEI → AER: parts worked out by hand, every missing step in sight, and nothing decided for anyone."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presupuesto_link.errors import InputDataError
from presupuesto_link.linkage.link import conservation, link_gasto
from presupuesto_link.linkage.match import CLASH, EXCLUDED, REST
from presupuesto_link.linkage.plan.bridge import AEI_AER, METAS_AOI, Bridge, read_bridge
from presupuesto_link.linkage.plan.ceplan import COMPLETE, NO_ACTION, NO_AEI, NO_AOI, derive, metas_of
from presupuesto_link.linkage.rules import NOBODY, TRANSVERSAL, Rules
from presupuesto_link.sources.delimited import RawTable
from presupuesto_link.tables.ceplan import AOI_SCHEMA, FINANCIAL_SCHEMA, PHYSICAL_SCHEMA, Poi
from tests.examples import few
from tests.linkage.spending import gasto, rule

ACTIONS = ("AER.01.01", "AER.04.01", "AER.07.01", "AER.11.02")
SIGNED = "|1|Ana|2026-01-05|"
ROAD = {"sec_ejec": "775", "programa": "0138", "producto": "3000132", "actividad": "5001437"}


def table(name: str, columns: tuple[str, ...], *rows: str) -> RawTable:
    """A signed table; a row is its cells separated by `|`, the last ones may be left out."""
    cells = [(row.split("|") + [""] * len(columns))[: len(columns)] for row in rows]
    frame = pl.DataFrame(
        {"fila": range(2, len(rows) + 2)} | {c: [row[i] for row in cells] for i, c in enumerate(columns)},
        schema={"fila": pl.UInt32} | dict.fromkeys(columns, pl.String),
    )
    return RawTable(frame, Path(name), "utf-8", ",", "")


def bridge(metas: list[str], actions: list[str]) -> Bridge:
    return read_bridge(table("metas_aoi.csv", METAS_AOI, *metas), table("aei_aer.csv", AEI_AER, *actions), ACTIONS, ("AER.07.01",))


def poi(*rows: dict, money: tuple[tuple, ...] = ()) -> Poi:
    activities = [{"anio": 2024, "activo": True} | row for row in rows]
    every = [{name: row.get(name) for name in AOI_SCHEMA} for row in activities]
    financial = [(2024, aoi, None, version, 1, Decimal(amount)) for aoi, version, amount in money]
    return Poi(
        pl.DataFrame(every, schema=AOI_SCHEMA),
        pl.DataFrame(schema=PHYSICAL_SCHEMA),
        pl.DataFrame(financial, schema=FINANCIAL_SCHEMA, orient="row"),
        pl.DataFrame(),
        (),
    )


def meta(number: str, pim: str, **cells: str) -> dict:
    return ROAD | {"sec_func": number, "pim_soles": pim} | cells


def link(spending: pl.DataFrame, rules) -> pl.DataFrame:
    found = link_gasto(spending.lazy(), Rules(tuple(rules)), {}, ACTIONS, (2024,))
    conservation(spending.lazy(), found)
    return found.lines.collect()


def pim(lines: pl.DataFrame) -> dict:
    counted = lines.filter(pl.col("vinculo") != TRANSVERSAL)
    return dict(counted.group_by("accion").agg(pl.col("pim_soles").sum()).iter_rows())


def test_parts_multiply_along_each_path_and_add_up_over_them():
    spending = gasto(meta("7", "100.01"))
    chain = derive(
        poi({"aoi": "AOI001", "aei": "AEI.01.01"}, {"aoi": "AOI002", "aei": "AEI.01.02"}),
        bridge(
            ["2024|775|7|AOI001|1/3|Ana|2026-01-05", "2024|0775|0007|aoi 002|2/3|Ana|2026-01-07"],
            ["AEI.01.01|AER.01.01|0.5|Luis|2026-02-01", "AEI 1.1|AER.04.01|50%|Luis|2026-02-01", "AEI.01.02|AER.04.01|1|Luis|2026-01-01"],
        ),
        metas_of(spending.lazy()),
    )
    # 1/3·1/2 = 1/6 to the first; 1/3·1/2 + 2/3 = 5/6 to the second
    assert [(r.id, r.part) for r in chain.rules] == [
        ("ceplan-2024-775-0007-AER.01.01", Fraction(1, 6)),
        ("ceplan-2024-775-0007-AER.04.01", Fraction(5, 6)),
    ]
    assert chain.findings == ()
    assert chain.pasos.select("aoi", "accion", "parte").rows() == [
        ("AOI001", "AER.01.01", "1/6"),
        ("AOI001", "AER.04.01", "1/6"),
        ("AOI002", "AER.04.01", "2/3"),
    ]
    # 16.6683… and 83.3416…: the céntimo that is left goes to the larger remainder
    assert pim(link(spending, chain.rules)) == {"AER.01.01": Decimal("16.67"), "AER.04.01": Decimal("83.34")}


def test_the_signature_says_who_signed_each_step_and_the_last_day():
    one, two = derive(
        poi({"aoi": "A1", "aei": "AEI.01.01"}, {"aoi": "A2", "aei": "AEI.01.01", "activo": False}),
        bridge(["2024|775|7|A1|1|Ana|2026-03-05", "2024|775|8|A2|1|Eva|2026-01-05"], ["AEI.01.01|AER.01.01|1|Luis|2026-02-01"]),
        metas_of(gasto(meta("7", "1"), meta("8", "1")).lazy()),
    ).rules
    assert one.signature == ("Ana; Luis", "2026-03-05")
    assert (one.state, one.confidence, two.confidence) == ("firmado", "alta", "baja")  # the second activity is not in force
    assert one.origin == ("Puente CEPLAN: A1 → AEI.01.01", "metas_aoi.csv: filas 2; aei_aer.csv: filas 2")
    assert (one.selectors, one.years) == ({"sec_func": ("7",), "sec_ejec": ("775",)}, (2024, 2024))


@pytest.mark.parametrize(("amount", "shares"), [("0.05", ("0.02", "0.02", "0.01")), ("100.00", ("33.34", "33.33", "33.33"))])
def test_a_third_each_loses_no_centimo(amount, shares):
    spending = gasto(meta("7", amount))
    activities = [{"aoi": f"A{n}", "aei": f"AEI.01.0{n}"} for n in (1, 2, 3)]
    served = ("AER.01.01", "AER.04.01", "AER.11.02")
    chain = derive(
        poi(*activities),
        bridge(
            [f"2024|775|7|A{n}|1/3|Ana|2026-01-05" for n in (1, 2, 3)],
            [f"AEI.01.0{n}|{action}|1|Ana|2026-01-05" for n, action in zip((1, 2, 3), served, strict=True)],
        ),
        metas_of(spending.lazy()),
    )
    assert pim(link(spending, chain.rules)) == dict(zip(served, map(Decimal, shares), strict=True))
    assert {r.confidence for r in chain.rules} == {"media"}


def test_a_part_that_nobody_assigned_stays_unlinked():
    spending = gasto(meta("7", "9.00"))
    chain = derive(
        poi({"aoi": "A1", "aei": "AEI.01.01"}),
        bridge(["2024|775|7|A1|1/3|Ana|2026-01-05"], ["AEI.01.01|AER.01.01|1/3|Ana|2026-01-05"]),
        metas_of(spending.lazy()),
    )
    assert [r.part for r in chain.rules] == [Fraction(1, 9)]
    lines = link(spending, chain.rules)
    assert pim(lines) == {"AER.01.01": Decimal("1.00"), None: Decimal("8.00")}
    assert lines.filter(pl.col("accion").is_null())["motivo"].to_list() == [REST]


def test_every_missing_step_is_a_result():
    spending = gasto(*(meta(str(n), f"{n}0.00") for n in range(1, 7)))
    chain = derive(
        poi(
            {"aoi": "A1", "aei": "AEI.01.01"},
            {"aoi": "A2", "aei": None},
            {"aoi": "A3", "aei": "AEI.09.09"},
            {"aoi": "A4", "aei": "AEI.01.01"},
            {"aoi": "A5", "aei": "AEI.09.09", "activo": False},
            money=(("A3", "consistente", "5.00"), ("A3", "reprogramado", "7.50"), ("A4", "consistente", "3.00")),
        ),
        bridge(
            [f"2024|775|{n}|A{n}{SIGNED}" for n in (1, 2, 3)]
            + [f"2024|775|4|PERDIDA{SIGNED}", f"2024|775|99|A1{SIGNED}", f"2023|775|1|A1{SIGNED}"],
            [f"AEI.01.01|AER.01.01{SIGNED}", f"AEI.05.05|AER.04.01{SIGNED}"],
        ),
        metas_of(spending.lazy()),
    )
    assert dict(chain.metas.select("sec_func", "paso").iter_rows()) == {
        "1": COMPLETE,
        "2": NO_AEI,
        "3": NO_ACTION,
        "4": NO_AOI,
        "5": "meta sin AOI",
        "6": "meta sin AOI",
    }
    assert chain.metas["sec_func"].to_list() == ["6", "5", "4", "3", "2", "1"]  # largest PIM first
    assert chain.metas["pim_soles"].sum() == Decimal("210.00")
    assert chain.aoi_sin_meta.select("aoi", "programado_soles").rows() == [("A4", Decimal("3.00")), ("A5", None)]
    assert chain.aei_sin_aer.rows() == [(2024, "AEI.09.09", 2, 1, Decimal("7.50"))]
    assert [(f.code, f.place.partition(",")[2].strip()) for f in chain.findings] == [
        ("K03", "fila 5"),
        ("K03", "fila 3"),
        ("K03", "fila 6"),
    ]
    assert "la meta 775-99 de 2024 no está en el gasto" in chain.findings[2].found
    assert pim(link(spending, chain.rules)) == {"AER.01.01": Decimal("10.00"), None: Decimal("200.00")}


def test_an_aer_that_counts_others_again_is_apart_and_nobody_may_be_a_decision():
    spending = gasto(meta("1", "10.00"), meta("2", "5.00"))
    chain = derive(
        poi({"aoi": "A1", "aei": "AEI.01.01"}, {"aoi": "A2", "aei": "AEI.02.01"}),
        bridge(
            [f"2024|775|{n}|A{n}{SIGNED}" for n in (1, 2)],
            [f"AEI.01.01|AER.01.01{SIGNED}", f"AEI.01.01|AER.07.01{SIGNED}", f"AEI.02.01|{NOBODY}{SIGNED}"],
        ),
        metas_of(spending.lazy()),
    )
    lines = link(spending, chain.rules)
    assert pim(lines) == {"AER.01.01": Decimal("10.00"), None: Decimal("5.00")}
    assert lines.filter(pl.col("vinculo") == TRANSVERSAL).select("accion", "pim_soles").rows() == [("AER.07.01", Decimal("10.00"))]
    assert lines.filter(pl.col("accion").is_null())["motivo"].to_list() == [EXCLUDED]


def test_the_plan_goes_before_coarser_rules_by_hand_and_clashes_with_equal_ones():
    spending = gasto(meta("1", "10.00"), meta("2", "4.00"))
    chain = derive(
        poi({"aoi": "A1", "aei": "AEI.01.01"}),
        bridge([f"2024|775|1|A1{SIGNED}"], [f"AEI.01.01|AER.01.01{SIGNED}"]),
        metas_of(spending.lazy()),
    )
    coarse = rule("por-programa", "AER.04.01", programa="0138")
    assert pim(link(spending, [*chain.rules, coarse])) == {"AER.01.01": Decimal("10.00"), "AER.04.01": Decimal("4.00")}
    equal = rule("por-meta", "AER.11.02", sec_ejec="775", sec_func="1")
    clash = link(spending, [*chain.rules, equal]).filter(pl.col("motivo") == CLASH)
    assert clash.select("regla", "pim_soles").rows() == [("ceplan-2024-775-0001-AER.01.01; por-meta", Decimal("10.00"))]


def test_parts_that_ask_for_more_than_there_is_are_not_applied():
    found = bridge(
        [
            "2024|775|1|A1|0.6|Ana|2026-01-05",
            "2024|775|1|A2|0.5|Ana|2026-01-05",
            f"2024|775|2|A1{SIGNED}",
            f"2024|775|3|A3{SIGNED}",
            f"2024|775|3|A3{SIGNED}",
        ],
        [
            "AEI.01.01|AER.01.01|2/3|Ana|2026-01-05",
            "AEI.01.01|AER.04.01|2/3|Ana|2026-01-05",
            f"AEI.02.01|AER.01.01{SIGNED}",
            f"AEI.02.01|AER.07.01{SIGNED}",
        ],
    )
    assert [link.row for link in found.metas] == [4]
    assert [link.row for link in found.actions] == [4, 5]  # a transversal AER takes nothing from the others
    assert [(f.code, f.place, f.found) for f in found.findings] == [
        ("K01", "metas_aoi.csv, filas 5, 6", "la meta 775-3 de 2024 → A3 está 2 veces"),
        ("K02", "metas_aoi.csv, filas 2, 3", "piden 110% de la meta 775-1 de 2024"),
        ("K02", "aei_aer.csv, filas 2, 3", "piden 133% de la AEI.01.01"),
    ]


@pytest.mark.parametrize(
    ("meta_row", "action_row", "code", "place"),
    [
        ("|775|1|A1|1|Ana|2026-01-05", None, "V02", "metas_aoi.csv, fila 2, columna anio"),
        ("24|775|1|A1|1|Ana|2026-01-05", None, "V02", "metas_aoi.csv, fila 2, columna anio"),
        ("2024|GORE|1|A1|1|Ana|2026-01-05", None, "V02", "metas_aoi.csv, fila 2, columna sec_ejec"),
        ("2024|775|1||1|Ana|2026-01-05", None, "V02", "metas_aoi.csv, fila 2, columna aoi"),
        ("2024|775|1|A1|1.5|Ana|2026-01-05", None, "V03", "metas_aoi.csv, fila 2, columna parte"),
        ("2024|775|1|A1|mitad|Ana|2026-01-05", None, "V02", "metas_aoi.csv, fila 2, columna parte"),
        ("2024|775|1|A1|1||", None, "V09", "metas_aoi.csv, fila 2, columna autor"),
        (None, "AEI.01.01|AER.99.99|1|Ana|2026-01-05", "V01", "aei_aer.csv, fila 2, columna accion"),
        (None, "|AER.01.01|1|Ana|2026-01-05", "V02", "aei_aer.csv, fila 2, columna aei"),
        (None, "AEI.01.01|AER.01.01|0|Ana|2026-01-05", "V03", "aei_aer.csv, fila 2, columna parte"),
        (None, "AEI.01.01|AER.01.01|1|Ana|5 de enero", "V02", "aei_aer.csv, fila 2, columna fecha"),
    ],
)
def test_a_row_that_is_not_understood_or_signed_says_where_and_is_not_applied(meta_row, action_row, code, place):
    found = bridge([meta_row or f"2024|775|1|A1{SIGNED}"], [action_row or f"AEI.01.01|AER.01.01{SIGNED}"])
    assert (len(found.metas), len(found.actions)) == (meta_row is None, action_row is None)
    assert (code, place) in [(f.code, f.place) for f in found.findings]
    assert {f.explanation for f in found.findings} == {"el vínculo no se aplica"}


def test_a_misspelt_column_is_an_error_because_it_would_be_taken_for_blank():
    misspelt = table("metas_aoi.csv", tuple(c if c != "parte" else "partes" for c in METAS_AOI), f"2024|775|1|A1{SIGNED}")
    with pytest.raises(InputDataError, match="¿quiso decir parte"):
        read_bridge(misspelt, table("aei_aer.csv", AEI_AER, f"AEI.01.01|AER.01.01{SIGNED}"), ACTIONS)
    lacking = table("aei_aer.csv", ("aei", "parte", "autor", "fecha"), "AEI.01.01|1|Ana|2026-01-05")
    with pytest.raises(InputDataError, match="faltan las columnas accion"):
        read_bridge(table("metas_aoi.csv", METAS_AOI, f"2024|775|1|A1{SIGNED}"), lacking, ACTIONS)


def test_a_meta_is_suggested_only_where_one_meta_and_one_activity_share_the_chain():
    chain_of = {"programa": "0138", "producto": "3000132", "actividad": "5001437"}
    other = {"programa": "0090", "producto": "3000385", "actividad": "5005628"}
    spending = gasto(meta("1", "10.00"), meta("2", "4.00", **other), meta("3", "3.00", **other))
    plan = poi({"aoi": "A1", "aei": "AEI.01.01", "centro_costo": "01", **chain_of}, {"aoi": "A2", "centro_costo": "02", **other})
    chain = derive(plan, bridge([], []), metas_of(spending.lazy()))
    assert chain.sugerencias.select("sec_func", "aoi", "centro_costo", "pim_soles").rows() == [("1", "A1", "01", Decimal("10.00"))]
    assert (chain.rules, chain.metas["paso"].unique().to_list()) == ((), ["meta sin AOI"])  # never applied
    twice = poi(*plan.aoi.to_dicts(), {"aoi": "A3", "centro_costo": "09", **chain_of})
    assert derive(twice, bridge([], []), metas_of(spending.lazy())).sugerencias.is_empty()  # two activities, parts unknown
    signed = bridge([f"2024|775|1|A1{SIGNED}"], [])
    assert derive(plan, signed, metas_of(spending.lazy())).sugerencias.is_empty()


def test_the_cost_centre_of_what_is_signed_tells_two_units_apart():
    chain_of = {"programa": "0138", "producto": "3000132", "actividad": "5001437"}
    spending = gasto(meta("1", "10.00"), meta("1", "8.00", sec_ejec="776"), meta("5", "1.00", programa="9001"))
    plan = poi({"aoi": "A1", "centro_costo": "01", **chain_of}, {"aoi": "A2", "centro_costo": "01", "programa": "9001"})
    assert derive(plan, bridge([], []), metas_of(spending.lazy())).sugerencias.is_empty()
    known = derive(plan, bridge([f"2024|775|5|A2{SIGNED}"], []), metas_of(spending.lazy()))
    assert known.sugerencias.select("sec_ejec", "sec_func", "aoi").rows() == [("775", "1", "A1")]


def test_lines_without_meta_are_nobodys_and_a_chain_that_differs_is_not_known():
    spending = gasto(meta("1", "1.00"), meta("1", "2.00", producto="3999999"), {"sec_ejec": "775", "pim_soles": "9.00"})
    assert metas_of(spending.lazy()).rows() == [(2024, "775", "1", Decimal("3.00"), None, "0138", None, "5001437")]


SHARES = st.lists(st.integers(1, 20), min_size=1, max_size=3)


@pytest.mark.propiedad
@settings(max_examples=few(40), deadline=None)
@given(SHARES, SHARES, st.integers(0, 7), st.integers(0, 10**10))
def test_what_reaches_the_aer_is_the_exact_product_and_the_rest_stays(meta_weights, aei_weights, rest, centimos):
    """Weights over their sum and a rest: of the meta, Σp is assigned; of its AEI, Σq; the AER get Σp·Σq of the meta."""
    whole_p, whole_q = sum(meta_weights) + rest, sum(aei_weights) + rest
    spending = gasto(meta("7", f"{Decimal(centimos) / 100}"))
    chain = derive(
        poi(*({"aoi": f"A{n}", "aei": "AEI.01.01"} for n in range(len(meta_weights)))),
        bridge(
            [f"2024|775|7|A{n}|{p}/{whole_p}|Ana|2026-01-05" for n, p in enumerate(meta_weights)],
            [
                f"AEI.01.01|{action}|{q}/{whole_q}|Ana|2026-01-05"
                for action, q in zip(("AER.01.01", "AER.04.01", "AER.11.02"), aei_weights, strict=False)
            ],
        ),
        metas_of(spending.lazy()),
    )
    assert sum(r.part for r in chain.rules) == Fraction(whole_p - rest, whole_p) * Fraction(whole_q - rest, whole_q)
    assert sum(pim(link(spending, chain.rules)).values()) == Decimal(centimos) / 100
