"""`vincular` as a person uses it: coverage, explanation, the workbook and what goes wrong."""

import json

import openpyxl
import pytest

from presupuesto_link.commands import main
from tests.sources.extracts import budget, spent, write_long

ROAD = {
    "SEC_FUNC": "7",
    "PROGRAMA_PPTO": "0138",
    "FUNCION": "15",
    "TIPO_ACT_PROY": "2",
    "PRODUCTO_PROYECTO": "2345678",
    "PRODUCTO_PROYECTO_NOMBRE": "CAMINO A CHOTA",
    "GENERICA": "6",
}
PAY = {"SEC_FUNC": "9", "PROGRAMA_PPTO": "9001", "FUNCION": "03"}
OTHER = {"SEC_FUNC": "3", "PLIEGO": "011", "NIVEL_GOBIERNO": "E", "SEC_EJEC": "117"}


@pytest.fixture
def store(tmp_path, capsys):
    path = write_long(
        tmp_path / "2024-Gasto.csv",
        budget("100", **ROAD),
        spent(2, "33.33", **ROAD),
        budget("50", **PAY),
        budget("7.5"),
        budget("1000", **OTHER),
    )
    assert run("cargar", path, "--al", "2024-12-31", "--almacen", tmp_path / "almacen") == 0
    capsys.readouterr()
    return tmp_path / "almacen"


def run(*arguments):
    return main._code([str(argument) for argument in arguments], False)


