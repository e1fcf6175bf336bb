"""A record of another width is refused whole and changes no total; how a file writes its amounts, and what it is packed in, change nothing."""

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from collections import deque
from decimal import Decimal
from html import escape

import polars as pl
import pyarrow as pa
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from presupuesto_link.errors import InputDataError
from presupuesto_link.sources.siaf import LAYOUTS, reading, records
from presupuesto_link.sources.siaf.reading import open_extract
from presupuesto_link.sources.workbook import Book
from presupuesto_link.store.loading import load_extract, read_extract
from presupuesto_link.store.quality import Accepted
from presupuesto_link.store.store import Store
from presupuesto_link.tables.gasto import Filters, type_rows
from tests.conftest import SHARED
from tests.sources.extracts import BASE, LONG, budget, long_text, spent, table_text

HOSTILE, CASES = SHARED / "casos" / "confianza", SHARED / "casos" / "siaf"
DAY = dt.date(2025, 12, 31)
AMOUNTS = LONG[-7:]
ODD = 'CAMINO "LA FLOR", TRAMO 2'
RECORDS = [
    budget("1250", "1000", SEC_FUNC="1"),
    spent(1, "250.5", SEC_FUNC="1", META_NOMBRE="PUENTE, TRAMO 1"),
    spent(2, "-0.05", SEC_FUNC="2", PLIEGO="10"),
    spent(3, "1234567.89", SEC_FUNC="3", META_NOMBRE="AÑO\nNUEVO"),
    budget("1250", "1000", SEC_FUNC="3", META_NOMBRE=ODD),
]


def given_file(name: str):
    path = HOSTILE / name
    if not path.is_file():
        pytest.skip(f"the case {name} is not beside this repository")
    return path


def load(path, tmp_path, filters=Filters(), **options):  # noqa: B008 - frozen
    """The totals, the rejected rows and the manifest of a load."""
    accepted = Accepted("la oficina", "prueba")
    report = load_extract(path, Store(tmp_path / "almacen"), filters, DAY, accepted=accepted, **options)
    rejected = pl.read_csv(report.rejected, infer_schema=False) if report.rejected else pl.DataFrame({"registro": [], "motivo": []})
    return report.snapshot.totals, list(rejected.select("registro", "motivo").iter_rows()), report.snapshot.manifest


def typed(path, **options):
    with open_extract(path, LAYOUTS, **options) as extract:
        rows = type_rows(extract.layout.rows(extract.raw)).drop("registro", strict=False)
        return rows.collect(), extract.torn.collect(), extract


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


# --- width


@pytest.mark.parametrize("small", [True, False])
@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda line: line.replace("FAMILIAS DEL AÑO", "FAMILIAS, DEL AÑO"), records.MORE),
        (lambda line: line + ",", records.MORE),
        (lambda line: line + ",,", records.MORE),
        (lambda line: line + "," * 12 + "x", records.MORE),
        (lambda line: line.rsplit(",", 1)[0], records.FEWER),
        (lambda line: line.replace(",06,06,", ",06,"), records.FEWER),
        (lambda line: line.replace("FAMILIAS DEL AÑO", '"FAMILIAS DEL AÑO'), records.UNCLOSED),
    ],
)
@pytest.mark.parametrize("place", [1, 2, 4])
def test_a_record_of_another_width_is_refused_whole_wherever_it_is(tmp_path, monkeypatch, small, spoil, reason, place):
    """With a blank last cell too: one comma more moves every amount and leaves nothing to be seen after the last title."""
    monkeypatch.setattr(reading, "_SMALL", (32 << 20) if small else 0)
    amounts = dict.fromkeys(AMOUNTS[3:], "")
    lines = long_text(*[spent(i, str(10**i)) | amounts | {"MONTO_DEVENGADO": str(10**i)} for i in range(1, 5)], quoted=False).splitlines()
    good, _, _ = load(write(tmp_path / "bueno.csv", "\n".join(lines) + "\n"), tmp_path)
    lines[place] = spoil(lines[place])
    totals, rejected, manifest = load(write(tmp_path / "malo.csv", "\n".join(lines) + "\n"), tmp_path)
    assert rejected == [(str(place + 1), reason)]
    assert totals[2024]["devengado_soles"] == good[2024]["devengado_soles"] - 10**place
    assert manifest["filas"] == {"registros_leidos": 4, "guardadas": 3, "rechazadas": 1}


