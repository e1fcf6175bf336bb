"""What a director should remember of an analysis, in ten sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from presupuesto_link.dossier import Dossier
from presupuesto_link.evaluation import diagnosis as dx
from presupuesto_link.evaluation.evaluate import Evaluation
from presupuesto_link.evaluation.facts import PLAN, beside, counted_as
from presupuesto_link.evaluation.ranking import LAGGING
from presupuesto_link.evaluation.ranking import NO_DATA as DATA_FIRST
from presupuesto_link.facts import Fact
from presupuesto_link.money.budget import YearBudget
from presupuesto_link.money.by_action import DIRECT, NO_MONEY, NO_ROW, TRANSVERSAL
from presupuesto_link.presentation.telling.chosen import decision_index, diagnosis_of, other_policy, published_index
from presupuesto_link.presentation.telling.phrases import agree
from presupuesto_link.presentation.telling.selection import binding_limits, of_profile, unsolved_reason
from presupuesto_link.presentation.telling.words import limit, scope_words, short_amount
from presupuesto_link.vocabulary import COLOURS, MONTHS, POLICY_WORDS, RED
from presupuesto_link.wording import enumerate_words, percent, plural, short_name


@dataclass(frozen=True)
class Line:
    """One of the ten lines: what to remember, the sentence behind it, and the keys of the facts that it says."""

    lead: str
    text: str
    facts: tuple[str, ...] = ()


def said(*facts: Fact) -> tuple[str, ...]:
    """The keys of what a line says."""
    return tuple(fact.clave for fact in facts)


def ten_lines(dossier: Dossier) -> tuple[Line, ...]:
    """What a director should remember, in ten sentences; every number comes from the dossier."""
    analysis = dossier.analysis
    return (
        _money_line(analysis),
        _link_line(analysis),
        _actions_line(analysis),
        _objectives_line(analysis),
        _cross_line(analysis),
        _ranking_line(analysis),
        _data_line(analysis),
        _scenario_line(dossier),
        _audit_line(analysis),
        _index_line(analysis),
    )


def _money_line(analysis: Evaluation) -> Line:
    """What was accrued of the money that decides; of a year in course, also of what was expected."""
    budget = analysis.budget
    names = ("acciones", "pim_soles", "devengado_soles", "saldo_soles", "devengado_pim_ratio", "ejecucion_ratio")
    count, pim, spent, left, part, pace = (budget.facts.get(DIRECT, name, budget.anio) for name in names)
    day = f"{budget.origen.al:%d/%m/%Y}"
    late = (
        ()
        if budget.ritmo is None
        else [budget.facts.get(DIRECT, name, budget.anio) for name in ("devengado_al_ritmo_soles", "esperado_soles")]
    )
    lead = (
        f"Se ejecutó {percent(part.valor)} del presupuesto vinculado de {budget.anio}."
        if budget.ritmo is None
        else f"A fines de {MONTHS[budget.ritmo.al.month - 1]} de {budget.anio} se había devengado {percent(pace.valor)} de lo esperado del presupuesto vinculado."
    )
    return Line(
        lead,
        f"Las {count.valor:.0f} {analysis.levels.accion} con presupuesto vinculado tienen un PIM de {short_amount(pim.valor)} y un devengado de "
        f"{short_amount(spent.valor)}{'' if budget.ritmo is None else f' al {day}'}; {'quedaron' if budget.ritmo is None else 'quedan'} {short_amount(left.valor)} sin ejecutar."
        f"{_late(late, budget)} {scope_words(budget)}",
        said(count, pim, spent, left, *(late or (part,)), *((pace,) if late else ())),
    )


def _late(facts: Sequence[Fact], budget: YearBudget) -> str:
    """What was accrued by the day of the pace, which is not that of the amounts, and of how much; nothing of a closed year."""
    if budget.ritmo is None:
        return ""
    done, due = facts
    return f" Al {budget.ritmo.al:%d/%m/%Y} eran {short_amount(done.valor)} de los {short_amount(due.valor)} que se esperaban."


def _link_line(analysis: Evaluation) -> Line:
    actions = analysis.linked.acciones
    across = actions.filter(pl.col("vinculo") == TRANSVERSAL)
    text = "Para ellas no se puede comparar lo gastado con lo logrado."
    if analysis.budget.origen.unidades:
        text += f" La fuente del dinero trae {analysis.budget.origen.unidades}."
    if across.height:
        listed = enumerate_words(f"{row['accion']} (PIM {short_amount(row['pim_soles'])})" for row in across.iter_rows(named=True))
        text += f" Aparte queda {listed}: parece contar otra vez el dinero de las demás, así que se muestra y nunca se suma."
    told, year = analysis.budget.facts, analysis.budget.anio
    beside_it = (told.get(code, "pim_soles", year) for code in across["accion"])
    counted = (told.get(kind, "acciones", year) for kind in (NO_ROW, NO_MONEY))
    return Line(
        f"{analysis.linked.sin_dinero} de {actions.height} {analysis.levels.accion} no tienen presupuesto vinculado.",
        text,
        said(*counted, *beside_it),
    )


def _colour_counts(analysis: Evaluation, level: str, policy: str) -> tuple[dict[str, int], tuple[str, ...]]:
    """How many elements of a level there are in each colour, and the keys of the counts."""
    year, variant = analysis.inputs.spec.ranking.anio_resultado, counted_as(analysis.inputs.spec.avance.perfil, policy)
    facts = [analysis.facts.get(level, name, year, variante=variant) for name in (*COLOURS, "total")]
    return {fact.medida: int(fact.valor) for fact in facts}, said(*facts)


def _actions_line(analysis: Evaluation) -> Line:
    spec = analysis.inputs.spec
    policy, other = spec.avance.politica_nd, other_policy(spec.avance.politica_nd)
    (count, own), (alternative, others) = (_colour_counts(analysis, analysis.levels.accion, name) for name in (policy, other))
    return Line(
        f"En {spec.ranking.anio_resultado}, {count['verde']} de {count['total']} {analysis.levels.accion} están en verde y {count['rojo']} en rojo.",
        f"Hay {count['amarillo']} en amarillo y {count['gris']} sin dato, {POLICY_WORDS[policy]}; "
        f"{POLICY_WORDS[other]} serían {alternative['verde']} en verde y {alternative['rojo']} en rojo.",
        own + others,
    )


def _objectives_line(analysis: Evaluation) -> Line:
    spec = analysis.inputs.spec
    count, told = _colour_counts(analysis, analysis.levels.objetivo, spec.avance.politica_nd)
    rows = of_profile(analysis, analysis.elements).filter(
        (pl.col("nivel") == analysis.levels.objetivo)
        & (pl.col("anio") == spec.ranking.anio_resultado)
        & (pl.col("politica_nd") == spec.avance.politica_nd)
    )
    red = enumerate_words(rows.filter(pl.col("color") == RED)["elemento"].sort())
    return Line(
        f"{count['verde']} de {count['total']} {analysis.levels.objetivo} {agree(count['verde'], 'está', 'están')} en verde y {count['rojo']} en rojo.",
        (f"En rojo: {red}. " if red else "")
        + f"Hay {count['amarillo']} en amarillo y {count['gris']} sin ningún dato de {spec.ranking.anio_resultado}.",
        told,
    )


def _cross_line(analysis: Evaluation) -> Line:
    index = decision_index(analysis)
    matrix = analysis.matrices[index]
    variant = beside(matrix.anio_resultado)
    facts = [analysis.facts.get(name, "acciones", matrix.anio_ejecucion, variante=variant) for name in dx.DIAGNOSES]
    count = {fact.unidad: int(fact.valor) for fact in facts}
    redesign = analysis.facts.get(dx.REDESIGN, "pim_soles", matrix.anio_ejecucion, variante=variant)
    n = count[dx.REDESIGN]
    return Line(
        f"{n} {analysis.levels.accion} {agree(n, 'gasta y no logra', 'gastan y no logran')}, con un PIM de {short_amount(redesign.valor)}: rediseñar."
        if n
        else f"Ninguna {analysis.levels.accion} con dinero vinculado gasta y no logra.",
        f"Cruzando el gasto de {matrix.anio_ejecucion} ({matrix.medida}) con el resultado de {matrix.anio_resultado}: {count[dx.SUSTAIN]} por sostener, "
        f"{count[dx.UNBLOCK]} por destrabar (ni gastan ni logran), {count[dx.REVIEW_TARGET]} con la meta por revisar, "
        f"{count[dx.GET_DATA]} sin dato de resultado y {count[dx.NO_BUDGET]} sin presupuesto vinculado.",
        said(*facts, redesign),
    )


def _ranking_line(analysis: Evaluation) -> Line:
    spec, lagging = analysis.inputs.spec.ranking, analysis.ranking.filter(pl.col("grupo") == LAGGING)
    first = enumerate_words(f"{row['accion']} ({short_name(row['nombre'])})" for row in lagging.head(3).iter_rows(named=True))
    return Line(
        f"{plural(lagging.height, f'{analysis.levels.accion} está rezagada', f'{analysis.levels.accion} están rezagadas')}.",
        f"Su avance de {spec.anio_resultado} es menor de {limit(spec.rezagada_bajo_ratio)}{' (rojo o amarillo)' if spec.rezagada_bajo_ratio == analysis.inputs.spec.semaforo.verde_desde_ratio else ''}."
        + (f" Las primeras del ranking: {first}." if first else "")
        + _to_confirm(analysis, lagging.head(3)["accion"].to_list()),
        said(*(_of_ranking(analysis, code, "puesto") for code in lagging.head(3)["accion"])),
    )


def _of_ranking(analysis: Evaluation, unit: str, measure: str) -> Fact:
    rank = analysis.inputs.spec.ranking
    return analysis.facts.get(unit, measure, rank.anio_ejecucion, variante=beside(rank.anio_resultado))


def _to_confirm(analysis: Evaluation, codes: list[str]) -> str:
    """Which of the named actions rest on a result that the audit doubts."""
    diagnosis = diagnosis_of(analysis)
    doubted = [code for code in codes if diagnosis[code] == dx.REVIEW_TARGET]
    return f" Por confirmar antes de decidir: {enumerate_words(doubted)} (meta o dato observado)." if doubted else ""


def _data_line(analysis: Evaluation) -> Line:
    waiting = analysis.ranking.filter(pl.col("grupo") == DATA_FIRST)
    facts = [_of_ranking(analysis, DATA_FIRST, measure) for measure in ("pim_soles", "parte_ratio")] if waiting.height else []
    largest = waiting.filter(pl.col("vinculo") == DIRECT).sort("pim_soles", "accion", descending=[True, False])
    paid = largest.height
    text = f"No tienen resultado medible de {analysis.inputs.spec.ranking.anio_resultado}: primero hay que conseguirlo."
    if paid and facts and facts[1].valor is not None:
        text += f" {agree(paid, 'La', 'Las')} {paid} con presupuesto vinculado {agree(paid, 'tiene', 'reúnen')} {short_amount(facts[0].valor)} de PIM ({percent(facts[1].valor)} del total)."
    for row in largest.head(1).iter_rows(named=True):
        facts.append(analysis.facts.get(row["accion"], "pim_soles", analysis.budget.anio))
        text += f" La mayor es {row['accion']} ({short_name(row['nombre'])}), con {short_amount(facts[-1].valor)}."
    return Line(
        f"{plural(waiting.height, f'{analysis.levels.accion} es', f'{analysis.levels.accion} son')} «prioridad de dato».",
        text,
        said(*facts),
    )


def _scenario_line(dossier: Dossier) -> Line:
    if not dossier.scenarios and dossier.unsolved:
        return Line(
            "Ningún escenario se pudo calcular.",
            " ".join(f"«{spec.titulo}»: {unsolved_reason(error)}." for spec, error in dossier.unsolved),
        )
    if not dossier.scenarios:
        return Line("No se pidió ningún escenario.", f"El análisis no propone mover dinero entre {dossier.analysis.levels.accion}.")
    scenario = dossier.scenarios[0]
    givers, takers = scenario.donantes.height, scenario.receptores.height
    extra, moved = len(dossier.scenarios) - 1, scenario.facts.get("todo", "monto_soles", scenario.baseline.anio, variante=scenario.spec.id)
    return Line(
        f"Un escenario movería {short_amount(moved.valor)}, sólo como {'indicación' if scenario.indicativo else 'borrador'}.",
        f"«{scenario.spec.titulo}»: {plural(givers, f'{dossier.analysis.levels.accion} cedería', f'{dossier.analysis.levels.accion} cederían')} y {plural(takers, 'recibiría', 'recibirían')}; "
        f"{plural(binding_limits(scenario).height, 'tope lo frena', 'topes lo frenan')}. No prueba que el dinero mejore el resultado."
        + (f" Hay {plural(extra, 'escenario más', 'escenarios más')}." if extra else ""),
        said(moved),
    )


def _audit_line(analysis: Evaluation) -> Line:
    findings = analysis.audit.hallazgos
    count = analysis.audit.severidades
    budget = [f.kind.title[0].lower() + f.kind.title[1:] for f in findings if f.code in ("P01", "P03", "P07")]
    return Line(
        f"Lo publicado tiene {plural(len(findings), 'observación', 'observaciones')}, {count['alta']} de severidad alta.",
        f"Hay {count['media']} de severidad media y {count['baja']} de severidad baja."
        + (f" Sobre el presupuesto: {'; '.join(dict.fromkeys(budget))}." if budget else ""),
    )


def _index_line(analysis: Evaluation) -> Line:
    spec = analysis.inputs.spec
    year, policy = spec.ranking.anio_resultado, spec.avance.politica_nd
    other = other_policy(policy)
    own = {p: analysis.facts.get(PLAN, "indice_ratio", year, variante=counted_as(spec.avance.perfil, p)) for p in (policy, other)}
    return Line(
        _published_sentence(analysis, year),
        f"Un índice propio, no oficial, da {percent(own[policy].valor)} {POLICY_WORDS[policy]} y {percent(own[other].valor)} {POLICY_WORDS[other]}: "
        "conviene no usar un solo número para juzgar el plan.",
        said(*own.values()),
    )


def _published_sentence(analysis: Evaluation, year: int) -> str:
    published = published_index(analysis).get(year)
    if published is None:
        return f"No hay índice publicado de {year}."
    value, verdict = published
    return f"El índice publicado de {year} ({value}) {verdict}."
