"""A person with the board: sorts, filters, opens a card, changes the years, sends the view, prints it, and uses no mouse."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from presupuesto_link.dossier import Dossier
from presupuesto_link.presentation.board.file import board_text
from presupuesto_link.presentation.plots import draw_all

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
VIEWS = {
    "escritorio": {"viewport": DESKTOP},
    "telefono": {"viewport": PHONE, "has_touch": True},
    "oscuro": {"viewport": DESKTOP, "color_scheme": "dark"},
}


@pytest.fixture(scope="session")
def boards(browser: Any, dossier: Dossier, quarter_dossier: Dossier, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("tableros")
    made = {"evaluacion": dossier, "trimestre": quarter_dossier}
    for name, shown in made.items():
        (folder / f"{name}.html").write_text(board_text(shown, draw_all(shown)), encoding="utf-8", newline="\n")
    return {name: folder / f"{name}.html" for name in made}


class Visit:
    """A page that remembers what went wrong in it and what it asked for from outside."""

    def __init__(self, browser: Any, path: Path, **view: Any) -> None:
        self.context = browser.new_context(reduced_motion="reduce", **view)  # a page that moves by itself is hard to hit
        self.page = self.context.new_page()
        self.path, self.wrong, self.asked = path, [], []
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type in ("error", "warning") else None)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.go()

    def go(self, fragment: str = "") -> Any:
        self.page.goto("about:blank")
        self.page.goto(self.path.as_uri() + fragment)
        return self.page

    def rows(self, key: str) -> Any:
        return self.page.locator(f'table[data-clave="{key}"] tbody tr:visible')

    @property
    def fragment(self) -> str:
        return self.page.evaluate("decodeURIComponent(location.hash)")


@pytest.fixture
def visit(browser: Any, boards: dict[str, Path]) -> Any:
    opened: list[Visit] = []

    def start(board: str = "evaluacion", **view: Any) -> Visit:
        opened.append(Visit(browser, boards[board], **({"viewport": DESKTOP} | view)))
        return opened[-1]

    yield start
    for one in opened:
        assert not one.wrong
        one.context.close()


def wait_for(one: Visit, selector: str) -> None:
    """Until the page has answered: what a person does without thinking."""
    one.page.wait_for_selector(selector, timeout=10_000)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("board", ["evaluacion", "trimestre"])
def test_everybody_can_use_it_and_nothing_is_asked_from_outside(visit, board, view):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed: pip install .[navegador]")
    one = visit(board, **VIEWS[view])
    one.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    found = axe.Axe().run(one.page).response["violations"]
    grave = [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")]
    assert not grave
    assert not [url for url in one.asked if not url.startswith(("file:", "data:", "about:"))]
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_table_is_sorted_and_the_order_can_be_sent(visit):
    one = visit()
    head = one.page.locator('table[data-clave="ranking"] th', has_text="y diagnóstico")
    head.get_by_role("button").click()
    wait_for(one, 'table[data-clave="ranking"] th[aria-sort="descending"]')
    assert head.get_attribute("aria-sort") == "descending"
    shown = [
        float(re.sub(r"[^\d.]", "", text))
        for text in one.page.locator('table[data-clave="ranking"] tbody tr td:nth-child(9) .chip').all_inner_texts()
    ]
    assert len(shown) > 10
    assert shown == sorted(shown, reverse=True)
    head.get_by_role("button").click()
    wait_for(one, 'table[data-clave="ranking"] th[aria-sort="ascending"]')
    first = one.rows("ranking").first.inner_text()
    again = one.go(one.page.evaluate("location.hash"))
    assert again.locator('table[data-clave="ranking"] th[aria-sort="ascending"]').count() == 1
    assert one.rows("ranking").first.inner_text() == first


def test_a_table_is_filtered_by_word_without_accents_and_by_colour(visit):
    one = visit()
    every = one.rows("ranking").count()
    box = one.page.locator("#filtro-ranking")
    box.fill("tecnologia")
    few = one.rows("ranking").count()
    assert 0 <= few < every
    box.fill("AER.01")
    assert {text[:6] for text in one.page.locator('table[data-clave="ranking"] tbody tr:visible td:nth-child(2) a').all_inner_texts()} == {
        "AER.01"
    }
    assert f"{one.rows('ranking').count()} de {every} filas" in one.page.locator(".cuenta-filas:visible").first.inner_text()
    box.fill("")
    one.page.locator("details", has_text="Ver la tabla de las 48 AER").locator("summary").click()
    one.page.locator("#filtro-semaforo-aer-color").select_option("rojo")
    assert "semaforo-aer.color=rojo" in one.fragment
    for row in one.rows("semaforo-aer").all()[:5]:
        assert row.locator(".chip.rojo").count()


def test_a_card_opens_from_the_ranking_and_takes_the_focus(visit):
    one = visit()
    one.page.locator("#filtro-ranking").fill("AER.01.03")
    one.page.locator('table[data-clave="ranking"] tbody tr:visible a').first.click()
    one.page.wait_for_selector("#ficha-AER\\.01\\.03[open]")
    assert one.page.evaluate("document.activeElement.parentElement.id") == "ficha-AER.01.03"
    assert one.fragment == "#ficha-AER.01.03&ranking.texto=AER.01.03"
    sent = one.go(one.page.evaluate("location.hash"))
    assert sent.locator("#ficha-AER\\.01\\.03").get_attribute("open") is not None
    assert one.rows("ranking").count() == 1


def test_the_years_are_changed_and_a_cell_gives_its_actions(visit):
    one = visit()
    pairs = one.page.locator(".par")
    assert [pairs.nth(n).is_visible() for n in range(2)] == [True, False]
    one.page.locator("#par").select_option("2023-2023")
    wait_for(one, '.par[data-par="2023-2023"]:not([hidden])')
    assert [pairs.nth(n).is_visible() for n in range(2)] == [False, True]
    cell = one.page.locator('table[data-rejilla="matriz-2023-2023"] td[data-celda="verde-verde"]')
    cell.get_by_role("button").click()
    wait_for(one, ".par:not([hidden]) .panel a")
    panel = one.page.locator(".par:visible .panel")
    count = int(re.match(r"\d+", cell.get_by_role("button").inner_text())[0])
    assert panel.get_by_role("link").count() == count == cell.locator("ul a").count()
    assert "par=2023-2023" in one.fragment
    assert "matriz-2023-2023.celda=verde-verde" in one.fragment
    sent = one.go(one.page.evaluate("location.hash"))
    assert sent.locator(".par:visible .panel a").count() == count
    sent.locator(".par:visible .panel a").first.click()
    sent.wait_for_selector("details.ficha[open]")
    assert sent.locator("details.ficha[open]").count() == 1


def test_the_finder_of_cards_leaves_those_that_have_the_word(visit):
    one = visit()
    one.page.locator("#ficha").fill("turística")
    shown = one.page.locator("details.ficha:visible")
    assert 0 < shown.count() < 48
    assert all("turística" in text for text in shown.all_inner_texts())


def test_without_a_mouse(visit):
    one = visit()
    keys = one.page.keyboard
    keys.press("Tab")
    assert one.page.evaluate("document.activeElement.textContent") == "Ir al resumen"
    keys.press("Enter")
    one.page.wait_for_function("document.activeElement.id === 'diez-lineas'")
    head = one.page.locator('table[data-clave="ranking"] th button').nth(2)
    head.focus()
    keys.press("Space")
    wait_for(one, 'table[data-clave="ranking"] th[aria-sort]')
    assert one.page.locator('table[data-clave="ranking"] th[aria-sort]').count() == 1
    one.page.locator("#ficha-AER\\.10\\.01 > summary").focus()
    keys.press("Enter")
    wait_for(one, "#ficha-AER\\.10\\.01[open]")
    assert one.page.locator("#ficha-AER\\.10\\.01").get_attribute("open") is not None
    outline = one.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_it_prints_on_a4_with_only_the_open_cards(visit, tmp_path):
    one = visit("trimestre")
    one.go("#ficha-AER.01.03")
    one.page.emulate_media(media="print")
    assert one.page.locator("details.ficha:visible").count() == 1
    assert not one.page.locator(".filtros:visible").count()
    whole = one.page.pdf(format="A4", prefer_css_page_size=True)
    pages = len(re.findall(rb"/Type\s*/Page[^s]", whole))
    assert whole.startswith(b"%PDF")
    assert 10 < pages < 45


def test_it_is_read_whole_without_its_script(visit):
    one = visit("trimestre", java_script_enabled=False)
    assert one.page.locator(".par:visible").count() == 4
    assert one.page.locator("details.ficha:visible").count() == 48
    one.page.locator("#ficha-AER\\.01\\.03 > summary").click()
    wait_for(one, "#ficha-AER\\.01\\.03[open]")
    assert one.page.locator("#ficha-AER\\.01\\.03 table:visible").count() >= 3


@pytest.mark.parametrize(
    "fragment",
    [
        "#ranking&ranking.orden=99b",
        "#ranking&ranking.orden=x&ranking.color=morado",
        "#par=zzz&x",
        "#nada&par=2023-2023",
        "#%E0%A4%A",
        "#<img src=x onerror=alert(1)>",
        "#&&&=&=",
        '#matriz&matriz-2023-2024.celda=verde-azul"]',
        "#ficha-AER.99.99",
        "#__proto__&constructor=1",
    ],
)
def test_an_address_that_makes_no_sense_does_no_harm(visit, fragment):
    one = visit()
    page = one.go(fragment)
    assert page.locator(".par:visible").count() == 1
    assert one.rows("ranking").count() > 10 or "color" in fragment
    assert not page.locator("img[src=x]").count()