def answer(capsys, *arguments):
    assert run(*arguments, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_pliego_links_at_once_with_the_starter_rules(store, capsys):
    found = answer(capsys, "vincular", "--almacen", store)
    assert found["ambito"] == "gasto del Gobierno Regional de Cajamarca (pliego 445), sólo la ejecutora 775"
    whole, without = found["tasas"]
    assert (whole["pim_soles"], whole["pim_vinculado_soles"]) == ("157.50", "107.50")
    assert (without["pim_soles"], without["devengado_vinculado_soles"]) == ("107.50", "33.33")
    money = {row["accion"]: (row["pim_soles"], row["transversal"]) for row in found["acciones"] if row["lineas"]}
    assert money == {"AER.03.03": ("7.50", False), "AER.13.01": ("100.00", False), "AER.07.01": ("100.00", True)}
    assert [row["sec_func"] for row in found["sin_vincular"]] == ["9"]


def test_who_spends_and_where_it_lands_are_two_questions(store, capsys):
    everybody = answer(capsys, "vincular", "--almacen", store, "--ambito", "departamento")
    assert everybody["tasas"][0]["pim_soles"] == "1157.50"
    assert "todos los niveles" in everybody["ambito"]
    levels = {row["nivel"]: row["pim_soles"] for row in everybody["dimensiones"]["nivel"]}
    assert levels == {"E": "1000.00", "R": "157.50"}


def test_a_scope_that_was_filtered_out_is_refused(tmp_path, store, capsys):
    path = tmp_path / "2024-Gasto.csv"
    assert run("cargar", path, "--pliego", "445", "--al", "2025-01-31", "--almacen", store) == 0
    capsys.readouterr()
    assert run("vincular", "--almacen", store, "--ambito", "departamento") == 1
    assert "falta parte del gasto" in capsys.readouterr().err


def test_a_line_says_why_it_went_there_and_what_nearly_caught_it(store, capsys):
    (one,) = answer(capsys, "vincular", "--almacen", store, "--explicar", "0775-0007")["explicaciones"]
    assert [(r["regla"], r["toma_ratio"]) for r in one["reglas"]] == [
        ("pp-0138-transporte", 1.0),
        ("inversion-transporte", 0.0),
        ("inversion-07.01", 1.0),
    ]
    assert "llega tarde" in one["reglas"][1]["por_que"]
    assert one["nombres"]["producto"] == "CAMINO A CHOTA" and one["pim_soles"] == "100.00"
    (birth,) = answer(capsys, "vincular", "--almacen", store, "--explicar", "775-1")["explicaciones"]
    near = {m["regla"]: (m["falla_en"], m["tiene"]) for m in birth["casi"]}
    assert near["pp-infraestructura-salud"] == ("tipo_producto", "3")


def test_an_unknown_meta_and_a_wrong_one_are_told_apart(store, capsys):
    assert run("vincular", "--almacen", store, "--explicar", "775-99") == 1
    assert "ninguna línea de la meta 775-99" in capsys.readouterr().err
    assert run("vincular", "--almacen", store, "--explicar", "camino") == 2


def test_the_screen_says_scope_suggestions_and_what_is_left(store, capsys):
    assert run("vincular", "--almacen", store, "--incluir-sugeridos") == 0
    said = capsys.readouterr().out
    assert "pliego 445" in said and "reglas sugeridas que nadie ha firmado" in said
    assert "Con resultado medido y sin dinero vinculado" in said and "Sin resultado ni dinero" in said
    assert "775-9" in said and "AER.07.01*" in said and "V07" in said


def test_the_workbook_comes_back_as_it_went_out(tmp_path, store, capsys):
    book = tmp_path / "vinculos.xlsx"
    assert run("vincular", "--almacen", store, "--exportar", book) == 0
    capsys.readouterr()
    before, after = answer(capsys, "vincular", "--almacen", store), answer(capsys, "vincular", book, "--almacen", store)
    for key in ("tasas", "resumen", "acciones", "sin_vincular"):
        assert before[key] == after[key]
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames[:3] == ["Léame", "vinculos", "sin_vincular"]
    rules = sheets["vinculos"]
    codes = [cell.value for cell in rules[1]]
    assert {row[codes.index("programa")].value for row in rules.iter_rows(min_row=2, max_row=4)} <= {"0042", "0089", "0130", "0057", "0144"}
    lists = {str(v.sqref).split(":")[0]: v.formula1 for v in rules.data_validations.dataValidation}
    assert any("'AER'!" in formula for formula in lists.values())
    assert sheets["sin_vincular"]["B2"].value == "775" and sheets["sin_vincular"]["D2"].value == "9001"


def test_a_second_round_changes_nothing_and_no_edited_book_is_replaced(tmp_path, store, capsys):
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    assert run("vincular", "--almacen", store, "--exportar", first) == 0
    assert run("vincular", first, "--almacen", store, "--exportar", second) == 0
    one, two = (openpyxl.load_workbook(path)["vinculos"] for path in (first, second))
    assert [[c.value for c in row] for row in one.iter_rows()] == [[c.value for c in row] for row in two.iter_rows()]
    capsys.readouterr()
    assert run("vincular", "--almacen", store, "--exportar", first) == 1
    assert "ya existe" in capsys.readouterr().err


def test_an_edited_row_links_what_was_left_and_a_bad_one_is_told_by_its_row(tmp_path, store, capsys):
    book = tmp_path / "v.xlsx"
    assert run("vincular", "--almacen", store, "--exportar", book) == 0
    edited = openpyxl.load_workbook(book)
    sheet = edited["vinculos"]
    titles = [cell.value for cell in sheet[1]]
    last = max(row[0].row for row in sheet.iter_rows() if row[0].value)
    for turn, cells in enumerate(
        (
            {"id": "sede", "accion": "AER.07.02", "programa": 9001, "funcion": 3, "autor": "Ana", "fecha": "2026-01-05"},
            {"id": "mala", "accion": "AER.70.02", "autor": "Ana", "fecha": "2026-01-05"},
        ),
        1,
    ):
        for title, value in cells.items():
            sheet.cell(last + turn, titles.index(title) + 1, value)
    edited.save(book)
    capsys.readouterr()
    found = answer(capsys, "vincular", book, "--almacen", store)
    assert found["tasas"][0]["pim_vinculado_soles"] == "157.50"
    (wrong,) = [f for f in found["hallazgos"] if f["codigo"] == "V01"]
    assert f"fila {last + 2}" in wrong["lugar"] and "AER.70.02" in wrong["encontrado"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "vacío"),
        ("id,accion\na,b\n", "faltan las columnas autor, fecha"),
        ("id,accion,autor,fecha,fuentes\na,b,c,d,e\n", "¿quiso decir fuente"),
    ],
)
def test_a_file_that_is_not_rules_is_refused(tmp_path, store, capsys, content, words):
    path = tmp_path / "malo.csv"
    path.write_text(content, encoding="utf-8")
    assert run("vincular", path, "--almacen", store) == 1
    assert words in capsys.readouterr().err


