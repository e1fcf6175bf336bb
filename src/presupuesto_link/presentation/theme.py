"""Colours, shapes and words shared by figures, page, workbook and terminal. Colour is never the only sign.

It imports nothing heavy, so that a command may read its labels.
"""

from __future__ import annotations

from dataclasses import dataclass

from presupuesto_link.vocabulary import AMBER, GREEN, GREY, RED

# Colour-blind-safe traffic light (red-green pairs differ in lightness); each colour has a letter and a shape.
HEX = {RED: "#C0392B", AMBER: "#F2B134", GREEN: "#1B7F5C", GREY: "#9AA0A6"}
LETTER = {RED: "R", AMBER: "A", GREEN: "V", GREY: "ND"}
TEXT_ON = {RED: "#FFFFFF", AMBER: "#1F2328", GREEN: "#FFFFFF", GREY: "#1F2328"}
INK, MUTED, PAPER, LINE = "#1F2328", "#5F6B76", "#FFFFFF", "#D5DAE0"


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


# Okabe-Ito, told apart without red-green vision; dark enough or light enough for the figure written on it.
COMPONENT_LOOKS = {
    "brecha_avance": ComponentLook("Brecha de avance", "Brecha\navance", "#0072B2", "#FFFFFF"),
    "tendencia": ComponentLook("Tendencia", "Ten-\ndencia", "#56B4E9", INK),
    "brecha_ejecucion": ComponentLook("Brecha de ejecución", "Brecha\nejec.", "#D55E00", "#FFFFFF"),
    "peso_presupuestal": ComponentLook("Peso presupuestal", "Peso\nPIM", "#F0E442", INK),
    "prioridad": ComponentLook("Prioridad", "Prio-\nridad", "#666666", "#FFFFFF"),
}

# Only the diagnoses of actions with both measures, in the order of the key.
DIAGNOSIS_MARKS = {
    "sostener": DiagnosisMark("#0072B2", "o", 1.0),
    "revisar meta": DiagnosisMark("#E69F00", "D", 0.886),
    "rediseñar": DiagnosisMark("#D55E00", "s", 0.886),
    "destrabar": DiagnosisMark("#5B2A86", "^", 1.253),
}


def band_name(colour: str) -> str:
    """How a band is called in a table: its colour, or ND for grey."""
    return LETTER[colour] if colour == GREY else colour
