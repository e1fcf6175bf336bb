"""One fact, one value: whatever a run shows under a key is the value of that fact, wherever it is shown."""

import datetime as dt
import html as entities
import json
import re
from dataclasses import replace
from decimal import Decimal

import polars as pl
import pytest
from docs.rooms import ROOMS

from presupuesto_link.evaluation.facts import beside, counted_as
from presupuesto_link.facts import FactError, Facts, Measure, Source, slug, tell
from presupuesto_link.fields import FIELDS
from presupuesto_link.money.by_action import NO_MONEY, NO_ROW
from presupuesto_link.presentation.board import render_page
from presupuesto_link.presentation.report.content import report_of
from presupuesto_link.presentation.report.html import render_html
from presupuesto_link.presentation.telling.phrases import score
from presupuesto_link.presentation.telling.tables import facts_table, quarter_tables, result_tables
from presupuesto_link.presentation.telling.words import banded, short_amount, signed_soles
from presupuesto_link.wording import percent, plain_number, soles

SOURCE = Source("tabla", "la tabla", "el pliego", dt.date(2024, 12, 31))
_CELL = re.compile(r'data-hecho="([^"]+)"[^>]*>(.*?)</(?:td|th|strong|span)>', re.DOTALL)
_LINE = re.compile(r'<li data-hechos="([^"]+)">(.*?)</li>', re.DOTALL)
_GROUP = re.compile(r'<(?:td|span)[^>]* data-hechos="([^"]+)">(.*?)</(?:td|summary)>', re.DOTALL)
_MINE = {"presupuesto_aer": "anio", "ranking": None, "diagnostico_": "anio_ejecucion"}


