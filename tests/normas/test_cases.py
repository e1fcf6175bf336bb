"""Every rule and exception has a transfer it concerns and one it does not."""

import datetime as dt
import tomllib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from presupuesto_link.normas.judge import judge
from presupuesto_link.normas.rulebook import in_force
from presupuesto_link.specs import read_norms
from tests.conftest import ROOT

NORMS = read_norms(ROOT / "data" / "normas")
CASES = tomllib.loads((Path(__file__).parent / "casos.toml").read_text(encoding="utf-8"))
DAY = dt.date(2025, 8, 15)
ONE = np.zeros(1, dtype=int)


def judged(case, other=None, invoked=()):
    """The judgement of a case, with the changes of `other`."""
    change = other or {}
    book = in_force(NORMS, change.get("fecha", case.get("fecha", DAY)))
    donor, receiver = ({**case[side], **change.get(side, {})} for side in ("donante", "receptor"))
    return judge(book, pl.DataFrame([donor]), pl.DataFrame([receiver]), ONE, ONE, invoked=invoked)


def row(judgement, rule):
    return judgement.explain(ONE, rule).to_dicts()


def test_every_rule_and_exception_has_a_case():
    assert {case["id"] for case in CASES["regla"]} == {rule.id for norm in NORMS for rule in norm.regla}
    assert {case["id"] for case in CASES["excepcion"]} == {e.id for norm in NORMS for e in norm.excepcion}


@pytest.mark.parametrize("case", CASES["regla"], ids=lambda case: case["id"])
def test_a_rule_concerns_its_case(case):
    found = judged(case)
    (said,) = row(found, case["id"])
    assert found.applies(case["id"])[0] == 2
    assert said["veredicto"] == case["veredicto"] and said["faltan"] is None


@pytest.mark.parametrize("case", CASES["regla"], ids=lambda case: case["id"])
def test_a_rule_does_not_concern_the_other_case(case):
    found = judged(case, case["no"])
    assert found.applies(case["id"])[0] == 0
    assert row(found, case["id"]) == []


@pytest.mark.parametrize("case", CASES["excepcion"], ids=lambda case: case["id"])
def test_an_exception_lifts_a_rule_only_when_invoked(case):
    exception = next(e for norm in NORMS for e in norm.excepcion if e.id == case["id"])
    plain, lifted = judged(case), judged(case, invoked=[case["id"]])
    (before,), (after,) = row(plain, case["regla"]), row(lifted, case["regla"])
    assert before["veredicto"] == "PROHIBIDO" and before["excepcion"] is None
    assert (after["veredicto"], after["excepcion"], after["requiere"]) == ("REQUIERE", case["id"], exception.requiere)
    assert lifted.exception_used(case["id"])[0]


@pytest.mark.parametrize("case", CASES["excepcion"], ids=lambda case: case["id"])
def test_an_exception_does_not_lift_where_it_does_not_hold(case):
    found = judged(case, case["no"], [case["id"]])
    assert not found.exception_used(case["id"])[0]
    assert all(said["excepcion"] is None for said in found.explain(ONE).to_dicts())


@pytest.mark.parametrize("case", CASES["excepcion"], ids=lambda case: case["id"])
def test_an_exception_never_holds_on_a_guess(case):
    found = judged({**case, "donante": {"sec_func": "1"}, "receptor": {"sec_func": "2"}}, invoked=[case["id"]])
    assert not found.exception_used(case["id"])[0]
