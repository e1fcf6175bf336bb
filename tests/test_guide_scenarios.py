"""The pages on scenarios and the law: their files are scenarios, their figures those of the program, and they explain every key and fact."""

import re
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import get_args

import polars as pl
import pytest
from pydantic import BaseModel

from presupuesto_link.errors import InfeasibleScenarioError
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.presentation.workbook.proposal_book import write_proposal
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.scenarios.ground import ground_of, solve_all
from presupuesto_link.specs import FACTS, EscenarioSpec, read_spec
from presupuesto_link.wording import soles
from tests.conftest import ROOT

PAGE, LAW = ((ROOT / "docs" / "guia" / name).read_text(encoding="utf-8") for name in ("escenarios.md", "normas.md"))
WHOLE, *PARTS = (tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
PRESETS = sorted((ROOT / "analyses" / "cajamarca-2024" / "escenarios").glob("*.toml"))


def solve(analysis: Evaluation, *specs: EscenarioSpec) -> tuple[Scenario, ...]:
    found = solve_all(ground_of(replace(analysis, inputs=replace(analysis.inputs, scenarios=specs))))
    for _, error in found.unsolved:
        raise error
    return found.scenarios


@pytest.fixture(scope="module")
def example(analysis: Evaluation) -> Scenario:
    return solve(analysis, EscenarioSpec.model_validate(WHOLE))[0]


def total(scenario: Scenario, side: str) -> dict[str, int]:
    """Soles of each action of a side."""
    summed = scenario.transferencias.group_by(side).agg(pl.col("monto_soles").sum().cast(pl.Int64))
    return dict(summed.iter_rows())


def test_the_whole_example_gives_what_the_page_says(example):
    """Caps by hand from the printed table: 25 % of 7,114,494 x 0.6 for AER.12.01, the only one whose absorption is declared."""
    assert total(example, "donante") == {"AER.04.02": 1_000_000, "AER.13.03": 5_716_917}
    taken = total(example, "receptor")
    assert taken["AER.12.01"] == int(7_114_494 * 0.25 * 0.6)
    assert set(taken) == {"AER.01.02", "AER.01.03", "AER.10.01", "AER.12.01"}
    assert (example.monto_soles, example.movimientos.height, example.indicativo) == (6_716_917, 5, True)
    assert set(example.movimientos["veredicto"]) == {"FALTA DATO"}
    assert all(soles(amount) in PAGE for amount in (6_716_917, 1_000_000, 5_716_917))


def test_the_example_without_solution_is_told_as_the_page_does(analysis):
    limits = [{**WHOLE["limites"][0], "minimo_soles": 3_000_000}, *WHOLE["limites"][1:]]
    with pytest.raises(InfeasibleScenarioError) as told:
        solve(analysis, EscenarioSpec.model_validate(WHOLE | {"limites": limits}))
    assert str(told.value) in PAGE


@pytest.mark.parametrize("part", PARTS, ids=range(len(PARTS)))
def test_every_other_example_fits_in_the_whole_one(part):
    spec = EscenarioSpec.model_validate(WHOLE | part)
    assert spec != EscenarioSpec.model_validate(WHOLE)
    assert {item.dato for item in spec.legal.evidencias} <= FACTS.keys()


def test_the_presets_move_what_the_page_says(analysis):
    said = {row[0]: row[1:] for row in re.findall(r"^\| `([a-z0-9-]+)` \| .* \| (.*) \| (S/ [\d,]+) \|$", PAGE, re.MULTILINE)}
    found = solve(analysis, *(read_spec(path, EscenarioSpec) for path in PRESETS))
    assert said == {one.spec.id: (one.spec.objetivo.tipo, soles(one.monto_soles)) for one in found}


def keys(model: type[BaseModel]) -> Iterator[str]:
    """Every key of a file, without the tables it is inside of."""
    for name, field in model.model_fields.items():
        yield name
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from keys(kind)


def test_the_page_explains_every_key_and_every_fact():
    explained = {part for words in re.findall(r"`\[*([a-z_.]+)\]*`", PAGE) for part in words.split(".")}
    assert set(keys(EscenarioSpec)) <= explained
    assert all(f"| `{fact}` | {words} |" in LAW for fact, words in FACTS.items())


def test_the_page_names_every_sheet(example, tmp_path):
    write_proposal(example, tmp_path / "p.xlsx")
    with zipfile.ZipFile(tmp_path / "p.xlsx") as book:
        sheets = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    listed = PAGE[PAGE.index("| hoja del libro") :]
    assert all(re.search(rf"^\| (?:.*, )?{sheet}(?:,.*)? \|", listed, re.MULTILINE) for sheet in sheets)