@pytest.mark.parametrize("small", [True, False])
@pytest.mark.parametrize("quoted", [True, False])
def test_blank_last_cells_quotes_and_lines_inside_cells_are_no_fault(tmp_path, monkeypatch, small, quoted):
    monkeypatch.setattr(reading, "_SMALL", (32 << 20) if small else 0)
    blank = [record | {"MONTO_GIRADO": ""} for record in RECORDS]
    rows, torn, _ = typed(write(tmp_path / "a.csv", long_text(*blank, quoted=quoted)))
    assert torn.is_empty()
    assert rows["rechazo"].null_count() == len(RECORDS)
    assert rows["devengado_soles"].sum() == Decimal("1234818.34")


def test_a_foot_a_blank_line_and_a_row_of_blanks_are_not_records_that_are_torn(tmp_path):
    text = long_text(spent(1, "5"), quoted=False)
    path = write(tmp_path / "a.csv", text + "\n" + "," * (len(LONG) - 1) + "\n(1 filas)")
    rows, torn, _ = typed(path)
    assert (torn["motivo"].to_list(), rows["rechazo"].to_list()) == ([records.FOOT], [None])


def test_a_pliego_filter_tells_the_lines_of_the_whole_file(tmp_path):
    other = [spent(1, "1", PLIEGO="999", SEC_EJEC="1", META="1", FINALIDAD="1") for _ in range(5)]
    lines = long_text(*other, spent(2, "7"), spent(3, "9"), quoted=False).splitlines()
    lines[6] = lines[6].replace("FAMILIAS", "FAMILIAS, LAS")
    lines[2] += ",otra"
    totals, rejected, _ = load(write(tmp_path / "a.csv", "\n".join(lines)), tmp_path, Filters(pliego="445"))
    assert totals[2024]["devengado_soles"] == 9
    assert rejected == [("7", records.MORE)]


def test_quotes_that_should_be_doubled_are_part_of_the_name(tmp_path):
    text = long_text(spent(1, "5", META_NOMBRE="XX")).replace('"XX"', '"PUENTE "SAN, LUIS" 12""')
    with open_extract(write(tmp_path / "a.csv", text), LAYOUTS) as extract:
        assert extract.raw.select("META_NOMBRE").collect().item() == 'PUENTE "SAN, LUIS" 12"'


@pytest.mark.parametrize("block", [64, 700, 120 << 10])
def test_a_stray_quote_swallows_no_record_and_says_its_line(tmp_path, monkeypatch, block):
    monkeypatch.setattr(records, "BLOCK", block)
    monkeypatch.setattr(reading, "_SMALL", 0)
    lines = long_text(*[spent(1 + i % 12, "1") for i in range(40)], quoted=False).splitlines()
    for place in (5, 9):  # two of them: an even number of quotes in the file
        lines[place] = lines[place].replace("FAMILIAS", '"FAMILIAS')
    totals, rejected, _ = load(write(tmp_path / "a.csv", "\n".join(lines)), tmp_path)
    assert totals[2024]["devengado_soles"] == 38
    assert rejected == [("6", records.UNCLOSED), ("10", records.UNCLOSED)]


def test_a_file_that_is_cut_says_where(tmp_path):
    text = long_text(spent(1, "1"), spent(2, "2"), spent(3, "4"))
    totals, rejected, _ = load(write(tmp_path / "a.csv", text[: text.rindex("SALUD MATERNO") + 5]), tmp_path)
    assert (totals[2024]["devengado_soles"], rejected) == (3, [("4", records.CUT)])


@given(
    st.lists(st.lists(st.sampled_from(['"', '""', ",", '","', "a", "\n"]), max_size=9).map("".join), min_size=1, max_size=3),
    st.integers(2, 3),
)
def test_the_quick_look_agrees_with_a_strict_reader(lines, width):
    """What it takes for sound is what the csv module reads with that width, line by line."""
    block = "".join(line + "\n" for line in lines)

    def sound(line):
        try:
            cells = next(csv.reader([line], strict=True), [])
        except csv.Error:
            return False
        again = [piece for cell in cells for piece in (cell, f'"{cell.replace(chr(34), chr(34) * 2)}"')]
        return len(cells) == width and all(piece in again for piece in _pieces(line))

    if records.width_and_quotes(block.encode(), ord(","), width):
        assert all(sound(line) for line in block.split("\n")[:-1])


