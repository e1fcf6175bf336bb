"""Colours, shapes and words shared by figures, page, workbook and terminal. Colour is never the only sign.

It imports nothing heavy, so that a command may read its labels.
"""

from __future__ import annotations

from dataclasses import dataclass

from presupuesto_link.vocabulary import AMBER, GREEN, GREY, RED

# Colour-blind-safe traffic light (red-green pairs differ in lightness); each colour has a letter and a shape.
INK, MUTED, PAPER, LINE = "#1F2328", "#5F6B76", "#FFFFFF", "#D5DAE0"
HEX = {RED: "#C0392B", AMBER: "#F2B134", GREEN: "#1B7F5C", GREY: "#9AA0A6"}
LETTER = {RED: "R", AMBER: "A", GREEN: "V", GREY: "ND"}
TEXT_ON = {RED: PAPER, AMBER: INK, GREEN: PAPER, GREY: INK}

# Okabe-Ito, told apart without red-green vision.
BLUE, SKY, ORANGE, VERMILION, YELLOW, PURPLE = "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#F0E442", "#5B2A86"
ASH, SLATE, PALE_BLUE, KEY_FILL = "#666666", "#8A8F94", "#9CC7E4", "#BBC3CB"
GIVES, TAKES = "#B35900", "#1F5F99"  # who would give money and who would receive it

# From pale to dark; neutral, for they are not good nor bad. Ink is read on both ends of the first two.
FEW_TO_MANY, LITTLE_TO_MUCH, NEVER_TO_ALWAYS = ("#EEF3F8", "#A9C1DA"), ("#E4EDF6", "#7FA6CE"), ("#F1F5F9", "#0B4F8A")

SURE, FAIRLY_SURE, UNSURE, SUGGESTED, UNLINKED = "#1B6E4B", "#5FA987", "#B9DCCB", "#D9B44A", "#C9CED4"  # how a line is linked
HEAD, LINK, WARNING = "#E9EDF1", "#0B5394", "#7A1F12"  # of a table, of an address, of what must not be missed
TO_FILL, TO_SIGN = "#FFF8DC", "#FFF8E5"  # cells where people write

# What the pages use, by the name that the style sheet gives it: on a screen by day and by night, and printed.
_ALWAYS = {"papel": PAPER, "alarma": WARNING}
_DAY = {
    "fondo": PAPER,
    "panel": "#F4F6F8",
    "tinta": INK,
    "suave": "#55606B",
    "linea": LINE,
    "enlace": LINK,
    "aviso": "#FFF4D6",
    "aviso-linea": "#B7791F",
}
_NIGHT = {
    "fondo": "#14181D",
    "panel": "#1D232A",
    "tinta": "#E8EBEE",
    "suave": "#A9B4BF",
    "linea": "#3A434D",
    "enlace": "#8CC4FF",
    "aviso": "#33290F",
    "aviso-linea": HEX[AMBER],
}
_PRINTED = _DAY | {"linea": "#C5CBD1", "enlace": INK}
PAGE = {"claro": _ALWAYS | _DAY, "oscuro": _NIGHT, "impreso": _PRINTED}


@dataclass(frozen=True)
class ComponentLook:
    """A component of the ranking: its label, a narrow one for the terminal, its colour and the ink written on it."""

    label: str
    brief: str
    color: str
    ink: str


@dataclass(frozen=True)
class DiagnosisMark:
    """The mark of a diagnosis; `scale` gives its shape the area of a circle of the same size."""

    color: str
    shape: str
    scale: float


# Each dark enough or light enough for the figure written on it.
COMPONENT_LOOKS = {
    "brecha_avance": ComponentLook("Brecha de avance", "Brecha\navance", BLUE, PAPER),
    "tendencia": ComponentLook("Tendencia", "Ten-\ndencia", SKY, INK),
    "brecha_ejecucion": ComponentLook("Brecha de ejecución", "Brecha\nejec.", VERMILION, PAPER),
    "peso_presupuestal": ComponentLook("Peso presupuestal", "Peso\nPIM", YELLOW, INK),
    "prioridad": ComponentLook("Prioridad", "Prio-\nridad", ASH, PAPER),
}

# Only the diagnoses of actions with both measures, in the order of the key.
DIAGNOSIS_MARKS = {
    "sostener": DiagnosisMark(BLUE, "o", 1.0),
    "revisar meta": DiagnosisMark(ORANGE, "D", 0.886),
    "rediseñar": DiagnosisMark(VERMILION, "s", 0.886),
    "destrabar": DiagnosisMark(PURPLE, "^", 1.253),
}


def page_palette() -> dict[str, str]:
    """The custom properties of the style sheet, as CSS, for each way in which a page is seen."""
    return {kind: " ".join(f"--{name}: {colour};" for name, colour in names.items()) for kind, names in PAGE.items()}


def band_name(colour: str) -> str:
    """How a band is called in a table: its colour, or ND for grey."""
    return LETTER[colour] if colour == GREY else colour
