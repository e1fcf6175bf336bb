"""OPDS layout (`AAAA-Gasto-OPDS.csv`): like the long one, with fewer columns, the amounts in another order and its group of entities."""

from __future__ import annotations

from dataclasses import replace

from presupuesto_link.sources.siaf import largo

LAYOUT = replace(
    largo.LAYOUT,
    name="opds",
    title="gasto de organismos públicos descentralizados (OPDS)",
    columns=largo.LAYOUT.columns | {"GRUPO_ENTIDAD"},
)