def _pieces(line):
    """The cells of a line with their quotes, cut at the commas outside them."""
    pieces, start, inside = [], 0, False
    for place, letter in enumerate(line):
        inside ^= letter == '"'
        if letter == "," and not inside:
            pieces.append(line[start:place])
            start = place + 1
    return [*pieces, line[start:]]


CELL = st.text(st.sampled_from('",\nab'), max_size=6).filter(lambda cell: cell.count(",") < 2)


@given(st.lists(CELL, min_size=3, max_size=3), st.integers(0, 2))
def test_what_a_writer_writes_is_read_back(cells, after):
    """One record among others, whatever its cells have but for a line that is a whole record by itself."""
    screen, rest = io.StringIO(), ["k"] * 6
    rows = [["x", "y", "z", *rest]] * after + [[*cells, *rest]] + [["u", "v", "w", *rest]]
    csv.writer(screen, lineterminator="\n").writerows(rows)
    waiting = deque(io.BytesIO(screen.getvalue().encode()))
    assert [record.cells for record in records.records_of(waiting, bytes, ",", len(rows[0]))] == rows


@given(st.data())
def test_a_record_of_another_width_never_changes_a_total(tmp_path_factory, data):
    lines = list(csv.reader(io.StringIO(long_text(*RECORDS))))
    place, cell = data.draw(st.integers(1, len(RECORDS))), data.draw(st.integers(0, len(LONG)))
    count = data.draw(st.integers(1, 3))
    more = data.draw(st.booleans())
    torn = lines[place][:cell] + data.draw(st.lists(st.sampled_from(["", "7", "x"]), min_size=count, max_size=count)) + lines[place][cell:]
    fewer = lines[place][:cell] + lines[place][cell + count :]
    lines[place] = torn if more or len(fewer) == len(LONG) else fewer
    screen = io.StringIO()
    csv.writer(screen, quoting=data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])), lineterminator=data.draw(ENDS)).writerows(
        lines
    )
    folder = tmp_path_factory.mktemp("ancho")
    rows, found, _ = typed(write(folder / "a.csv", screen.getvalue()), thorough=data.draw(st.booleans()))
    rest, _, _ = typed(write(folder / "b.csv", long_text(*[record for i, record in enumerate(RECORDS, 1) if i != place])))
    assert found.height == 1
    assert rows.drop("rechazo").equals(rest.drop("rechazo"))


ENDS = st.sampled_from(["\n", "\r\n"])


@pytest.mark.parametrize(
    ("name", "line", "measure", "soles"),
    [
        ("largo_coma_suelta_sintetico.csv", "4", "devengado_soles", "21454526.69"),
        ("coma_segunda_fila.csv", "2", None, None),
        ("coma_ultima_fila.csv", "7", None, None),
        ("por_aer_comilla_suelta.csv", "3", "pim_soles", "1"),
        ("por_aer_miles_sin_comillas.csv", "3", "pim_soles", "100"),
    ],
)
def test_the_shifted_cases_are_refused_in_sight(tmp_path, name, line, measure, soles):
    filters = Filters(anio=2024) if name.startswith("por_aer") else Filters()
    extract = read_extract(given_file(name), filters, DAY)
    assert extract.manifest["filas"]["rechazadas"] == 1
    _, rejected, _ = load(given_file(name), tmp_path, filters)
    assert [place for place, _ in rejected] == [line]
    if measure:
        totals = list(extract.totals.values())
        assert sum(total[measure] for total in totals) == Decimal(soles)


def test_the_good_twin_of_the_shifted_case_adds_up():
    totals = read_extract(given_file("largo_bueno_sintetico.csv"), cut_off=DAY).totals
    assert totals[2025]["devengado_soles"] == Decimal("21959863.61")


@pytest.mark.parametrize(
    ("name", "words"),
    [("clave.zip", "tiene contraseña"), ("deflate64.zip", "Deflate64"), ("ultima_fila.xlsx", "A1048576"), ("colspan.xls", "qué hacer")],
)
def test_damaged_containers_are_told_in_four_parts(name, words):
    with pytest.raises(InputDataError, match=words), open_extract(given_file(name), LAYOUTS):
        pass


def test_a_run_of_digits_over_the_middle_ends_soon(tmp_path):
    totals, rejected, _ = load(given_file("pisado_8_sintetico.csv.gz"), tmp_path)
    assert rejected == [("4191", records.MORE)]
    assert totals[2025]["pim_soles"] == 82_370_000


