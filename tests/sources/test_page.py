"""What stands around the table of a Consulta Amigable page is data: its path, its period and what it includes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from presupuesto_link.errors import InputDataError
from presupuesto_link.linkage.snapshot import chosen_spending
from presupuesto_link.money.cut import latest_of
from presupuesto_link.sources.siaf.page import Page, month_in, page_of, quarter_in
from presupuesto_link.specs import AmbitoSpec
from presupuesto_link.store.loading import load_extract
from presupuesto_link.store.quality import Accepted
from presupuesto_link.store.store import Store
from presupuesto_link.tables.gasto import Filters
from presupuesto_link.vocabulary import EVERYTHING, PLIEGO
from tests.conftest import SHARED
from tests.sources.pages import BY_MONTH, BY_QUARTER, HEAD, PLIEGO_445, TITLES, WIDE, html, saved_again


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "almacen")


def load(store: Store, path: Path, filters: Filters = Filters()):  # noqa: B008 - frozen
    report = load_extract(path, store, filters, dt.date(2026, 8, 22), accepted=Accepted("se mira lo que se encontró"))
    return report, store.read(report.snapshot.id).collect()


@pytest.mark.parametrize(("made", "name"), [(html, "p.xls"), (saved_again, "p.xlsx"), (saved_again, "p.csv")])
def test_the_codes_of_the_path_fill_every_row_and_a_filter_finds_them(store, tmp_path, made, name):
    rows = [["10: AGROPECUARIA", "60", "50", "10", "10", "10", "10", "10", ""], ["20: SALUD", "40", "40", "20", "20", "20", "20", "20", ""]]
    report, table = load(store, made(tmp_path / name, "Función", [*WIDE, PLIEGO_445], rows), Filters(pliego="445"))
    assert table.select("nivel", "sector", "pliego", "funcion", "mes", "pim_soles").sort("funcion").rows() == [
        ("R", "99", "445", "10", 0, Decimal("50.00")),
        ("R", "99", "445", "20", 0, Decimal("40.00")),
    ]
    manifest = report.snapshot.manifest
    assert [(step["titulo"], step["codigo"]) for step in manifest["ambito"]] == [
        ("Nivel de Gobierno", "R"),
        ("Sector", "99"),
        ("Pliego", "445"),
    ]
    assert (manifest["periodo"], manifest["incluye"], manifest["por"]) == ({"tipo": "año"}, "Actividades y Proyectos", ["funcion"])
    assert report.findings == ()


@pytest.mark.parametrize(("made", "name"), [(html, "p.xls"), (saved_again, "p.xlsx"), (saved_again, "p.csv")])
def test_a_page_by_months_keeps_them_and_takes_the_budget_of_its_year_from_its_path(store, tmp_path, made, name):
    report, table = load(store, made(tmp_path / name, "Mes", [*WIDE, PLIEGO_445], BY_MONTH))
    found = table.sort("mes").select("pliego", "mes", "pia_soles", "pim_soles", "devengado_soles").rows()
    nothing = None
    assert found == [
        ("445", 0, Decimal("100.00"), Decimal("90.00"), nothing),
        ("445", 1, nothing, nothing, Decimal("10.00")),
        ("445", 2, nothing, nothing, Decimal("20.00")),
    ]
    assert report.snapshot.manifest["ultimo_mes_con_devengado"] == {"2026": 2}
    assert report.findings == ()


def test_a_project_is_a_product_of_kind_2_with_its_name_and_the_unit_of_its_path(store, tmp_path):
    unit = ["Unidad Ejecutora 001-775: REGION CAJAMARCA-SEDE CENTRAL", "0", "5", "", "", "", "3", "3", "60.0"]
    rows = [["2001621: ESTUDIOS DE PRE-INVERSION", "0", "5", "", "", "", "3", "3", "60.0"]]
    report, table = load(store, html(tmp_path / "p.xls", "Proyecto", [*WIDE, PLIEGO_445, unit], rows, "Sólo Proyectos"))
    assert table.select("pliego", "ejecutora", "sec_ejec", "producto", "tipo_producto").row(0) == ("445", "001", "775", "2001621", "2")
    assert store.dimension(report.snapshot.id, "producto")["nombre"].to_list() == ["ESTUDIOS DE PRE-INVERSION"]
    assert [(f.code, f.found) for f in report.findings if f.code != "S26"] == [("S22", "Sólo Proyectos")]


def test_what_a_page_leaves_out_goes_with_its_scope_and_budgets_of_another_scope_are_not_alike(store, tmp_path):
    rows = [["10: AGROPECUARIA", "100", "90", "30", "30", "30", "30", "30", ""]]
    whole, _ = load(store, html(tmp_path / "a.xls", "Función", [*WIDE, PLIEGO_445], rows))
    part, _ = load(store, html(tmp_path / "b.xls", "Función", [*WIDE, PLIEGO_445], rows, "Sólo Proyectos"))
    scopes = AmbitoSpec(pliego="445")
    said = [chosen_spending(store, report.snapshot, scopes, PLIEGO)[2] for report in (whole, part)]
    assert str(said[1]) == f"{said[0]}, sólo Proyectos"
    assert said[0].alike != said[1].alike


@pytest.mark.parametrize(
    ("step", "words", "month"),
    [
        ("Trimestre I: 1er Trimestre", "el trimestre I", 21),
        ("Trimestre III: 3er Trimestre", "el trimestre III", 23),
        ("Mes 8: agosto", "agosto", 8),
    ],
)
def test_a_quarter_or_a_month_never_becomes_its_year(store, tmp_path, step, words, month):
    period = [step, "", "", "30", "30", "30", "30", "30", ""]
    rows = [["445: GOBIERNO REGIONAL", "", "", "30", "30", "30", "30", "30", ""]]
    report, table = load(store, html(tmp_path / "p.xls", "Pliego", [*WIDE, period], rows))
    assert table["mes"].to_list() == [month]
    assert [f.code for f in report.findings] == ["S21"]
    assert words in report.findings[0].found
    with pytest.raises(InputDataError, match=f"sólo tiene {words} de 2026"):
        chosen_spending(store, report.snapshot, AmbitoSpec(), EVERYTHING)


def test_a_page_by_quarters_has_its_flows_where_each_ends_and_says_that_it_is_by_quarter(store, tmp_path):
    report, table = load(store, html(tmp_path / "p.xls", "Trimestre", [*WIDE, PLIEGO_445], BY_QUARTER))
    assert table.sort("mes").select("mes", "pim_soles", "devengado_soles").rows() == [
        (0, Decimal("90.00"), None),
        (21, None, Decimal("10.00")),
        (22, None, Decimal("20.00")),
    ]
    assert report.snapshot.by_quarter
    rows, _, _ = chosen_spending(store, report.snapshot, AmbitoSpec(pliego="445"), PLIEGO)
    assert rows.sort("mes").collect()["mes"].to_list() == [0, 3, 6]
    assert report.snapshot.manifest["ultimo_mes_con_devengado"] == {"2026": 6}


def test_rows_that_are_not_what_the_path_says_are_told_beyond_half_a_sol_each(store, tmp_path):
    rows = [["10: AGROPECUARIA", "60", "50", "30", "30", "30", "30", "30", ""], ["20: SALUD", "40", "41", "0", "0", "0", "0", "0", ""]]
    near, _ = load(store, html(tmp_path / "a.xls", "Función", [*WIDE, PLIEGO_445], rows))
    assert near.findings == ()
    rows[1][2] = "42"
    far, _ = load(store, html(tmp_path / "b.xls", "Función", [*WIDE, PLIEGO_445], rows))
    assert far.snapshot.manifest["calidad"] == "parcial"
    assert [(f.code, f.found) for f in far.findings] == [("S23", "pim: S/ 90.00 en la ruta y S/ 92.00 en las filas")]


def test_cuts_of_another_scope_or_period_are_not_compared(store, tmp_path):
    rows = [["10: AGROPECUARIA", "100", "90", "30", "30", "30", "30", "30", ""]]
    quarter = [["10: AGROPECUARIA", "", "", "30", "30", "30", "30", "30", ""]]
    first = ["Trimestre I: 1er Trimestre", "", "", "30", "30", "30", "30", "30", ""]
    other = ["Pliego 452: GOBIERNO REGIONAL DE LAMBAYEQUE", *PLIEGO_445[1:]]
    a = load(store, html(tmp_path / "a.xls", "Función", [*WIDE, PLIEGO_445], rows))[0].snapshot.id
    for path, what in (
        (html(tmp_path / "b.xls", "Función", [*WIDE, PLIEGO_445], rows, "Sólo Proyectos"), "ámbito"),
        (html(tmp_path / "c.xls", "Función", [*WIDE, PLIEGO_445, first], quarter), "periodo"),
        (html(tmp_path / "d.xls", "Función", [*WIDE, other], rows), "ruta"),
    ):
        with pytest.raises(InputDataError, match=f"en los dos cortes: {what}"):
            store.compare(a, load(store, path)[0].snapshot.id)


def test_pages_of_one_consultation_by_other_dimensions_have_a_base_and_check_each_other(store, tmp_path):
    functions = [
        ["10: AGROPECUARIA", "60", "50", "10", "10", "10", "10", "10", ""],
        ["20: SALUD", "40", "40", "20", "20", "20", "20", "20", ""],
    ]
    money = PLIEGO_445[1:]
    load(store, html(tmp_path / "rubro.xls", "Rubro", [*WIDE, PLIEGO_445], [["00: RECURSOS ORDINARIOS", *money]]))
    by_function, _ = load(store, html(tmp_path / "funcion.xls", "Función", [*WIDE, PLIEGO_445], functions))
    by_month, _ = load(store, html(tmp_path / "mes.xls", "Mes", [*WIDE, PLIEGO_445], BY_MONTH))
    assert [f.code for f in by_function.findings] == ["S24"]
    assert [f.code for f in by_month.findings] == ["S24"]
    assert "se trabaja con funcion.xls" in by_month.findings[0].explanation
    assert latest_of(store, AmbitoSpec(pliego="445"), PLIEGO).id == by_function.snapshot.id
    other = [["1: RECURSOS ORDINARIOS", "100", "95", *money[2:]]]
    wrong, _ = load(store, html(tmp_path / "fuente2.xls", "Fuente", [*WIDE, PLIEGO_445], other))
    assert sorted({f.code for f in wrong.findings}) == ["S16", "S23", "S24"]


def test_a_quarter_is_never_the_newest_year(store, tmp_path):
    rows = [["10: AGROPECUARIA", "100", "90", "30", "30", "30", "30", "30", ""]]
    whole, _ = load(store, html(tmp_path / "a.xls", "Función", [*WIDE, PLIEGO_445], rows))
    first = ["Trimestre I: 1er Trimestre", "", "", "30", "30", "30", "30", "30", ""]
    quarter = html(
        tmp_path / "b.xls", "Función", [*WIDE, PLIEGO_445, first], [["10: AGROPECUARIA", "", "", "30", "30", "30", "30", "30", ""]]
    )
    load_extract(quarter, store, Filters(pliego="445"), dt.date(2026, 9, 22))
    assert latest_of(store, AmbitoSpec(pliego="445"), PLIEGO).id == whole.snapshot.id


def test_a_page_of_projects_only_never_stands_for_the_whole_spending_unasked(store, tmp_path):
    rows = [["10: AGROPECUARIA", "100", "90", "30", "30", "30", "30", "30", ""]]
    part = html(tmp_path / "b.xls", "Función", [*WIDE, PLIEGO_445], rows, "Sólo Proyectos")
    newer = load_extract(part, store, Filters(), dt.date(2026, 9, 22))
    assert latest_of(store, AmbitoSpec(pliego="445"), PLIEGO).id == newer.snapshot.id, "where there is nothing else"
    whole, _ = load(store, html(tmp_path / "a.xls", "Función", [*WIDE, PLIEGO_445], rows))
    assert latest_of(store, AmbitoSpec(pliego="445"), PLIEGO).id == whole.snapshot.id


def test_what_a_page_says_is_read_whatever_its_words():
    page = page_of([[HEAD.format("Sólo Actividades/Productos")], *WIDE, ["Otra cosa 77: NUEVA", "5"]], ("", *TITLES))
    assert (page.year, page.includes, page.kind) == ("2026", "Sólo Actividades/Productos", "3")
    assert page.part == ("Sólo Actividades/Productos", "Otra cosa 77: NUEVA")
    assert Page().as_manifest()["periodo"] == {"tipo": "año"}
    assert [month_in(label) for label in ("8: 'Agosto", "09", "setiembre", "13", "")] == [8, 9, 9, 0, 0]
    assert [quarter_in(code) for code in ("I", "iv", "2", "V")] == [1, 4, 2, 0]


REAL = sorted((SHARED / "siaf" / "reales").glob("*/*.xls"))


@pytest.mark.skipif(not REAL, reason="las páginas reales no están en esta máquina")
def test_every_real_page_keeps_its_path_and_period_and_adds_up_to_its_own_total(store):
    for path in REAL:
        report = load_extract(path, store)
        manifest, months = (
            report.snapshot.manifest,
            store.read(report.snapshot.id).select(pl.col("mes").unique().sort()).collect()["mes"].to_list(),
        )
        name, period = path.name.lower(), manifest["periodo"]
        assert {f.code for f in report.findings} <= {"S21", "S22", "S24"}, path.name
        assert [step["codigo"] for step in manifest["ambito"]][:2] == ["R", "99"], path.name
        wanted = 21 if name.startswith("1t") else 22 if name.startswith("2t") else 7 if "julio" in name else 8 if "agosto" in name else None
        if wanted:
            assert (months, period["tipo"]) == ([wanted], "trimestre" if wanted > 12 else "mes"), path.name
        elif "_mes" in name:
            assert (months, period) == ([0, *range(1, 9)], {"tipo": "año", "por": "mes"}), path.name
        else:
            assert (months, period) == ([0], {"tipo": "año"}), path.name
