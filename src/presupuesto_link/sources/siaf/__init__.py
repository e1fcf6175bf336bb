"""SIAF extracts as they arrive: one module per layout, recognised by its headers and read by name."""

from __future__ import annotations

from presupuesto_link.sources.siaf import amigable, ancho, anual, largo, opds, por_aer, por_programa, siaf_web
from presupuesto_link.sources.siaf.layout import Layout

LAYOUTS: tuple[Layout, ...] = (
    largo.LAYOUT,
    ancho.LAYOUT,
    opds.LAYOUT,
    siaf_web.LAYOUT,
    siaf_web.MUNICIPAL,
    por_programa.LAYOUT,
    por_aer.LAYOUT,  # before the Consulta Amigable: a table with AE is by action even if it has GIRADO too
    amigable.LAYOUT,
    anual.LAYOUT,
)
