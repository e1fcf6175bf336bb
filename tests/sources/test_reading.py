"""Every layout, encoding and container, against readers that share no code with ours."""

import csv
import gzip
import io
import random
import re
import zipfile
from array import array
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest
import xlsxwriter

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.siaf import LAYOUTS
from presupuesto_link.sources.siaf import bytes as siaf_bytes
from presupuesto_link.sources.siaf.layout import AMOUNTS
from presupuesto_link.sources.siaf.reading import open_extract
from presupuesto_link.tables.gasto import MEASURES, Filters, keep, type_rows
from tests.sources.extracts import LONG, budget, long_text, sample, spent, table_text, write_long


def load(path, filters=Filters(), **options) -> pl.DataFrame:  # noqa: B008 - frozen
    with open_extract(path, LAYOUTS, needles=filters.needles, **options) as extract:
        return type_rows(keep(extract.layout.rows(extract.raw), filters)).collect()


def layout_of(path) -> str:
    with open_extract(path, LAYOUTS) as extract:
        return extract.layout.name


def sums(frame: pl.DataFrame) -> dict[str, Decimal]:
    return {m.removesuffix("_soles"): frame[m].sum() or Decimal(0) for m in MEASURES}


def added(rows, columns: dict[str, list[str]]) -> dict[str, Decimal]:
    """Sums of text cells by an independent reader."""

    def amount(cell) -> Decimal:
        return Decimal(str(cell or "0").replace(",", "") or "0").quantize(Decimal("0.01"))

    totals = {m: sum((amount(row[c]) for row in rows for c in cs), Decimal(0)) for m, cs in columns.items()}
    return dict.fromkeys(AMOUNTS, Decimal(0)) | totals


LONG_AMOUNTS = {m: [f"MONTO_{m.upper()}"] for m in AMOUNTS}


@pytest.mark.parametrize(
    ("name", "layout", "rows"), [("gasto_diario_2026_63col_amazonas_20260516.csv", "largo", 127), ("gasto_opds_2025_mes0.csv", "opds", 6)]
)
def test_monthly_samples_add_up_as_the_csv_module_adds_them(name, layout, rows):
    path = sample(name)
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    frame = load(path)
    assert (layout_of(path), frame.height, frame["rechazo"].null_count()) == (layout, rows, rows)
    assert sums(frame) == added(records, LONG_AMOUNTS)


