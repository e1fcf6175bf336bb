"""Bad input: each problem is named with its place, what was found, what was expected and what to do."""

from pathlib import Path

import pytest

from presupuesto_link.errors import InputDataError, SpecError
from presupuesto_link.evaluation.evaluate import evaluate
from presupuesto_link.inputs import load
from presupuesto_link.scenarios.ground import ground_of, solve_all
from presupuesto_link.sources.embedded import embedded_analyses

ANALYSIS = embedded_analyses()["cajamarca-2024"]


def load_budget(path: Path):
    return load(ANALYSIS, {"gasto_aer": path})


def load_plan(folder: Path):
    return load(ANALYSIS, {"plan": folder})


def edit(path: Path, *changes: tuple[str, str], encoding="utf-8") -> Path:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_bytes(text.encode(encoding))
    return path


def test_missing_column(budget_file):
    with pytest.raises(InputDataError, match=r"faltan las columnas PIM; el archivo tiene OER, AE, .*DEVENGADO"):
        load_budget(edit(budget_file, (",PIM,", ",PRESUPUESTO,")))


def test_what_cannot_be_seen_is_named_with_its_place(budget_file):
    with pytest.raises(
        InputDataError, match=r"gasto.csv, fila 2, columna AE\n  se encontró: un carácter de control, .*U\+0007, tras «AER»"
    ):
        load_budget(edit(budget_file, ("AER.01.01", "AER\a.01.01")))


def test_a_file_cut_at_its_end_says_so(tmp_path):
    path = tmp_path / "analisis.toml"
    path.write_text('titulo = ["a"', encoding="utf-8")
    with pytest.raises(SpecError, match="al final del archivo: falta cerrar algo"):
        load(path)


def test_text_in_a_number(budget_file):
    with pytest.raises(
        InputDataError, match=r"gasto.csv, fila 3, columna PIA\n  se encontró: «doscientos»\n  se esperaba: un número"
    ) as error:
        load_budget(edit(budget_file, ('"275,476"', "doscientos")))
    assert "qué hacer: corrija la celda; si el dato no existe, déjela vacía" in str(error.value)


def test_duplicated_action(budget_file):
    with pytest.raises(InputDataError, match=r"filas 2, 3\n  se encontró: AER.01.01 está repetida"):
        load_budget(edit(budget_file, ("AER 01.02", "AER 01.01")))


def test_unknown_action(budget_file):
    with pytest.raises(InputDataError, match=r"fila 2, columna AE\n  se encontró: «AER.99.01»\n  se esperaba: una acción de acciones.csv"):
        load_budget(edit(budget_file, ("AER.01.01", "AER.99.01")))


def test_negative_amount(budget_file):
    with pytest.raises(InputDataError, match=r"columna PIM\n  se encontró: -168807035.00"):
        load_budget(edit(budget_file, ('"168,807,035"', '"-168,807,035"')))


def test_problems_of_a_table_are_reported_together(budget_file):
    with pytest.raises(InputDataError) as error:
        load_budget(edit(budget_file, ('"275,476"', "x"), ("AER 01.03", "AER.77.07")))
    assert len(error.value.problems) == 2


def test_empty_file(tmp_path):
    empty = tmp_path / "vacio.csv"
    empty.write_bytes(b"\xef\xbb\xbf  \n")
    with pytest.raises(InputDataError, match="el archivo está vacío"):
        load_budget(empty)


