"""The headings of each kind of file as its screen shows them, drawn: what a person compares with the file in hand.

Titles are those of the source; the rows under them are made up and say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

IMAGES = Path(__file__).resolve().parent / "imagenes"
_LINE, _PAD, _TITLE = 22, 10, 26
_CAPITAL, _SMALL = 9.0, 6.8
_MORE = "…"


@dataclass(frozen=True)
class Screen:
    """One picture.

    Attributes:
        name: of its file, `titulos-<name>.svg`.
        says: what it is, for who cannot see it.
        above: what stands over the table.
        titles: the headings, in one row or two.
        rows: some records.
    """

    name: str
    says: str
    above: tuple[str, ...]
    titles: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]


SCREENS = (
    Screen(
        "portal-mensual",
        "títulos del gasto mensual del portal",
        ("2025-Gasto-Mensual.csv · 63 columnas · ejemplo sintético",),
        (("ANO_EJE", "MES_EJE", "NIVEL_GOBIERNO", "PLIEGO", "SEC_EJEC", "SEC_FUNC", _MORE, "MONTO_PIA", "MONTO_PIM", "MONTO_DEVENGADO"),),
        (
            ("2025", "0", "R", "445", "000775", "0045", _MORE, "120000.00", "150000.00", "0.00"),
            ("2025", "3", "R", "445", "000775", "0045", _MORE, "0.00", "0.00", "38250.50"),
        ),
    ),
    Screen(
        "portal-devengado",
        "títulos del gasto devengado del portal",
        ("2024-Gasto-Devengado.csv · 73 columnas · ejemplo sintético",),
        (("ANO_EJE", "PLIEGO", "SEC_EJEC", "SEC_FUNC", _MORE, "MONTO_PIM", "MONTO_DEVENGADO_ENERO", _MORE, "MONTO_DEVENGADO_DICIEMBRE"),),
        (("2024", "445", "000775", "0045", _MORE, "150000.00", "0.00", _MORE, "61200.00"),),
    ),
    Screen(
        "siaf-web",
        "títulos de la exportación del SIAF web",
        ("ReporteGasto.xlsx · 86 columnas · ejemplo sintético",),
        (("ano_eje", "pliego", "sec_ejec", _MORE, "sec_func", _MORE, "mto_pia", "mto_pim", "mto_certificado", "mto_devenga_01", _MORE),),
        (("2025", "445. GOBIERNO REGIONAL…", "000775", _MORE, "0045", _MORE, "120,000", "150,000", "140,000", "0", _MORE),),
    ),
    Screen(
        "consulta-amigable",
        "una página de la Consulta Amigable: la ruta, los títulos y las filas",
        (
            "Fecha de la Consulta: 22-agosto-2026 · Año de Ejecución: 2026 · Incluye: Sólo Proyectos · ejemplo sintético",
            "Nivel de Gobierno R: GOBIERNOS REGIONALES",
            "Pliego 445: GOBIERNO REGIONAL DEL DEPARTAMENTO DE CAJAMARCA",
        ),
        (
            ("Función", "PIA", "PIM", "Certificación", "Compromiso Anual", "Ejecución", "", "", "Avance %"),
            ("", "", "", "", "", "Atención de Compromiso Mensual", "Devengado", "Girado", ""),
        ),
        (
            ("10: AGROPECUARIA", "60,000", "50,000", "40,000", "35,000", "30,000", "29,000", "28,500", "58.0"),
            ("20: SALUD", "40,000", "40,000", "38,000", "36,000", "33,000", "31,000", "31,000", "77.5"),
        ),
    ),
    Screen(
        "consulta-sql",
        "títulos del resultado de una consulta propia",
        ("consulta.csv · ejemplo sintético",),
        (("ANO_EJE", "SEC_EJEC", "SEC_FUNC", "PRODUCTO_PROYECTO", "MONTO_PIM", "MONTO_DEVENGADO"),),
        (("2024", "775", "45", "3000001", "150000.00", "61200.00"),),
    ),
    Screen(
        "por-aer",
        "títulos de la tabla por acción de un informe",
        ("aer_2023.csv · ejemplo sintético",),
        (("OER", "AE", "ACCIÓN ESTRATÉGICA", "PIA", "PIM", "DEVENGADO"),),
        (("OER.01", "AER.01.02", "Nombre de la acción", "S/ 120,000.00", "S/ 150,000.00", "S/ 61,200.00"),),
    ),
    Screen(
        "por-programa",
        "títulos de la tabla por programa y función",
        ("pliego_2024.csv · ejemplo sintético",),
        (("anio", "nivel", "pliego", "clasificacion", "codigo", "nombre", "tipo", "pia", "pim", "devengado"),),
        (("2024", "R", "445", "categoria_presupuestal", "0090", "LOGROS DE APRENDIZAJE", "ACTIVIDADES", "120000", "150000", "61200"),),
    ),
)


def _wide(text: str) -> float:
    """About how many pixels a text takes."""
    return sum(_CAPITAL if letter.isupper() or letter == "_" else _SMALL for letter in text)


def drawn(screen: Screen) -> str:
    """The picture, as SVG text."""
    rows = (*screen.titles, *screen.rows)
    widths = [max(_wide(row[i]) for row in rows) + 2 * _PAD for i in range(len(rows[0]))]
    top, width = len(screen.above) * _LINE + 6, int(max(sum(widths), *map(_wide, screen.above), 0)) + 2 * _PAD
    height = top + _TITLE * len(screen.titles) + _LINE * len(screen.rows) + 2
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(screen.says)}</title><rect width="{width}" height="{height}" fill="#ffffff"/>'
    )
    parts = [head]
    parts += [f'<text x="4" y="{_LINE * (n + 1) - 6}" fill="#333333">{escape(line)}</text>' for n, line in enumerate(screen.above)]
    y = float(top)
    for number, row in enumerate(rows):
        is_title = number < len(screen.titles)
        high, x = _TITLE if is_title else _LINE, 1.0
        for cell, wide in zip(row, widths, strict=True):
            fill, ink = ("#2f5d8a", "#ffffff") if is_title else ("#ffffff", "#222222")
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high}" fill="{fill}" stroke="#c9c9c9"/>')
            place = (
                f'x="{x + wide - _PAD:.1f}" text-anchor="end"'
                if cell[:1].isdecimal() and ("," in cell or "." in cell[-3:])
                else f'x="{x + _PAD:.1f}"'
            )
            parts.append(f'<text {place} y="{y + high - 7:.1f}" fill="{ink}">{escape(cell)}</text>')
            x += wide
        y += high
    return "\n".join([*parts, "</svg>"]) + "\n"


def pictures() -> dict[Path, str]:
    """Every picture: where it goes and what it is."""
    return {IMAGES / f"titulos-{screen.name}.svg": drawn(screen) for screen in SCREENS}