def test_a_workbook_without_the_sheet_is_refused(tmp_path, store, capsys):
    book = openpyxl.Workbook()
    book.save(tmp_path / "otro.xlsx")
    assert run("vincular", tmp_path / "otro.xlsx", "--almacen", store) == 1
    assert "no hay hoja «vinculos»" in capsys.readouterr().err


def test_an_empty_store_says_what_to_do_first(tmp_path, capsys):
    assert run("vincular", "--almacen", tmp_path / "nada") == 1
    assert "cargue antes un extracto" in capsys.readouterr().err


def test_suggestions_are_written_to_a_file_and_only_count_when_asked(tmp_path, store, capsys):
    asked = tmp_path / "sugerencias.csv"
    found = answer(capsys, "vincular", "--almacen", store, "--sugerir", asked)
    assert found["sugerencias"] and {row["estado"] for row in found["sugerencias"]} == {"sugerido"}
    assert all(row["nombre_motivo"] and row["nombre_puntaje"] for row in found["sugerencias"])
    plain = answer(capsys, "vincular", asked, "--almacen", store)
    assert plain["tasas"][0]["pim_vinculado_soles"] == "0.00" and plain["reglas_sugeridas"] == len(found["sugerencias"])
    counted = answer(capsys, "vincular", asked, "--almacen", store, "--incluir-sugeridos")
    assert counted["incluye_sugeridas"] and counted["tasas"][0]["pim_vinculado_soles"] == "50.00"
    assert run("vincular", "--almacen", store, "--sugerir", asked) == 1
    assert "ya existe" in capsys.readouterr().err


def test_each_action_by_who_spends_and_where_it_comes_from(store, capsys):
    found = answer(capsys, "ver", "vinculo", "--almacen", store, "--ambito", "departamento", "--por", "nivel")
    money = {(row["accion"], row["nivel"], row["vinculo"]): row["pim_soles"] for row in found["filas"]}
    assert money["AER.03.03", "E", "directo"] == "1000.00" and money["AER.03.03", "R", "directo"] == "7.50"
    assert money["AER.13.01", "R", "directo"] == money["AER.07.01", "R", "transversal"] == "100.00"
    assert run("ver", "vinculo", "--almacen", store, "--por", "ejecutora") == 0
    assert "SEDE CAJAMARCA" in capsys.readouterr().out.upper()
    assert run("ver", "vinculo", "--almacen", store, "--por", "color") == 2


@pytest.mark.lento
def test_the_province_of_a_siaf_web_export_adds_up_to_the_action(tmp_path, capsys):
    from tests.sources.extracts import sample

    path = sample("siaf_web_86col_peru_compras_20251030.xlsx")
    assert run("cargar", path, "--almacen", tmp_path / "web") == 0
    rules = tmp_path / "v.csv"
    rules.write_text("id,accion,clasificador,autor,fecha\ntodo,AER.07.02,2,Ana,2026-01-05\n", encoding="utf-8")
    capsys.readouterr()
    found = answer(capsys, "ver", "vinculo", "--reglas", rules, "--almacen", tmp_path / "web", "--ambito", "todo", "--por", "provincia")
    rows = [row for row in found["filas"] if row["accion"] == "AER.07.02"]
    assert rows and all(row["provincia_meta"] for row in rows)
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    cells = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = next(i for i, row in enumerate(cells) if "mto_pim" in [str(cell).lower() for cell in row])
    titles = [str(cell).lower() for cell in cells[head]]
    place, year = titles.index("mto_pim"), titles.index("ano_eje")
    total = sum(float(row[place] or 0) for row in cells[head + 1 :] if row[year] is not None and str(row[year]).isdigit())
    assert sum(float(row["pim_soles"]) for row in rows) == pytest.approx(total)


@pytest.mark.lento
def test_the_folder_has_every_table_and_figure_and_the_same_bytes_each_time(tmp_path, store, capsys):
    import polars as pl

    for name in ("uno", "dos"):
        assert run("vincular", "--almacen", store, "--salida", tmp_path / name) == 0
    files = sorted(p.relative_to(tmp_path / "uno") for p in (tmp_path / "uno").rglob("*") if p.is_file())
    assert {"graficos/cobertura_por_programa.png", "graficos/reglas_acumuladas.svg", "tablas/sin_vincular.csv"} <= {
        f.as_posix() for f in files
    }
    assert all((tmp_path / "uno" / f).read_bytes() == (tmp_path / "dos" / f).read_bytes() for f in files)
    by_unit = pl.read_parquet(tmp_path / "uno" / "tablas" / "aer_por_ejecutora.parquet").filter(pl.col("vinculo") == "directo")
    assert str(by_unit["pim_soles"].sum()) == "107.50"
    said = capsys.readouterr().out
    assert "Tablas y figuras" in said
    (tmp_path / "uno" / "mio.txt").write_text("x", encoding="utf-8")
    assert run("vincular", "--almacen", store, "--salida", tmp_path / "uno") == 1