# --- how amounts are written

STYLES = {
    "punto": lambda text: text,
    "miles con coma": lambda text: f"{Decimal(text):,}",
    "coma": lambda text: text.replace(".", ","),
    "miles con punto": lambda text: f"{Decimal(text):,}".translate(str.maketrans(",.", ".,")),
    "miles con espacio": lambda text: f"{Decimal(text):,}".translate(str.maketrans(",.", "\u00a0,")),
    "soles": lambda text: f"S/ {Decimal(text):,.2f}",
    "contable": lambda text: f"({Decimal(text[1:]):,.2f})" if text.startswith("-") else f" S/. {Decimal(text):,.2f} ",
    "menos detrás": lambda text: f"{Decimal(text.lstrip('-')):,.2f}" + "-" * text.startswith("-"),
    "espacio duro": lambda text: "\u00a0" + text,
}


def in_style(style):
    changed = dict.fromkeys(AMOUNTS, "0")
    return [{name: STYLES[style](value) if name in AMOUNTS else value for name, value in (changed | BASE | r).items()} for r in RECORDS]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_every_style_gives_the_same_rows(tmp_path, style, delimiter):
    screen = io.StringIO()
    writer = csv.DictWriter(screen, LONG, restval="", delimiter=delimiter)
    writer.writeheader()
    writer.writerows(in_style(style))
    rows, _, extract = typed(write(tmp_path / "a.csv", screen.getvalue()))
    plain, _, _ = typed(write(tmp_path / "b.csv", long_text(*RECORDS)))
    assert rows.equals(plain)
    assert extract.numbers == ("coma" if style in ("coma", "miles con punto", "miles con espacio") else "punto")


def test_a_big_file_is_looked_at_only_when_some_amount_is_odd(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "_SMALL", 0)
    text = table_text(LONG, in_style("miles con punto"))
    totals, rejected, manifest = load(write(tmp_path / "a.csv", text), tmp_path)
    assert (rejected, manifest["fuente"]["numeros"]) == ([], "coma")
    assert totals[2024]["pim_soles"] == 2500
    with open_extract(write(tmp_path / "b.csv", long_text(*RECORDS)), LAYOUTS) as extract:
        assert not extract.looked


def amounts_of(tmp_path, **columns):
    cells = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return write(tmp_path / "a.csv", long_text(*[BASE | {"MES_EJE": "0"} | row for row in cells]))


@pytest.mark.parametrize("numbers", [None, "coma", "punto"])
def test_a_point_before_three_digits_is_asked_when_nothing_decides(tmp_path, numbers):
    path = amounts_of(tmp_path, MONTO_PIM=["1.250", "900"], MONTO_PIA=["5", "6"])
    if numbers is None:
        with pytest.raises(InputDataError, match=r"MONTO_PIM(.|\n)*«1\.250» puede ser 1250 o 1\.250(.|\n)*--numeros coma"):
            load(path, tmp_path)
        return
    totals, _, manifest = load(path, tmp_path, numbers=numbers)
    assert totals[2024]["pim_soles"] == (Decimal("2150.00") if numbers == "coma" else Decimal("901.25"))
    assert manifest["fuente"]["numeros"] == numbers


@pytest.mark.parametrize(
    ("pia", "pim", "soles"),
    [
        (["1.250", "5"], ["4.016.250", "7"], {"pia_soles": "1255", "pim_soles": "4016257"}),
        (["1.250", "5"], ["16,50", "7"], {"pia_soles": "1255", "pim_soles": "23.5"}),
        (["1.250", "1.5"], ["1,250", "7"], {"pia_soles": "2.75", "pim_soles": "1257"}),
        (["1,250", "5"], ["1,250", "7"], {"pia_soles": "1255", "pim_soles": "1257"}),
        (["1.250,5", "5"], ["1250.25", "7"], {"pia_soles": "1255.5", "pim_soles": "1257.25"}),
        (["1e+05", "5"], ["1.5e+07", "NaN"], {"pia_soles": "100005", "pim_soles": "15000000"}),
        (["1'234,567.50", "5"], ["1", "2"], {"pia_soles": "1234572.5", "pim_soles": "3"}),
        (["S/ -", "5"], ["(1,250.00)", "50-"], {"pia_soles": "5", "pim_soles": "-1300"}),
    ],
)
def test_the_rest_of_the_file_decides(tmp_path, pia, pim, soles):
    totals, rejected, _ = load(amounts_of(tmp_path, MONTO_PIA=pia, MONTO_PIM=pim), tmp_path)
    assert rejected == []
    assert {m: totals[2024][m] for m in soles} == {m: Decimal(text) for m, text in soles.items()}


