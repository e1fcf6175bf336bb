"""Make an office's folder: `oficina.toml` and editable copies of what an analysis names. All of it or nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from presupuesto_link.errors import OutputError, Problem, SpecError, system_reason
from presupuesto_link.office import FILE, VERSION, find_office
from presupuesto_link.presentation.writing.folder import files_in
from presupuesto_link.specs import AnalisisSpec

_FOLDERS = {"plan": "plan", "perfiles": "perfiles", "compromisos": "compromisos", "normas": "normas"}
_MONEY = "dinero"


@dataclass(frozen=True)
class Asked:
    """What is known of the office; empty text where nobody says it."""

    name: str
    pliego: str
    department: str
    signer: str


def check_new(folder: Path) -> None:
    """Refuse a folder that has something before any question is asked.

    Raises:
        OutputError: it is a file, or holds something.
    """
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        found = "un archivo" if folder.is_file() else "una oficina" if (folder / FILE).is_file() else "una carpeta con archivos"
        raise OutputError(
            Problem(str(folder), found, "un nombre nuevo, o una carpeta vacía", "elija otro nombre: aquí no se reemplaza nada")
        )


def write_office(folder: Path, analysis: Path, spec: AnalisisSpec, chain: Sequence[Path], asked: Asked) -> tuple[list[str], Path | None]:
    """Write the folder.

    Args:
        folder: a new one, or an empty one.
        analysis: the `analisis.toml` it starts from.
        spec: what it says.
        chain: the files it was read from.
        asked: what is known of the office.

    Returns:
        The files written, relative to the folder, in order; and the office that it is inside of, if any.

    Raises:
        SpecError: the analysis inherits from another, whose paths would have to be copied too.
        OutputError: it cannot be written.
    """
    if len(chain) > 1:
        raise SpecError(
            Problem(
                str(analysis),
                "un análisis que hereda de otro",
                "uno que diga todo por sí mismo",
                f"use {chain[-1]}, y cambie lo suyo después",
            )
        )
    folder = folder.resolve()
    part = folder.with_name(f"{folder.name}.parcial-{os.getpid()}")
    try:
        part.mkdir(parents=True)
        _write(part, analysis, spec, asked)
        if folder.is_dir():
            folder.rmdir()
        part.replace(folder)
    except OSError as error:
        remedy = "elija otra carpeta, o revise permisos y espacio"
        raise OutputError(
            Problem(str(folder), f"no se pudo escribir: {system_reason(error)}", "una carpeta en la que se pueda escribir", remedy)
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return files_in(folder), find_office(folder.parent)


def _write(part: Path, analysis: Path, spec: AnalisisSpec, asked: Asked) -> None:
    own = analysis.parent
    text = analysis.read_text(encoding="utf-8-sig")
    for named, target in _copies(spec).items():
        _copy(own / named, part / target)
        text = text.replace(json.dumps(named.as_posix()), json.dumps(target))
    (part / "analisis.toml").write_text(text, encoding="utf-8", newline="\n")
    if (own / "escenarios").is_dir():
        shutil.copytree(own / "escenarios", part / "escenarios")
    (part / "almacen").mkdir()
    (part / "evidencias.toml").write_text(_EVIDENCE, encoding="utf-8", newline="\n")
    (part / FILE).write_text(_office(spec, asked), encoding="utf-8", newline="\n")
    (part / "LEAME.md").write_text(_README.format(nombre=asked.name or "la oficina"), encoding="utf-8", newline="\n")


def _copies(spec: AnalisisSpec) -> dict[Path, str]:
    """What the analysis names and where its copy goes."""
    sources = spec.fuentes
    found = {path: name for key, name in _FOLDERS.items() if (path := getattr(sources, key)) is not None}
    found |= {path: f"{_MONEY}/{path.name}" for path in (sources.gasto_aer, *sources.extractos) if path is not None}
    beside = {"vinculos.csv": spec.vinculo.reglas, "calendario.csv": spec.seguimiento.calendario}
    return found | {path: name for name, path in beside.items() if path is not None}


def _copy(source: Path, target: Path) -> None:
    """A file with the origin beside it, or a folder."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
        return
    shutil.copyfile(source, target)
    origin = source.with_suffix(".origen.toml")
    if origin.is_file():
        shutil.copyfile(origin, target.with_suffix(".origen.toml"))


