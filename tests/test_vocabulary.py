"""Each closed list of the field is spelled in one module."""

import ast
from dataclasses import dataclass, field
from functools import cache
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


@dataclass
class Spelled:
    """What a module spells: the constants of every tuple, list, set and keys of a dictionary; its texts; where it names December."""

    lists: list[set[object]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    decembers: int = 0


@cache
def _spelled(path: Path) -> Spelled:
    """Each module is read once for all the tests."""
    found = Spelled()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        inside = node.keys if isinstance(node, ast.Dict) else node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else []
        if inside:
            found.lists.append({one.value for one in inside if isinstance(one, ast.Constant)})
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.texts.append(node.value)
        constant = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and node.value.value == 12
        named = constant and any(word in ast.unparse(node.targets[0]) for word in ("DECEMBER", "YEAR", "MONTHS"))
        found.decembers += named or (isinstance(node, ast.Call) and ast.unparse(node) == "range(1, 13)")
    return found


@pytest.mark.parametrize("name", LISTS)
def test_a_closed_list_is_spelled_once(name):
    again = [path.relative_to(PACKAGE).as_posix() for path in MODULES if any(LISTS[name] <= one for one in _spelled(path).lists)]
    assert again == []


def test_december_is_named_once():
    assert [path.relative_to(PACKAGE).as_posix() for path in MODULES if _spelled(path).decembers] == []


@pytest.mark.parametrize("place", ["445", "Cajamarca"])
def test_no_place_is_written_in_the_code(place):
    """Codes and names of a department are of an analysis; examples of the help and the name of the default analysis are not code."""
    said = []
    for path in MODULES:
        said += [
            path.name
            for text in _spelled(path).texts
            if place.upper() in text.upper() and "jemplo" not in text and "\n" not in text and text != f"`{place}`"
        ]
    assert set(said) <= {"embedded.py", "amigable.py"}
