"""A layout is what identifies it: whatever else a file leaves out is null and told, and no money is read under another title."""

import csv
import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.ceplan import read_export
from presupuesto_link.sources.siaf import LAYOUTS
from presupuesto_link.sources.siaf.largo import AMOUNT_HEADERS, CODE_HEADERS, KEYS
from presupuesto_link.sources.siaf.reading import open_extract
from presupuesto_link.store.loading import load_extract, read_extract
from presupuesto_link.store.store import Store
from presupuesto_link.tables.ceplan import read_poi
from presupuesto_link.tables.gasto import MEASURES, Filters, type_rows
from tests.conftest import SHARED
from tests.sources.ceplan_samples import ABOUT, aoi, months, titles, write_book
from tests.sources.extracts import BASE, LONG, budget, spent, table_text

CASES = SHARED / "casos" / "siaf"
DAY = dt.date(2024, 12, 31)
WEB_CODES = {
    "ano_eje": "2024",
    "sector": "99. GOBIERNOS REGIONALES",
    "pliego": "445. GORE CAJAMARCA",
    "unidad_ejecutora": "001. SEDE",
    "sec_ejec": "775",
    "programa_pptal": "0042.RIEGO",
    "tipo_prod_proy": "2.PROYECTO",
    "producto_proyecto": "2234567.CANAL",
    "activ_obra_accinv": "4000022.OBRA",
    "funcion": "10.AGROPECUARIA",
    "division_fn": "025.RIEGO",
    "grupo_fn": "0050.RIEGO",
    "meta": "3",
    "finalidad": "0016002.CANAL",
    "sec_func": "3",
    "departamento_meta": "06.CAJAMARCA",
    "provincia_meta": "01.CAJAMARCA",
    "distrito_meta": "05.COSPAN",
    "fuente_financ": "1.RO",
    "rubro": "00.RO",
    "categoria_gasto": "6.CAPITAL",
    "tipo_transaccion": "2.GASTOS",
    "generica": "6.ACTIVOS",
    "subgenerica": "2.EDIFICIOS",
    "subgenerica_det": "3.OTRAS",
    "especifica": "2.VIAL",
    "especifica_det": "4.CONTRATA",
}
WEB_YEAR = {"mto_pia": "100", "mto_pim": "250.50", "mto_certificado": "200", "mto_compro_anual": "150"}
WEB_MONTHS = {f"{prefix}_{m:02}": str(m) for prefix in ("mto_at_comp", "mto_devenga", "mto_girado") for m in range(1, 13)}
WEB = WEB_CODES | WEB_YEAR | WEB_MONTHS


def read(path, filters=Filters()):  # noqa: B008 - frozen
    return read_extract(path, filters, DAY)


def totals(extract, year: int = 2024) -> dict[str, Decimal | None]:
    return {measure.removesuffix("_soles"): amount for measure, amount in extract.totals[year].items()}


def table(path, header: str, *lines: str, encoding: str = "utf-8"):
    path.write_text("\n".join((header, *lines, "")), encoding=encoding)
    return path


def records(path, *rows: dict[str, str], order=None):
    return table(path, *table_text(order or rows[0], rows).splitlines())


def book(path, *rows: dict[str, str]):
    workbook = xlsxwriter.Workbook(str(path))
    sheet = workbook.add_worksheet("SheetGasto")
    sheet.write_row(0, 0, list(rows[0]))
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, list(row.values()))
    workbook.close()
    return path


def told(extract) -> str:
    return "\n".join(extract.manifest["no_comprobado"])


def codes(extract) -> set[str]:
    return {finding["code"] for finding in extract.manifest["hallazgos"]}


def expected(case: str) -> list[dict[str, str]]:
    path = CASES.parent / "siaf" / "esperado.csv"
    if not path.is_file():
        pytest.skip("the cases are not beside this repository")
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["caso"] == case]


@pytest.mark.parametrize("case", ["c10", "c14", "c17", "c18", "c26", "c32", "c35"])
def test_the_cases_met_by_people_add_up_as_an_independent_reader_adds_them(case):
    for row in expected(case):
        path = CASES / case / row["archivo"]
        given_ = totals(read_extract(path, Filters(), dt.date(2025, 9, 30)), int(row["anio"]))
        for measure in ("pia", "pim", "devengado"):
            assert given_[measure] == (None if row[measure] == "ND" else Decimal(row[measure])), (case, measure)


