"""Each matrix: a grid of what was spent against what was achieved, and the actions under each diagnosis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from presupuesto_link.evaluation import diagnosis as dx
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.facts import beside, cell_of, counted_as
from presupuesto_link.evaluation.matrix import WHOLE_YEAR, Matrix
from presupuesto_link.facts import Fact
from presupuesto_link.money.by_action import TRANSVERSAL
from presupuesto_link.presentation.telling.chosen import decision_index
from presupuesto_link.presentation.telling.lines import said
from presupuesto_link.presentation.telling.phrases import agree, capital
from presupuesto_link.presentation.telling.shelf import FigureShelf
from presupuesto_link.presentation.telling.views import Row, TableView, card_of, rated, shown, who
from presupuesto_link.presentation.telling.words import limit, short_amount, year_pair
from presupuesto_link.specs import MatricesSpec
from presupuesto_link.tables.levels import Levels
from presupuesto_link.vocabulary import AMBER, GREEN, GREY, RED
from presupuesto_link.wording import plural, soles

_SPENT = (GREEN, AMBER, RED, GREY)
_ACHIEVED = (RED, AMBER, GREEN, GREY)
_NO_SUM = "sólo dinero de transversales, que no se suma"
_ADVICE = {
    dx.REDESIGN: "Gasta y no logra: revisar qué se hace con el dinero.",
    dx.UNBLOCK: "Ni gasta ni logra: quitar primero lo que frena el gasto.",
    dx.REVIEW_TARGET: "Logra aunque gasta poco, o su resultado descansa en indicadores observados: confirmar la meta y el dato.",
    dx.GET_DATA: "Tiene presupuesto y ningún dato de resultado: conseguir el dato antes de decidir.",
    dx.NO_BUDGET: "No se sabe cuánto dinero la financia: vincular sus metas presupuestarias o declararlo.",
    dx.SUSTAIN: "Gasta y logra: mantener y vigilar.",
}


def matrix_views(analysis: Evaluation, names: Mapping[str, str], shelf: FigureShelf) -> list[dict[str, Any]]:
    """Every matrix, the one for deciding first."""
    main = decision_index(analysis)
    order = sorted(range(len(analysis.matrices)), key=lambda i: (i != main, i))
    limits, note = analysis.inputs.spec.matrices, _ranking_note(analysis)
    pairs = [(_Pair(analysis, analysis.matrices[i]), analysis.diagnoses[i]) for i in order]
    return [
        {"principal": place == 0, "nota": note if place == 0 else "", "figuras": _figures(pair.matrix, shelf)}
        | _matrix_view(pair, diagnosis, names, limits, analysis.levels)
        for place, (pair, diagnosis) in enumerate(pairs)
    ]


class _Pair:
    """The facts of a matrix: of its cells and groups, of the money of its year and of the results of the other."""

    def __init__(self, analysis: Evaluation, matrix: Matrix) -> None:
        self.matrix, self._facts, spec = matrix, analysis.facts, analysis.inputs.spec.avance
        self._counted = counted_as(spec.perfil, spec.politica_nd)

    def crossed(self, unit: str, measure: str) -> Fact:
        return self._facts.get(unit, measure, self.matrix.anio_ejecucion, variante=beside(self.matrix.anio_resultado))

    def money(self, code: str, measure: str) -> Fact:
        return self._facts.get(code, measure, self.matrix.anio_ejecucion)

    def advance(self, code: str) -> Fact | None:
        return self._facts.find(code, "avance_ratio", self.matrix.anio_resultado, variante=self._counted)


def _ranking_note(analysis: Evaluation) -> str:
    """What the first matrix is for, when its years are those of the ranking."""
    spec, matrix = analysis.inputs.spec.ranking, analysis.matrices[decision_index(analysis)]
    same = (spec.anio_ejecucion, spec.anio_resultado) == (matrix.anio_ejecucion, matrix.anio_resultado)
    return "el ranking y los escenarios usan estos años" if same else ""


def anchor(matrix: Matrix, code: str) -> str:
    """The id in the page of an action's diagnosis."""
    return f"dx-{matrix.anio_ejecucion}-{matrix.anio_resultado}-{code}"


def _figures(matrix: Matrix, shelf: FigureShelf) -> list[Any]:
    found = [shelf.take(f"{kind}_{year_pair(matrix)}") for kind in ("matriz", "burbujas")]
    return [figure for figure in found if figure is not None]


def _matrix_view(pair: _Pair, diagnosis: pl.DataFrame, names: Mapping[str, str], limits: MatricesSpec, levels: Levels) -> dict[str, Any]:
    matrix = pair.matrix
    years = _years(matrix)
    return {
        "frase": _both_sentence(matrix, diagnosis, limits, levels),
        "dinero": matrix.nota,
        "id": year_pair(matrix).replace("_", "-"),
        "titulo": capital(years),
        "leyenda": f"Cuántas {levels.accion} hay en cada celda, su PIM y cuáles son ({years})",
        "ejecucion": f"Ejecución {matrix.anio_ejecucion}",
        "resultado": f"Resultado {matrix.anio_resultado}",
        "columnas": _ACHIEVED,
        "filas": _grid(pair, names, levels),
        "diagnosticos": [_diagnosis_group(pair, diagnosis, name, names, levels) for name in _ADVICE],
    }


