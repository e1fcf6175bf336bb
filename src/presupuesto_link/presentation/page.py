"""The readable page: one self-contained HTML file for directors and the budget office.

Everything the template shows is built here as plain text; the template only places it. The page needs no network and
no JavaScript; figures are files beside it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import PurePosixPath
from textwrap import shorten
from typing import Any

import polars as pl

from presupuesto_link.audit.reconcile import BY_ROUNDING, COHERENT_ND, INCOHERENT_ND, REPRODUCED, WITH_CORRECTION
from presupuesto_link.errors import FINDING_KINDS, Finding
from presupuesto_link.linkage.by_action import DIRECT, NO_MONEY, NO_ROW, TRANSVERSAL
from presupuesto_link.matrices import diagnosis as dx
from presupuesto_link.matrices.matrix import Matrix
from presupuesto_link.matrices.ranking import COMPONENTS, LAGGING, ON_TARGET
from presupuesto_link.matrices.ranking import NO_DATA as DATA_FIRST
from presupuesto_link.measures.aggregate import POLICIES
from presupuesto_link.measures.rules import RULES
from presupuesto_link.pipeline import Analysis
from presupuesto_link.presentation.theme import HEX, LETTER, TEXT_ON
from presupuesto_link.scenarios.compare import Scenario
from presupuesto_link.specs import SemaforoSpec
from presupuesto_link.wording import MINUS, NO_DATA, enumerate_words, millions, percent, plain_number, plural, soles

_MONTHS = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre")  # fmt: skip
_AMOUNT = re.compile(r"(S/ [\d,.]*\d(?: M)?|\d[\d,.]* %)")
_POLICY_WORDS = {"excluir": "excluyendo los ND", "cero": "contando el ND como 0"}
_POLICY_HEADERS = {"excluir": "excluyendo ND", "cero": "ND como 0"}
_SEVERITY_WORDS = {"alta": "Alta", "media": "Media", "baja": "Baja"}
_ADVICE = {
    dx.REDESIGN: "Gasta y no logra: revisar qué se hace con el dinero.",
    dx.UNBLOCK: "Ni gasta ni logra: quitar primero lo que frena el gasto.",
    dx.REVIEW_TARGET: "Logra aunque gasta poco, o logra sólo con indicadores observados: confirmar la meta y el dato.",
    dx.GET_DATA: "Tiene presupuesto y ningún dato de resultado: conseguir el dato antes de decidir.",
    dx.NO_BUDGET: "No se sabe cuánto dinero la financia: vincular sus metas presupuestarias o declararlo.",
    dx.SUSTAIN: "Gasta y logra: mantener y vigilar.",
}
_COMPONENT_WORDS = {
    "brecha_avance": "Brecha de avance",
    "tendencia": "Tendencia",
    "brecha_ejecucion": "Brecha de ejecución",
    "peso_presupuestal": "Peso presupuestal",
    "prioridad": "Prioridad",
}
_COMPONENT_MEANING = {
    "brecha_avance": "lo que le falta para su meta",
    "tendencia": "cuánto bajó su avance desde el año anterior",
    "brecha_ejecucion": "la parte del PIM que no devengó",
    "peso_presupuestal": "el lugar de su PIM entre las AER con presupuesto",
    "prioridad": "si su OER es de los priorizados",
}


@dataclass(frozen=True)
class FigureRef:
    """A figure beside the page: its path is relative to the page, and the PNG has the same path with `.png`."""

    name: str
    title: str
    alt: str
    path: str

    @property
    def png(self) -> str:
        """The path of the same figure as PNG."""
        return str(PurePosixPath(self.path).with_suffix(".png"))


@dataclass(frozen=True)
class Line:
    """One of the ten lines: what to remember, and the sentence behind it."""

    lead: str
    text: str


@dataclass(frozen=True)
class Cell:
    """A table cell: text, a second muted line, a traffic-light colour, a link."""

    text: str
    detail: str = ""
    color: str = ""
    href: str = ""

    @property
    def wide(self) -> bool:
        """Whether its column needs room, because the second line is a name or a sentence."""
        return len(self.detail) > 30


@dataclass(frozen=True)
class Row:
    """A table row; the first cell is its header. `anchor` is its id in the page, if it has one."""

    cells: tuple[Cell, ...]
    anchor: str = ""


@dataclass(frozen=True)
class TableView:
    """A table ready to be placed: `numeric` are the columns aligned to the right."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[Row, ...]
    numeric: frozenset[int] = frozenset()