def test_only_headers(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_text("AE,PIA,PIM,DEVENGADO\n", encoding="utf-8")
    with pytest.raises(InputDataError, match="sólo hay una fila de títulos"):
        load_budget(path)


def test_missing_file(tmp_path):
    with pytest.raises(InputDataError, match=r"no-esta.csv\n  se encontró: el archivo no existe"):
        load_budget(tmp_path / "no-esta.csv")


def test_a_workbook_given_as_csv(tmp_path):
    path = tmp_path / "gasto.xlsx"
    path.write_bytes(b"PK\x03\x04\0\0\0\0")
    with pytest.raises(InputDataError, match="guárdelo como «CSV UTF-8»"):
        load_budget(path)


def test_too_many_cells(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_text("AE,PIA,PIM,DEVENGADO\nAER.01.01,1,2,3,4\n", encoding="utf-8")
    with pytest.raises(InputDataError, match=r"fila 2\n  se encontró: 5 celdas\n  se esperaba: 4"):
        load_budget(path)


def test_repeated_headers(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_text("AE,PIA,PIM,PIM,DEVENGADO\nAER.01.01,1,2,3,4\n", encoding="utf-8")
    with pytest.raises(InputDataError, match="títulos repetidos: PIM"):
        load_budget(path)


def test_a_latin1_file_is_read_right(budget_file, inputs):
    latin = edit(budget_file, ("OER.01", "AÑO Ñandú"), encoding="cp1252")
    assert load_budget(latin).budget.filas.drop("fila").equals(inputs.budget.filas.drop("fila"))


def test_a_semicolon_file_with_decimal_comma_gives_the_same_money(tmp_path, inputs):
    rows = ["AE;PIA;PIM;DEVENGADO"]
    for row in inputs.budget.filas.iter_rows(named=True):
        cells = [
            "" if row[f"{m}_soles"] is None else f"{row[f'{m}_soles']:,.2f}".translate(str.maketrans(",.", ".,"))
            for m in ("pia", "pim", "devengado")
        ]
        rows.append(";".join([row["accion"], *cells]))
    path = tmp_path / "gasto.csv"
    path.write_bytes("\r\n".join(rows).encode("cp1252"))
    money = ["accion", "pia_soles", "pim_soles", "devengado_soles"]
    assert load_budget(path).budget.filas.select(money).equals(inputs.budget.filas.select(money))


def test_two_decimal_signs_are_never_guessed(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_text("AE;PIA;PIM;DEVENGADO\nAER.01.01;1.234,50;2;3\nAER.01.02;1,234.50;2;3\n", encoding="utf-8")
    with pytest.raises(InputDataError, match=r"usa coma decimal y «1,234\.50» usa punto decimal"):
        load_budget(path)


@pytest.mark.parametrize(("delimiter", "sign"), [(";", ","), (",", "."), (";", ".")])
def test_three_digits_after_one_sign_are_thousands_never_decimals(tmp_path, delimiter, sign):
    """107,424 soles in a `;` file of small amounts must not become 107.42."""
    path = tmp_path / "gasto.csv"
    rows = [["AE", "PIA", "PIM", "DEVENGADO"], ["AER.01.01", "1", f"107{sign}424", f"99{sign}807"]]
    path.write_text("\n".join(delimiter.join(f'"{cell}"' for cell in row) for row in rows), encoding="utf-8")
    assert load_budget(path).budget.filas.select("pim_soles", "devengado_soles").row(0) == (107424, 99807)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("72.6%", "un porcentaje"),
        ("1.2345", "más de dos decimales"),
        ("１２３", "dígitos que no son ASCII"),
        ("12345678901234567", "demasiado grande"),
        ("1e15", "notación científica"),
        ("NaN", "no es un número"),
        ("=1+1", "una fórmula"),
    ],
)
def test_what_is_not_an_amount_is_refused(tmp_path, cell, why):
    path = tmp_path / "gasto.csv"
    path.write_text(f"AE,PIA,PIM,DEVENGADO\nAER.01.01,10.50,{cell},3\n", encoding="utf-8")
    with pytest.raises(InputDataError, match="se esperaba: un número que sea un monto en soles, con dos decimales como máximo"):
        load_budget(path)


def test_short_rows_and_unclosed_quotes_are_refused(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_text("AE,PIA,PIM,DEVENGADO\nAER.01.01,1,2\n", encoding="utf-8")
    with pytest.raises(InputDataError, match=r"fila 2\n  se encontró: 3 celdas"):
        load_budget(path)
    path.write_text('AE,PIA,PIM,DEVENGADO\nAER.01.01,1,2,3\n"AER.01.02,1,2,3\nAER.01.03,1,2,3\n', encoding="utf-8")
    with pytest.raises(InputDataError, match=r"después de la fila 2\n  se encontró: una comilla que no se cierra"):
        load_budget(path)


def test_titles_in_lower_case_and_utf16(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_bytes("ae\tpia\tpim\tdevengado\nAER 01.01\t1\t2\t1\n".encode("utf-16"))
    assert load_budget(path).budget.filas["accion"].to_list() == ["AER.01.01"]


def test_a_blank_code_and_a_note_below_the_table(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_text("AE,PIA,PIM,DEVENGADO\n,1,2,1\nFuente: SIAF,,,\n", encoding="utf-8")
    with pytest.raises(InputDataError, match="si es una nota o un subtotal, borre la fila") as error:
        load_budget(path)
    assert "fila 2, columna AE\n  se encontró: una celda vacía" in str(error.value)


def test_amounts_that_break_the_order_of_the_stages_are_found(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_text("AE,PIA,PIM,DEVENGADO\nAER.01.01,1,100,200\nAER.01.02,1,0,50\nAER.01.03,1,70,\nAER.13.03,1,100,60\n", encoding="utf-8")
    found = {f.place: f.explanation for f in evaluate(load_budget(path)).audit.hallazgos if f.code == "P08"}
    assert found == {
        "gasto.csv, fila 2, AER.01.01": "En esta fila el devengado es mayor que el PIM.",
        "gasto.csv, fila 3, AER.01.02": "En esta fila hay devengado sin PIM.",
        "gasto.csv, fila 4, AER.01.03": "En esta fila hay PIM y la celda del devengado está vacía.",
    }


def test_a_users_table_is_never_cited_as_the_report(budget_file):
    result = evaluate(load_budget(budget_file))
    assert result.inputs.spec.fuente.startswith("presupuesto por AER: gasto.csv (dato del usuario)")
    assert not [f for f in result.audit.hallazgos if f.code.startswith("P") and f.place.startswith("3.1.1")]


def test_a_scenario_without_solution_does_not_hold_back_the_rest(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_text("AE,PIA,PIM,DEVENGADO\nAER.01.03,1,100,80\n", encoding="utf-8")
    result = evaluate(load_budget(path))
    solved = solve_all(ground_of(result))
    assert solved.scenarios == ()
    ((scenario, error),) = solved.unsolved
    assert scenario.id == "recomendacion-2"
    assert "ninguna AER puede dar" in str(error)
    assert result.ranking.height == 48


def test_centimos_survive(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_text("AE,PIA,PIM,DEVENGADO\nAER.01.01,0.10,123456789012.35,0.01\nAER.01.02,0.20,0.07,0.02\n", encoding="utf-8")
    assert str(load_budget(path).budget.filas["pim_soles"].sum()) == "123456789012.42"


def test_duplicated_indicator(plan_folder):
    with pytest.raises(InputDataError, match=r"indicadores.csv, filas 2, 3\n  se encontró: indicador = IND.01.OER.01 está repetido"):
        edit(plan_folder / "indicadores.csv", ("IND.01.OER.02,OER.02", "IND.01.OER.01,OER.02"))
        load_plan(plan_folder)


def test_text_in_an_indicator_value(plan_folder):
    edit(plan_folder / "valores.csv", ("IND.01.OER.01,obtenido,2023,18.75%", "IND.01.OER.01,obtenido,2023,casi 19"))
    with pytest.raises(
        InputDataError, match=r"valores.csv, fila 5, columna impreso\n  se encontró: «casi 19»\n  se esperaba: un número o ND o vacío"
    ):
        load_plan(plan_folder)


def test_unknown_sense(plan_folder):
    edit(
        plan_folder / "indicadores.csv",
        ("porcentaje,ascendente,Significado del indicador,,,2.1.1 OER.01", "porcentaje,hacia arriba,x,,,2.1.1 OER.01"),
    )
    with pytest.raises(
        InputDataError, match=r"columna sentido\n  se encontró: «hacia arriba»\n  se esperaba: uno de ascendente, descendente"
    ):
        load_plan(plan_folder)


def test_an_indicator_of_an_unknown_action_suggests_the_nearest(plan_folder):
    edit(plan_folder / "indicadores.csv", ("IND.01.AER.13.05,AER.13.05", "IND.01.AER.13.05,AER.13.55"))
    with pytest.raises(
        InputDataError, match=r"«AER.13.55»\n  se esperaba: un código de objetivos.csv o acciones.csv \(¿quiso decir AER.13.05\?\)"
    ):
        load_plan(plan_folder)


def test_a_correction_that_went_stale_stops_the_load(plan_folder):
    edit(plan_folder / "valores.csv", ('"1,909,428"', '"1,909.4"'))
    with pytest.raises(InputDataError, match=r"corrección C-002[\s\S]*0 filas con el valor «1,909,428»[\s\S]*la fuente cambió"):
        load_plan(plan_folder)


def test_a_correction_with_a_misspelt_key(plan_folder):
    edit(plan_folder / "correcciones.toml", ('tipo = "signo"', 'tpo = "signo"'))
    with pytest.raises(InputDataError, match="corrección C-004\n  se encontró: faltan tipo; sobran tpo"):
        load_plan(plan_folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("valores.csv", "IND.01.OER.01,obtenido,2024", "IND.01.OER.01,obtenido,2025", "un año en que el indicador tenga meta"),
        ("valores.csv", "IND.01.OER.01,meta,2023", "IND.01.OER.01,meta,20230", "un año de 1990 a 2100"),
        ("indicadores.csv", "Significado del indicador,,,2.1.1 OER.01", "Significado del indicador,,0,2.1.1 OER.01", "un entero de 1"),
        ("cifras_publicadas.csv", "Texto,OER,conteo_rojo,2024,seis,6,", "Texto,OER,conteo_rojo,2024,seis,,", "«seis» sin su número"),
        ("cifras_publicadas.csv", "Texto,OER,conteo_rojo,", "Texto,OER,conteo_rojos,", "columna medida"),
        (
            "acciones.csv",
            "AER.04.01,OER.04,Fortalecer la calidad de la gestión educativa territorial,",
            "AER.04.01,OER.04,,",
            "columna nombre",
        ),
        ("correcciones.toml", 'id = "C-002"\ntabla = "valores"', 'id = "C-002"\ntabla = "valor"', "tabla «valor»"),
        ("correcciones.toml", 'id = "C-003"', 'id = "C-002"', "la corrección C-002 está repetida"),
    ],
)
def test_plans_that_would_be_misread_in_silence(plan_folder, name, old, new, message):
    edit(plan_folder / name, (old, new))
    with pytest.raises(InputDataError, match=message):
        load_plan(plan_folder)


def test_missing_plan_folder(tmp_path):
    with pytest.raises(InputDataError, match="la carpeta no existe"):
        load_plan(tmp_path / "nada")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('titulo = "PDRC', 'titulos = "PDRC', r"clave «titulos»\n  se encontró: clave desconocida"),
        (
            "amarillo_desde_ratio = 0.75",
            "amarillo_desde_ratio = 75",
            r"clave «semaforo.amarillo_desde_ratio»\n  se encontró: 75\n  se esperaba: un valor menor o igual que 1",
        ),
        ("amarillo_desde_ratio = 0.75", "amarillo_desde_ratio = 0.99", "amarillo_desde_ratio no puede ser mayor"),
        ('politica_nd = "excluir"', 'politica_nd = "ninguna"', r"uno de 'excluir' o 'cero'"),
        ("anio_gasto = 2023", 'anio_gasto = "dos mil"', "un número entero"),
        ('transversales = ["AER.07.01"]', 'transversales = ["AER.70.01"]', r"«vinculo.transversales»\n  se encontró: AER.70.01"),
        ("[fuentes]", "[fuentes", r"TOML mal escrito \(línea \d+, columna \d+\)"),
        ("[fuentes]", "[fuentes]\nx = [", r"TOML mal escrito"),
        ('titulo = "PDRC Cajamarca 2033: dinero y resultados"', 'titulo = " "', r"«titulo»\n  se encontró: un texto vacío"),
        ('titulo = "PDRC', 'titulo = "\\u0007PDRC', "un texto sin caracteres de control"),
        ('"OER.10", "OER.12"]', '"OER.10", "OER.66"]', r"«ranking.objetivos_prioritarios»\n  se encontró: OER.66"),
        ("anio_resultado_previo = 2023", "anio_resultado_previo = 2024", "un año anterior a 2024"),
        ("anio_resultado = 2024", "anio_resultado = 2031", "un año con metas: 2023, 2024"),
        ("anio_gasto = 2023\n", "", "gasto_aer y anio_gasto van juntas"),
    ],
)
def test_bad_analysis_files(tmp_path, old, new, message):
    import shutil

    from presupuesto_link.sources.embedded import embedded_root

    for name in ("data", "analyses"):
        shutil.copytree(embedded_root() / name, tmp_path / name)
    path = edit(tmp_path / "analyses" / "cajamarca-2024" / "analisis.toml", (old, new))
    with pytest.raises(SpecError, match=message):
        evaluate(load(path))
