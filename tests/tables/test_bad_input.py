"""Bad input: each problem is named with its place, what was found, what was expected and what to do."""

from pathlib import Path

import pytest

from presupuesto_link.errors import InputDataError, SpecError
from presupuesto_link.pipeline import analyse, load
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
    with pytest.raises(
        InputDataError, match=r"fila 2, columna AE\n  se encontró: «AER.99.01»\n  se esperaba: una AER de acciones.csv"
    ):
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


def test_centimos_survive(tmp_path):
    path = tmp_path / "gasto.csv"
    path.write_text(
        "AE,PIA,PIM,DEVENGADO\nAER.01.01,0.10,123456789012.35,0.01\nAER.01.02,0.20,0.07,0.02\n", encoding="utf-8"
    )
    assert str(load_budget(path).budget.filas["pim_soles"].sum()) == "123456789012.42"


def test_duplicated_indicator(plan_folder):
    with pytest.raises(
        InputDataError, match=r"indicadores.csv, filas 2, 3\n  se encontró: indicador = IND.01.OER.01 está repetido"
    ):
        edit(plan_folder / "indicadores.csv", ("IND.01.OER.02,OER.02", "IND.01.OER.01,OER.02"))
        load_plan(plan_folder)


def test_text_in_an_indicator_value(plan_folder):
    edit(plan_folder / "valores.csv", ("IND.01.OER.01,obtenido,2023,18.75%", "IND.01.OER.01,obtenido,2023,casi 19"))
    with pytest.raises(
        InputDataError,
        match=r"valores.csv, fila 5, columna impreso\n  se encontró: «casi 19»\n  se esperaba: un número o ND o vacío",
    ):
        load_plan(plan_folder)


def test_unknown_sense(plan_folder):
    edit(
        plan_folder / "indicadores.csv",
        ("porcentaje,ascendente,Significado del indicador,,,2.1.1 OER.01", "porcentaje,hacia arriba,x,,,2.1.1 OER.01"),
    )
    with pytest.raises(
        InputDataError,
        match=r"columna sentido\n  se encontró: «hacia arriba»\n  se esperaba: uno de ascendente, descendente",
    ):
        load_plan(plan_folder)


def test_an_indicator_of_an_unknown_action_suggests_the_nearest(plan_folder):
    edit(plan_folder / "indicadores.csv", ("IND.01.AER.13.05,AER.13.05", "IND.01.AER.13.05,AER.13.55"))
    with pytest.raises(
        InputDataError,
        match=r"«AER.13.55»\n  se esperaba: un código de objetivos.csv o acciones.csv \(¿quiso decir AER.13.05\?\)",
    ):
        load_plan(plan_folder)


def test_a_correction_that_went_stale_stops_the_load(plan_folder):
    edit(plan_folder / "valores.csv", ('"1,909,428"', '"1,909.4"'))
    with pytest.raises(
        InputDataError, match=r"corrección C-002[\s\S]*0 filas con el valor «1,909,428»[\s\S]*la fuente cambió"
    ):
        load_plan(plan_folder)


def test_a_correction_with_a_misspelt_key(plan_folder):
    edit(plan_folder / "correcciones.toml", ('tipo = "signo"', 'tpo = "signo"'))
    with pytest.raises(InputDataError, match="corrección C-004\n  se encontró: faltan tipo; sobran tpo"):
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
        (
            'transversales = ["AER.07.01"]',
            'transversales = ["AER.70.01"]',
            r"«vinculo.transversales»\n  se encontró: AER.70.01",
        ),
        ("[fuentes]", "[fuentes", "TOML mal escrito"),
    ],
)
def test_bad_analysis_files(tmp_path, old, new, message):
    import shutil

    from presupuesto_link.sources.embedded import embedded_root

    for name in ("data", "analyses"):
        shutil.copytree(embedded_root() / name, tmp_path / name)
    path = edit(tmp_path / "analyses" / "cajamarca-2024" / "analisis.toml", (old, new))
    with pytest.raises(SpecError, match=message):
        analyse(load(path))