def render_page(analysis: Analysis, figures: Sequence[FigureRef], tables: Mapping[str, str] | None = None) -> str:
    """The page of an analysis, as HTML.

    Args:
        analysis: a complete analysis.
        figures: the figures written beside the page; those it does not know go to the end, under their title.
        tables: title of every table written beside the page, by its path relative to the page.

    Returns:
        UTF-8 text, the same for the same analysis: no date of today, no random name.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("presupuesto_link.presentation", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["firme"] = _firm
    return environment.get_template("index.html.j2").render(_context(analysis, figures, tables or {})) + "\n"


def ten_lines(analysis: Analysis) -> tuple[Line, ...]:
    """What a director should remember, in ten sentences; every number comes from the analysis."""
    return (
        _money_line(analysis),
        _link_line(analysis),
        _actions_line(analysis),
        _objectives_line(analysis),
        _cross_line(analysis),
        _ranking_line(analysis),
        _data_line(analysis),
        _scenario_line(analysis),
        _audit_line(analysis),
        _index_line(analysis),
    )


def _context(analysis: Analysis, figures: Sequence[FigureRef], tables: Mapping[str, str]) -> dict[str, Any]:
    spec, names = analysis.inputs.spec, _names(analysis)
    by_name = {figure.name: figure for figure in figures}
    used: dict[str, FigureRef | None] = {}

    def figure(name: str) -> FigureRef | None:
        used[name] = by_name.get(name)
        return used[name]

    main = _decision(analysis)
    order = sorted(range(len(analysis.matrices)), key=lambda i: (i != main, i))
    context: dict[str, Any] = {
        "spec": spec,
        "fecha_corte": _date(spec.fecha_corte),
        "colores": [(name, HEX[name], TEXT_ON[name]) for name in HEX],
        "letras": LETTER,
        "bandas": _band_words(spec.semaforo),
        "lineas": ten_lines(analysis),
        "matrices": [_matrix_view(analysis, i, names, figure) for i in order],
        "ranking": _ranking_view(analysis, names) | {"figura": figure("ranking")},
        "datos": _data_table(analysis, names),
        "escenarios": [
            _scenario_view(s, names) | {"figura": figure(f"escenario_{s.spec.id}")} for s in analysis.scenarios
        ],
        "semaforo": [
            _semaforo_view(analysis, level, names) | {"figura": figure(f"semaforo_{level.lower()}")}
            for level in ("OER", "AER")
        ],
        "indice": _index_table(analysis),
        "auditoria": _audit_view(analysis.audit.hallazgos),
        "conciliacion": _reconciliation_view(analysis),
        "correcciones": _corrections_table(analysis.inputs.plan.correcciones),
        "metodo": _method(analysis),
        "tablas": sorted(tables.items()),
    }
    return context | {"otras_figuras": [f for f in figures if f.name not in used]}


def _firm(text: str) -> Any:
    """Escaped text whose amounts and percentages do not break across lines."""
    from markupsafe import Markup, escape

    return Markup(_AMOUNT.sub(r'<span class="firme">\1</span>', str(escape(text))))


# ── small words ──────────────────────────────────────────────────────────────────────────────────────────────────


def _date(day: dt.date) -> str:
    return f"{day.day} de {_MONTHS[day.month - 1]} de {day.year}"


def _amount(value: Any) -> str:
    """Soles in millions when there are millions, whole soles otherwise."""
    return millions(value) if value is not None and abs(value) >= 1_000_000 else soles(value)


def _signed(amount: Any) -> str:
    """A change in soles with its sign before the currency: `+S/ 164,973`."""
    return ("+" if amount > 0 else MINUS if amount < 0 else "") + soles(abs(amount))


def _score(ratio: float | None) -> str:
    """From 0 to 1, as in the figure: a score is not a percentage of anything."""
    return NO_DATA if ratio is None else f"{ratio:.3f}"


def _short(name: str) -> str:
    return shorten(name, 64, placeholder="…")


def _is(count: int, one: str, many: str) -> str:
    """The word that agrees with a count."""
    return one if count == 1 else many


def _band_words(bands: SemaforoSpec) -> dict[str, str]:
    amber, green = (f"{plain_number(edge * 100)} %" for edge in (bands.amarillo_desde_ratio, bands.verde_desde_ratio))
    return {
        "verde": f"{green} o más",
        "amarillo": f"de {amber} a menos de {green}",
        "rojo": f"menos de {amber}",
        "gris": "sin dato (ND)",
    }


def _names(analysis: Analysis) -> dict[str, str]:
    plan = analysis.inputs.plan
    return dict(plan.objetivos.select("objetivo", "nombre").iter_rows()) | dict(
        plan.acciones.select("accion", "nombre").iter_rows()
    )


def _decision(analysis: Analysis) -> int:
    """Which matrix goes first: that of the ranking's years, or the last one when it is not among them."""
    ranking = analysis.inputs.spec.ranking
    years = (ranking.anio_ejecucion, ranking.anio_resultado)
    pairs = [(matrix.anio_ejecucion, matrix.anio_resultado) for matrix in analysis.matrices]
    return pairs.index(years) if years in pairs else len(pairs) - 1