def _both_sentence(matrix: Matrix, diagnosis: pl.DataFrame, limits: MatricesSpec, levels: Levels) -> str:
    """Why fewer actions are to be sustained than executed and achieved."""
    both = diagnosis.filter(
        (pl.col("ejecucion_ratio") >= limits.ejecuta_desde_ratio) & (pl.col("avance_ratio") >= limits.logra_desde_ratio)
    )
    firm = dx.count_diagnoses(both)[dx.SUSTAIN]
    doubtful = both.height - firm
    text = (
        f"{agree(both.height, 'Ejecutó y logró', 'Ejecutaron y lograron')} {plural(both.height, levels.accion, levels.accion)} "
        f"({limit(limits.ejecuta_desde_ratio)} o más {'del PIM' if matrix.medida == WHOLE_YEAR else matrix.de_que} y {limit(limits.logra_desde_ratio)} o más de avance): "
        f"{firm} por sostener"
    )
    if not doubtful:
        return f"{text}."
    return (
        f"{text} y {doubtful} {agree(doubtful, 'contada', 'contadas')} en «revisar meta», porque su logro descansa en "
        "indicadores que la auditoría observa."
    )


def _years(matrix: Matrix) -> str:
    return f"ejecución {matrix.anio_ejecucion} y resultado {matrix.anio_resultado}"


def _grid(pair: _Pair, names: Mapping[str, str], levels: Levels) -> list[dict[str, Any]]:
    cells = {(row["banda_ejecucion"], row["banda_resultado"]): row for row in pair.matrix.celdas.iter_rows(named=True)}
    return [{"banda": spent, "celdas": [_grid_cell(pair, cells[spent, result], names, levels) for result in _ACHIEVED]} for spent in _SPENT]


def _grid_cell(pair: _Pair, row: Mapping[str, Any], names: Mapping[str, str], levels: Levels) -> dict[str, Any]:
    unit = cell_of(row["banda_ejecucion"], row["banda_resultado"])
    count, pim, beside_it = (pair.crossed(unit, measure) for measure in ("acciones", "pim_soles", "transversales"))
    number, across = int(count.valor), int(beside_it.valor)
    money = "" if row["banda_ejecucion"] == GREY else f"PIM {short_amount(pim.valor)}"
    return {
        "acciones": number,
        "hechos": said(count, *([pim] if number and money else [])),
        "cuenta": f"{number} {levels.accion}",
        "pim": money if number else "",
        "nota": f"{plural(across, 'transversal', 'transversales')}, sin sumar su PIM" if across else "",
        "lista": [{"codigo": code, "nombre": names[code], "href": card_of(code)} for code in row["lista"].split(", ") if code],
    }


def _diagnosis_group(pair: _Pair, diagnosis: pl.DataFrame, name: str, names: Mapping[str, str], levels: Levels) -> dict[str, Any]:
    rows = diagnosis.filter(pl.col("diagnostico") == name).sort("accion")
    count, money = pair.crossed(name, "acciones"), pair.crossed(name, "pim_soles")
    return {
        "nombre": capital(name),
        "consejo": _ADVICE[name],
        "hechos": said(count, *([money] if money.valor else [])),
        "cuenta": f"{count.valor:.0f} {levels.accion}",
        "pim": f"PIM {short_amount(money.valor)}" if money.valor else _NO_SUM if _only_beside(rows) else "sin PIM vinculado",
        "vacio": rows.is_empty(),
        "abierto": name in (dx.REDESIGN, dx.UNBLOCK),
        "tabla": _diagnosis_table(pair, rows, name, names, levels),
    }


def _only_beside(rows: pl.DataFrame) -> bool:
    """Whether the money of some actions is all of transversal ones, which is shown and never added up."""
    return not rows.filter((pl.col("vinculo") == TRANSVERSAL) & (pl.col("pim_soles") > 0)).is_empty()


def _diagnosis_table(pair: _Pair, rows: pl.DataFrame, name: str, names: Mapping[str, str], levels: Levels) -> TableView:
    matrix = pair.matrix
    return TableView(
        f"{capital(name)}: {levels.accion} y razón, {_years(matrix)}",
        (levels.accion, "PIM", f"Ejecución {matrix.anio_ejecucion}", f"Avance {matrix.anio_resultado}", "Razón"),
        tuple(_diagnosis_row(pair, row, names) for row in rows.iter_rows(named=True)),
        frozenset({1, 2, 3}),
    )


def _diagnosis_row(pair: _Pair, row: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    code = row["accion"]
    return Row(
        (
            who(code, names),
            shown(pair.money(code, "pim_soles"), soles, "transversal: no se suma" if row["vinculo"] == TRANSVERSAL else ""),
            rated(pair.money(code, "ejecucion_ratio"), row["banda_ejecucion"]),
            rated(pair.advance(code), row["banda_resultado"]),
            shown(pair.crossed(code, "razon"), str),
        ),
        anchor(pair.matrix, code),
    )
