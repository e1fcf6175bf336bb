"""Draw the pictures of README and guide again: `python docs/pictures.py` (the boards need the extra `navegador` and a Chromium).

Board and figures are those of the embedded analysis; what shows a quarter is made of the synthetic extracts, and says so in the picture itself.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from presupuesto_link.dossier import Dossier

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "docs" / "imagenes"
DESKTOP, PHONE = (1280, 860), (390, 780)


@dataclass(frozen=True)
class Shot:
    """A picture of a board: which one, the fragment that opens the view, the window, and the part shown (all the window when null)."""

    name: str
    board: str
    fragment: str = ""
    window: tuple[int, int] = DESKTOP
    part: str | None = None


SHOTS = (
    Shot("tablero", "evaluacion"),
    Shot(
        "tablero-matriz", "evaluacion", "#matriz&matriz-2023-2024.celda=verde-rojo", (1280, 1000), 'table[data-rejilla="matriz-2023-2024"]'
    ),
    Shot("tablero-ficha", "evaluacion", "#ficha-AER.01.03", (1280, 900), "#ficha-AER\\.01\\.03"),
    Shot("tablero-ranking", "evaluacion", "#ranking&ranking.color=rojo&ranking.orden=2b", (1280, 900), 'table[data-clave="ranking"]'),
    Shot("tablero-rediseno", "evaluacion", "#rediseno", (1280, 900), "#rediseno"),
    Shot("tablero-telefono-sintetico", "trimestre", "", PHONE),
    Shot("tablero-trimestre-sintetico", "trimestre", "", (1280, 1000)),
    Shot("tablero-alertas-sintetico", "trimestre", "#trimestre&alertas.color=rojo", (1280, 900), 'table[data-clave="alertas"]'),
    Shot("tablero-cierre-sintetico", "trimestre", "#proyeccion", (1280, 900), 'table[data-clave="cierre-oer"]'),
)
FIGURES = {
    "burbujas_2023_2024": "evaluacion",
    "ranking": "evaluacion",
    "matriz_2023_2024": "evaluacion",
    "semaforo_trimestral": "trimestre",
    "proyeccion_cierre": "trimestre",
}
_DPI = 110


def dossiers(work: Path) -> dict[str, Dossier]:
    """The two dossiers that are pictured."""
    from presupuesto_link import Store, assemble, embedded_analyses, load, load_extract, read_links
    from presupuesto_link.money.cut import Cut

    store = Store(work / "almacen")
    for name in ("gasto_2022_2025_a_agosto_sintetico", "gasto_2025_a_junio_sintetico"):
        load_extract(ROOT / "data" / "siaf" / f"{name}.csv.gz", store)
    inputs = load(embedded_analyses()["semaforo-trimestral-sintetico"])
    rules = read_links(inputs.path.parent / str(inputs.spec.vinculo.reglas))
    asked = Cut(store, store.get("20250901"), rules, before=store.get("20250701"))
    return {"evaluacion": assemble(load(embedded_analyses()["cajamarca-2024"])), "trimestre": assemble(inputs, asked)}


def draw(found: dict[str, Dossier], work: Path) -> None:
    """The figures as small PNG, and the boards to be pictured.

    Without hinting, which widens letters up to a tenth at few dots per inch: lines that fit on paper would be cut at the right.
    """
    from matplotlib import rc_context

    from presupuesto_link.presentation.board.file import board_text
    from presupuesto_link.presentation.plots import draw_all

    for name, dossier in found.items():
        figures = draw_all(dossier)
        (work / f"{name}.html").write_text(board_text(dossier, figures), encoding="utf-8", newline="\n")
        for figure in figures:
            if FIGURES.get(figure.name) == name:
                made_up = "-sintetico" if dossier.synthetic else ""
                with rc_context({"text.hinting": "none"}):
                    (PLACE / f"{figure.name}{made_up}.png").write_bytes(figure.drawn.png(_DPI))


def shoot(work: Path, browser: str) -> None:
    """The pictures of the boards."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        opened = running.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            _shoot_one(opened, shot, work)
        opened.close()


def _shoot_one(browser: Any, shot: Shot, work: Path) -> None:
    width, height = shot.window
    page = browser.new_page(viewport={"width": width, "height": height})
    page.goto((work / f"{shot.board}.html").as_uri() + shot.fragment)
    page.wait_for_timeout(300)
    target = PLACE / f"{shot.name}.png"
    if shot.part:
        page.locator(shot.part).screenshot(path=str(target))
    else:
        page.screenshot(path=str(target))
    page.close()


def main() -> int:
    """Draw everything again; without a browser, the figures alone."""
    browser = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    PLACE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        draw(dossiers(work), work)
        if browser:
            shoot(work, browser)
    if browser is None:
        sys.stderr.write("No hay Chromium en esta máquina: los tableros quedan como estaban.\n")
    return 0 if browser else 1


if __name__ == "__main__":
    sys.exit(main())
