"""What an association study says, in words: first how little so few actions can tell, then each figure, never as an effect."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from presupuesto_link.presentation.telling.words import limit
from presupuesto_link.tables.levels import Levels, short_code
from presupuesto_link.wording import MINUS, NO_DATA, enumerate_words, percent, plural

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.specs import AsociacionSpec
    from presupuesto_link.studies.association import AssociationStudy, Case

_WITHOUT = "_sin_la_mas_influyente"
TITLES = {
    "spearman": "Correlación de rangos (Spearman)",
    "mco": "Mínimos cuadrados (HC3)",
    "logit_fraccional": "Logit fraccional, pendiente media",
    "panel_con_anios": "Panel, con un término por año",
    "panel_con_anios_y_aer": "Panel, con un término por año y por acción",
}
_TESTS = {
    "spearman": "correlación de rangos",
    "mco": "mínimos cuadrados",
    "logit_fraccional": "logit fraccional",
    "panel_con_anios": "panel",
    "panel_con_anios_y_aer": "panel con acciones",
}
_STRENGTHS = ((0.1, "casi nula"), (0.3, "débil"), (0.5, "moderada"), (1.01, "fuerte"))  # Cohen (1988)
SCORE_LIMITS = (
    "Segunda opinión, nunca la principal: compara acciones distintas como si un sol comprara el mismo avance en todas, con un "
    "solo insumo (PIM) y un solo producto (avance), son pocas y una acción extrema basta para mover a las demás."
)
NOT_AN_EFFECT = (
    "Que dos cifras vayan juntas no dice que una venga de la otra; y no distinguirlas del azar no demuestra que no vayan juntas."
)


def signed(value: float | None, decimals: int = 2) -> str:
    """`+0.23`, `−0.16`; `ND` when there is none."""
    if value is None:
        return NO_DATA
    text = f"{abs(value):.{decimals}f}"
    zero = float(text) == 0
    return text if zero else f"{'+' if value > 0 else MINUS}{text}"


def probability(value: float | None) -> str:
    """`0.041`, `< 0.001`; a dash when it is not a test."""
    return "—" if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"


def strength(correlation: float) -> str:
    """The usual word for the size of a correlation, sign aside."""
    return next(word for top, word in _STRENGTHS if abs(correlation) < top)


def row_of(study: AssociationStudy, case: Case, name: str, variable: str = "ejecucion") -> dict[str, Any] | None:
    """One estimate of a case; None when it was not tried."""
    import polars as pl

    found = study.of(case, "estimaciones").filter((pl.col("estimador") == name) & (pl.col("variable") == variable))
    return found.row(0, named=True) if found.height else None


def years_of(case: Case) -> str:
    """`ejecución 2023 y avance 2024`."""
    return f"ejecución {case.anio_ejecucion} y avance {case.anio_resultado}"


def plain_answer(study: AssociationStudy) -> list[str]:
    """What the study says, in the order it should be read: how little it can tell comes first."""
    return [
        how_little(study),
        *(observed(study, case) for case in study.principal),
        against_the_document(study),
        f"{how_many_tests(study)} {NOT_AN_EFFECT}",
        *(left_out(study, case) for case in study.principal),
    ]


def how_little(study: AssociationStudy) -> str:
    """What so many actions can tell about anything: the first thing to be read."""
    rows = [study.of(case, "potencia").row(0, named=True) for case in study.principal]
    distinct = {row["n"]: row for row in rows}
    return " ".join(_power(row, study.inputs.plan.niveles) for row in distinct.values())


def _power(power: dict[str, Any], levels: Levels) -> str:
    if power["correlacion_minima"] is None:
        return f"Con {plural(power['n'], levels.accion, levels.accion)} no se puede decir nada."
    seen = round(power["potencia_referencia"] * 100)
    return (
        f"Con {power['n']} {levels.accion} se puede decir poco. Sólo una correlación de {power['correlacion_minima']:.2f} o mayor, en un sentido u otro, se notaría con "
        f"{percent(power['potencia'], 0)} de probabilidad; una de {power['correlacion_referencia']:.2f} se notaría {seen} de cada 100 veces, y harían "
        f"falta {power['n_necesario']} {levels.accion} para notarla con esa probabilidad."
    )


def observed(study: AssociationStudy, case: Case) -> str:
    """The correlation of a case, with what its interval leaves possible."""
    start = f"Entre {years_of(case)}, la correlación de rangos"
    row = row_of(study, case, "spearman")
    if row is None or row["estimacion"] is None:
        return f"{start} no se estima: {row['motivo'] if row else 'sin datos'}."
    low, high = row["inferior"], row["superior"]
    sure = percent(study.inputs.spec.asociacion.confianza, 0)
    zero = "incluye el cero" if low <= 0 <= high else "no incluye el cero"
    return (
        f"{start} observada es {signed(row['estimacion'])} y su intervalo va de {signed(low)} a {signed(high)} ({sure}), que {zero}: "
        f"caben desde una asociación {_side(low)} hasta una {_side(high)}."
    )


def _side(correlation: float) -> str:
    word = strength(correlation)
    return word if word == "casi nula" else f"{word} {'directa' if correlation > 0 else 'inversa'}"


def seen_directly(study: AssociationStudy, case: Case) -> str:
    """How many actions spent on time and still did not achieve: what needs no statistics."""
    limits = study.inputs.spec.matrices
    spent, short, idle, reached = study.crossed(case)
    return (
        f"De {spent} {study.inputs.plan.niveles.accion} que ejecutaron {limit(limits.ejecuta_desde_ratio)} o más de su PIM {case.anio_ejecucion}, {_verb(short, 'no llegó', 'no llegaron')} a "
        f"{limit(limits.logra_desde_ratio)} de su meta {case.anio_resultado}; de {idle} que ejecutaron menos, {_verb(reached, 'llegó', 'llegaron')}."
    )


def _verb(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def against_the_document(study: AssociationStudy) -> str:
    """How what is seen sits with the sentence of the document; only what is seen when the analysis cites none."""
    seen = " ".join(seen_directly(study, case) for case in study.principal)
    cited = study.inputs.spec.asociacion.cita
    if not cited:
        return seen
    agrees = (
        "Lo observado concuerda con esa frase"
        if any(study.crossed(case).sin_lograr for case in study.principal)
        else "Lo observado no basta para juzgar esa frase"
    )
    return f"{cited.rstrip('.')}. {agrees}. {seen}"


def how_many_tests(study: AssociationStudy) -> str:
    """The family of tests, how many pass alone and how many once counted together."""
    import polars as pl

    spec = study.inputs.spec.asociacion
    level = round(1 - spec.confianza, 6)
    tests = study.familia
    alone, together = (tests.filter(pl.col(name) < level) for name in ("p", "p_holm"))
    made, passed = (enumerate_words(_TESTS[name] for name in _TESTS if name in set(table["estimador"])) for table in (tests, alone))
    which = f" ({passed})" if passed else ""
    return (
        f"Se hicieron {plural(study.pruebas, 'prueba', 'pruebas')} ({made}), "
        f"por cada par de años y con {plural(study.formas, 'forma', 'formas')} de medir el avance (perfil y política de ND). Una por una, {alone.height} quedan bajo {level:g}{which}; "
        f"contadas juntas (Holm), {together.height}."
    )


def left_out(study: AssociationStudy, case: Case) -> str:
    """Who is not counted, and why."""
    out = study.left_out(case)
    parts = [f"{len(codes)} {reason} ({', '.join(short_code(code) for code in codes)})" for reason, codes in out.items()]
    start = years_of(case).capitalize()
    return (
        f"{start}: quedan fuera {len([*chain(*out.values())])} {study.inputs.plan.niveles.accion}: {'; '.join(parts)}."
        if parts
        else f"{start}: no queda fuera ninguna {study.inputs.plan.niveles.accion}."
    )


def reading(row: dict[str, Any], spec: AsociacionSpec) -> str:
    """What an estimate says, or why there is none."""
    if row["estimacion"] is None:
        return f"No se estima: {row['motivo']}."
    name = row["estimador"].removesuffix(_WITHOUT)
    start = f"Sin {row['sin_accion']}: " if row["sin_accion"] else ""
    crosses = row["inferior"] <= 0 <= row["superior"]
    end = "el intervalo incluye el cero" if crosses else "el intervalo no incluye el cero"
    text = f"asociación {_side(row['estimacion'])}" if name == "spearman" else _slope(row, spec)
    sentence = f"{start}{text}; {end}"
    return sentence[0].upper() + sentence[1:]


def _slope(row: dict[str, Any], spec: AsociacionSpec) -> str:
    points, variable = row["estimacion"] * 100, row["variable"]
    if variable == "ejecucion":
        return f"{held(row, spec)}10 puntos más de ejecución acompañan a {signed(points / 10, 1)} puntos de avance"
    if variable == "log10_pim":
        return f"diez veces más PIM acompaña a {signed(points, 1)} puntos de avance"
    first = spec.dimensiones[0].nombre if spec.dimensiones else ""
    return f"{signed(points, 1)} puntos de avance frente a «{first}»"


def held(row: dict[str, Any], spec: AsociacionSpec) -> str:
    """What a regression holds constant: `a igual PIM y dimensión, `; nothing when it holds nothing."""
    of_panel = row["estimador"].startswith("panel")
    names = [
        *(["PIM"] if "pim" in spec.controles else []),
        *(["dimensión"] if "dimension" in spec.controles and spec.dimensiones and not of_panel else []),
    ]
    return f"a igual {enumerate_words(names)}, " if names else ""


def title_of(row: dict[str, Any]) -> str:
    """The name of an estimate in a table."""
    name = row["estimador"]
    base = TITLES[name.removesuffix(_WITHOUT)]
    if name.endswith(_WITHOUT):
        return f"{base}, sin {row['sin_accion']}"
    variable = {"ejecucion": "", "log10_pim": ": PIM"}.get(row["variable"], f": {row['variable']}")
    return base + variable


def interval(row: dict[str, Any]) -> tuple[str, str]:
    """The estimate and its interval as they are written: a correlation as it is, a slope in points."""
    if row["estimacion"] is None:
        return NO_DATA, ""
    if row["estimador"].startswith("spearman"):
        return signed(row["estimacion"]), f"{signed(row['inferior'])} a {signed(row['superior'])}"
    scale = 10 if row["variable"] == "ejecucion" else 100
    low, middle, high = (signed(row[key] * scale, 1) for key in ("inferior", "estimacion", "superior"))
    return f"{middle} pp", f"{low} a {high} pp"


def on_the_frontier(scores: pl.DataFrame, levels: Levels) -> str:
    """Who sets the frontier, and whether the score says anything the advance did not."""
    from presupuesto_link.studies.efficiency import compare_scores

    if scores.is_empty():
        return f"No hay {levels.accion} que comparar."
    leader = scores.sort("veces_referente", "accion", descending=[True, False]).row(0, named=True)
    same, moved = compare_scores(scores)
    alone = (
        " El puntaje repite el avance: no agrega nada a lo que ya se sabía."
        if same == scores.height
        else f" En {same} de {scores.height} el puntaje es el propio avance."
    )
    return (
        f"{leader['accion']} es referente de {leader['veces_referente']} de las otras {scores.height - 1} {levels.accion}.{alone} "
        f"Sin ella {_moved(moved, levels)}."
    )


def _moved(count: int, levels: Levels) -> str:
    """How many scores would change."""
    if count == 0:
        return "no cambiaría ningún puntaje"
    return f"cambiaría el puntaje de 1 {levels.accion}" if count == 1 else f"cambiarían los puntajes de {count} {levels.accion}"
