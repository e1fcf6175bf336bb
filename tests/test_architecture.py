"""Imports go one way, heavy libraries are lazy, and nothing forbidden slips into the code."""

import ast
import subprocess
import sys
from dataclasses import replace

import polars as pl
import pytest
from docs.rooms import ROOMS

from tests.conftest import ROOT

PACKAGE = ROOT / "src" / "presupuesto_link"
ORDER = tuple(ROOMS)
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
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "_embebido" not in path.parts)
NAMES = {".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__") for path in FILES}


def room_of(module: str) -> str:
    """The deepest room that a module is in."""
    parts = module.split(".")
    return next((name for n in range(len(parts), 0, -1) if (name := ".".join(parts[:n])) in ROOMS), "")


def imports(path) -> list[str]:
    """The modules of the package that a file imports, at its head or later."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("presupuesto_link"):
            base = node.module.removeprefix("presupuesto_link").lstrip(".")
            found += [inner if (inner := f"{base}.{alias.name}".lstrip(".")) in NAMES else base for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [alias.name.removeprefix("presupuesto_link.") for alias in node.names if alias.name.startswith("presupuesto_link.")]
    return [name for name in found if name]


def module_of(path) -> str:
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def test_every_module_is_in_a_room():
    outside = {"__init__", "__main__", "presentation"}
    assert {module_of(path) for path in FILES if not room_of(module_of(path))} == outside


@pytest.mark.parametrize("path", FILES, ids=[p.relative_to(PACKAGE).as_posix() for p in FILES])
def test_a_room_only_imports_earlier_ones(path):
    own = room_of(module_of(path))
    if not own:
        return
    for name in imports(path):
        other = room_of(name)
        assert ORDER.index(other) <= ORDER.index(own), f"{module_of(path)} imports {name}"


def test_no_two_modules_import_each_other_in_a_circle():
    arrows = {module_of(path): set(imports(path)) & NAMES for path in FILES if path.stem not in ("__init__", "__main__")}
    seen: dict[str, int] = {}

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " → ".join((*way[way.index(name) :], name))
        if name in seen:
            return
        for other in arrows.get(name, ()):
            visit(other, (*way, name))
        seen[name] = 1

    for name in sorted(arrows):
        visit(name, ())


def test_the_vocabulary_imports_nothing_of_the_package_and_nothing_heavy():
    assert imports(PACKAGE / "vocabulary.py") == []
    assert not loaded_by("import presupuesto_link.vocabulary") & set(HEAVY)


@pytest.mark.parametrize(
    "room", ["tables", "linkage", "money", "evaluation", "quarter", "studies", "normas", "scenarios", "presentation/telling"]
)
def test_the_middle_touches_neither_disk_nor_screen(room):
    forbidden = {"open", "print", "input"}
    for path in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in forbidden, f"{path}: {node.func.id}()"
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"read_text", "write_text", "read_csv", "write_csv", "map_elements", "iterrows"}, (
                    f"{path}: .{node.attr}"
                )


ADDS_UP = {"group_by", "agg", "rank", "quantile"}
WITHOUT_ARGUMENTS = {"sum", "count", "mean", "median", "std", "n_unique", "cum_sum", "value_counts"}
LAYS_OUT = {
    ("plots/text", "width_cm"): "the printed width of a text",
    ("plots/drawn", "_marks"): "marks of a drawing, so that each keeps its key",
    ("plots/labels", "_by_crowding"): "where a name fits beside its mark",
    ("plots/labels", "_cost"): "where a name fits beside its mark",
    ("plots/proyeccion", "draw_fan"): "panels, for the height",
    ("plots/ranking", "_pieces"): "where each piece of a bar begins",
    ("plots/seguimiento", "_plot"): "the middle of the columns under one heading",
    ("plots/seguimiento", "draw_quarters"): "rows, for the height",
    ("plots/semaforo", "_tiles"): "white between the objectives",
    ("plots/transferencias", "draw_transfers"): "rows, for the height",
    ("plots/vinculo", "_pieces"): "where each piece of a bar begins",
    ("plots/vinculo", "_programmes"): "rows, for the height",
    ("report/docx", "_widths"): "the width of each column of a table",
    ("star/star_files", "_batches"): "how many lines are read at once",
    ("star/star_files", "_conserve"): "checks that what was written is what was linked; nothing of it is shown",
    ("workbook/book_cards", "_write_block"): "the height of a row",
    ("workbook/book_parts", "_shown"): "the width of a column",
    ("workbook/book_parts", "lines_of"): "the height of a row",
    ("workbook/book_table", "write_table"): "the width of a sheet",
    ("workbook/proposal_sheet", "_lines"): "the height of a row",
    ("workbook/proposal_sheet", "_totals"): "what the formula that it writes gives, for programs that do not work formulas out",
    ("printing", "_taken"): "the width of a table on a terminal",
    ("printing", "_widths"): "the width of a table on a terminal",
}
"""Functions of presentation and of commands that add up or count, and for what: none of it is a figure that people read."""


def makes_a_figure(node) -> bool:
    """Whether a node adds up, counts, ranks or divides one column by another."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"sum", "Counter"}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ADDS_UP or (node.func.attr in WITHOUT_ARGUMENTS and not node.args)
    if isinstance(node, ast.Attribute) and node.attr == "height":
        return isinstance(node.value, ast.Call) and getattr(node.value.func, "attr", "") in {"filter", "unique"}
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not isinstance(node.right, (ast.Constant, ast.JoinedStr)):
        return all(is_a_column(side) for side in (node.left, node.right))
    return False