@pytest.mark.parametrize(
    ("pia", "pim"),
    [(["1.250", "5"], ["16.50", "7"]), (["1,250", "5"], ["16,50", "7"]), (["1.250", "1,250"], ["5", "6"]), (["1.5", "1,5"], ["5", "6"])],
)
def test_what_can_be_read_in_two_ways_is_never_guessed(tmp_path, pia, pim):
    with pytest.raises(InputDataError, match="--numeros"):
        load(amounts_of(tmp_path, MONTO_PIA=pia, MONTO_PIM=pim), tmp_path)


def test_one_odd_cell_among_many_is_rejected_in_sight(tmp_path):
    cells = [f"{i}.5" for i in range(20)]
    totals, rejected, _ = load(amounts_of(tmp_path, MONTO_PIM=[*cells, "1234,50"]), tmp_path)
    assert totals[2024]["pim_soles"] == 200
    assert rejected == [("22", "pim tiene una coma que no separa miles")]


def test_codes_that_pandas_wrote_as_decimals_are_codes(tmp_path):
    floats = {"ANO_EJE": "2024.0", "PLIEGO": "445.0", "SEC_FUNC": "1.0", "RUBRO": "0.0", "ESPECIFICA": "NaN", "DEPARTAMENTO_META": "6.0"}
    records_ = [budget("5.0", "1.0") | floats | {"MES_EJE": "0.0"}, spent(3, "7.0") | floats | {"MES_EJE": "3.0"}]
    path = write(tmp_path / "a.csv", long_text(*records_))
    for filters in (Filters(), Filters(pliego="445", anio=2024, departamento_meta="06")):
        extract = read_extract(path, filters, DAY)
        row = extract.rows.select("anio", "mes", "pliego", "sec_func", "rubro", "especifica", "departamento_meta").collect().row(0)
        assert row == (2024, 0, "445", "1", "00", None, "06")
        assert (extract.totals[2024]["pim_soles"], extract.totals[2024]["devengado_soles"]) == (5, 7)


# --- what a file is packed in


def book(path, sheets, kind="xlsx"):
    """A workbook of text cells, written by a library that is not ours."""
    with xlsxwriter.Workbook(str(path)) as made:
        for name, grid in sheets.items():
            sheet = made.add_worksheet(name)
            for i, row in enumerate(grid):
                sheet.write_row(i, 0, row)
    return path


ODS_END = (
    '<table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)
"""How LibreOffice says that the rest of a sheet is empty."""


def ods(path, grid, end=ODS_END):
    """A workbook of LibreOffice, by hand: every row and the sheet end in runs of empty cells."""
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rest = '<table:table-cell table:number-columns-repeated="16300"/></table:table-row>'
    rows = "".join("<table:table-row>" + "".join(cell.format(escape(text)) for text in row) + rest for row in grid)
    sheet = f'<table:table table:name="BD"><table:table-column table:number-columns-repeated="16384"/>{rows}{end}</table:table>'
    body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    entry = f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
    manifest = f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{entry}</manifest:manifest>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("content.xml", f'<office:document-content{names} office:version="1.2">{body}</office:document-content>')
        archive.writestr("META-INF/manifest.xml", manifest)
    return path


def grid_of(records_=RECORDS):
    return list(csv.reader(io.StringIO(long_text(*records_))))


def packed(path, kind, text, records_):
    """The same table in another container."""
    whole = [dict.fromkeys(AMOUNTS, "0") | dict.fromkeys(LONG, "") | dict.fromkeys(AMOUNTS, "0") | BASE | record for record in records_]
    content = text.encode()
    if kind == "gz":
        path.write_bytes(gzip.compress(content))
    elif kind == "zst":
        with pa.CompressedOutputStream(str(path), "zstd") as out:
            out.write(content)
    elif kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("__MACOSX/._a.csv", b"\0\5")
            archive.writestr("diccionario.csv", "Campo,Descripción\nPIA,Presupuesto inicial\n")
            archive.writestr(".DS_Store", b"\0\0\0\1Bud1")
            archive.writestr("datos/a.csv", content)
    elif kind == "xlsx":
        book(path, {"Portada": [["Reporte"]], "BD": grid_of(records_)})
    elif kind == "ods":
        ods(path, grid_of(records_))
    elif kind == "parquet":
        frame = pl.DataFrame(whole, schema=dict.fromkeys(LONG, pl.String))
        typed_ = [pl.col("ANO_EJE").cast(pl.Int64), pl.col("PLIEGO").cast(pl.Categorical), pl.col("MONTO_PIM").cast(pl.Decimal(20, 4))]
        frame.with_columns(*typed_, pl.col("MONTO_DEVENGADO").cast(pl.Float64)).write_parquet(path)
    elif kind == "json":
        numbers = [record | {name: float(record[name]) for name in AMOUNTS} for record in whole]
        path.write_text(json.dumps({"success": True, "result": {"records": numbers}}), encoding="utf-8")
    elif kind == "jsonl":
        path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in whole), encoding="utf-8")
    else:
        path.write_bytes(content)
    return path