def test_the_income_case_is_refused_as_such():
    (row,) = expected("c13")
    with pytest.raises(InputDataError, match=r"es de ingresos, no de gasto \(MONTO_RECAUDADO\)"):
        read(CASES / "c13" / row["archivo"])


@pytest.mark.parametrize("name", ["k1/DATA-POI_PLIEGO_AGO_2024.xlsx", "k5/reporte_consolidado.xlsx", "k6/poi_2024_numeros.xlsx"])
def test_the_cases_of_ceplan_give_their_goals_and_their_money(name):
    path = CASES / name
    if not path.is_file():
        pytest.skip("the cases are not beside this repository")
    poi = read_poi([read_export(path)])
    assert dict(poi.financiera.group_by("version").agg(pl.col("monto_soles").sum()).iter_rows()) == {
        "reprogramado": 36000,
        "seguimiento": 21600,
    }
    assert dict(poi.fisica.group_by("version").agg(pl.col("cantidad").sum()).iter_rows()) == {"reprogramado": 36, "seguimiento": 24}
    assert [f.found for f in poi.findings if f.code == "K07"] == ["1 columna de montos sin usar: CONS PIM"]


# What is left out


CODED = [header for code, header in CODE_HEADERS.items() if code not in ("anio", "mes")]


@given(
    kept=st.sets(st.sampled_from(CODED), min_size=1).filter(lambda kept: kept & KEYS),
    amounts=st.sets(st.sampled_from([*AMOUNT_HEADERS.values()]), min_size=1),
    chance=st.randoms(use_true_random=False),
)
def test_any_part_of_the_long_layout_in_any_order_gives_the_same_money_and_tells_the_rest(tmp_path_factory, kept, amounts, chance):
    columns = ["ANO_EJE", "MES_EJE", *kept, *amounts]
    chance.shuffle(columns)
    flows = {title: "7.25" for title in amounts if title not in ("MONTO_PIA", "MONTO_PIM")}
    rows = [BASE | budget("250.50", "100"), BASE | {"MES_EJE": "3"} | flows]
    path = records(tmp_path_factory.mktemp("forma") / "a.csv", *rows, order=columns)
    with open_extract(path, LAYOUTS) as extract:
        frame = type_rows(extract.layout.rows(extract.raw)).collect()
        assert extract.layout.name == "largo"
        said = " ".join(extract.layout.unchecked)
    assert frame["rechazo"].null_count() == 2
    wanted = {"MONTO_PIA": Decimal("100.00"), "MONTO_PIM": Decimal("250.50")} | {title: Decimal("7.25") for title in flows}
    for measure, title in AMOUNT_HEADERS.items():
        assert frame[f"{measure}_soles"].sum() == (wanted[title] if title in amounts else 0)
        assert (frame[f"{measure}_soles"].null_count() == 2) == (title not in amounts)
    for code, title in CODE_HEADERS.items():
        if title not in columns:
            assert frame[code].null_count() == 2
            assert code.replace("_", " ") in said
        elif code not in ("mes", "anio"):
            assert frame[code].unique().to_list() == [BASE[title]]


@given(
    lost=st.sets(st.sampled_from([title for title in WEB if title not in ("ano_eje", "sec_func", "mto_pim")])),
    chance=st.randoms(use_true_random=False),
)
def test_any_part_of_the_siaf_web_layout_in_any_order_gives_the_same_money(tmp_path_factory, lost, chance):
    columns = [title for title in WEB if title not in lost]
    chance.shuffle(columns)
    path = records(tmp_path_factory.mktemp("web") / "a.csv", WEB, order=columns)
    with open_extract(path, LAYOUTS) as extract:
        frame = type_rows(extract.layout.rows(extract.raw)).collect()
        assert extract.layout.name == "siaf_web"
        said = " ".join(extract.layout.unchecked)
    for measure, title in (
        ("pia", "mto_pia"),
        ("pim", "mto_pim"),
        ("certificado", "mto_certificado"),
        ("comprometido_anual", "mto_compro_anual"),
    ):
        assert frame[f"{measure}_soles"].sum() == (0 if title in lost else Decimal(WEB[title]))
    for measure, prefix in (("comprometido", "mto_at_comp"), ("devengado", "mto_devenga"), ("girado", "mto_girado")):
        there = [m for m in range(1, 13) if f"{prefix}_{m:02}" not in lost]
        assert frame[f"{measure}_soles"].sum() == sum(there)
        assert frame.filter(pl.col(f"{measure}_soles").is_not_null(), pl.col("mes") > 0)["mes"].to_list() == there
        assert (f"{measure} de" in said) == (0 < len(there) < 12)
    assert ("sec ejec" in said) == ("sec_ejec" in lost)


