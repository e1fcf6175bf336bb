"""The fields of the law made from the codes of a line."""

import polars as pl

from presupuesto_link.normas.lines import legal_fields

CODES = ("tipo_transaccion", "generica", "subgenerica", "subgenerica_det", "especifica", "especifica_det")


def lines(**columns):
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def classified(*codes):
    return legal_fields(pl.DataFrame([codes], schema=dict.fromkeys(CODES, pl.String), orient="row"))["clasificador"][0]


def test_a_classifier_goes_as_deep_as_its_codes():
    assert classified("2", "3", "2", "7", "11", "99") == "2.3.2.7.11.99"
    assert classified(" 2", " 03", "2 ", "07", None, "99") == "2.3.2.7"
    assert classified(None, "6", None, None, None, None) == "2.6"
    assert classified("2", None, "2", "7", "11", "99") is None
    assert classified("1", "3", "2", "7", "11", "99") is None


def test_the_category_is_filled_only_where_there_is_no_doubt():
    made = legal_fields(lines(generica=["1", "2", "3", "6", "4", "5", "3"], categoria_gasto=[None, None, " ", None, None, None, "6"]))
    assert made["categoria_gasto"].to_list() == ["5", "5", "5", "6", None, None, "6"]


def test_an_investment_is_what_the_kind_of_product_says():
    made = legal_fields(lines(tipo_producto=["2", "PROYECTO", "3", "ACTIVIDAD", None, "ACTIVIDADES"]))
    assert made["inversion"].to_list() == ["si", "si", "no", "no", None, None]


def test_the_level_comes_from_the_sector_of_regional_governments():
    assert legal_fields(lines(sector=["99", "11", "99"], nivel=[None, None, "E"]))["nivel"].to_list() == ["R", None, "E"]


def test_names_come_from_the_tables_of_the_snapshot_and_rows_stay_in_order():
    tables = {
        "producto": pl.DataFrame({"producto": ["3000001"], "nombre": ["ACCIONES COMUNES"], "nombres": [1]}),
        "finalidad": pl.DataFrame(
            {"anio": [2025], "sec_ejec": ["775"], "sec_func": ["1"], "finalidad": ["0000070"], "nombre": ["ADMINISTRACION"]}
        ),
    }
    rows = lines(producto=["3000002", "3000001", None])
    assert legal_fields(rows, tables)["producto_nombre"].to_list() == [None, "ACCIONES COMUNES", None]
    assert "finalidad_nombre" not in legal_fields(rows, tables).columns
    lazy = legal_fields(rows.lazy(), tables)
    assert isinstance(lazy, pl.LazyFrame) and lazy.collect().equals(legal_fields(rows, tables))
