"""Colours, shapes and words shared by plots, page and workbook. Colour is never the only sign."""

from __future__ import annotations

# Colour-blind-safe traffic light (red-green pairs differ in lightness); each colour has a letter and a shape.
HEX = {"rojo": "#C0392B", "amarillo": "#F2B134", "verde": "#1B7F5C", "gris": "#9AA0A6"}
LETTER = {"rojo": "R", "amarillo": "A", "verde": "V", "gris": "ND"}
TEXT_ON = {"rojo": "#FFFFFF", "amarillo": "#1F2328", "verde": "#FFFFFF", "gris": "#1F2328"}
INK, MUTED, PAPER, LINE = "#1F2328", "#5F6B76", "#FFFFFF", "#D5DAE0"
BAND_WORDS = {"rojo": "menos de 75 %", "amarillo": "de 75 % a menos de 95 %", "verde": "95 % o más", "gris": "sin dato"}