@pytest.mark.parametrize("without", [(), ("tipo_transaccion",), ("programa_pptal", "meta"), tuple(t for t in WEB if "girado" in t)])
def test_a_siaf_web_workbook_says_the_codes_it_does_not_bring(tmp_path, without):
    extract = read(book(tmp_path / "a.xlsx", {title: cell for title, cell in WEB.items() if title not in without}))
    assert totals(extract)["pim"] == Decimal("250.50")
    assert totals(extract)["devengado"] == 78
    for title in without:
        if "mto" not in title:
            assert title.removesuffix("_pptal").replace("_", " ") in told(extract)
    assert totals(extract)["girado"] == (None if any("girado" in t for t in without) else 78)


def test_the_siaf_web_workbook_of_a_municipality(tmp_path):
    own = {"ano_eje": "2024", "departamento": "06. CAJAMARCA", "provincia": "04. CELENDIN", "pliego": "01. CELENDIN"}
    rest = {title: cell for title, cell in WEB.items() if title not in ("ano_eje", "sector", "pliego", "unidad_ejecutora")}
    extract = read(book(tmp_path / "a.xlsx", own | rest | {"sec_ejec": "300999"}))
    rows = extract.rows.collect()
    assert totals(extract)["pim"] == Decimal("250.50")
    assert rows.select("nivel", "pliego", "departamento_ejecutora", "sec_ejec").unique().rows() == [("M", None, "06", "300999")]
    assert extract.names["ejecutora"]["nombre"].to_list() == ["CELENDIN"]


def test_a_wide_extract_without_some_months_is_compared_with_its_year(tmp_path):
    wide = {key: BASE[key] for key in BASE if key != "MES_EJE"} | {
        "MONTO_PIM": "9",
        "MONTO_DEVENGADO_ENERO": "2",
        "MONTO_DEVENGADO_FEBRERO": "3",
    }
    whole, part = wide | {"MONTO_DEVENGADO_ANUAL": "5"}, wide | {"MONTO_DEVENGADO_ANUAL": "8"}
    good, short = read(records(tmp_path / "a.csv", whole)), read(records(tmp_path / "b.csv", part))
    assert totals(good)["devengado"] == totals(short)["devengado"] == 5
    assert "devengado de marzo, abril" in told(good)
    assert ("S16" in codes(good), "S16" in codes(short)) == (False, True)


# Results of a query


def test_a_query_with_few_columns_is_linked_by_line_and_product(tmp_path):
    few = ("ANO_EJE", "MES_EJE", "SEC_EJEC", "SEC_FUNC", "PRODUCTO_PROYECTO", "META", "MONTO_PIM", "MONTO_DEVENGADO")
    extract = read(records(tmp_path / "a.csv", *(BASE | {"MONTO_PIM": "0"} | row for row in (budget("9"), spent(3, "4"))), order=few))
    assert (totals(extract)["pia"], totals(extract)["pim"], totals(extract)["devengado"]) == (None, 9, 4)
    row = extract.rows.collect().row(0, named=True)
    assert [row[code] for code in ("sec_ejec", "sec_func", "producto", "meta", "programa")] == ["775", "1", "3033251", "00001", None]
    assert "programa" in told(extract)