def _office(spec: AnalisisSpec, asked: Asked) -> str:
    says = {
        "nombre": asked.name,
        "analisis": "analisis.toml",
        "pliego": asked.pliego,
        "departamento": asked.department,
        "almacen": "almacen",
        "reglas": "vinculos.csv" if spec.vinculo.reglas else "",
        "firma": asked.signer,
        "evidencias": "evidencias.toml",
        "salida": "salida",
    }
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in says.items() if value or key == "firma"]
    return f"{_HEADER}version = {VERSION}\n" + "\n".join(lines) + "\n" + _MORE


_HEADER = """# Con qué trabaja esta carpeta. Vale en ella y en las que estén dentro. Véalo con: presupuesto-link ver oficina
# Una opción de la orden vale más que una variable del entorno (PRESUPUESTO_LINK_ALMACEN…), y ésta más que lo escrito aquí.
"""
_MORE = """
# Otros ajustes, sin el signo # cuando hagan falta:
# ambito = "departamento"            # de quién es el gasto: pliego, departamento o todo
# historia = ["20250131"]            # instantáneas con años anteriores
# calendario = "calendario.csv"      # lo programado por mes (PCA u otro)
# poi = ["poi_2026.xlsx"]            # exportaciones de CEPLAN V.01, con metas_aoi
# metas_aoi = "metas_aoi.csv"
# libro_anterior = "salida/libro.xlsx"
"""
_EVIDENCE = """# Documentos que la oficina declara tener: los escenarios los usan donde la norma pide un dato que el SIAF no trae.
# Los nombres de los datos están en la guía de normas. Ejemplo, sin el signo #:
# [[evidencias]]
# dato = "convenio_lo_permite"
# valor = "si"
# sustento = "Informe 123-2026-GRPPAT"
"""
_README = """# Carpeta de trabajo de {nombre}

| archivo | qué es | ¿se edita? |
|---|---|---|
| `oficina.toml` | con qué trabajan las órdenes en esta carpeta | sí |
| `vinculos.csv` | las reglas que llevan cada sol a una acción del plan, y quién las firma | sí: cambiarlas cambia todo lo que se calcule después |
| `analisis.toml` | qué años se comparan, con qué umbrales y pesos | sí |
| `escenarios/` | las reasignaciones que se preguntan | sí |
| `evidencias.toml` | los documentos que la oficina declara tener | sí |
| `plan/`, `perfiles/`, `compromisos/`, `dinero/` | el plan y las cifras publicadas, con su origen | cuando se publique algo nuevo |
| `almacen/` | lo cargado del SIAF | no: se llena con `cargar` o `analizar` |
| `salida/` | el último análisis: tablero, libro, informe, tablas | sólo las celdas amarillas de `libro.xlsx`, que pasan al siguiente |

## Cada trimestre

```
presupuesto-link analizar ARCHIVO_DEL_SIAF      carga, vincula, compara con el corte anterior y escribe salida/
presupuesto-link ver CÓDIGO                     todo lo que se sabe de una acción (o de una ejecutora, programa, meta, CUI…)
presupuesto-link ver semaforo --por ejecutora   qué está atrasado
presupuesto-link escenario recomendacion-2 --salida propuesta
```

Para revisar las reglas en Excel: `presupuesto-link vincular --exportar reglas.xlsx`; cuando las guarde, ponga `reglas = "reglas.xlsx"` en
`oficina.toml`.
"""