def test_the_wide_sample_adds_up_as_the_csv_module_adds_it():
    path = sample("gasto_devengado_73col_mimp.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = list(csv.DictReader(file))
    months = [c for c in records[0] if c.startswith("MONTO_DEVENGADO_") and not c.endswith("ANUAL")]
    annual = {m: [f"MONTO_{m.upper()}_ANUAL"] for m in ("certificado", "comprometido_anual", "girado")}
    annual["comprometido_anual"] = ["MONTO_COMPROMETIDO_ANUAL"]
    wanted = added(records, {"pia": ["MONTO_PIA"], "pim": ["MONTO_PIM"], **annual, "devengado": months})
    frame = load(path)
    assert layout_of(path) == "ancho"
    assert sums(frame) == wanted
    assert frame.filter(pl.col("mes") == 0).height == len(records) == 6
    assert frame.filter((pl.col("mes") > 0) & pl.col("pim_soles").is_not_null()).is_empty()


def test_the_siaf_web_sample_adds_up_as_openpyxl_adds_it():
    openpyxl = pytest.importorskip("openpyxl")
    path = sample("siaf_web_86col_peru_compras_20251030.xlsx")
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    cells = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    book.close()
    start = next(i for i, row in enumerate(cells) if "mto_pia" in row)
    titles = cells[start]
    records = [dict(zip(titles, row, strict=True)) for row in cells[start + 1 :] if row[titles.index("ano_eje")]]
    columns = {"pia": ["mto_pia"], "pim": ["mto_pim"], "certificado": ["mto_certificado"], "comprometido_anual": ["mto_compro_anual"]}
    for measure, prefix in (("comprometido", "mto_at_comp"), ("devengado", "mto_devenga"), ("girado", "mto_girado")):
        columns[measure] = [f"{prefix}_{month:02}" for month in range(1, 13)]
    frame = load(path)
    assert layout_of(path) == "siaf_web"
    assert sums(frame) == added(records, columns)
    assert frame["rechazo"].null_count() == frame.height
    assert frame.filter(pl.col("mes") == 0).height == len(records)
    assert set(frame["programa"].unique()) == {str(r["programa_pptal"])[:4] for r in records}


def test_the_amigable_sample_adds_up_as_lxml_reads_it():
    html = pytest.importorskip("lxml.html")
    path = sample("consulta_amigable_2019.xls")
    page = html.fromstring(path.read_bytes().decode("latin-1"))
    rows = [[" ".join(c.text_content().split()) for c in r.xpath("./td")] for r in page.xpath("//table[contains(@class,'Data')]//tr")]
    order = ("pia", "pim", "certificado", "comprometido_anual", "comprometido", "devengado", "girado")
    numbers = [[cell for cell in row if re.fullmatch(r"[\d,]+", cell)] for row in rows]
    frame = load(path)
    assert layout_of(path) == "amigable"
    assert sums(frame) == added([dict(zip(order, row, strict=True)) for row in numbers], {m: [m] for m in order})
    assert frame["anio"].to_list() == [2019] * len(rows)


@pytest.mark.parametrize("filters", [Filters(), Filters(pliego="440"), Filters(departamento_meta="1"), Filters(pliego="445")])
@pytest.mark.parametrize("block", [64, 1000, 8 << 20])
def test_the_latin_1_twin_of_a_file_gives_the_same_table(tmp_path, monkeypatch, filters, block):
    path = sample("gasto_diario_2026_63col_amazonas_20260516.csv")
    twin = tmp_path / "latin.csv"
    text = path.read_bytes().decode("utf-8-sig")
    text = text.replace("REGIONAL", "REGIONAL Ñ")  # so that it is not ASCII only
    plain = tmp_path / "utf.csv"
    plain.write_text(text, encoding="utf-8", newline="")
    twin.write_bytes(text.encode("cp1252", errors="replace"))
    monkeypatch.setattr(siaf_bytes, "BLOCK", block)
    with open_extract(twin, LAYOUTS) as extract:
        assert extract.encoding == "cp1252"
        assert "Ñ" in extract.raw.select("PLIEGO_NOMBRE").first().collect().item()
    assert load(twin, filters).equals(load(plain, filters))


@pytest.mark.parametrize("block", [40, 200, 333, 8 << 20])
def test_needles_find_records_with_newlines_inside_quotes(tmp_path, monkeypatch, block):
    """The code stands in the middle line of a three-line cell, on the first line, or nowhere."""
    records = [
        spent(1, "10.00", META_NOMBRE="uno\nel 445 está aquí\ndos Ñ", PLIEGO="999"),
        spent(2, "20.00", META_NOMBRE="tres\ncuatro Ñ"),
        spent(3, "40.00", META_NOMBRE='con "comillas"\ny otra línea', PLIEGO="440"),
        spent(4, "80.00", META_NOMBRE="al final\n"),
        spent(5, "160.00", PLIEGO="440"),
    ]
    monkeypatch.setattr(siaf_bytes, "BLOCK", block)
    latin = write_long(tmp_path / "a.csv", *records, encoding="cp1252")
    frame = load(latin, Filters(pliego="445"))
    assert frame["devengado_soles"].to_list() == [Decimal("20.00"), Decimal("80.00")]
    assert load(latin)["devengado_soles"].sum() == Decimal("310.00")


def test_a_padded_filter_finds_unpadded_codes_in_a_latin_1_file(tmp_path):
    path = write_long(tmp_path / "a.csv", spent(1, "5", PLIEGO="10", META_NOMBRE="Ñ"), spent(1, "7"), encoding="cp1252")
    assert load(path, Filters(pliego="010"))["devengado_soles"].to_list() == [Decimal("5.00")]


def test_a_stray_quote_does_not_lose_records(tmp_path, monkeypatch):
    monkeypatch.setattr(siaf_bytes, "BLOCK", 256)
    text = long_text(*[spent(1 + i % 12, "1", META_NOMBRE="Ñ") for i in range(40)], quoted=False)
    text = text.replace(",Ñ", ',PUENTE 12" Ñ', 1)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("cp1252"))
    monkeypatch.setattr(siaf_bytes, "_ENDLESS", 4096)
    with path.open("rb") as file:
        assert b"".join(block for block, _ in siaf_bytes.record_blocks(file)) == path.read_bytes()