def is_a_column(node) -> bool:
    """Whether it names a column: `pl.col("pim_soles")`, `row["pim_soles"]`, cast or not."""
    while isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr == "col":
            return True
        node = node.func.value if isinstance(node.func, ast.Attribute) else node.args[0] if node.args else None
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)


def figures_made(*rooms: str) -> list[tuple[str, str]]:
    """Module (within its room) and function of every figure that some rooms make."""
    return [
        (path.relative_to(PACKAGE / room).with_suffix("").as_posix(), getattr(own, "name", ""))
        for room in rooms
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for outer in ast.parse(path.read_text(encoding="utf-8")).body
        for own in (outer.body if isinstance(outer, ast.ClassDef) else [outer])
        for node in ast.walk(own)
        if makes_a_figure(node)
    ]


def test_no_number_is_born_where_it_is_shown():
    found = figures_made("presentation", "commands")
    assert {(module.removeprefix("saying/"), function) for module, function in found} == LAYS_OUT.keys()


@pytest.mark.parametrize(
    ("code", "made"),
    [
        ('frame["pim_soles"].sum()', True),
        ("frame.filter(late).height", True),
        ('float(row["a"]) / float(row["b"])', True),
        ('pl.col("a").cast(pl.Float64) / pl.col("b")', True),
        ("sum(counts)", True),
        ('pl.col("a") / 1e6', False),
        ('name.count("-")', False),
        ('folder / f"{name}.csv"', False),
        ("frame.height", False),
    ],
)
def test_what_is_taken_for_a_figure(code, made):
    assert any(makes_a_figure(node) for node in ast.walk(ast.parse(code))) is made


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sorted(sys.modules), file=sys.stderr)"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return {name.partition(".")[0] for name in done.stderr.split()}


def test_help_loads_nothing_heavy():
    asked = [["--help"], ["analizar", "--help"], ["ver", "--help"], ["ver", "matriz", "--help"], ["--version"]]
    modules = loaded_by(
        f"from presupuesto_link.commands import main\nassert [main._code(a, False) for a in {asked!r}] == [0] * {len(asked)}"
    )
    assert not modules & set(HEAVY)


def test_importing_the_package_loads_nothing_heavy():
    assert not loaded_by("import presupuesto_link") & set(HEAVY)


def test_public_names_exist():
    import presupuesto_link

    for name in presupuesto_link.__all__:
        assert getattr(presupuesto_link, name) is not None
    with pytest.raises(AttributeError):
        _ = presupuesto_link.nothing_of_the_kind


def test_every_output_column_is_in_the_dictionary_and_the_other_way_round(dossier, quarter_dossier):
    from presupuesto_link.fields import FIELDS
    from presupuesto_link.presentation.telling.tables import quarter_tables, result_tables

    carried = pl.DataFrame({"hoja": ["rediseno"], "fila": [2]})
    filled = replace(dossier, analysis=replace(dossier.analysis, unplaced=carried))
    tables = (*result_tables(filled), *quarter_tables(quarter_dossier.quarter))
    used = {column for table in tables for column in table.frame.columns}
    measured = {name for one in (filled, quarter_dossier) for name in one.facts.tabla["medida"]}
    assert used | measured == FIELDS.keys()


def test_what_a_column_means_in_some_tables_is_of_columns_they_have(dossier, quarter_dossier):
    from presupuesto_link.fields import FIELDS, IN_TABLES, field_of
    from presupuesto_link.presentation.telling.tables import quarter_tables, result_tables

    tables = (*result_tables(dossier), *quarter_tables(quarter_dossier.quarter))
    for start, fields in IN_TABLES.items():
        theirs = {column for table in tables if table.name.startswith(start) for column in table.frame.columns}
        assert theirs, start
        assert fields.keys() <= theirs, (start, fields.keys() - theirs)
    assert "Fuente de financiamiento" in field_of("trimestre_lineas_modificadas", "fuente").meaning
    assert field_of("trimestre_ritmo_del_anio", "pim_soles").meaning == "PIM de ese año"
    assert field_of("trimestre_ritmo_del_anio", "anio") == IN_TABLES["trimestre_"]["anio"]
    assert field_of("conciliacion_globales", "fuente") == FIELDS["fuente"]
    assert field_of("ranking", "de_nadie") is None
