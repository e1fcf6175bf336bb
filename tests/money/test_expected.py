"""What is expected by each month: the calendar, the entity's own seasonality or equal twelfths."""

from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.money.expected import check_calendars, curves_of, with_curve
from presupuesto_link.specs import SeguimientoSpec
from presupuesto_link.tables.calendar import Calendar
from presupuesto_link.tables.numbers import MONEY
from tests.money.monthly import CODES, months, row

SPEC = SeguimientoSpec()
CELL = pl.DataFrame({key: [value] for key, value in CODES.items()})


def calendar(name, *rows, keys=()):
    schema = {"anio": pl.Int16, **dict.fromkeys(keys, pl.String), "mes": pl.Int8, "programado_soles": MONEY}
    return Calendar(tuple(keys), pl.DataFrame([(*r[:-1], Decimal(r[-1])) for r in rows], schema=schema, orient="row"), name)


def accrued(year, *by_month, **codes):
    return [row(m, year, devengado=str(v), **codes) for m, v in by_month]


def shares(curves, cell=CELL, stage="devengado"):
    """The curve that rules a cell: its origin, its words and its share by month."""
    chosen = with_curve(cell, curves).filter(pl.col("etapa") == stage)
    ruling = curves.partes.join(chosen.select("curva", "etapa"), on=["curva", "etapa"]).sort("mes")
    about = curves.curvas.filter((pl.col("curva") == chosen["curva"].item()) & (pl.col("etapa") == stage))
    return about["origen"].item(), about["detalle"].item(), ruling["parte_ratio"].to_list()


THREE = [r for y in (2022, 2023, 2024) for r in accrued(y, (1, 25), (12, 75))]


def test_without_history_or_calendar_each_month_is_a_twelfth():
    origin, words, parts = shares(curves_of(months(), 2025, SPEC))
    assert (origin, words) == ("lineal", "doceavos iguales")
    assert parts == pytest.approx([m / 12 for m in range(1, 13)])


def test_seasonality_is_the_mean_of_yearly_shares_not_of_money():
    rows = [*accrued(2022, (1, 10), (12, 90)), *accrued(2023, (1, 40), (12, 60)), *accrued(2024, (1, 7000), (12, 3000))]
    origin, words, parts = shares(curves_of(months(*rows), 2025, SPEC))
    assert (origin, words) == ("estacionalidad", "propia de 2022-2024, genérica 2.3, actividades")
    assert parts == pytest.approx([0.4] * 11 + [1.0])  # (0.1 + 0.4 + 0.7) / 3


def test_each_stage_has_the_seasonality_of_its_own_money():
    rows = [r for y in (2022, 2023, 2024) for r in (row(1, y, certificado="10"), row(6, y, comprometido="7"), row(12, y, devengado="5"))]
    curves = curves_of(months(*rows), 2025, SPEC)
    assert shares(curves, stage="certificado")[2] == [1] * 12
    assert shares(curves, stage="compromiso")[2] == [0] * 5 + [1] * 7
    assert shares(curves, stage="devengado")[2] == [0] * 11 + [1]


def test_two_years_are_not_a_seasonality_and_a_year_without_accrual_is_not_a_year():
    two = [*accrued(2023, (1, 1)), *accrued(2024, (1, 1))]
    assert shares(curves_of(months(*two), 2025, SPEC))[0] == "lineal"
    assert shares(curves_of(months(*two, *accrued(2022, (1, 0))), 2025, SPEC))[0] == "lineal"
    assert shares(curves_of(months(*two, *accrued(2022, (1, 5), (2, -5))), 2025, SPEC))[0] == "lineal"
    assert shares(curves_of(months(*two, *accrued(2022, (1, 5), (2, -9))), 2025, SPEC))[0] == "lineal"


def test_only_the_last_years_count_and_never_the_one_followed():
    rows = [r for y in range(2017, 2025) for r in accrued(y, (1 if y < 2020 else 2, 8))]
    _, words, parts = shares(curves_of(months(*rows, *accrued(2025, (1, 99))), 2025, SPEC))
    assert words.startswith("propia de 2020-2024")
    assert parts[:2] == [0.0, 1.0]


def test_a_return_of_money_lowers_the_curve_within_0_and_1():
    rows = [r for y in (2022, 2023, 2024) for r in accrued(y, (1, -5), (2, 15), (3, 2), (4, -2))]
    assert shares(curves_of(months(*rows), 2025, SPEC))[2][:4] == pytest.approx([0.0, 1.0, 1.0, 1.0])


