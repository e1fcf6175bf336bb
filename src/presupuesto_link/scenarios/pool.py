"""One side of a reallocation problem in bags.

A bag is what neither the law nor the scenario can tell apart: lines of one action, unit, source, category, generic and programme that
every rule in force judges alike. Solving over bags is therefore the same as solving over lines, and many times smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

BAG = ("accion", "pliego", "sec_ejec", "fuente", "rubro", "tipo_recurso", "categoria_gasto", "generica", "programa")


@dataclass(frozen=True)
class Pool:
    """One side in bags.

    Attributes:
        acciones: key `accion`, sorted by `orden` (see `Side`).
        bolsas: key `bolsa` (its row): `BAG`, `tope_soles`, `pim_soles`, `lineas` (count), `accion_id` (row of `acciones`), and the fields
            the law looks at, as in any of its lines.
        lineas: key `linea`: the lines, with `bolsa` and `tope_soles`.
        excluidas: see `Side`.
        truth: `normas.truth.side_truth` of each bag.
    """

    acciones: pl.DataFrame
    bolsas: pl.DataFrame
    lineas: pl.DataFrame
    excluidas: pl.DataFrame
    truth: np.ndarray