def _direct_pim(frame: pl.DataFrame) -> Any:
    """PIM that may be added up: directly linked only."""
    return _sum(frame.filter(pl.col("vinculo") == DIRECT)["pim_soles"])


def _sum(values: pl.Series) -> Any:
    """The sum in the series' own type (Decimal or int)."""
    return values.sum()


def _chosen(analysis: Analysis, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of the analysis' own profile."""
    return frame.filter(pl.col("perfil") == analysis.inputs.spec.avance.perfil)


def _other_policy(policy: str) -> str:
    return next(name for name in POLICIES if name != policy)


def _chip(ratio: float | None, color: str) -> Cell:
    return Cell(percent(ratio), color=color)


def _who(code: str, names: Mapping[str, str], href: str = "") -> Cell:
    return Cell(code, names[code], href=href)


# ── the ten lines ────────────────────────────────────────────────────────────────────────────────────────────────


def _money_line(analysis: Analysis) -> Line:
    direct, year = analysis.linked.direct, analysis.inputs.spec.fuentes.anio_gasto
    pim, spent = _sum(direct["pim_soles"]), _sum(direct["devengado_soles"])
    ratio = float(spent / pim) if pim else None
    return Line(
        f"Se ejecutó {percent(ratio)} del presupuesto vinculado de {year}.",
        f"Las {direct.height} AER con presupuesto vinculado tienen un PIM de {_amount(pim)} y un devengado de "
        f"{_amount(spent)}; quedaron {_amount(pim - spent)} sin ejecutar.",
    )


def _link_line(analysis: Analysis) -> Line:
    actions = analysis.linked.acciones
    without = actions.filter(pl.col("vinculo").is_in([NO_ROW, NO_MONEY])).height
    across = actions.filter(pl.col("vinculo") == TRANSVERSAL)
    text = "Para ellas no se puede comparar lo gastado con lo logrado."
    if across.height:
        listed = enumerate_words(
            f"{row['accion']} (PIM {_amount(row['pim_soles'])})" for row in across.iter_rows(named=True)
        )
        text += f" Aparte queda {listed}: vuelve a contar el dinero de las demás, así que se muestra y nunca se suma."
    return Line(f"{without} de {actions.height} AER no tienen presupuesto vinculado.", text)


def _colour_counts(analysis: Analysis, level: str, policy: str) -> dict[str, int]:
    year = analysis.inputs.spec.ranking.anio_resultado
    rows = _chosen(analysis, analysis.counts).filter(
        (pl.col("nivel") == level) & (pl.col("anio") == year) & (pl.col("politica_nd") == policy)
    )
    return rows.select("rojo", "amarillo", "verde", "gris", "total").row(0, named=True)


def _actions_line(analysis: Analysis) -> Line:
    spec = analysis.inputs.spec
    policy, other = spec.avance.politica_nd, _other_policy(spec.avance.politica_nd)
    count, alternative = _colour_counts(analysis, "AER", policy), _colour_counts(analysis, "AER", other)
    return Line(
        f"En {spec.ranking.anio_resultado}, {count['verde']} de {count['total']} AER están en verde y {count['rojo']} en rojo.",
        f"Hay {count['amarillo']} en amarillo y {count['gris']} sin dato, {_POLICY_WORDS[policy]}; "
        f"{_POLICY_WORDS[other]} serían {alternative['verde']} en verde y {alternative['rojo']} en rojo.",
    )


def _objectives_line(analysis: Analysis) -> Line:
    spec = analysis.inputs.spec
    count = _colour_counts(analysis, "OER", spec.avance.politica_nd)
    rows = _chosen(analysis, analysis.elements).filter(
        (pl.col("nivel") == "OER")
        & (pl.col("anio") == spec.ranking.anio_resultado)
        & (pl.col("politica_nd") == spec.avance.politica_nd)
    )
    red = enumerate_words(rows.filter(pl.col("color") == "rojo")["elemento"].sort())
    return Line(
        f"{count['verde']} de {count['total']} OER {_is(count['verde'], 'está', 'están')} en verde y {count['rojo']} en rojo.",
        (f"En rojo: {red}. " if red else "")
        + f"Hay {count['amarillo']} en amarillo y {count['gris']} sin ningún dato de {spec.ranking.anio_resultado}.",
    )


def _cross_line(analysis: Analysis) -> Line:
    index = _decision(analysis)
    matrix, frame = analysis.matrices[index], analysis.diagnoses[index]
    count = {name: frame.filter(pl.col("diagnostico") == name).height for name in dx.DIAGNOSES}
    redesign = _direct_pim(frame.filter(pl.col("diagnostico") == dx.REDESIGN))
    n = count[dx.REDESIGN]
    return Line(
        f"{n} AER {_is(n, 'gasta y no logra', 'gastan y no logran')}, con un PIM de {_amount(redesign)}: rediseñar.",
        f"Cruzando el gasto de {matrix.anio_ejecucion} con el resultado de {matrix.anio_resultado}: {count[dx.SUSTAIN]} por sostener, "
        f"{count[dx.UNBLOCK]} por destrabar (ni gastan ni logran), {count[dx.REVIEW_TARGET]} con la meta por revisar, "
        f"{count[dx.GET_DATA]} sin dato de resultado y {count[dx.NO_BUDGET]} sin presupuesto vinculado.",
    )


def _ranking_line(analysis: Analysis) -> Line:
    spec, lagging = analysis.inputs.spec.ranking, analysis.ranking.filter(pl.col("grupo") == LAGGING)
    first = enumerate_words(
        f"{row['accion']} ({_short(row['nombre'])})" for row in lagging.head(3).iter_rows(named=True)
    )
    return Line(
        f"{plural(lagging.height, 'AER está rezagada', 'AER están rezagadas')}.",
        f"Su avance de {spec.anio_resultado} es menor de {plain_number(spec.rezagada_bajo_ratio * 100)} %."
        + (f" Las primeras del ranking: {first}." if first else ""),
    )


def _data_line(analysis: Analysis) -> Line:
    waiting = analysis.ranking.filter(pl.col("grupo") == DATA_FIRST)
    total, pim = _direct_pim(analysis.ranking), _direct_pim(waiting)
    largest = waiting.filter(pl.col("vinculo") == DIRECT).sort("pim_soles", "accion", descending=[True, False]).head(1)
    text = (
        f"No tienen resultado medible de {analysis.inputs.spec.ranking.anio_resultado} y reúnen {_amount(pim)} de PIM"
    )
    text += f" ({percent(float(pim / total))} del vinculado)." if total else "."
    for row in largest.iter_rows(named=True):
        text += f" La mayor es {row['accion']} ({_short(row['nombre'])}), con {_amount(row['pim_soles'])}."
    return Line(f"{plural(waiting.height, 'AER es', 'AER son')} «prioridad de dato».", text)


def _scenario_line(analysis: Analysis) -> Line:
    if not analysis.scenarios:
        return Line("No se pidió ningún escenario.", "El análisis no propone mover dinero entre AER.")
    scenario = analysis.scenarios[0]
    givers, takers = (scenario.transferencias[side].n_unique() for side in ("donante", "receptor"))
    extra = len(analysis.scenarios) - 1
    return Line(
        f"Un escenario movería {_amount(scenario.monto_soles)}, sólo como indicación.",
        f"«{scenario.spec.titulo}»: {plural(givers, 'AER cedería', 'AER cederían')} y {plural(takers, 'recibiría', 'recibirían')}; "
        f"{plural(_binding(scenario).height, 'tope lo frena', 'topes lo frenan')}. No prueba que el dinero mejore el resultado."
        + (f" Hay {plural(extra, 'escenario más', 'escenarios más')}." if extra else ""),
    )


def _audit_line(analysis: Analysis) -> Line:
    findings = analysis.audit.hallazgos
    count = {level: sum(f.kind.severity == level for f in findings) for level in _SEVERITY_WORDS}
    budget = [f.kind.title[0].lower() + f.kind.title[1:] for f in findings if f.code in ("P01", "P03", "P07")]
    return Line(
        f"Lo publicado tiene {plural(len(findings), 'observación', 'observaciones')}, {count['alta']} de severidad alta.",
        f"Hay {count['media']} de severidad media y {count['baja']} de severidad baja."
        + (f" Sobre el presupuesto: {'; '.join(dict.fromkeys(budget))}." if budget else ""),
    )


def _index_line(analysis: Analysis) -> Line:
    spec = analysis.inputs.spec
    year, policy = spec.ranking.anio_resultado, spec.avance.politica_nd
    own = {
        row["politica_nd"]: percent(row["indice_ratio"])
        for row in _chosen(analysis, analysis.index).filter(pl.col("anio") == year).iter_rows(named=True)
    }
    other = _other_policy(policy)
    published = _published_index(analysis).get(year)
    lead = (
        f"No hay índice publicado de {year}."
        if published is None
        else f"El índice publicado de {year} ({published[0]}) {published[1]}."
    )
    return Line(
        lead,
        f"Un índice propio, no oficial, da {own[policy]} {_POLICY_WORDS[policy]} y {own[other]} {_POLICY_WORDS[other]}: "
        "conviene no usar un solo número para juzgar el plan.",
    )


# ── matrix and diagnosis ─────────────────────────────────────────────────────────────────────────────────────────


def _anchor(matrix: Matrix, code: str) -> str:
    return f"dx-{matrix.anio_ejecucion}-{matrix.anio_resultado}-{code}"


def _matrix_view(analysis: Analysis, index: int, names: Mapping[str, str], figure: Any) -> dict[str, Any]:
    matrix, frame = analysis.matrices[index], analysis.diagnoses[index]
    pair = f"{matrix.anio_ejecucion}_{matrix.anio_resultado}"
    years = f"ejecución {matrix.anio_ejecucion} y resultado {matrix.anio_resultado}"
    return {
        "id": pair.replace("_", "-"),
        "principal": index == _decision(analysis),
        "titulo": years[0].upper() + years[1:],
        "figuras": [f for f in (figure(f"matriz_{pair}"), figure(f"burbujas_{pair}")) if f is not None],
        "leyenda": f"Cuántas AER hay en cada celda, su PIM y cuáles son ({years})",
        "ejecucion": f"Ejecución {matrix.anio_ejecucion}",
        "resultado": f"Resultado {matrix.anio_resultado}",
        "columnas": ("rojo", "amarillo", "verde", "gris"),
        "filas": _grid(matrix, names),
        "diagnosticos": [_diagnosis_group(matrix, frame, name, names) for name in _ADVICE],
    }


def _grid(matrix: Matrix, names: Mapping[str, str]) -> list[dict[str, Any]]:
    cells = {(row["banda_ejecucion"], row["banda_resultado"]): row for row in matrix.celdas.iter_rows(named=True)}
    return [
        {
            "banda": spent,
            "celdas": [
                _grid_cell(matrix, cells[spent, result], names) for result in ("rojo", "amarillo", "verde", "gris")
            ],
        }
        for spent in ("verde", "amarillo", "rojo", "gris")
    ]


def _grid_cell(matrix: Matrix, row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    across = row["transversales"]
    money = "" if row["banda_ejecucion"] == "gris" else f"PIM {_amount(row['pim_soles'])}"
    return {
        "acciones": row["acciones"],
        "cuenta": f"{row['acciones']} AER",
        "pim": money if row["acciones"] else "",
        "nota": f"{plural(across, 'transversal', 'transversales')}, sin sumar su PIM" if across else "",
        "lista": [
            {"codigo": code, "nombre": names[code], "href": f"#{_anchor(matrix, code)}"}
            for code in row["lista"].split(", ")
            if code
        ],
    }


def _diagnosis_group(matrix: Matrix, frame: pl.DataFrame, name: str, names: Mapping[str, str]) -> dict[str, Any]:
    rows = frame.filter(pl.col("diagnostico") == name).sort("accion")
    money = _direct_pim(rows)
    return {
        "nombre": name[0].upper() + name[1:],
        "consejo": _ADVICE[name],
        "cuenta": f"{rows.height} AER",
        "pim": f"PIM {_amount(money)}" if money else "sin PIM vinculado",
        "vacio": rows.is_empty(),
        "abierto": name in (dx.REDESIGN, dx.UNBLOCK),
        "tabla": TableView(
            f"{name[0].upper() + name[1:]}: AER y razón, ejecución {matrix.anio_ejecucion} y resultado {matrix.anio_resultado}",
            ("AER", "PIM", f"Ejecución {matrix.anio_ejecucion}", f"Avance {matrix.anio_resultado}", "Razón"),
            tuple(_diagnosis_row(matrix, row, names) for row in rows.iter_rows(named=True)),
            frozenset({1, 2, 3}),
        ),
    }


def _diagnosis_row(matrix: Matrix, row: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    return Row(
        (
            _who(row["accion"], names),
            Cell(soles(row["pim_soles"]), "transversal: no se suma" if row["vinculo"] == TRANSVERSAL else ""),
            _chip(row["ejecucion_ratio"], row["banda_ejecucion"]),
            _chip(row["avance_ratio"], row["banda_resultado"]),
            Cell(row["razon"]),
        ),
        _anchor(matrix, row["accion"]),
    )


# ── ranking and priority of data ─────────────────────────────────────────────────────────────────────────────────


def _ranking_view(analysis: Analysis, names: Mapping[str, str]) -> dict[str, Any]:
    spec = analysis.inputs.spec.ranking
    weights = {name: weight / sum(spec.pesos.as_dict().values()) for name, weight in spec.pesos.as_dict().items()}
    lagging = analysis.ranking.filter(pl.col("grupo") == LAGGING)
    table = TableView(
        f"AER rezagadas: puntaje de 0 a 1 y aporte de cada componente (ejecución {spec.anio_ejecucion}, resultado {spec.anio_resultado})",
        (
            "Puesto",
            "AER",
            "Puntaje",
            *(f"{_COMPONENT_WORDS[name]} ({percent(weights[name], 0)})" for name in COMPONENTS),
            f"Avance {spec.anio_resultado}",
            f"Ejecución {spec.anio_ejecucion} y PIM",
        ),
        tuple(_ranking_row(analysis, row, names) for row in lagging.iter_rows(named=True)),
        frozenset(range(2, 10)),
    )
    return {
        "tabla": table,
        "componentes": [(_COMPONENT_WORDS[n], percent(weights[n], 0), _COMPONENT_MEANING[n]) for n in COMPONENTS],
        "umbral": f"{plain_number(spec.rezagada_bajo_ratio * 100)} %",
        "prioritarios": enumerate_words(spec.objetivos_prioritarios) or "ninguno",
        "en_meta": enumerate_words(analysis.ranking.filter(pl.col("grupo") == ON_TARGET)["accion"]),
        "en_meta_cuenta": plural(analysis.ranking.filter(pl.col("grupo") == ON_TARGET).height, "AER está", "AER están"),
    }


def _link_to(analysis: Analysis, code: str) -> str:
    return f"#{_anchor(analysis.matrices[_decision(analysis)], code)}"


def _execution_chip(analysis: Analysis, code: str, year: int) -> Cell:
    row = analysis.execution.filter((pl.col("anio") == year) & (pl.col("accion") == code)).row(0, named=True)
    return _chip(row["ejecucion_ratio"], row["color_ejecucion"])


def _ranking_row(analysis: Analysis, row: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    spec = analysis.inputs.spec.ranking
    full = row["peso_con_dato_ratio"] > 1 - 1e-9
    return Row(
        (
            Cell(f"{row['puesto']}.º"),
            _who(row["accion"], names, _link_to(analysis, row["accion"])),
            Cell(
                _score(row["puntaje_ratio"]), "" if full else f"con {percent(row['peso_con_dato_ratio'], 0)} del peso"
            ),
            *(Cell(_score(row[f"aporte_{name}"])) for name in COMPONENTS),
            _chip(row["avance_ratio"], row["banda_resultado"]),
            replace(_execution_chip(analysis, row["accion"], spec.anio_ejecucion), detail=soles(row["pim_soles"])),
        )
    )


def _data_table(analysis: Analysis, names: Mapping[str, str]) -> TableView:
    year = analysis.inputs.spec.ranking.anio_ejecucion
    waiting = analysis.ranking.filter(pl.col("grupo") == DATA_FIRST)
    return TableView(
        "AER sin resultado medible, ordenadas por objetivo prioritario y PIM",
        ("Orden", "AER", "Objetivo prioritario", "PIM", f"Ejecución {year}"),
        tuple(
            Row(
                (
                    Cell(f"{row['puesto']}.º"),
                    _who(row["accion"], names, _link_to(analysis, row["accion"])),
                    Cell("sí" if row["prioridad"] else "no", row["objetivo"]),
                    Cell(soles(row["pim_soles"])),
                    _execution_chip(analysis, row["accion"], year),
                )
            )
            for row in waiting.iter_rows(named=True)
        ),
        frozenset({3, 4}),
    )


# ── scenario ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _binding(scenario: Scenario) -> pl.DataFrame:
    return scenario.restricciones.filter(pl.col("activa"))


def _scenario_view(scenario: Scenario, names: Mapping[str, str]) -> dict[str, Any]:
    binding, slack = _binding(scenario), scenario.restricciones.filter(~pl.col("activa")).height
    return {
        "id": scenario.spec.id,
        "titulo": scenario.spec.titulo,
        "pregunta": scenario.spec.pregunta,
        "monto": soles(scenario.monto_soles),
        "advertencia": scenario.advertencia,
        "no_modela": scenario.spec.no_modela,
        "frenos": [row["frase"] for row in binding.iter_rows(named=True)],
        "holgura": plural(slack, "tope tiene holgura", "topes tienen holgura"),
        "excluidas": [
            f"{row['accion']} ({row['puesto']}.º del ranking): {row['motivo']}"
            for row in scenario.excluidas.iter_rows(named=True)
        ],
        "transferencias": TableView(
            "Transferencias del escenario",
            ("Cede", "Recibe", "Monto"),
            tuple(_transfer_rows(scenario, names)),
            frozenset({2}),
        ),
        "cambios": _changes_table(scenario, names),
    }


def _transfer_rows(scenario: Scenario, names: Mapping[str, str]) -> Iterable[Row]:
    """One row per transfer; a donor is named once, where it first gives."""
    seen: set[str] = set()
    for row in scenario.transferencias.iter_rows(named=True):
        giver = row["donante"]
        first = Cell(giver) if giver in seen else _who(giver, names)
        seen.add(giver)
        yield Row((first, _who(row["receptor"], names), Cell(soles(row["monto_soles"]))))


def _changes_table(scenario: Scenario, names: Mapping[str, str]) -> TableView:
    moved = scenario.acciones.filter(pl.col("cambio_soles") != 0)
    return TableView(
        "Antes y después de las AER que cambian; la ejecución posterior supone el mismo devengado",
        ("AER", "Papel", "PIM antes", "Cambio", "PIM después", "Ejecución antes", "Ejecución después", "Avance"),
        tuple(
            Row(
                (
                    _who(row["accion"], names),
                    Cell(row["papel"], "en su tope" if row["en_tope"] else "con holgura"),
                    Cell(soles(row["pim_antes_soles"])),
                    Cell(_signed(row["cambio_soles"])),
                    Cell(soles(row["pim_despues_soles"])),
                    Cell(percent(row["ejecucion_ratio"])),
                    Cell(percent(row["ejecucion_despues_ratio"])),
                    _chip(row["avance_ratio"], row["banda_resultado"]),
                )
            )
            for row in moved.sort("papel", "cambio_soles", "accion").iter_rows(named=True)
        ),
        frozenset(range(2, 8)),
    )


# ── traffic light and index ──────────────────────────────────────────────────────────────────────────────────────


def _semaforo_view(analysis: Analysis, level: str, names: Mapping[str, str]) -> dict[str, Any]:
    rows = _chosen(analysis, analysis.elements).filter(pl.col("nivel") == level)
    years = rows["anio"].unique().sort().to_list()
    found = {(r["elemento"], r["anio"], r["politica_nd"]): r for r in rows.iter_rows(named=True)}
    headers = [h for y in years for h in (*(f"{y}, {_POLICY_HEADERS[p]}" for p in POLICIES), f"Con dato {y}")]
    return {
        "nivel": level,
        "cuenta": plural(rows["elemento"].n_unique(), level, level),
        "tabla": TableView(
            f"Avance por {level} y año, con las dos formas de contar el ND",
            (level, *headers),
            tuple(
                Row((_who(code, names), *(cell for year in years for cell in _both_policies(found, code, year))))
                for code in rows["elemento"].unique().sort()
            ),
            frozenset(range(1, len(headers) + 1)),
        ),
    }


def _both_policies(found: Mapping[Any, Any], code: str, year: int) -> Iterable[Cell]:
    pair = [found.get((code, year, policy)) for policy in POLICIES]
    for row in pair:
        yield Cell(NO_DATA, color="gris") if row is None else _chip(row["avance_ratio"], row["color"])
    row = pair[0]
    if row is None:
        yield Cell("sin indicadores")
    else:
        yield Cell(f"{row['con_dato']} de {row['indicadores']}", "cambia de color" if row["color_depende_nd"] else "")


def _published_index(analysis: Analysis) -> dict[int, tuple[str, str]]:
    """Published index by year, and whether a tried formula gives it."""
    broken = {f.place for f in analysis.audit.hallazgos if f.code == "E03"}
    rows = analysis.inputs.plan.cifras.filter(pl.col("medida") == "indice_gestion")
    return {
        row["anio"]: (
            row["impreso"],
            "no es reproducible"
            if any(place.endswith(str(row["anio"])) for place in broken)
            else "coincide con una de las fórmulas probadas",
        )
        for row in rows.iter_rows(named=True)
    }


def _index_table(analysis: Analysis) -> TableView:
    rows, published = _chosen(analysis, analysis.index), _published_index(analysis)
    own = {(r["anio"], r["politica_nd"]): r for r in rows.iter_rows(named=True)}
    return TableView(
        "Índice publicado e índice propio, por año",
        ("Año", "Publicado", *(f"Propio, no oficial: {own_formula}" for own_formula in _formulas(rows))),
        tuple(
            Row(
                (
                    Cell(str(year)),
                    Cell(*published.get(year, ("no publicado",))),
                    *(
                        Cell(
                            percent(own[year, policy]["indice_ratio"]),
                            f"{own[year, policy]['con_dato']} de {own[year, policy]['objetivos']} OER con dato",
                        )
                        for policy in POLICIES
                    ),
                )
            )
            for year in rows["anio"].unique().sort()
        ),
        frozenset({1, 2, 3}),
    )


def _formulas(rows: pl.DataFrame) -> list[str]:
    return [rows.filter(pl.col("politica_nd") == policy)["formula"][0] for policy in POLICIES]


# ── audit, reconciliation, corrections, method ───────────────────────────────────────────────────────────────────


def _audit_view(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    return [_finding_group(code, list(group)) for code, group in groupby(findings, key=lambda f: f.code)]


def _finding_group(code: str, group: Sequence[Finding]) -> dict[str, Any]:
    kind = FINDING_KINDS[code]
    return {
        "codigo": code,
        "titulo": kind.title,
        "severidad": kind.severity,
        "severidad_texto": _SEVERITY_WORDS[kind.severity],
        "remedio": kind.remedy,
        "cuenta": plural(len(group), "hallazgo", "hallazgos"),
        "tabla": TableView(
            f"{code}: {kind.title}",
            ("Lugar", "Se encontró", "Se esperaba", "Explicación"),
            tuple(Row((Cell(f.place), Cell(f.found), Cell(f.expected), Cell(f.explanation))) for f in group),
        ),
    }


def _reconciliation_view(analysis: Analysis) -> dict[str, Any]:
    rules = analysis.audit.reglas
    years = rules["anio"].unique().sort().to_list()
    count = {(r["estado"], r["regla_que_explica"], r["anio"]): r["celdas"] for r in rules.iter_rows(named=True)}
    pairs = rules.group_by("estado", "regla_que_explica").agg(pl.col("celdas").sum())
    ordered = pairs.sort("celdas", "estado", "regla_que_explica", descending=[True, False, False], nulls_last=True)
    figure = rules.filter(~pl.col("estado").is_in([COHERENT_ND, INCOHERENT_ND]))
    good = _sum(figure.filter(pl.col("estado").is_in([REPRODUCED, WITH_CORRECTION, BY_ROUNDING]))["celdas"])
    total = _sum(figure["celdas"])
    return {
        "frase": f"De {plural(_sum(rules['celdas']), 'avance declarado', 'avances declarados')}, {total} traen cifra: {good} "
        f"({percent(good / total if total else None)}) salen de la regla que les toca y {total - good} no.",
        "tabla": TableView(
            "Avances declarados que explica cada regla, por año",
            ("Estado", "Regla que lo explica", *map(str, years), "Total"),
            tuple(
                Row(
                    (
                        Cell(row["estado"]),
                        _rule_cell(row["regla_que_explica"]),
                        *(Cell(f"{count.get((row['estado'], row['regla_que_explica'], y), 0):,}") for y in years),
                        Cell(f"{row['celdas']:,}"),
                    )
                )
                for row in ordered.iter_rows(named=True)
            ),
            frozenset(range(2, len(years) + 3)),
        ),
    }


def _rule_cell(name: str | None) -> Cell:
    if name is None:
        return Cell("ninguna")
    return Cell(name.replace("_", " "), RULES[name].formula if name in RULES else "")


def _corrections_table(corrections: pl.DataFrame) -> TableView:
    return TableView(
        "Correcciones a lo impreso: qué se encontró, qué se usa y por qué",
        ("Corrección", "Dónde", "Se encontró", "Se usa", "Motivo", "Evidencia"),
        tuple(
            Row(
                (
                    Cell(row["correccion"], row["tipo"]),
                    Cell(row["donde"], f"{row['tabla']}, {row['campo']}"),
                    Cell(row["encontrado"] or "(vacío)"),
                    Cell(row["usado"]),
                    Cell(row["motivo"]),
                    Cell(row["evidencia"]),
                )
            )
            for row in corrections.iter_rows(named=True)
        ),
    )


def _method(analysis: Analysis) -> list[tuple[str, str]]:
    spec = analysis.inputs.spec
    profile = next(p for p in analysis.inputs.profiles if p.nombre == spec.avance.perfil)
    bands, limits = _band_words(spec.semaforo), spec.matrices
    return [
        ("Ejecución", "Devengado entre PIM. Sin PIM no hay ejecución: se muestra ND, nunca 0 %."),
        ("Avance", f"Perfil «{profile.nombre}»: {profile.descripcion}. Fuente: {profile.fuente}."),
        ("De indicador a AER y OER", "Promedio de sus propios indicadores, ponderado por relevancia cuando se conoce, de 0 a 100 %."),
        ("ND", f"Las matrices y el ranking se calculan {_POLICY_WORDS[spec.avance.politica_nd]}; el semáforo muestra las dos formas."),
        ("Semáforo", "; ".join(f"{color}: {words}" for color, words in bands.items()) + "."),
        ("Diagnóstico", f"Gasta quien ejecuta {percent(limits.ejecuta_desde_ratio, 0)} o más; logra quien avanza {percent(limits.logra_desde_ratio, 0)} o más."),
        ("Presupuesto vinculado", f"Sólo se suman las AER de vínculo directo. {spec.vinculo.motivo_transversal}".rstrip(".") + "."),
        ("Lectura", "Que una AER gaste y logre describe dos hechos juntos; no prueba que uno cause el otro."),
    ]  # fmt: skip
