"""The canonical table: same facts, same sums; codes, blanks, rejects and cents."""

from decimal import Decimal

import polars as pl
import pytest

from presupuesto_link.sources.siaf import LAYOUTS
from presupuesto_link.sources.siaf.largo import AMOUNT_HEADERS, CODE_HEADERS
from presupuesto_link.sources.siaf.layout import AMOUNTS, CODES, NAMES
from presupuesto_link.tables.gasto import MEASURES, SCHEMA, Filters, keep, rejected_rows, type_rows
from presupuesto_link.tables.gasto_names import count_names, most_frequent
from tests.sources.extracts import BASE, budget, spent

BY_NAME = {layout.name: layout for layout in LAYOUTS}
MONTHS = ("ENERO", "FEBRERO", "MARZO", "ABRIL", "MAYO", "JUNIO", "JULIO", "AGOSTO", "SEPTIEMBRE", "OCTUBRE", "NOVIEMBRE", "DICIEMBRE")


def raw(records: list[dict[str, str]], extra: tuple[str, ...] = ()) -> pl.LazyFrame:
    columns = dict.fromkeys([*CODE_HEADERS.values(), *AMOUNT_HEADERS.values(), *extra, *(k for r in records for k in r)])
    zeros = dict.fromkeys(AMOUNT_HEADERS.values(), "0")
    return pl.LazyFrame({c: [(zeros | BASE | r).get(c) for r in records] for c in columns}, schema=dict.fromkeys(columns, pl.String))


def typed(*records: dict[str, str]) -> pl.DataFrame:
    return type_rows(BY_NAME["largo"].rows(raw(list(records)))).collect()


def text_rows(**columns: str | None) -> pl.LazyFrame:
    """One row of a layout, as text; what is not given is null."""
    cells = dict.fromkeys([*CODES, *AMOUNTS]) | {"anio": "2024", "mes": "1"} | columns
    return pl.LazyFrame({k: [v] for k, v in cells.items()}, schema=dict.fromkeys(cells, pl.String))


def test_the_same_facts_in_long_and_wide_give_the_same_sums():
    long = typed(
        budget("1000.10", "900", SEC_FUNC="1"),
        spent(1, "100.05", SEC_FUNC="1", MONTO_GIRADO="90", MONTO_CERTIFICADO="400"),
        spent(12, "-0.05", SEC_FUNC="1", MONTO_GIRADO="10.01", MONTO_CERTIFICADO="-50"),
        budget("5", SEC_FUNC="2"),
        spent(9, "4.99", SEC_FUNC="2"),
    )
    zero = {f"MONTO_DEVENGADO_{m}": "0" for m in MONTHS} | {"MONTO_COMPROMETIDO_ANUAL": "0"}
    wide_raw = [
        BASE
        | zero
        | {
            "TIPO_ACT_PROY": "ACTIVIDAD",
            "SEC_FUNC": "0001",
            "MONTO_PIA": "900",
            "MONTO_PIM": "1000.10",
            "MONTO_CERTIFICADO_ANUAL": "350",
            "MONTO_GIRADO_ANUAL": "100.01",
            "MONTO_DEVENGADO_ENERO": "100.05",
            "MONTO_DEVENGADO_DICIEMBRE": "-0.05",
        },
        BASE
        | zero
        | {
            "TIPO_ACT_PROY": "ACTIVIDAD",
            "SEC_FUNC": "2",
            "MONTO_PIA": "0",
            "MONTO_PIM": "5",
            "MONTO_CERTIFICADO_ANUAL": "0",
            "MONTO_GIRADO_ANUAL": "0",
            "MONTO_DEVENGADO_SEPTIEMBRE": "4.99",
        },
    ]
    columns = dict.fromkeys(k for r in wide_raw for k in r)
    frame = pl.LazyFrame({c: [r.get(c) for r in wide_raw] for c in columns}, schema=dict.fromkeys(columns, pl.String))
    wide = type_rows(BY_NAME["ancho"].rows(frame)).collect()
    measures = ("pia_soles", "pim_soles", "certificado_soles", "devengado_soles", "girado_soles")
    by = ["anio", "sec_func", "programa", "tipo_producto", "rubro"]
    assert long.group_by(by).agg(pl.col(measures).sum()).sort(by).equals(wide.group_by(by).agg(pl.col(measures).sum()).sort(by))
    months = pl.col("devengado_soles") != 0
    assert (
        long.filter(months)
        .select("sec_func", "mes", "devengado_soles")
        .sort(pl.all())
        .equals(wide.filter(months).select("sec_func", "mes", "devengado_soles").sort(pl.all()))
    )


