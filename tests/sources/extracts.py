"""Small SIAF-shaped extracts that tests write, and where the real samples are."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

import pytest

from presupuesto_link.sources.siaf.largo import AMOUNT_HEADERS, CODE_HEADERS, NAME_HEADERS
from tests.conftest import SHARED

SAMPLES = SHARED / "siaf" / "muestras"
LONG = (*CODE_HEADERS.values(), *dict.fromkeys(NAME_HEADERS.values()), *AMOUNT_HEADERS.values())
BASE = {
    "ANO_EJE": "2024",
    "MES_EJE": "1",
    "NIVEL_GOBIERNO": "R",
    "SECTOR": "99",
    "PLIEGO": "445",
    "PLIEGO_NOMBRE": "GOBIERNO REGIONAL CAJAMARCA",
    "SEC_EJEC": "775",
    "EJECUTORA": "001",
    "EJECUTORA_NOMBRE": "SEDE CAJAMARCA",
    "SEC_FUNC": "1",
    "PROGRAMA_PPTO": "0002",
    "PROGRAMA_PPTO_NOMBRE": "SALUD MATERNO NEONATAL",
    "TIPO_ACT_PROY": "3",
    "PRODUCTO_PROYECTO": "3033251",
    "ACTIVIDAD_ACCION_OBRA": "5000037",
    "FUNCION": "20",
    "DIVISION_FUNCIONAL": "044",
    "GRUPO_FUNCIONAL": "0096",
    "META": "00001",
    "FINALIDAD": "0033251",
    "META_NOMBRE": "FAMILIAS DEL AÑO",
    "DEPARTAMENTO_EJECUTORA": "06",
    "DEPARTAMENTO_META": "06",
    "FUENTE_FINANCIAMIENTO": "1",
    "RUBRO": "00",
    "TIPO_RECURSO": "0",
    "CATEGORIA_GASTO": "5",
    "TIPO_TRANSACCION": "2",
    "GENERICA": "3",
    "SUBGENERICA": "1",
    "SUBGENERICA_DET": "8",
    "ESPECIFICA": "1",
    "ESPECIFICA_DET": "2",
}


def sample(name: str) -> Path:
    """A real sample; the test is skipped where the samples are not."""
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip(f"the real sample {name} is not beside this repository")
    return path


def long_text(*records: dict[str, str], quoted: bool = True) -> str:
    """A long extract: each record is `BASE` with some cells changed; amounts are 0 unless given."""
    return table_text(LONG, [dict.fromkeys(AMOUNT_HEADERS.values(), "0") | BASE | record for record in records], quoted)


def table_text(headers: Iterable[str], records: Iterable[dict[str, str]], quoted: bool = True) -> str:
    screen = io.StringIO()
    titles = list(headers)
    style = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(screen, titles, restval="", quoting=style, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(records)
    return screen.getvalue()


def write_long(path: Path, *records: dict[str, str], encoding: str = "utf-8") -> Path:
    path.write_bytes(long_text(*records).encode(encoding))
    return path


def budget(pim: str, pia: str = "0", **cells: str) -> dict[str, str]:
    """A month-0 record."""
    return {"MES_EJE": "0", "MONTO_PIA": pia, "MONTO_PIM": pim} | cells


def spent(month: int, devengado: str, **cells: str) -> dict[str, str]:
    """A record of one month."""
    return {"MES_EJE": str(month), "MONTO_DEVENGADO": devengado} | cells