@pytest.fixture(scope="module", params=["dossier", "quarter_dossier"])
def run(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def page(run):
    return render_page(run, [])


def written(fact, bands) -> set[str]:
    """Every way in which the value of a fact may be written."""
    value = fact.valor
    if isinstance(value, str):
        return {value}
    if isinstance(value, Decimal):
        return {soles(value), soles(value, 2), short_amount(value), signed_soles(value)}
    if value is None:
        return {"ND"}
    whole = {f"{value:.0f}", f"{value:.0f}.º"} if value == round(value) else set()
    shown = {
        percent(value),
        percent(value, 0),
        f"{percent(value)} del PIM",
        banded(value, bands),
        banded(value, bands) + " ▲",
        score(value),
    }
    return shown | whole | {plain_number(value)}


def plain(inside: str) -> str:
    """The text of a cell, without what goes below it nor the letter of its colour."""
    inside = re.sub(r'<span class="(?:detalle|oculto)">.*', "", inside, flags=re.DOTALL)
    inside = re.sub(r"<b aria-hidden.*?</b>", "", inside)
    return entities.unescape(re.sub(r"<[^>]+>", "", inside)).strip()


def test_every_fact_says_its_source_its_day_and_its_rule(run):
    table = run.facts.tabla
    assert table["clave"].is_unique().all()
    for column in ("fuente", "ambito", "cita", "regla", "filas"):
        assert (table[column].fill_null("") != "").all(), column
    assert table["al"].is_not_null().all()
    assert set(table["medida"]) <= FIELDS.keys()
    assert not table["clave"].str.contains(r"\s").any()


def test_a_null_amount_of_an_action_without_budget_says_why(run):
    rows = run.facts.tabla.filter(
        (pl.col("medida") == "ejecucion_ratio") & pl.col("valor_numero").is_null() & (pl.col("unidad") != "directo")
    )
    assert rows.height
    assert rows["motivo"].is_not_null().all()


def disagreements(run, text: str) -> tuple[list[str], set[str]]:
    """The cells of a page that do not show the value of their fact, and the keys seen."""
    bands, wrong, seen = run.analysis.inputs.spec.semaforo, [], set()
    for key, inside in _CELL.findall(text):
        fact = run.facts.by_key(entities.unescape(key))
        told = plain(inside) or "ND"  # a grey cell has only its letter
        seen.add(fact.clave)
        if told not in written(fact, bands):
            wrong.append(f"{fact.clave}: {told}, {fact.valor}")
    return wrong, seen


def test_the_board_and_the_report_show_the_value_of_the_fact_whose_key_they_carry(run, page):
    for text, least in ((page, 1000), (render_html(report_of(run, ())), 50)):
        wrong, seen = disagreements(run, text)
        assert not wrong
        assert len(seen) > least


def test_a_cell_changed_by_hand_is_found(dossier):
    page = render_page(dossier, [])
    pim = dossier.facts.get("AER.01.01", "pim_soles", dossier.analysis.budget.anio)
    changed = page.replace(f">{soles(pim.valor)}<", f">{soles(pim.valor + 1)}<", 1)
    assert changed != page
    assert [line.split(":")[0] for line in disagreements(dossier, changed)[0]] == [pim.clave]


def test_a_result_that_disagrees_with_another_stops_the_run(dossier):
    budget = dossier.analysis.budget
    more = pl.when(pl.col("vinculo") == "directo").then(pl.col("pim_soles") + 1).otherwise("pim_soles").cast(pl.Decimal(18, 2))
    other = replace(budget.linked, cobertura=budget.linked.cobertura.with_columns(pim_soles=more))
    with pytest.raises(FactError, match="dos valores"):
        _ = replace(budget, linked=other).facts


def test_the_ten_lines_say_the_figures_whose_keys_they_carry(run, page):
    bands, lines = run.analysis.inputs.spec.semaforo, _LINE.findall(page)
    assert len(lines) >= 8
    for keys, inside in lines:
        told = f" {plain(inside)} "
        facts = [run.facts.by_key(key) for key in entities.unescape(keys).split()]
        for fact in facts:
            ways = written(fact, bands)
            if fact.medida in ("cambio_total_ratio", "varianza_ratio"):
                ways |= {percent(-fact.valor), percent(fact.valor / 2)}  # «bajó un…», «pasó de unos a otros»
            if fact.medida == "puesto" or fact.unidad in (NO_ROW, NO_MONEY) or (fact.valor is None and fact.motivo):
                continue  # an order, two counts that are added up, and a reason
            said_none = fact.valor == 0 and re.search(r"\b(?:ninguna|toda)\b", told, re.IGNORECASE)
            assert said_none or any(way in told for way in ways), (fact.clave, fact.valor, told)


def test_the_cells_of_the_matrices_and_the_groups_say_theirs(run, page):
    bands, groups = run.analysis.inputs.spec.semaforo, _GROUP.findall(page)
    assert len(groups) > 16
    for keys, inside in groups:
        told = entities.unescape(re.sub(r"<[^>]+>", " ", inside))
        for key in entities.unescape(keys).split():
            fact = run.facts.by_key(key)
            none = fact.valor == 0 and "ninguna" in told
            assert none or any(way in told for way in written(fact, bands)), (key, fact.valor, told)


def test_every_figure_of_the_tables_by_action_is_its_fact(run):
    year, spec = run.analysis.budget.anio, run.analysis.inputs.spec
    counted, checked = counted_as(spec.avance.perfil, spec.avance.politica_nd), 0
    for table in result_tables(run):
        name = next((start for start in _MINE if table.name.startswith(start)), None)
        if name is None:
            continue
        for row in table.frame.iter_rows(named=True):
            when = year if _MINE[name] is None else row[_MINE[name]]
            after = row.get("anio_resultado", spec.ranking.anio_resultado)
            for column, value in row.items():
                places = ((when, ""), (when, beside(after)), (after, counted))
                found = (run.facts.find(row["accion"], column, then, variante=variant) for then, variant in places)
                fact = next((fact for fact in found if fact), None)
                if fact is None or column in ("anio", "nombre", "objetivo"):
                    continue
                assert fact.valor == value, (table.name, row["accion"], column)
                checked += 1
    assert checked > 1500


def test_every_figure_of_a_scenario_is_its_fact(run):
    for scenario in run.scenarios:
        for row in scenario.acciones.iter_rows(named=True):
            for column in ("pim_antes_soles", "cambio_soles", "pim_despues_soles", "ejecucion_despues_ratio"):
                told = run.facts.get(row["accion"], column, scenario.baseline.anio, variante=scenario.spec.id)
                assert told.valor == row[column]
            assert row["pim_antes_soles"] == run.facts.get(row["accion"], "pim_soles", scenario.baseline.anio).valor


def test_every_figure_of_the_light_is_its_fact(quarter_dossier):
    quarter = quarter_dossier.quarter
    year, tables = quarter.monitoring.followed.year, {table.name: table.frame for table in quarter_tables(quarter)}
    rows = tables["trimestre_semaforo"].filter(
        pl.col("nivel").is_in(["AER", "OER", "total"]) & pl.col("mes").is_in(quarter.monitoring.cuts)
    )
    for row in rows.iter_rows(named=True):
        assert quarter_dossier.facts.get(row["unidad"], "pim_soles", year).valor == row["pim_soles"]
        for column in ("devengado_soles", "devengado_esperado_soles", "devengado_ratio", "color_devengado", "certificado_ratio"):
            assert quarter_dossier.facts.get(row["unidad"], column, year, row["mes"]).valor == row[column], (row["unidad"], column)
    for row in tables["trimestre_cierre"].iter_rows(named=True):
        assert quarter_dossier.facts.get(row["unidad"], "proyectado_soles", year).valor == row["proyectado_soles"]


def test_the_table_of_facts_is_that_of_the_dossier(run):
    assert facts_table(run.facts).frame.equals(run.facts.tabla)


@pytest.mark.parametrize("order", ["ver matriz", "ver ranking", "escenario"])
def test_what_a_command_sends_to_another_program_is_the_same_facts(dossier, capsys, order):
    from presupuesto_link.commands import main

    assert main._code([*order.split(), "--json"], False) == 0
    sent = json.loads(capsys.readouterr().out)
    told = sent["escenarios"][0]["hechos"] if order == "escenario" else sent["hechos"]
    assert len(told) > 50
    for row in told:
        value = dossier.facts.by_key(row["clave"]).valor
        assert row["valor"] == (str(value) if isinstance(value, Decimal) else value), row
        assert row["fuente"]
        assert row["al"]


def one(value, source=SOURCE, **about) -> pl.DataFrame:
    rows = pl.DataFrame({"accion": ["AER.01.01"], "pim_soles": [value]}, schema={"accion": pl.String, "pim_soles": pl.Decimal(18, 2)})
    return tell(rows, ["pim_soles"], source, unidad=pl.col("accion"), filas=pl.lit("tabla: 1"), anio=2024, **about)


def test_two_values_for_one_key_are_an_error():
    same = Facts.join(one(Decimal("1.00")), one(Decimal("1.00")))
    assert len(same) == 1
    with pytest.raises(FactError, match="dos valores"):
        Facts.join(one(Decimal("1.00")), one(Decimal("1.01")))
    with pytest.raises(FactError, match="dos valores"):
        Facts.join(same, one(None))


@pytest.mark.parametrize("blank", [{"fuente": ""}, {"ambito": ""}, {"al": None}])
def test_a_fact_without_source_scope_or_day_cannot_be_made(blank):
    source = Source(**({"fuente": "tabla", "cita": "la tabla", "ambito": "el pliego", "al": dt.date(2024, 12, 31)} | blank))
    with pytest.raises(FactError, match="sin fuente"):
        Facts.join(one(Decimal("1.00"), source))


def test_scope_source_day_period_and_variant_tell_facts_apart():
    other = Source("otra", "la otra", "el departamento", dt.date(2025, 1, 31))
    facts = Facts.join(one(Decimal(1)), one(Decimal(2), other), one(Decimal(3), mes=8), one(Decimal(4), variante="un escenario"))
    assert facts.get("AER.01.01", "pim_soles", 2024).valor == 1  # the first source decides
    assert facts.get("AER.01.01", "pim_soles", 2024, 8).clave == "AER.01.01|pim_soles|2024-08||tabla|el-pliego|20241231"
    assert facts.get("AER.01.01", "pim_soles", 2024, variante="un escenario").valor == 4
    assert facts.by_key(facts.get("AER.01.01", "pim_soles", 2024).clave).regla == FIELDS["pim_soles"].meaning


def test_a_text_in_a_key_is_short_and_tells_those_that_begin_alike():
    long = "como lo imprime el Informe: en muchas AER, todo el departamento"
    assert slug("Año 2025, ámbito") == "ano-2025-ambito"
    assert slug(long) != slug(f"{long}, sin más")
    assert len(slug(long)) <= 40


def test_a_measure_may_have_another_name_than_its_column():
    rows = pl.DataFrame(
        {"accion": ["AER.01.01"], "r": [None], "por": ["sin PIM"]}, schema={"accion": pl.String, "r": pl.Float64, "por": pl.String}
    )
    told = tell(rows, [Measure("avance_ratio", "r", "por", "a ÷ b")], SOURCE, unidad=pl.col("accion"), filas=pl.lit("tabla: 1"), anio=2024)
    fact = Facts.join(told).get("AER.01.01", "avance_ratio", 2024)
    assert (fact.valor, fact.motivo, fact.regla) == (None, "sin PIM", "a ÷ b")


def test_facts_come_before_the_money_that_tells_them():
    rooms = list(ROOMS)
    assert rooms.index("tables") < rooms.index("facts") < rooms.index("money")