def test_bom_and_plain_utf8_are_the_same(tmp_path):
    records = [budget("100.50", "80"), spent(3, "12.25")]
    plain, marked = (write_long(tmp_path / "a.csv", *records), write_long(tmp_path / "b.csv", *records, encoding="utf-8-sig"))
    assert load(plain).equals(load(marked))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters(tmp_path, delimiter):
    text = long_text(spent(3, "12.25")).replace('","', f'"{delimiter}"')
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert load(path)["devengado_soles"].to_list() == [Decimal("12.25")]


def test_compressed_files_are_the_same_as_plain(tmp_path):
    plain = write_long(tmp_path / "a.csv", budget("100"), spent(3, "12.25"))
    content, wanted = plain.read_bytes(), load(plain)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(content))
    with pa.CompressedOutputStream(str(tmp_path / "a.csv.zst"), "zstd") as out:
        out.write(content)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(plain, "2024-Gasto.csv")
    for name in ("a.csv.gz", "a.csv.zst", "a.zip"):
        assert load(tmp_path / name).equals(wanted), name


def test_a_zip_with_several_members_asks_which(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("uno.csv", long_text(spent(1, "1")))
        archive.writestr("dos.csv", long_text(spent(1, "2")))
    with pytest.raises(InputDataError, match=r"contiene 2 extractos(.|\n)*uno\.csv, dos\.csv(.|\n)*--miembro"):
        load(path)
    assert load(path, member="dos.csv")["devengado_soles"].to_list() == [Decimal("2.00")]
    with pytest.raises(InputDataError, match="no contiene «tres"):
        load(path, member="tres.csv")


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.zst", "a.zip"])
def test_a_truncated_archive_says_so(tmp_path, name):
    content = long_text(*[spent(1 + i % 12, str(i)) for i in range(500)]).encode()
    path = tmp_path / name
    if name.endswith("gz"):
        path.write_bytes(gzip.compress(content))
    elif name.endswith("zst"):
        with pa.CompressedOutputStream(str(path), "zstd") as out:
            out.write(content)
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", content)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputDataError, match="incompleto o dañado"):
        load(path)


def test_an_unknown_layout_names_the_nearest_and_what_differs(tmp_path):
    headers = [h for h in LONG if not h.startswith("MONTO_")] + ["MONT_PIM", "MI_COLUMNA"]
    path = tmp_path / "a.csv"
    path.write_text(table_text(headers, [spent(1, "1")]), encoding="utf-8")
    with pytest.raises(InputDataError) as error:
        load(path)
    said = str(error.value)
    assert "la más cercana es gasto mensual del portal" in said
    assert "le falta un monto (MONTO_CERTIFICADO, MONTO_COMPROMETIDO" in said
    assert "MONT_PIM es MONTO_PIM" in said
    assert "MI_COLUMNA" in said


def test_names_of_columns_up_to_2020_are_known(tmp_path):
    text = long_text(budget("100"), spent(3, "12.25"))
    for new, old in (("NIVEL_GOBIERNO", "TIPO_GOBIERNO"), ("FUENTE_FINANCIAMIENTO", "FUENTE_FINANC"), ("CATEGORIA_GASTO", "CATEG_GASTO")):
        text = text.replace(f'"{new}', f'"{old}')
    old_file, new_file = tmp_path / "viejo.csv", write_long(tmp_path / "nuevo.csv", budget("100"), spent(3, "12.25"))
    old_file.write_bytes((text + '"(2 filas)"\n').encode("latin-1"))
    frame = load(old_file)
    assert frame.equals(load(new_file))  # the last line of old files is no record


def test_columns_in_another_order_are_read_by_name(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(table_text(reversed(LONG), [dict(spent(1, "1.10", PLIEGO="445"))]), encoding="utf-8")
    frame = load(path)
    assert (frame["pliego"].item(), frame["devengado_soles"].item()) == ("445", Decimal("1.10"))


def test_a_repeated_title_of_a_code_keeps_its_first_column_and_one_of_an_amount_is_refused(tmp_path):
    lines = long_text(spent(1, "1.10")).splitlines()
    path = tmp_path / "a.csv"
    path.write_text(lines[0] + ',"SEC_FUNC"\n' + lines[1] + ',"999"\n', encoding="utf-8")
    assert load(path)["sec_func"].to_list() == ["1"]
    path.write_text(lines[0] + ',"MONTO_DEVENGADO"\n' + lines[1] + ',"999"\n', encoding="utf-8")
    with pytest.raises(InputDataError, match="«MONTO_DEVENGADO» y «MONTO_DEVENGADO»"):
        load(path)


def siaf_web_book(path, records: list[dict[str, object]]):
    """A workbook as offices keep it: a totals row above, the header on row 5, their own columns on the right, junk below."""
    glued = [
        "sector",
        "pliego",
        "unidad_ejecutora",
        "programa_pptal",
        "tipo_prod_proy",
        "producto_proyecto",
        "activ_obra_accinv",
        "funcion",
        "division_fn",
        "grupo_fn",
        "finalidad",
        "departamento_meta",
        "fuente_financ",
        "rubro",
        "categoria_gasto",
        "tipo_transaccion",
        "generica",
        "subgenerica",
        "subgenerica_det",
        "especifica",
        "especifica_det",
    ]
    annual = ["mto_pia", "mto_pim", "mto_certificado", "mto_compro_anual"]
    monthly = [f"{p}_{m:02}" for p in ("mto_at_comp", "mto_devenga", "mto_girado") for m in range(1, 13)]
    titles = ["ano_eje", "sec_ejec", "sec_func", "meta", *glued, *annual, *monthly, "saldo", "avance propio"]
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("datos")
    sheet.write(0, 0, "Reporte de la oficina")
    sheet.write_row(2, titles.index("mto_pim"), [999999])
    sheet.write_row(4, 0, titles)
    for i, record in enumerate(records, 5):
        for j, title in enumerate(titles):
            if title in record:
                sheet.write(i, j, record[title])
            elif title in glued:
                sheet.write(i, j, f"0{j}.NOMBRE {j}")
        sheet.write_formula(i, titles.index("saldo"), "=1+1", None, 2)
    sheet.write(5 + len(records), 0, "Fuente: SIAF")
    book.close()
    return path


def test_a_workbook_with_a_header_on_row_5_and_the_office_s_own_columns(tmp_path):
    common = {"ano_eje": 2025, "sec_ejec": "001693", "meta": "00001", "pliego": "096. CENTRAL DE COMPRAS"}
    path = siaf_web_book(
        tmp_path / "a.xlsx",
        [
            common
            | {"sec_func": "0001", "mto_pia": 10, "mto_pim": 1234.56, "mto_devenga_01": 0.1, "mto_devenga_02": 0.2, "mto_girado_02": 0.3},
            common | {"sec_func": "0002", "mto_pia": 0, "mto_pim": 0.1 + 0.2, "mto_devenga_12": -5.05},
        ],
    )
    frame = load(path)
    good = frame.filter(pl.col("rechazo").is_null())
    assert sums(good) == dict.fromkeys(AMOUNTS, Decimal(0)) | {
        "pia": Decimal("10.00"),
        "pim": Decimal("1234.86"),
        "devengado": Decimal("-4.75"),
        "girado": Decimal("0.30"),
    }
    assert good.select("mes", "sec_func", "sec_ejec", "pliego").unique().sort("sec_func", "mes").rows() == [
        (0, "1", "1693", "096"),
        (1, "1", "1693", "096"),
        (2, "1", "1693", "096"),
        (0, "2", "1693", "096"),
        (12, "2", "1693", "096"),
    ]
    with open_extract(path, LAYOUTS) as extract:
        assert {"saldo", "avance propio"} <= set(extract.ignored)
        assert extract.raw.select("registro").collect()["registro"].to_list() == [6, 7, 8]


def test_an_amigable_page_saved_again_as_csv_is_read(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "Pliego,PIA,PIM,Certificación,Devengado,Girado,Avance %\n"
        '445: GOBIERNO REGIONAL CAJAMARCA,"1,000","257,109,828","5","200,000,000","100",77.8\n',
        encoding="utf-8-sig",
    )
    frame = load(path)
    assert (frame["pliego"].item(), frame["pim_soles"].item()) == ("445", Decimal("257109828.00"))


def test_files_that_are_not_extracts_are_explained(tmp_path):
    for name, content, words in (
        ("vacio.csv", b"", "una fila vacía"),
        ("viejo.xls", b"\xd0\xcf\x11\xe0" + b"0" * 100, "un libro .xls antiguo que no se puede abrir"),
        ("pagina.xls", b"<html><body>sin datos</body></html>", "una página sin filas de datos"),
        ("roto.xlsx", b"PK\x03\x04zzzz", "dañado"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputDataError, match=words):
            load(tmp_path / name)
    with pytest.raises(InputDataError, match="el archivo no existe"):
        load(tmp_path / "no.csv")


def _begins(data: bytes) -> list[int]:
    """Where each record begins, titles included: after a newline outside quotes."""
    found, quotes = [0], 0
    for place, byte in enumerate(data[:-1]):
        quotes += byte == ord('"')
        if byte == ord("\n") and quotes % 2 == 0:
            found.append(place + 1)
    return found


@pytest.mark.parametrize("needle", ["445", "45", "4"])
@pytest.mark.parametrize("block", [1, 7, 50, 333, 8 << 20])
def test_the_byte_filter_keeps_the_records_that_contain_the_needle(monkeypatch, needle, block):
    """Against the csv module, over records of every shape: short, quoted, with newlines and quotes in any place."""
    chance, records = random.Random(7), []
    for _ in range(400):
        records.append([chance.choice(["445", "4", "45", "x", "a\nb", '4"4"5', "", "44\n5", "4445"]) for _ in range(4)])
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["a", "b", "c", "d"], *records])
    data, out = text.getvalue().encode(), io.BytesIO()
    monkeypatch.setattr(siaf_bytes, "BLOCK", block)
    lines, places = siaf_bytes.transcode(io.BytesIO(data), out, (needle.encode(),))
    kept = list(csv.reader(io.StringIO(out.getvalue().decode(), newline="")))[1:]
    text_of = [",".join(record).replace('"', '""') for record in records]
    wanted = [record for record, text in zip(records, text_of, strict=True) if needle in text]
    assert [record for record in kept if record in wanted] == wanted
    assert lines == data.count(b"\n") - 1
    begins = [1 + data.count(b"\n", 0, place) for place in _begins(data)]
    assert [records[begins.index(place) - 1] for place in places if place in begins] == kept
    assert all(needle in ",".join(record).replace('"', '""') for record in kept)


def test_a_last_record_without_newline_is_kept_and_counted():
    out = io.BytesIO()
    assert siaf_bytes.transcode(io.BytesIO(b"a\n1\n445"), out, (b"445",)) == (2, array("I", [3]))
    assert out.getvalue() == b"a\n445"