def test_the_figures_say_what_the_tables_say(store, inputs):
    import polars as pl

    from presupuesto_link.commands.asking.groups import Linked
    from presupuesto_link.presentation.plots.vinculo import draw_linkage

    linkage = Linked(store).linked()[1]
    bars, curve = draw_linkage(linkage, inputs.plan.niveles)
    assert bars.title == "El 68.3 % del PIM 2024 llega a una AER; sin 9001 ni 9002, el 100.0 %"
    ends = dict(bars.data.group_by("programa").agg(pl.col("hasta").max()).iter_rows())
    assert {code: round(end * 1e6, 2) for code, end in ends.items()} == {"0138": 100.0, "9001": 50.0, "0002": 7.5}
    assert [round(x, 4) for x in curve.data["acumulado_ratio"]] == [0.0, 0.6349, 0.6825]
    assert "no se alcanza" in curve.title


def test_a_narrow_screen_leaves_columns_out_and_never_cuts_a_figure(store, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    assert run("vincular", "--almacen", store) == 0
    said = capsys.readouterr().out
    assert "107.50" in said and "68.3 %" in said and "…" not in said.split("AER con dinero")[0]


def test_a_book_that_cannot_be_written_says_why_in_spanish(tmp_path, store, capsys):
    assert run("vincular", "--almacen", store, "--exportar", tmp_path / "no" / "hay.xlsx") == 1
    said = capsys.readouterr().err
    assert "no existe" in said and "No such file" not in said
    (tmp_path / "carpeta.xlsx").mkdir()
    assert run("vincular", "--almacen", store, "--exportar", tmp_path / "carpeta.xlsx") == 1
    assert "una carpeta" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--explicar", "775-7", "--exportar", "v.xlsx"), "no van juntas"),
        (("--sugerir", "s.csv", "--salida", "s"), "no van juntas"),
        (("--exportar", "v.txt"), "no termina en .xlsx"),
        (("--sugerir", "s.xlsx"), "no termina en .csv"),
    ],
)
def test_options_that_would_be_left_without_answer_are_refused(store, capsys, options, words):
    assert run("vincular", "--almacen", store, *options) == 2
    assert words in capsys.readouterr().err


def test_a_damaged_snapshot_is_told_in_spanish(store, capsys):
    (part,) = store.glob("instantaneas/*/gasto/*/*.parquet")
    whole = part.read_bytes()
    middle = len(whole) - 40
    part.write_bytes(whole[:middle] + b"x" * 32 + whole[middle + 32 :])
    assert run("vincular", "--almacen", store) == 1
    assert "está dañado" in capsys.readouterr().err
    part.write_bytes(whole[:-9])
    assert run("vincular", "--almacen", store) == 1
    assert "cortado o cambiado" in capsys.readouterr().err
    part.unlink()
    assert run("vincular", "--almacen", store) == 1
    assert "falta un archivo" in capsys.readouterr().err


def test_the_screen_says_who_signs_and_keeps_years_apart(tmp_path, capsys):
    old = {"ANO_EJE": "2023"}
    path = write_long(tmp_path / "dos.csv", budget("100", **ROAD), budget("30", **ROAD, **old), budget("5", **PAY, **old))
    assert run("cargar", path, "--al", "2024-12-31", "--almacen", tmp_path / "a") == 0
    capsys.readouterr()
    assert run("vincular", "--almacen", tmp_path / "a") == 0
    said = capsys.readouterr().out
    assert "Firman: nadie. Proponen: presupuesto-link (41)." in said
    assert "Ninguna de las 41 reglas que cuentan está firmada por una persona: S/ 100.00 de PIM de 2024 (100.0 % de lo vinculado)" in said
    assert "propuesta, sin firma" in said
    assert "2023 AER.13.01" in said and "2024 AER.13.01" in said and "2023 775-9" in said
