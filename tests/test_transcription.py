"""The embedded tables against the source document, read here in a way the transcription did not use."""

import csv
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path

import pytest

from presupuesto_link.sources.embedded import embedded_root
from presupuesto_link.sources.origin import read_origin

DATA = embedded_root() / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_counts():
    indicators = rows("pdrc/indicadores.csv")
    assert len(rows("pdrc/objetivos.csv")) == 13
    assert len(rows("pdrc/acciones.csv")) == 48
    assert Counter(row["elemento"][:3] for row in indicators) == {"OER": 18, "AER": 82}
    assert len(rows("siaf/cajamarca_2023_por_aer.csv")) == 40 + 1
    assert {row["sentido"] for row in indicators} == {"ascendente", "descendente", "máximo permisible", "mínimo permisible"}
    assert all(row["sentido_sustento"] for row in indicators)


@pytest.mark.fuente
def test_every_indicator_row_stands_in_the_document_cell_by_cell(report_text: str):
    """Each line of Cuadros 4-65 and 2, rebuilt from the tables with tabs, must be a line of the document."""
    lines = {re.sub(r"[ ]+", " ", line).strip() for line in report_text.splitlines()}
    names = {row["indicador"]: row["nombre"] for row in rows("pdrc/indicadores.csv")}
    values = {(v["indicador"], v["concepto"], v["anio"]): v for v in rows("pdrc/valores.csv")}
    missing = []
    for code, name in names.items():
        base = next(v for key, v in values.items() if key[0] == code and key[1] == "linea_base")
        years = ["2024"] if ".OER." in code else ["2023", "2024"]
        cells = [
            code,
            name,
            base["anio"],
            base["impreso"],
            *(values[code, c, y]["impreso"] for c in ("meta", "obtenido") for y in ("2023", "2024")),
            *(values[code, "avance_declarado", y]["impreso"] for y in years),
        ]
        if "\t".join(cells) not in lines:
            missing.append(cells)
    assert missing == []


@pytest.mark.fuente
def test_every_row_of_the_second_print_stands_in_the_document(report_text: str):
    printed = [line.split("\t") for line in report_text.splitlines() if re.match(r"^(IND|D)\.\d\d\.", line)]
    second = [row for row in rows("pdrc/cifras_publicadas.csv") if row["fuente"] == "Cuadro 2"]
    expected = [
        [group[0]["elemento"], *(row["impreso"] for row in group)] for group in (second[i : i + 6] for i in range(0, len(second), 6))
    ]
    found = [[cells[0], cells[3], *cells[4:9]] for cells in printed if len(cells) == 9][:54]
    assert expected == found


@pytest.mark.fuente
def test_every_budget_cell_is_printed_as_in_the_document(report_text: str):
    table = report_text[report_text.index("Asignación y ejecución de los recursos en el PDRC\n") :]
    for row in rows("siaf/cajamarca_2023_por_aer.csv"):
        money = [row["PIA"], row["PIM"], row["DEVENGADO"], row["% EJECUCIÓN"]]
        assert "\t".join(money) in table, row["AE"] or row["OER"]


@pytest.mark.fuente
def test_names_stand_in_the_document(report_text: str):
    flat = re.sub(r"\s+", " ", report_text)
    broken = (
        "Fortalecer el gobierno digital orientado a la transparencia, integridad y mejora institucional en el departamento de Cajamarca"
    )
    for row in rows("pdrc/acciones.csv") + rows("pdrc/objetivos.csv"):
        assert row["nombre"] in flat or row["nombre"] == broken, row


def test_nd_always_has_a_cause_and_a_reason():
    for row in rows("pdrc/valores.csv"):
        is_nd = row["concepto"] == "obtenido" and row["impreso"] in ("ND", "")
        assert bool(row["nd_causa"]) == bool(row["nd_motivo"]) == is_nd, row


def test_every_step_against_the_sense_has_its_reason():
    values = {(v["indicador"], v["concepto"], v["anio"]): v["impreso"] for v in rows("pdrc/valores.csv")}
    for row in rows("pdrc/indicadores.csv"):
        code = row["indicador"]
        base = next(v for key, v in values.items() if key[:2] == (code, "linea_base"))
        steps = [float(x.replace(",", "").strip("%")) for x in (base, values[code, "meta", "2023"], values[code, "meta", "2024"])]
        moves = [steps[1] - steps[0], steps[2] - steps[1]]
        against = {"ascendente": min(moves) < 0, "descendente": max(moves) > 0}.get(row["sentido"], True)
        assert not against or row["serie_contraria"], code


@pytest.mark.parametrize("path", sorted(p.relative_to(DATA).as_posix() for p in DATA.rglob("*.csv")))
def test_each_table_declares_its_origin_and_has_not_changed_since(path: str):
    origin = read_origin(DATA / path)
    assert {"productor", "titulo", "lugar", "fecha_publicacion", "licencia", "sha256"} <= origin.keys()
    assert origin["sha256"] == sha256(Path(DATA / path).read_bytes()).hexdigest()


@pytest.mark.fuente
def test_the_eight_recommendations_stand_in_the_document(report_text: str):
    lines = {line.strip() for line in report_text.splitlines()}
    told = rows("pdrc/recomendaciones.csv")
    assert [row["recomendacion"] for row in told] == [str(n) for n in range(1, 9)]
    for row in told:
        assert "\t".join(row[name] for name in ("problema", "responsable", "accion_requerida", "mecanismo", "plazo")) in lines
