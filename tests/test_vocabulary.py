"""Each closed list of the field is spelled in one module."""

import ast
from pathlib import Path

import pytest

import presupuesto_link
from presupuesto_link import vocabulary

PACKAGE = Path(presupuesto_link.__file__).parent
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "vocabulary.py"]
LISTS = {
    "colours": set(vocabulary.COLOURS),
    "policies": set(vocabulary.POLICIES),
    "stages": set(vocabulary.STAGES),
    "scopes": set(vocabulary.SCOPES),
    "governments": set(vocabulary.GOVERNMENTS),
    "verdicts": set(vocabulary.VERDICTS),
    "months": set(vocabulary.MONTHS),
}


def _spelled(tree: ast.AST) -> list[set[object]]:
    """The constants of every tuple, list, set and keys of a dictionary."""
    found = []
    for node in ast.walk(tree):
        inside = node.keys if isinstance(node, ast.Dict) else node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []
        found.append({one.value for one in inside if isinstance(one, ast.Constant)})
    return found


@pytest.mark.parametrize("name", LISTS)
def test_a_closed_list_is_spelled_once(name):
    again = [
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if any(LISTS[name] <= spelled for spelled in _spelled(ast.parse(path.read_text(encoding="utf-8"))))
    ]
    assert again == []


def test_december_is_named_once():
    again = []
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            constant = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value == 12
            named = constant and any(word in ast.unparse(node.targets[0]) for word in ("DECEMBER", "YEAR", "MONTHS"))
            if named or ast.unparse(node) == "range(1, 13)":
                again.append(path.relative_to(PACKAGE).as_posix())
    assert again == []


@pytest.mark.parametrize("place", ["445", "Cajamarca"])
def test_no_place_is_written_in_the_code(place):
    """Codes and names of a department are of an analysis; examples of the help and the name of the default analysis are not code."""
    said = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        said += [
            path.name
            for text in texts
            if place.upper() in text.upper() and "jemplo" not in text and "\n" not in text and text != f"`{place}`"
        ]
    assert set(said) <= {"embedded.py", "amigable.py"}