KINDS = ("csv", "gz", "zst", "zip", "xlsx", "ods", "parquet", "json", "jsonl")


@pytest.mark.parametrize("kind", KINDS)
def test_every_container_gives_the_same_rows(tmp_path, kind):
    plain, _, _ = typed(write(tmp_path / "plano.csv", long_text(*RECORDS)))
    rows, torn, _ = typed(packed(tmp_path / "sin_extension", kind, long_text(*RECORDS), RECORDS))
    assert torn.is_empty()
    assert rows.equals(plain)


@given(st.data())
def test_style_container_encoding_and_order_change_nothing(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("formas")
    style, kind = data.draw(st.sampled_from([*STYLES])), data.draw(st.sampled_from(["csv", "gz", "zip", "xlsx"]))
    columns, delimiter = data.draw(st.permutations(LONG)), data.draw(st.sampled_from([",", ";", "\t", "|"]))
    screen = io.StringIO()
    quoting = data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    writer = csv.DictWriter(screen, columns, restval="", delimiter=delimiter, quoting=quoting, lineterminator=data.draw(ENDS))
    writer.writeheader()
    writer.writerows(in_style(style))
    text = screen.getvalue()
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]))
    if kind == "xlsx":
        path = book(folder / "a.xlsx", {"hoja": list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))})
    else:
        path = packed(folder / "a", kind, "", RECORDS) if kind == "csv" else folder / "a"
        content = text.encode(encoding)
        if kind == "zip":
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("a.csv", content)
        else:
            path.write_bytes(gzip.compress(content) if kind == "gz" else content)
    rows, torn, _ = typed(path, thorough=data.draw(st.booleans()))
    plain, _, _ = typed(write(folder / "plano.csv", long_text(*RECORDS)))
    assert torn.is_empty()
    assert rows.equals(plain)


def test_the_sheet_that_fits_is_named_and_several_ask(tmp_path):
    one = book(tmp_path / "uno.xlsx", {"Resumen": [["nada"]], "Datos": grid_of()})
    _, _, manifest = load(one, tmp_path)
    assert manifest["fuente"]["hoja"] == "Datos"
    two = book(tmp_path / "dos.xlsx", {"Enero": grid_of(RECORDS[:2]), "Febrero": grid_of(RECORDS[2:])})
    with pytest.raises(InputDataError, match=r"2 hojas son extractos(.|\n)*Enero, Febrero(.|\n)*--miembro"):
        load(two, tmp_path)
    totals, _, manifest = load(two, tmp_path, member="Enero")
    assert (totals[2024]["devengado_soles"], manifest["fuente"]["hoja"]) == (Decimal("250.50"), "Enero")
    with pytest.raises(InputDataError, match="no tiene la hoja «Marzo»"):
        load(two, tmp_path, member="Marzo")


def test_a_member_and_its_sheet_can_be_named(tmp_path):
    inner = book(tmp_path / "libro.xlsx", {"Enero": grid_of(RECORDS[:2]), "Febrero": grid_of(RECORDS[2:])})
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(inner, "libro.xlsx")
        archive.writestr("leeme.txt", "Descargado del SIAF")
    _, _, manifest = load(tmp_path / "a.zip", tmp_path, member="libro.xlsx/Febrero")
    assert (manifest["fuente"]["miembro"], manifest["fuente"]["hoja"]) == ("libro.xlsx", "Febrero")