def test_a_pim_is_never_on_the_row_of_a_month():
    frame = typed(budget("1000"), spent(1, "10"), spent(2, "20"))
    assert frame["pim_soles"].to_list() == [Decimal("1000.00"), None, None]
    assert frame["devengado_soles"].to_list() == [None, Decimal("10.00"), Decimal("20.00")]
    assert list(frame.columns) == [*SCHEMA, "rechazo"]
    assert frame.schema["pim_soles"] == pl.Decimal(18, 2)


def test_codes_are_padded_stripped_and_blanks_are_null():
    row = typed(
        spent(
            1,
            "1",
            PROGRAMA_PPTO=" 2 ",
            FUNCION="3",
            RUBRO="0",
            SEC_EJEC="000775",
            SEC_FUNC="0000",
            PLIEGO=" ",
            SECTOR=" ",
            META="1",
            DEPARTAMENTO_META="6",
            GENERICA="3",
            FINALIDAD="0033251",
        )
    ).row(0, named=True)
    wanted = {
        "programa": "0002",
        "funcion": "03",
        "rubro": "00",
        "sec_ejec": "775",
        "sec_func": "0",
        "pliego": None,
        "sector": None,
        "meta": "00001",
        "departamento_meta": "06",
        "generica": "3",
        "finalidad": "0033251",
    }
    assert {name: row[name] for name in wanted} == wanted


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"anio": "(2 filas)"}, "año ilegible"),
        ({"anio": "1899"}, "año ilegible"),
        ({"anio": None}, "año ilegible"),
        ({"mes": "13"}, "mes fuera de 0 a 12"),
        ({"mes": "ene"}, "mes fuera de 0 a 12"),
        ({"pim": "S/ 5"}, "pim no es un monto"),
        ({"devengado": "1.2.3"}, "devengado no es un monto"),
        ({"girado": "1.005"}, "girado tiene fracciones de céntimo"),
        ({"girado": "1.0001"}, "girado tiene fracciones de céntimo"),
        ({"pia": "1.5E-05"}, "pia tiene fracciones de céntimo"),
        ({"pia": "99999999999999999999"}, "pia no es un monto"),
    ],
)
def test_rows_that_cannot_be_used_say_why(cells, reason):
    assert type_rows(text_rows(**cells)).collect()["rechazo"].item() == reason
    assert rejected_rows(text_rows(**cells)).collect()["rechazo"].to_list() == [reason]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("257,109,828", "257109828.00"),
        ("-0.05", "-0.05"),
        (" 12.5 ", "12.50"),
        ("1.50000", "1.50"),
        ("0.30000000000000004", "0.30"),
        ("1234.5599999999999", "1234.56"),
        ("-7.0", "-7.00"),
        ("9999999999999999.99", "9999999999999999.99"),
    ],
)
def test_amounts_are_exact(text, amount):
    row = type_rows(text_rows(devengado=text)).collect()
    assert (row["rechazo"].item(), row["devengado_soles"].item()) == (None, Decimal(amount))


def test_an_unreadable_month_of_a_wide_record_is_not_lost_silently():
    record = (
        BASE
        | {f"MONTO_DEVENGADO_{m}": "0" for m in MONTHS}
        | {
            "MONTO_DEVENGADO_MARZO": "n/d",
            "MONTO_DEVENGADO_ABRIL": "",
            "MONTO_PIA": "1",
            "MONTO_PIM": "1",
            "MONTO_CERTIFICADO_ANUAL": "0",
            "MONTO_COMPROMETIDO_ANUAL": "0",
            "MONTO_GIRADO_ANUAL": "0",
        }
    )
    frame = pl.LazyFrame({k: [v] for k, v in record.items()}, schema=dict.fromkeys(record, pl.String))
    rows = type_rows(BY_NAME["ancho"].rows(frame)).collect()
    assert rows.select("mes", "rechazo").rows() == [(0, None), (3, "devengado no es un monto")]