def test_the_calendar_rules_accrual_only():
    curves = curves_of(months(*THREE), 2025, SPEC, [calendar("PCA", (2025, 3, "30"), (2025, 6, "90"))])
    origin, words, parts = shares(curves)
    assert (origin, words) == ("calendario", "PCA")
    assert parts == pytest.approx([0, 0, 0.25, 0.25, 0.25, 1, 1, 1, 1, 1, 1, 1])
    assert [shares(curves, stage=s)[0] for s in ("compromiso", "certificado")] == ["lineal", "lineal"]


def test_the_first_calendar_rules_and_the_second_covers_what_it_leaves():
    first = calendar("uno", (2025, "1", 1, "5"), keys=["fuente"])
    curves = curves_of(months(), 2025, SPEC, [first, calendar("dos", (2025, 12, "5"))])
    assert shares(curves)[1] == "uno"
    assert shares(curves, CELL.with_columns(fuente=pl.lit("2")))[1] == "dos"


def test_a_calendar_of_another_year_or_without_money_rules_nothing():
    given = [calendar("otro", (2024, 1, "5")), calendar("cero", (2025, 1, "0"))]
    assert shares(curves_of(months(*THREE), 2025, SPEC, given))[0] == "estacionalidad"


def test_two_keys_with_a_blank_in_different_places_have_their_own_curves():
    keys = ["fuente", "generica"]
    given = calendar("PCA", (2025, "3", None, 1, "5"), (2025, None, "3", 12, "5"), keys=keys)
    curves = curves_of(months(), 2025, SPEC, [given])
    early = CELL.with_columns(fuente=pl.lit("3"), generica=pl.lit(None, pl.String))
    late = CELL.with_columns(fuente=pl.lit(None, pl.String), generica=pl.lit("3"))
    assert shares(curves, early)[2] == [1.0] * 12
    assert shares(curves, late)[2] == [0.0] * 11 + [1.0]


def test_a_season_with_a_blank_does_not_share_the_curve_of_another():
    rows = [
        r
        for y in (2022, 2023, 2024)
        for r in (*accrued(y, (1, 5), generica=None, tipo_producto="3"), *accrued(y, (12, 5), generica="3", tipo_producto=None))
    ]
    curves = curves_of(months(*rows), 2025, SPEC)
    assert shares(curves, CELL.with_columns(generica=pl.lit(None, pl.String)))[2] == [1.0] * 12


def programmed(*codes):
    return calendar("PCA", *((2025, code, 1, "5") for code in codes), keys=["fuente"])


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ("1", None),
        ("17", "PCA: 1 de sus 2 claves no están en el gasto de 2025 y no se usan (fuente: 7)."),
        ("123456", "PCA: 5 de sus 6 claves no están en el gasto de 2025 y no se usan (fuente: 2; 3; 4; 5; 6)."),
        ("1234567", "PCA: 6 de sus 7 claves no están en el gasto de 2025 y no se usan (fuente: 2; 3; 4; 5; 6 y 1 más)."),
    ],
)
def test_what_of_a_calendar_no_line_uses_is_told(codes, said):
    assert check_calendars(months(row(0, pim="1")), 2025, [programmed(*codes)]) == (() if said is None else (said,))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (programmed("7", "8"), r"ninguna de sus 2 claves \(fuente\) está en el gasto de 2025"),
        (calendar("PCA", (2024, 1, "5")), "nada programado en 2025"),
        (calendar("PCA", (2025, 1, "0")), "nada programado en 2025"),
        (calendar("PCA", (2025, "x", 1, "5"), keys=["rubro"]), "la columna rubro, que el gasto no trae"),
    ],
)
def test_a_calendar_that_reaches_no_line_is_an_error(given, said):
    with pytest.raises(InputDataError, match=said):
        check_calendars(months(row(0, pim="1")), 2025, [given])


def test_a_calendar_of_the_whole_leaves_nothing_unused():
    assert check_calendars(months(row(0, pim="1")), 2025, [calendar("PCA", (2025, 1, "5"))]) == ()


def test_a_cut_in_what_was_programmed_stays_within_0_and_1_and_a_programme_below_zero_is_none():
    parts = shares(curves_of(months(), 2025, SPEC, [calendar("PCA", (2025, 1, "-5"), (2025, 2, "20"), (2025, 3, "-5"))]))[2]
    assert parts == pytest.approx([0.0, 1.0] + [1.0] * 10)
    assert shares(curves_of(months(), 2025, SPEC, [calendar("PCA", (2025, 1, "-5"))]))[0] == "lineal"


def test_the_annual_row_of_an_earlier_year_is_not_a_month_of_its_season():
    rows = [r for y in (2022, 2023, 2024) for r in (row(0, y, pim="9", devengado="900"), *accrued(y, (1, 25), (12, 75)))]
    assert shares(curves_of(months(*rows), 2025, SPEC))[2] == pytest.approx([0.25] * 11 + [1.0])
