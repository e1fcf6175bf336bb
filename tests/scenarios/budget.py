"""Made-up budget lines for scenarios, each with every code the law looks at."""

import datetime as dt

import polars as pl

from presupuesto_link.normas.rulebook import Rulebook, in_force
from presupuesto_link.scenarios.baseline import Baseline, baseline_of_actions
from presupuesto_link.specs import EscenarioSpec, PesosSpec, ReglaSpec, read_norms
from presupuesto_link.tables.numbers import MONEY
from tests.conftest import ROOT

DATE = dt.date(2025, 7, 31)
EMPTY = Rulebook(DATE, ())
LINE = {
    "sec_ejec": "775",
    "sec_func": "1",
    "funcion": "10",
    "programa": "0042",
    "producto": "3000001",
    "actividad": "5000001",
    "finalidad": "0000001",
    "fuente": "1",
    "rubro": "00",
    "tipo_recurso": "0",
    "categoria_gasto": "5",
    "generica": "3",
    "clasificador": "2.3.1.5.1.2",
    "pliego": "445",
    "inversion": "no",
    "finalidad_nombre": "riego",
    "producto_nombre": "agua",
    "nivel": "R",
}


def line(action: str, pim: int, held: int = 0, **codes: str) -> dict:
    """A line of an action with `pim` soles, `held` of them certified and accrued."""
    return LINE | codes | {"accion": action, "pim_soles": pim, "certificado_soles": held}


def norms() -> Rulebook:
    """The real rules on the date of these budgets."""
    return in_force(read_norms(ROOT / "data" / "normas"), DATE)


def rule(name: str, verdict: str, **condition: object) -> ReglaSpec:
    """A rule with one condition."""
    return ReglaSpec.model_validate(
        {
            "id": name,
            "articulo": f"artículo {name}",
            "texto": "una regla de prueba",
            "confianza": "alta",
            "veredicto": verdict,
            "requiere": "un papel" if verdict == "REQUIERE" else "",
            "cuando": [condition] if condition else [],
        }
    )


def base(lines: list[dict], scores: dict[str, float], advances: dict[str, float] | None = None, execution: float = 1.0) -> Baseline:
    """A baseline where the actions with a score are the lagging ones; `advances` says their advance (0.5 by default)."""
    frame = pl.DataFrame(lines).with_columns(
        vinculo=pl.lit("directo"), devengado_soles=pl.col("certificado_soles"), pia_soles=pl.lit(None, pl.Int64)
    )
    given = advances or {}
    actions = (
        frame.group_by("accion", "vinculo")
        .agg(pl.col("pim_soles").sum().cast(MONEY))
        .sort("accion")
        .with_columns(
            objetivo=pl.col("accion").str.head(6).str.replace("AER", "OER"),
            nombre=pl.col("accion"),
            devengado_soles=(pl.col("pim_soles").cast(pl.Float64) * execution).cast(MONEY),
            ejecucion_ratio=pl.lit(execution),
            avance_ratio=pl.col("accion").replace_strict(
                {code: given.get(code, 0.5) for code in scores}, default=1.0, return_dtype=pl.Float64
            ),
            banda_resultado=pl.when(pl.col("accion").is_in(list(scores))).then(pl.lit("rojo")).otherwise(pl.lit("verde")),
            diagnostico=pl.lit("sostener"),
        )
        .with_columns(saldo_soles=(pl.col("pim_soles") - pl.col("devengado_soles")).cast(MONEY))
    )
    ordered = sorted(scores, key=lambda code: (-scores[code], code))
    ranking = pl.DataFrame(
        [
            {
                "accion": code,
                "objetivo": f"OER.{code[4:6]}",
                "grupo": "rezagada",
                "puesto": place,
                "puntaje_ratio": scores[code],
                "brecha_avance": scores[code],
                "tendencia": 0.0,
                "brecha_ejecucion": scores[code] / 2,
                "peso_presupuestal": 0.5,
                "prioridad": 0.0,
            }
            for place, code in enumerate(ordered, 1)
        ]
    )
    return baseline_of_actions(actions, ranking, PesosSpec(), DATE, 2025, "datos sintéticos de prueba", frame)


def asked(**changes: object) -> EscenarioSpec:
    """A scenario in which everything free may move, unless told otherwise."""
    whole = {
        "id": "prueba",
        "titulo": "t",
        "autor": "a",
        "pregunta": "p",
        "no_modela": ["nada"],
        "donantes": {"fraccion_saldo_ratio": 1.0},
        "receptores": {"tope_pim_ratio": 1.0, "absorcion": {"modo": "sin descuento"}},
    }
    for key, value in changes.items():
        whole[key] = whole[key] | value if isinstance(value, dict) and isinstance(whole.get(key), dict) else value
    return EscenarioSpec.model_validate(whole)