@pytest.mark.parametrize("cell", [(1_048_575, 0), (1_048_575, 16_383)])
def test_a_cell_far_from_the_table_does_not_fill_the_memory(tmp_path, cell):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as made:
        sheet = made.add_worksheet()
        for i, row in enumerate(grid_of()):
            sheet.write_row(i, 0, row)
        sheet.write(*cell, " ")
    with pytest.raises(InputDataError, match="muy lejos de la tabla"):
        Book(tmp_path / "a.xlsx")


@pytest.mark.parametrize("empty", [0, 16_383])
def test_a_cell_far_from_the_table_of_an_ods_is_told_too(tmp_path, empty):
    before = f'<table:table-cell table:number-columns-repeated="{empty}"/>' if empty else ""
    far = '<table:table-cell office:value-type="string"><text:p> </text:p></table:table-cell>'
    path = ods(tmp_path / "a.ods", grid_of(), f"{ODS_END}<table:table-row>{before}{far}</table:table-row>")
    with pytest.raises(InputDataError, match="muy lejos de la tabla"):
        Book(path)


def test_a_sum_of_thousands_of_millions_in_a_workbook_is_exact(tmp_path):
    grid = grid_of([budget("1", "1")])
    grid[1][LONG.index("MONTO_PIM")] = 1234567890.34
    rows, _, _ = typed(book(tmp_path / "a.xlsx", {"hoja": grid}))
    assert rows["pim_soles"].item() == Decimal("1234567890.34")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", '{"success": true, "result": {"records": [{"a": 1}, {"a"', "no se puede leer"),
        ("a.json", '{"success": false, "error": {}}', "la consulta falló"),
        ("a.json", '{"result": {"records": []}}', "sin registros"),
        ("a.json", '[{"a": [1, 2]}]', "listas u otros registros dentro"),
        ("a.json", "[1, 2]", "no se puede leer"),
        ("a.jsonl", '{"a": 1}\n{"a": 2\n', "no se puede leer"),
        ("a.parquet", "PAR1 y nada más", "dañado"),
        ("a.xls", '<html><frameset><frame src="a_archivos/sheet001.htm"></frameset></html>', "cascarón(.|\n)*a_archivos/sheet001.htm"),
    ],
)
def test_what_cannot_be_read_is_told_in_four_parts(tmp_path, name, content, words):
    with pytest.raises(InputDataError, match=words), open_extract(write(tmp_path / name, content), LAYOUTS):
        pass


@pytest.mark.parametrize("where", range(0, 400, 7))
def test_a_zip_with_broken_bytes_is_refused_or_says_what_it_said(tmp_path, where):
    packed(tmp_path / "a.zip", "zip", long_text(*RECORDS), RECORDS)
    plain, _, _ = typed(tmp_path / "a.zip")
    content = bytearray((tmp_path / "a.zip").read_bytes())
    content[len(content) - 1 - where] ^= 0xFF
    (tmp_path / "b.zip").write_bytes(bytes(content))
    try:
        rows, _, _ = typed(tmp_path / "b.zip")
    except InputDataError as error:
        assert "b.zip" in error.problems[0].where
    else:
        assert rows.equals(plain)


def test_a_plain_table_of_another_system_saved_as_xls_is_read(tmp_path):
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in grid_of(RECORDS[:2]))
    frame, _, _ = typed(write(tmp_path / "a.xls", f"<html><body><table>{rows}</table></body></html>"))
    assert frame["devengado_soles"].sum() == Decimal("250.50")


@pytest.mark.parametrize("case", ["c04", "c06", "c06r", "c07b", "c08", "c09", "c09b", "c09c", "c15", "c16b", "c30", "c33", "c36"])
def test_the_cases_of_people_add_up(case):
    if not CASES.is_dir():
        pytest.skip("the cases are not beside this repository")
    every = csv.DictReader(io.StringIO((CASES / "esperado.csv").read_text(encoding="utf-8")))
    rows = [row for row in every if row["caso"] == case]
    for row in rows:
        filters = Filters(pliego="445") if "--pliego 445" in row["nota"] else Filters()
        totals = read_extract(CASES / case / row["archivo"], filters, DAY).totals[int(row["anio"])]
        for measure in ("pia", "pim", "devengado"):
            assert abs(totals[f"{measure}_soles"] - Decimal(row[measure])) <= 1
