"""An analysis file and everything it names, read and checked before anything is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from presupuesto_link.errors import AskedError, Problem
from presupuesto_link.sources.commitments import read_commitments
from presupuesto_link.sources.embedded import embedded_root
from presupuesto_link.sources.evaluation import read_evaluation
from presupuesto_link.sources.filled import FilledBook, read_filled
from presupuesto_link.specs import AnalisisSpec, EscenarioSpec, LegalSpec, NormaSpec, PerfilSpec, read_analysis, read_norms, read_spec
from presupuesto_link.tables.asked import check_ranking, with_years
from presupuesto_link.tables.budget import AerBudget, check_budget
from presupuesto_link.tables.commitments import CommitmentTables, check_commitments
from presupuesto_link.tables.filled import SHEETS
from presupuesto_link.tables.plan import Plan, check_plan


@dataclass(frozen=True)
class Inputs:
    """What was read and checked, before anything is measured."""

    spec: AnalisisSpec
    path: Path
    plan: Plan
    budget: AerBudget | None
    profiles: tuple[PerfilSpec, ...]
    scenarios: tuple[EscenarioSpec, ...]
    commitments: CommitmentTables | None
    files: tuple[Path, ...]
    filled: FilledBook | None = None
    scenario_folder: Path = Path("escenarios")
    extracts: tuple[Path, ...] = ()
    norms_folder: Path = Path("normas")
    declared: LegalSpec | None = None

    def scenario(self, path: Path) -> EscenarioSpec:
        """A scenario file with what the office declares to have, after what the file itself declares.

        Raises:
            SpecError: it is not a scenario.
        """
        return _scenario(path, self.declared)

    @cached_property
    def norms(self) -> tuple[NormaSpec, ...]:
        """The law, read and checked when somebody asks for it.

        Raises:
            SpecError: a norm is not valid.
        """
        return read_norms(self.norms_folder)


def load(analysis: Path, overrides: dict[str, Path] | None = None, filled: Path | None = None, evidence: Path | None = None) -> Inputs:
    """Read and check an analysis file and everything it names.

    Args:
        analysis: an `analisis.toml`; its paths are relative to its own folder.
        overrides: other paths for keys of `[fuentes]`, relative to the working folder.
        filled: an earlier workbook whose sheets to fill somebody filled: what they wrote goes to the new ones.
        evidence: documents that the office declares to have (`[[evidencias]]`, `[[excepciones]]`), for every scenario.

    Raises:
        SpecError: a parameter file is not valid.
        InputDataError: a data file is missing or breaks its contract.
    """
    spec, spec_files = read_analysis(analysis)
    place = {
        key: analysis.parent / getattr(spec.fuentes, key)
        for key in ("plan", "gasto_aer", "perfiles", "normas", "compromisos")
        if getattr(spec.fuentes, key)
    } | (overrides or {})
    profile_files = [place["perfiles"] / f"{name}.toml" for name in dict.fromkeys((spec.avance.perfil, spec.avance.perfil_replica))]
    scenario_folder = scenarios_of(analysis, spec_files)
    scenario_files = _scenario_files(scenario_folder, spec)
    profiles = tuple(read_spec(path, PerfilSpec) for path in profile_files)
    declared = read_spec(evidence, LegalSpec) if evidence else None
    scenarios = tuple(_scenario(path, declared) for path in scenario_files)
    norms_folder = place.get("normas") or embedded_root() / "data" / "normas"
    raw = read_evaluation(place["plan"], place.get("gasto_aer"))
    plan = check_plan(raw.plan, raw.correcciones, spec.niveles)
    spec = with_years(_named_sources(spec, overrides or {}, plan), plan)
    check_ranking(spec, plan)
    year, table = spec.fuentes.anio_gasto, raw.gasto_aer
    budget = check_budget(table, year, plan.acciones, spec.fuentes.lugar_gasto) if table is not None and year is not None else None
    promised = read_commitments(place["compromisos"]) if "compromisos" in place else None
    commitments = check_commitments(promised, plan) if promised else None
    extracts = () if "plan" in (overrides or {}) else tuple(analysis.parent / one for one in spec.fuentes.extractos)
    book = read_filled(filled, {name: (*sheet.key, *sheet.to_fill) for name, sheet in SHEETS.items()}) if filled else None
    files = (
        *spec_files,
        *profile_files,
        *scenario_files,
        *sorted(norms_folder.glob("*.toml")),
        *raw.files,
        *extracts,
        *(promised.files if promised else ()),
        *(one for one in (filled, evidence) if one),
    )
    folders = (scenario_folder, extracts, norms_folder)
    return Inputs(spec, analysis, plan, budget, profiles, scenarios, commitments, files, book, *folders, declared)


def scenarios_of(analysis: Path, chain: Sequence[Path]) -> Path:
    """The folder of scenarios of an analysis: its own, or that of the first it inherits from that has one."""
    folders = [path.parent / "escenarios" for path in chain]
    return next((folder for folder in folders if folder.is_dir()), analysis.parent / "escenarios")


def _scenario(path: Path, declared: LegalSpec | None) -> EscenarioSpec:
    spec = read_spec(path, EscenarioSpec)
    if declared is None:
        return spec
    both = {key: (*getattr(spec.legal, key), *getattr(declared, key)) for key in ("evidencias", "excepciones")}
    return spec.model_copy(update={"legal": spec.legal.model_copy(update=both)})


def _scenario_files(folder: Path, spec: AnalisisSpec) -> list[Path]:
    """The scenarios the analysis asks for, in its order; all of its folder when it does not say."""
    if spec.escenarios is None:
        return sorted(folder.glob("*.toml"))
    return [folder / f"{name}.toml" for name in spec.escenarios]


def _named_sources(spec: AnalisisSpec, overrides: dict[str, Path], plan: Plan) -> AnalisisSpec:
    """The source as it must be cited when a person brings other files: nobody else's numbers under the Report's name."""
    titles = {"gasto_aer": f"presupuesto por {plan.niveles.accion}", "plan": "plan"}
    given = [f"{titles[key]}: {path.name}" for key, path in overrides.items() if key in titles]
    if not given:
        return spec
    sources = spec.fuentes.model_copy(update={"lugar_gasto": None} if "gasto_aer" in overrides else {})
    if "plan" in overrides:  # the years that the analysis pairs are those of its own plan
        spec = spec.model_copy(update={"matrices": spec.matrices.model_copy(update={"pares": ()})})
    return spec.model_copy(update={"fuente": f"{'; '.join(given)} (dato del usuario). Resto: {spec.fuente}", "fuentes": sources})


def of_entity(inputs: Inputs, pliego: str | None, department: str | None, name: str | None) -> Inputs:
    """The same inputs for the entity that an office says; what is not said stays as in the analysis.

    Another pliego is called as the office is, and another department by its code: the names of the analysis are of somebody else.
    """
    own = inputs.spec.vinculo.ambito
    told: dict[str, str] = {}
    if pliego and pliego != own.pliego:
        told = {"pliego": pliego, "entidad": name or ""}
    if department and department != own.departamento_meta:
        told = {"entidad": own.called} | told | {"departamento_meta": department, "nombre": ""}
    if not told:
        return inputs
    link = inputs.spec.vinculo.model_copy(update={"ambito": own.model_copy(update=told)})
    return replace(inputs, spec=inputs.spec.model_copy(update={"vinculo": link}))


def with_settings(
    inputs: Inputs, perfil: str | None = None, politica_nd: str | None = None, pares: tuple[tuple[int, int], ...] | None = None
) -> Inputs:
    """The same inputs under another profile, ND policy or year pairs; what is not given stays as in the analysis.

    Raises:
        AskedError: the profile asked for is not one of those loaded.
    """
    known = [profile.nombre for profile in inputs.profiles]
    if perfil is not None and perfil not in known:
        raise AskedError(Problem("opción --perfil", f"«{perfil}»", "uno de " + ", ".join(known), "elija un perfil del análisis"))
    spec = inputs.spec
    chosen = {"perfil": perfil, "politica_nd": politica_nd}
    advance = spec.avance.model_copy(update={key: value for key, value in chosen.items() if value is not None})
    matrices = spec.matrices.model_copy(update={"pares": pares or spec.matrices.pares})
    return replace(inputs, spec=spec.model_copy(update={"avance": advance, "matrices": matrices}))