def test_a_pim_repeated_by_month_is_kept_for_the_checks_to_report():
    assert typed(spent(1, "10") | {"MONTO_PIM": "1000"})["pim_soles"].to_list() == [Decimal("1000.00")]


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        (Filters(), 4),
        (Filters(pliego="445"), 2),
        (Filters(pliego="10"), 1),
        (Filters(pliego="010"), 1),
        (Filters(departamento_meta="6"), 3),
        (Filters(nivel="m"), 1),
        (Filters(anio=2023), 1),
        (Filters(pliego="445", anio=2024), 1),
    ],
)
def test_filters_give_the_same_before_and_after_typing(filters, kept):
    records = [
        spent(1, "1"),
        spent(1, "1", ANO_EJE="2023"),
        spent(1, "1", PLIEGO="10", DEPARTAMENTO_META="6"),
        spent(1, "1", PLIEGO=" ", NIVEL_GOBIERNO="M", DEPARTAMENTO_META="15"),
    ]
    rows = BY_NAME["largo"].rows(raw(records))
    before, after = type_rows(keep(rows, filters)).collect(), keep(type_rows(rows), filters).collect()
    assert before.height == kept
    assert before.equals(after)


def test_one_name_per_key_the_most_frequent_then_the_first_in_the_alphabet():
    rows = pl.LazyFrame(
        {
            "rubro": ["00", "00", "00", "00", "18", None],
            "tipo_recurso": ["0", "0", "0", "A", "0", "0"],
            "nombre": ["NORMAL", "NORMAL ", "OTRO", "B", "CANON", "SIN CLAVE"],
        }
    )
    tied = pl.concat([rows, rows.head(1).with_columns(nombre=pl.lit("A"), tipo_recurso=pl.lit("A"))])
    key = NAMES["tipo_recurso"]
    table = most_frequent(count_names(tied, key, "nombre").collect(), key)
    assert table.rows() == [("00", "0", "NORMAL", 2), ("00", "A", "A", 2), ("18", "0", "CANON", 1)]
    assert not table.select("rubro", "tipo_recurso").is_duplicated().any()


def test_measures_are_the_amounts_in_soles():
    assert tuple(f"{a}_soles" for a in AMOUNTS) == MEASURES


@pytest.mark.parametrize("text", ["1234,50", "1,2345", "1.234,567", "12,34", "1234,567", "5,"])
def test_a_comma_that_does_not_separate_thousands_is_refused_not_dropped(text):
    """`1234,50` without its comma would be a hundred times more."""
    frame = type_rows(text_rows(pim=text)).collect()
    assert frame["rechazo"].item() == "pim tiene una coma que no separa miles"


def test_commas_of_thousands_are_read():
    frame = type_rows(text_rows(pim="-1,234,567.50")).collect()
    assert (frame["rechazo"].item(), frame["pim_soles"].item()) == (None, Decimal("-1234567.50"))


def test_certificado_is_added_in_the_long_layout_and_taken_once_in_the_wide_one():
    """Trap 3: a flow by month here, a total of the year there."""
    long = typed(spent(1, "0", MONTO_CERTIFICADO="400"), spent(2, "0", MONTO_CERTIFICADO="-50"))
    assert long["certificado_soles"].to_list() == [Decimal("400.00"), Decimal("-50.00")]
    annual = ("MONTO_CERTIFICADO_ANUAL", "MONTO_GIRADO_ANUAL", "MONTO_COMPROMETIDO_ANUAL", "MONTO_PIA", "MONTO_PIM")
    record = BASE | {f"MONTO_DEVENGADO_{m}": "7" for m in MONTHS} | dict.fromkeys(annual, "350")
    wide = type_rows(BY_NAME["ancho"].rows(pl.LazyFrame({k: [v] for k, v in record.items()}))).collect()
    assert (wide.height, wide["certificado_soles"].sum(), wide["devengado_soles"].sum()) == (13, Decimal("350.00"), Decimal("84.00"))


def test_the_department_filter_is_where_it_lands_not_who_spends():
    """Trap 10."""
    frame = typed(spent(1, "5", DEPARTAMENTO_EJECUTORA="15"), spent(1, "7", DEPARTAMENTO_META="15"))
    kept = keep(frame.lazy(), Filters(departamento_meta="6")).collect()
    assert kept["devengado_soles"].to_list() == [Decimal("5.00")]