@pytest.mark.parametrize(
    "header",
    [
        "ANO_EJE,SEC_EJEC,SEC_FUNC,PRODUCTO_PROYECTO,MONTO_PIM,MONTO_DEVENGADO",
        "anio,sec_ejec,sec_func,prod_pry,PIM,DEVENGADO",
        "Año,Sec. Ejec,Secuencia Funcional,CUI,mto_pim,mto_devenga",
        "Año de ejecución,secejec,secfunc,Producto/Proyecto,P.I.M.,Dev.",
        "EJERCICIO,SEC_EJECUTORA,SEC_FUNCIONAL,COD_PRODUCTO,M_PIM,MONTO_DEVENGADO_ANUAL",
        "pim_soles 2024,x,sec_func,producto,sec_ejec,devengado_soles 2024",
        "2024_PIM,x,sec_func,producto,sec_ejec,DEV 2024",
    ],
)
def test_the_spellings_of_whoever_wrote_the_query(tmp_path, header):
    cells = {"sec": "775", "func": "1", "prod": "2234567"}
    lines = "9,,1,2234567,775,4" if ",x," in header else f"2024,{cells['sec']},{cells['func']},{cells['prod']},9,4"
    extract = read(table(tmp_path / "a.csv", header, lines))
    row = extract.rows.collect().row(0, named=True)
    assert [row[code] for code in ("anio", "mes", "sec_ejec", "sec_func", "producto")] == [2024, 0, "775", "1", "2234567"]
    assert (row["pim_soles"], row["devengado_soles"]) == (9, 4)
    assert "no trae meses" in told(extract)


def test_meta_is_not_the_line_and_alone_it_places_no_money(tmp_path):
    extract = read(table(tmp_path / "a.csv", "anio,sec_ejec,meta,pim", "2024,775,00001,5"))
    row = extract.rows.collect().row(0, named=True)
    assert (row["sec_func"], row["meta"]) == (None, "00001")
    assert "META no es la secuencia funcional" in told(extract)
    with pytest.raises(InputDataError, match="le falta un código que ubique el dinero"):
        read(table(tmp_path / "b.csv", "anio,meta,pim", "2024,00001,5"))


def test_programa_is_the_budget_programme_only_beside_a_product_or_a_division(tmp_path):
    new = read(table(tmp_path / "a.csv", "anio,sec_func,programa,prod_pry,pim", "2024,1,42,2234567,5"))
    old = read(table(tmp_path / "b.csv", "anio,sec_func,funcion,programa,pim", "2024,1,10,025,5"))
    assert new.rows.collect()["programa"].to_list() == ["0042"]
    assert old.rows.collect()["programa"].to_list() == [None]
    assert "programa" in told(old)


def test_code_and_name_in_two_columns(tmp_path):
    header = "Año,UBI_DPTO,Departamento,cod_rubro,rubro,fuente,PIM,Devengado,Girado"
    extract = read(table(tmp_path / "a.csv", header, "2024,06,Cajamarca,00,RECURSOS ORDINARIOS,1,5,4,3"))
    row = extract.rows.collect().row(0, named=True)
    assert [row[code] for code in ("departamento_meta", "rubro", "fuente")] == ["06", "00", "1"]
    assert extract.names["departamento_meta"].rows() == [("06", "Cajamarca", 1)]
    assert extract.names["rubro"].rows() == [("1", "00", "RECURSOS ORDINARIOS", 1)]
    assert "el departamento se leyó como el de la meta" in told(extract)


def test_a_siaf_web_workbook_that_somebody_split_in_code_and_name(tmp_path):
    apart = {title: cell for title, cell in WEB.items() if title != "generica"} | {
        "generica_cod": "6",
        "generica_nom": "ACTIVOS",
        "rubro": "00",
    }
    extract = read(book(tmp_path / "a.xlsx", apart))
    row = extract.rows.collect().row(0, named=True)
    assert (row["generica"], row["rubro"], row["programa"]) == ("6", "00", "0042")
    assert extract.names["generica"].rows() == [("6", "ACTIVOS", 1)]


def test_subtotals_of_a_query_are_money_without_any_key(tmp_path):
    path = table(tmp_path / "a.csv", "anio,sec_ejec,sec_func,pim,devengado", "2024,775,1,5,4", "2024,775,2,7,1", "2024,,,12,5")
    extract = read(path)
    (found,) = (finding for finding in extract.manifest["hallazgos"] if finding["code"] == "S27")
    assert found["found"] == "1 fila con montos y sin ningún código"
    assert "S/ 12.00 de PIM y S/ 5.00 devengados" in found["explanation"]


def test_a_page_whose_dimension_is_not_known_is_money_without_any_key(tmp_path):
    extract = read(table(tmp_path / "a_2024.csv", "Cosa,PIA,PIM,Devengado,Girado", "una: x,1,2,3,4"))
    assert "S27" in codes(extract)


# What is refused in sight


