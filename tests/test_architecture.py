"""Imports go one way, heavy libraries are lazy, and nothing forbidden slips into the code."""

import ast
import subprocess
import sys
from dataclasses import replace

import polars as pl
import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "src" / "presupuesto_link"
BASE = ("wording", "errors", "findings", "fields", "specs")
ORDER = (
    *BASE,
    "sources",
    "tables",
    "load_report",
    "loading",
    "linkage",
    "linking",
    "bridging",
    "measures",
    "audit",
    "matrices",
    "normas",
    "scenarios",
    "pipeline",
    "following",
    "monitoring",
    "projecting",
    "studies",
    "proposing",
    "dossier",
    "presentation",
    "commands",
)
HEAVY = (
    "polars",
    "statsmodels",
    "plotnine",
    "scipy",
    "pandas",
    "numpy",
    "matplotlib",
    "jinja2",
    "xlsxwriter",
    "pydantic",
    "rich",
    "rapidfuzz",
    "pyarrow",
    "duckdb",
)
FILES = sorted(PACKAGE.rglob("*.py"))


def stage_of(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def imports(path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return [name for name in names if name.startswith("presupuesto_link.")]


@pytest.mark.parametrize("path", FILES, ids=[p.relative_to(PACKAGE).as_posix() for p in FILES])
def test_a_stage_only_imports_earlier_ones(path):
    own = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if own in ("__init__", "__main__"):
        return
    for name in imports(path):
        other = stage_of(name)
        assert ORDER.index(other) <= ORDER.index(own), f"{path.name} ({own}) imports {name}"
        if own in BASE:
            assert other in BASE


@pytest.mark.parametrize("stage", ["tables", "linkage", "measures", "audit", "matrices", "normas", "scenarios", "studies"])
def test_the_middle_touches_neither_disk_nor_screen(stage):
    forbidden = {"open", "print", "input"}
    for path in (PACKAGE / stage).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in forbidden, f"{path}: {node.func.id}()"
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"read_text", "write_text", "read_csv", "write_csv", "map_elements", "iterrows"}, (
                    f"{path}: .{node.attr}"
                )


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sorted(sys.modules), file=sys.stderr)"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize("arguments", [["--help"], ["analizar", "--help"], ["matriz", "--help"], ["exportar", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments):
    modules = loaded_by(f"from presupuesto_link.commands import main\nassert main._code({arguments!r}, False) == 0")
    assert not modules & set(HEAVY)


def test_importing_the_package_loads_nothing_heavy():
    assert not loaded_by("import presupuesto_link") & set(HEAVY)


def test_public_names_exist():
    import presupuesto_link

    for name in presupuesto_link.__all__:
        assert getattr(presupuesto_link, name) is not None
    with pytest.raises(AttributeError):
        _ = presupuesto_link.nothing_of_the_kind


def test_every_output_column_is_in_the_dictionary_and_the_other_way_round(analysis, quarter_dossier):
    from presupuesto_link.fields import FIELDS
    from presupuesto_link.presentation.tables import quarter_tables, result_tables

    filled = replace(analysis, unplaced=pl.DataFrame({"hoja": ["rediseno"], "fila": [2]}))
    tables = (*result_tables(filled), *quarter_tables(quarter_dossier.quarter))
    used = {column for table in tables for column in table.frame.columns}
    assert used == FIELDS.keys()


def test_what_a_column_means_in_some_tables_is_of_columns_they_have(analysis, quarter_dossier):
    from presupuesto_link.fields import FIELDS, IN_TABLES, field_of
    from presupuesto_link.presentation.tables import quarter_tables, result_tables

    tables = (*result_tables(analysis), *quarter_tables(quarter_dossier.quarter))
    for start, fields in IN_TABLES.items():
        theirs = {column for table in tables if table.name.startswith(start) for column in table.frame.columns}
        assert theirs, start
        assert fields.keys() <= theirs, (start, fields.keys() - theirs)
    assert "Fuente de financiamiento" in field_of("trimestre_lineas_modificadas", "fuente").meaning
    assert field_of("trimestre_ritmo_del_anio", "pim_soles").meaning == "PIM de ese año"
    assert field_of("trimestre_ritmo_del_anio", "anio") == IN_TABLES["trimestre_"]["anio"]
    assert field_of("conciliacion_globales", "fuente") == FIELDS["fuente"]
    assert field_of("ranking", "de_nadie") is None
