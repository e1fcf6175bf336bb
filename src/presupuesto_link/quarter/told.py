"""Which fact each figure of the tables of a quarter is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import polars as pl

from presupuesto_link.evaluation.facts import beside
from presupuesto_link.evaluation.told import advance_of
from presupuesto_link.money.budget import origin_of
from presupuesto_link.money.follow import Followed
from presupuesto_link.money.on_time import WHOLE
from presupuesto_link.quarter.closing import Closing
from presupuesto_link.quarter.facts import since
from presupuesto_link.specs import AnalisisSpec
from presupuesto_link.tables.levels import Levels
from presupuesto_link.told import Place, Rows
from presupuesto_link.vocabulary import STAGES

_TOLD = ("alerta", "cambio", "color_previo")
_OF_LIGHT = ("devengado_soles", "devengado_esperado_soles", "devengado_ratio")
_CLOSE = ("bajo_soles", "alto_soles", "proyectado_soles")


def by_level(tables: tuple[Rows, ...], levels: Levels) -> Iterator[Rows]:
    """Tables of several levels: units, sources and programmes have codes that could be taken for one another, so theirs say the level."""
    plain = ("total", *levels.both)
    for table in tables:
        there = table.filas["nivel"].unique(maintain_order=True).to_list()
        yield replace(table, niveles=plain)
        rest = tuple(level for level in there if level not in plain)
        if rest:
            others = {name: _of_level(place) for name, place in table.others.items()}
            yield replace(table, niveles=rest, place=_of_level(table.place), others=others)


def _of_level(place: Place) -> Place:
    return replace(place, unidad="{nivel} " + place.unidad)


def monitoring_tables(
    followed: Followed, levels: Levels, tables: Mapping[str, pl.DataFrame], spec: AnalisisSpec, previous: str | None
) -> Iterator[Rows]:
    """The light of each month, what it warns of, money beside results, and how the budget moved.

    Args:
        followed: the money.
        levels: the plan's.
        tables: `Monitoring.tables`.
        spec: which year of results is beside the money, and how its advance is counted.
        previous: the snapshot before.
    """
    result = spec.ranking.anio_resultado
    year, month, source = followed.year, followed.month, origin_of(followed.linkage, followed.year).source
    then, ended = replace(source, al=followed.cut_off), replace(source, al=followed.month_end)
    today, now = Place("{unidad}", year, own=True), Place("{unidad}", year, month)
    changed = replace(now, variante=since(previous), own=True)
    of_light = dict.fromkeys(_OF_LIGHT, now) | {"pim_soles": replace(today, own=False)}
    ends = pl.col("mes").replace_strict(followed.ends, return_dtype=pl.Date)
    yield from by_level(
        (
            Rows("trimestre_semaforo", tables["semaforo"].select("nivel", "unidad", "pim_soles"), source, today),
            Rows(
                "trimestre_semaforo",
                tables["semaforo"].drop("pim_soles"),
                source,
                replace(now, mes="{mes}", own=True),
                texts=tuple(f"color_{stage}" for stage in STAGES),
                motives={f"{stage}_ratio": f"{stage}_motivo" for stage in STAGES},
                rules={f"{stage}_ratio": f"{stage} ÷ lo esperado a esa fecha" for stage in STAGES},
                al=ends,
            ),
            Rows(
                "trimestre_alertas",
                tables["alertas"],
                then,
                changed,
                of_light | {"cambio": replace(changed, medida="cambio_alerta")},
                _TOLD,
            ),
            Rows("trimestre_cambios", tables["cambios"], then, changed, {"devengado_ratio": now}, _TOLD[1:]),
            Rows("trimestre_meses_fuera_de_ritmo", tables["meses_fuera_de_ritmo"], ended, replace(now, own=True)),
        ),
        levels,
    )
    action = {name: replace(place, unidad="{accion}") for name, place in of_light.items()}
    advance = {"avance_ratio": advance_of(spec, result)}
    yield Rows("trimestre_alineamiento", tables["alineamiento"], ended, Place("{accion}", year, month), action | advance)
    cell = Place("{banda_ejecucion} × {banda_resultado}", year, month, beside(result), own=True)
    yield Rows("trimestre_alineamiento_celdas", tables["alineamiento_celdas"], ended, cell)
    yield from _moved(followed, tables, previous)


def _moved(followed: Followed, tables: Mapping[str, pl.DataFrame], previous: str | None) -> Iterator[Rows]:
    source = origin_of(followed.linkage, followed.year).source
    step = Place("{por}: {de} → {a}", "{anio}", own=True)
    yield Rows("trimestre_composicion", tables["composicion"], source, step)
    yield Rows(
        "trimestre_composicion_por_unidad", tables["composicion_por_unidad"], source, replace(step, unidad="{por} {unidad}: {de} → {a}")
    )
    yield Rows("trimestre_ritmo_del_anio", tables["ritmo_del_anio"], source, Place(WHOLE, "{anio}", variante="ritmo del año", own=True))
    curves = tables["curvas"]
    yield Rows("trimestre_curvas", curves, source, Place("curva {curva}: {etapa}", followed.year, "{mes}", own=True))
    if "modificaciones" in tables:
        whole = Place(WHOLE, followed.year, variante=since(previous), own=True)
        yield Rows("trimestre_modificaciones", tables["modificaciones"], source, whole)
        line = replace(whole, unidad="línea {sec_ejec} {sec_func} {fuente} {generica} {accion}")
        yield Rows("trimestre_lineas_modificadas", tables["lineas_modificadas"], source, line)


def closing_tables(followed: Followed, levels: Levels, closing: Closing, suffix: str = "") -> Iterator[Rows]:
    """The close of each unit, its path, and how far the methods may be trusted."""
    source = origin_of(followed.linkage, followed.year).source
    then = replace(source, al=followed.month_end)
    year, month, apart = followed.year, followed.month, suffix.strip("_").replace("_", " ")
    own = Place("{unidad}", year, variante=apart, own=True)
    today, now = replace(own, variante=""), replace(own, mes=month, variante="")
    path = replace(own, mes="{mes}", variante=f"senda {apart}".strip())
    close = closing.unidades
    yield from by_level(
        (
            Rows(f"trimestre_cierre{suffix}", close.select("nivel", "unidad", "pim_soles"), source, replace(today, own=not apart)),
            Rows(f"trimestre_cierre{suffix}", close.drop("pim_soles"), then, own, {"devengado_soles": now}),
            Rows(f"trimestre_senda{suffix}", closing.senda, then, path),
        ),
        levels,
    )
    tried = Place("{metodo}", year, "{mes_origen}", f"prueba {apart}".strip(), own=True)
    yield Rows(f"trimestre_errores_de_metodos{suffix}", closing.prueba.errors, then, tried)
    promised = Place("intervalo {confianza_ratio}", year, variante=f"prueba {apart}".strip(), own=True)
    yield Rows(f"trimestre_calibracion{suffix}", closing.calibracion, then, promised)