@pytest.mark.parametrize(
    ("header", "line", "said"),
    [
        ("anio,sec_func,PIM,M_PIM", "2024,1,5,6", "dicen lo mismo «PIM» y «M_PIM»"),
        ("AE,PIM,PIM,DEVENGADO", "AER.01.01,1,2,3", "dicen lo mismo «PIM» y «PIM»"),
        ("AE,PIM 2022,PIM 2022", "AER.01.01,1,2", "dicen lo mismo «PIM 2022» y «PIM 2022»"),
        ("AE,PIM 2022,PIM 2023,DEVENGADO", "AER.01.01,1,2,3", "«PIM 2022» y «PIM 2023» dicen su año en el título y «DEVENGADO» no"),
        ("AE,AÑO,PIM 2023", "AER.01.01,2022,2", "«PIM 2023» dicen su año en el título y «AÑO» no"),
        (
            "fecha_corte,anio,pliego,pim",
            "2024-08-31,2024,445,5\n2024-09-30,2024,445,6",
            "2 cortes en un solo archivo, de 2024-08-31 a 2024-09-30",
        ),
        ("anio,rubro,PIA,PIM,Recaudado", "2024,00,1,2,3", r"es de ingresos, no de gasto \(RECAUDADO\)"),
        ("anio,color,PIM", "2024,azul,1", "le falta un código que ubique el dinero"),
        ("anio,sec_func,nota", "2024,1,hola", "le falta un monto"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(tmp_path, header, line, said):
    with pytest.raises(InputDataError, match=said):
        read(table(tmp_path / "a_2024.csv", header, line))


def test_a_row_of_thousands_of_cells_is_not_one_of_titles(tmp_path):
    with pytest.raises(InputDataError, match="5,000 columnas"):
        read(table(tmp_path / "a.csv", ",".join(f"C{number}" for number in range(5000)), ""))


def test_an_income_file_is_known_by_its_name_too(tmp_path):
    header, line = "ANO_EJE,RUBRO,MONTO_PIA,MONTO_PIM", "2024,00,1,2"
    with pytest.raises(InputDataError, match="lo dice su nombre"):
        read(table(tmp_path / "2024-Ingreso.csv", header, line))
    assert totals(read(table(tmp_path / "2024-Gasto.csv", header, line)))["pim"] == 2


def test_the_office_s_own_columns_do_not_take_the_place_of_the_siaf_s(tmp_path):
    extract = read(book(tmp_path / "a.xlsx", WEB | {"PIM": "1", "PIM 2023": "2", "Devengado": "3"}))
    assert (totals(extract)["pim"], totals(extract)["devengado"]) == (Decimal("250.50"), 78)
    assert {"PIM", "PIM 2023", "Devengado"} <= set(extract.manifest["fuente"]["columnas_sin_usar"])


# Tables by action


def test_the_year_in_the_titles_the_sign_of_soles_and_codes_without_a_point(tmp_path):
    path = table(
        tmp_path / "a.csv",
        "Código AER;Acción Estratégica Regional;PIA 2023;PIM 2023;DEV. 2023;% Ejec.",
        "AE1.01;Agua;S/. 1.234,50;S/. 2.000,00;S/. 10,25;0,5%",
        "AE12.03;Riego;;S/. 5,00;;",
        encoding="cp1252",
    )
    extract = read(path)
    assert extract.rows.collect().select("anio", "accion", "pia_soles", "pim_soles", "devengado_soles").rows() == [
        (2023, "AER.01.01", Decimal("1234.50"), Decimal("2000.00"), Decimal("10.25")),
        (2023, "AER.12.03", None, Decimal("5.00"), None),
    ]


@pytest.mark.parametrize("above", ["", "Cuadro 9;;;;;\n"])
def test_two_years_side_by_side_are_rows_of_each_year(tmp_path, above):
    over = above + ";;2022;;2023;\nAE;Nombre;PIM;DEV;PIM;DEV"
    beside = above + "AE;Nombre;PIM 2022;DEV 2022;PIM 2023;DEV 2023"
    for number, header in enumerate((over, beside)):
        path = table(tmp_path / f"{number}.csv", header, "AER.01.01;Agua;1;2;3;4", "AER.01.02;Riego;10;20;30;40", "Total;;11;22;33;44")
        extract = read(path)
        assert (totals(extract, 2022)["pim"], totals(extract, 2022)["devengado"]) == (11, 22)
        assert (totals(extract, 2023)["pim"], totals(extract, 2023)["devengado"]) == (33, 44)
        assert codes(extract) == {"S17", "S26"}  # the printed totals of both years agree
        assert extract.manifest["filas"]["guardadas"] == 4


@pytest.mark.parametrize(("title", "code"), [("AE", "AE.01.01"), ("Código AER", "AER.01.01"), ("AEI", "AEI.01.01")])
def test_a_code_without_a_point_takes_the_prefix_of_its_title(tmp_path, title, code):
    extract = read(table(tmp_path / "a_2023.csv", f"{title},PIM", "AE1.01,5"))
    assert extract.rows.collect()["accion"].to_list() == [code]


# Physical goals


def test_the_physical_goals_of_the_siaf_web_are_kept_by_line_as_they_are_written(tmp_path):
    goals = {"unidad_medida": "060.INFORME", "cant_meta_anual": "36", "cant_meta_sem": "", "avan_fisico_anual": "3"}
    rows = [WEB | goals, WEB | goals | {"especifica_det": "9.OTRO"}, WEB | goals | {"sec_func": "0004"}, WEB | {"sec_func": "5"}]
    doubtful = WEB | goals | {"sec_func": "4", "cant_meta_anual": "40", "especifica_det": "9.OTRO"}
    store = Store(tmp_path / "almacen")
    report = load_extract(book(tmp_path / "a.xlsx", *rows, doubtful), store, Filters(pliego="445"), DAY)
    assert store.goals(report.snapshot.id).rows() == [
        (2024, "775", "3", "0016002", "060.INFORME", "36", None, "3", None, False),
        (2024, "775", "4", "0016002", "060.INFORME", None, None, "3", None, True),
        (2024, "775", "5", "0016002", None, None, None, None, None, False),
    ]
    assert [f.found for f in report.findings if f.code == "S28"] == ["1 meta presupuestaria con cantidades distintas en sus filas"]
    assert store.verify(report.snapshot.id) == ()


def test_a_snapshot_without_physical_goals_has_none(tmp_path):
    store = Store(tmp_path / "almacen")
    report = load_extract(book(tmp_path / "a.xlsx", WEB | {"unidad_medida": "060.INFORME"}), store, Filters(), DAY)
    assert store.goals(report.snapshot.id).is_empty()
    assert not (report.snapshot.folder / "metas_fisicas.parquet").exists()


# CEPLAN


def test_a_numbered_edition_is_its_version_when_it_is_the_only_one(tmp_path):
    header = [*ABOUT, *titles("F(RE1)", "FN(RE1)", "F(SE1)")]
    poi = read_poi(
        [read_export(write_book(tmp_path, "una", header, aoi("A1", **months("F(RE1)", 2, 3), **months("FN(RE1)", 10, 20, total=30))))]
    )
    assert poi.fisica.filter(pl.col("version") == "reprogramado")["cantidad"].sum() == 5
    assert poi.financiera["monto_soles"].sum() == 30
    assert poi.findings == ()


def test_several_editions_are_nobodys_choice_and_are_told(tmp_path):
    header = [*ABOUT, *titles("F(SE)", "FN(RE1)", "FN(RE2)"), "Monto Total S/"]
    row = aoi("A1", **months("F(SE)", 1), **months("FN(RE1)", 10), **months("FN(RE2)", 20), **{"Monto Total S/": 30})
    poi = read_poi([read_export(write_book(tmp_path, "varias", header, row))])
    assert poi.financiera.is_empty()
    assert [f.found for f in poi.findings] == ["3 columnas de montos sin usar: FN(RE1) 01, FN(RE2) 01, MONTO TOTAL S/"]


def test_a_column_of_amounts_that_comes_twice_is_refused(tmp_path):
    header = [*ABOUT, *titles("F(SE)"), "F(SE) 01"]
    with pytest.raises(InputDataError, match=r"columnas de montos repetidas: F\(SE\) 01"):
        read_export(write_book(tmp_path, "dos", header, aoi("A1", **months("F(SE)", 1))))


def test_every_measure_of_the_long_layout_is_still_there(tmp_path):
    row = BASE | budget("9", "8")
    path = records(tmp_path / "a.csv", dict.fromkeys(LONG, "") | row, dict.fromkeys(LONG, "") | BASE | spent(1, "4"), order=LONG)
    assert [name for name, amount in totals(read(path)).items() if amount] == ["pia", "pim", "devengado"]
    assert len(MEASURES) == 7
