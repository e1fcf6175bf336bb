"""`almacen`: what the store holds, whether it is sound and what moved between two cut-offs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from presupuesto_link.commands.asking.cuts import DEFAULT_STORE, StoreOption
from presupuesto_link.commands.asking.here import who_says
from presupuesto_link.commands.asking.options import JsonOption
from presupuesto_link.commands.saying.load_text import print_totals
from presupuesto_link.commands.saying.printing import Column, number, print_json, print_table, records
from presupuesto_link.commands.saying.spanish import CONTEXT, SpanishCommand, SpanishGroup
from presupuesto_link.errors import InputDataError, Problem
from presupuesto_link.wording import plural, soles

if TYPE_CHECKING:
    import polars as pl

    from presupuesto_link.store.snapshot import Kept, Snapshot
    from presupuesto_link.store.store import Store
_BROKEN = 1
_KEYS = "pliego,sec_ejec,programa,producto"

almacen = typer.Typer(
    name="almacen",
    cls=SpanishGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings=CONTEXT,
    help="Muestra, revisa y compara lo guardado con «cargar».",
    epilog="Ejemplo: presupuesto-link almacen listar",
)
IdArgument = Annotated[list[str] | None, typer.Argument(help="Instantáneas; todas si no se dice", metavar="[ID...]")]


@almacen.command(cls=SpanishCommand, context_settings=CONTEXT)
def listar(almacen: StoreOption = DEFAULT_STORE, como_json: JsonOption = False) -> None:
    """Lista las instantáneas, de la más antigua a la más nueva.

    Ejemplo: presupuesto-link almacen listar
    """
    snapshots = _open(almacen).list()
    if como_json:
        print_json(instantaneas=[_facts(snapshot) for snapshot in snapshots])
        return
    rows = [
        (
            s.id,
            s.cut_off,
            ", ".join(map(str, s.years)),
            s.manifest["fuente"]["forma"],
            _filters(s),
            s.quality,
            f"{s.manifest['filas']['guardadas']:,}",
            f"{s.size / 1e6:,.1f}",
            s.manifest["fuente"]["nombre"],
        )
        for s in snapshots
    ]
    words = [Column(title) for title in ("Instantánea", "Corte", "Años", "Forma", "Filtros", "Calidad")]
    columns = [*words, number("Filas"), number("MB"), Column("Archivo")]
    print_table(f"{len(rows)} instantáneas en {almacen}", columns, rows)


@almacen.command(cls=SpanishCommand, context_settings=CONTEXT)
def totales(identificadores: IdArgument = None, almacen: StoreOption = DEFAULT_STORE, como_json: JsonOption = False) -> None:
    """Muestra los totales de control de cada instantánea por año y medida, al céntimo.

    Ejemplo: presupuesto-link almacen totales --json
    """
    snapshots = _chosen(_open(almacen), identificadores)
    if como_json:
        print_json(instantaneas=[{"id": s.id, "fecha_corte": s.cut_off, "totales": s.manifest["totales"]} for s in snapshots])
        return
    print_totals([(f"{s.id} · {year}", totals) for s in snapshots for year, totals in s.totals.items()])


@almacen.command(cls=SpanishCommand, context_settings=CONTEXT)
def verificar(identificadores: IdArgument = None, almacen: StoreOption = DEFAULT_STORE, como_json: JsonOption = False) -> None:
    """Lee otra vez cada archivo y comprueba su huella, sus filas y sus totales. Termina en 1 si algo cambió.

    Ejemplo: presupuesto-link almacen verificar
    """
    store = _open(almacen)
    results = {s.id: store.verify(s.id) for s in _chosen(store, identificadores)}
    if como_json:
        print_json(
            instantaneas=[
                {"id": name, "sana": not problems, "problemas": [vars(problem) for problem in problems]}
                for name, problems in results.items()
            ]
        )
    else:
        for name, problems in results.items():
            typer.echo(f"{name}: {'sana' if not problems else 'dañada'}")
            for problem in problems:
                typer.echo(f"- {problem}")
        sound = [name for name, problems in results.items() if not problems]
        typer.echo(f"{len(sound)} de {len(results)} instantáneas sanas")
    if any(results.values()):
        raise typer.Exit(_BROKEN)


@almacen.command(cls=SpanishCommand, context_settings=CONTEXT)
def comparar(
    antes: Annotated[str, typer.Argument(help="Instantánea anterior", metavar="A")],
    despues: Annotated[str, typer.Argument(help="Instantánea posterior", metavar="B")],
    por: Annotated[str, typer.Option("--por", help="Columnas por las que se agrupa, separadas por comas", metavar="COLUMNAS")] = _KEYS,
    primeras: Annotated[
        int, typer.Option("--primeras", "-n", help="Cuántas filas mostrar, las que más se movieron", metavar="N", min=1)
    ] = 30,
    almacen: StoreOption = DEFAULT_STORE,
    como_json: JsonOption = False,
) -> None:
    """Muestra qué se movió entre dos cortes del mismo año: antes, después y diferencia.

    Ejemplo: presupuesto-link almacen comparar 20250131 20250630 --por programa
    """
    import polars as pl

    store = _open(almacen)
    old, new, keys = store.get(antes), store.get(despues), _columns(por)
    moved = store.compare(old.id, new.id, keys)
    notes = _differences(old, new)
    if como_json:
        print_json(antes=old.id, despues=new.id, por=list(keys), avisos=notes, filas=records(moved))
        return
    for note in notes:
        typer.echo(f"Atención: {note}.")
    if moved.is_empty():
        typer.echo(f"Nada se movió entre {old.id} y {new.id} por {', '.join(keys)}.")
        return
    shown = moved.sort(pl.col("diferencia_soles").abs(), descending=True, maintain_order=True).head(primeras)
    by = [name for name in shown.columns if name not in ("medida", "antes_soles", "despues_soles", "diferencia_soles", "cambio")]
    rows = [
        (
            *(str(r[k]) if r[k] is not None else "—" for k in by),
            r["medida"].removesuffix("_soles"),
            soles(r["antes_soles"], 2),
            soles(r["despues_soles"], 2),
            soles(r["diferencia_soles"], 2),
            r["cambio"],
        )
        for r in shown.iter_rows(named=True)
    ]
    figures = [number(title) for title in ("Antes", "Después", "Diferencia")]
    columns = [*(Column(name) for name in (*by, "medida")), *figures, Column("Cambio")]
    print_table(f"De {old.id} a {new.id} ({len(rows)} de {moved.height} diferencias)", columns, rows)
    _print_sums(moved)


@almacen.command(cls=SpanishCommand, context_settings=CONTEXT)
def podar(
    conservar: Annotated[
        int, typer.Option("--conservar", help="Cuántos cortes se conservan de cada archivo y año", metavar="N", min=1)
    ] = 2,
    si: Annotated[bool, typer.Option("--si", help="Borra de verdad; sin esto sólo dice qué borraría")] = False,
    almacen: StoreOption = DEFAULT_STORE,
    como_json: JsonOption = False,
) -> None:
    """Borra los cortes más antiguos de cada archivo y año. Sin --si no borra nada.

    Ejemplo: presupuesto-link almacen podar --conservar 2 --si
    """
    store = _open(almacen)
    old = store.superseded(conservar)
    if si:
        store.remove([snapshot.id for snapshot in old])
    if como_json:
        print_json(borradas=si, instantaneas=[_facts(snapshot) for snapshot in old])
        return
    for snapshot in old:
        typer.echo(f"{'Borrada' if si else 'Se borraría'}: {snapshot.id} · {snapshot.manifest['fuente']['nombre']}")
    end = "" if si or not old else " No se borró nada: repita con --si."
    typer.echo(f"{len(old)} instantáneas con {conservar} o más cortes más nuevos del mismo archivo y año.{end}")


@almacen.command(cls=SpanishCommand, context_settings=CONTEXT)
def migrar(
    identificadores: IdArgument = None,
    origen: Annotated[
        list[str] | None,
        typer.Option(
            "--origen", help="Archivo, o carpeta con los archivos, de donde se cargaron: se leen otra vez; se puede repetir", metavar="RUTA"
        ),
    ] = None,
    almacen: StoreOption = DEFAULT_STORE,
    como_json: JsonOption = False,
) -> None:
    """Pone al día las instantáneas de una versión anterior del programa. No se pierde ninguna.

    Con --origen, cada fila dice además de qué registro del archivo sale.

    Ejemplo: presupuesto-link almacen migrar --origen descargas
    """
    from presupuesto_link.store.migration import migrate

    store, sources = _open(almacen), _by_digest(origen or [])
    done = [migrate(store, snapshot, sources) for snapshot in _chosen(store, identificadores)]
    if como_json:
        told = [{"antes": m.before.id, "id": m.after.id, "resultado": m.outcome, "motivo": m.why, "calidad": m.after.quality} for m in done]
        print_json(instantaneas=told)
        return
    for one in done:
        now = f" → {one.after.id}" if one.after.id != one.before.id else ""
        typer.echo(f"{one.before.id}{now}: {one.outcome}{f'; {one.why}' if one.why else ''}")
    changed = [one for one in done if one.outcome != "al día"]
    typer.echo(f"{plural(len(changed), 'instantánea migrada', 'instantáneas migradas')} de {len(done)}.")


def _by_digest(given: list[str]) -> dict[str, Path]:
    """SHA-256 → file, of those given and those inside the folders given."""
    from presupuesto_link.sources.digest import digest_of

    paths = [Path(one) for one in given]
    if missing := [path for path in paths if not path.exists()]:
        raise InputDataError(Problem(str(missing[0]), "no existe", "el archivo de origen o su carpeta", "revise --origen"))
    files = [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path]) if file.is_file()]
    return {digest_of(file): file for file in files}


def _open(folder: Path) -> Store:
    from presupuesto_link.store.store import Store

    if not folder.is_dir():
        raise InputDataError(
            Problem(
                f"{folder}{who_says('almacen', folder)}",
                "no hay un almacén ahí",
                "la carpeta donde se usó «cargar»",
                "revise --almacen o ese ajuste",
            )
        )
    return Store(folder)


def _chosen(store: Store, wanted: list[str] | None) -> tuple[Kept, ...]:
    return tuple(store.get(name) for name in wanted) if wanted else store.list()


def _columns(text: str) -> tuple[str, ...]:
    from presupuesto_link.sources.siaf.layout import CODES

    keys = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [key for key in keys if key not in CODES]
    if unknown or not keys:
        raise typer.BadParameter(f"--por: «{', '.join(unknown) or text}» no es una columna; elija entre {', '.join(CODES)}.")
    return keys


def _filters(snapshot: Snapshot) -> str:
    return " ".join(f"{name}={value}" for name, value in snapshot.manifest["filtros"].items()) or "todo"


def _facts(snapshot: Snapshot) -> dict[str, object]:
    keys = ("fuente", "fecha_corte", "filtros", "filas", "ultimo_mes_con_devengado", "tabla_version")
    told = {
        "formato": snapshot.format,
        "con_registros": snapshot.has_records,
        "calidad": snapshot.quality,
        "limites": list(snapshot.limits),
        "aceptado": snapshot.manifest.get("aceptado"),
    }
    return {"id": snapshot.id, "anios": list(snapshot.years), "bytes": snapshot.size} | told | {key: snapshot.manifest[key] for key in keys}


def _differences(old: Snapshot, new: Snapshot) -> list[str]:
    """Why two snapshots may differ for a reason that is not the passing of time."""
    said = []
    if old.manifest["filtros"] != new.manifest["filtros"]:
        said.append(f"los filtros no son los mismos ({_filters(old)} y {_filters(new)})")
    if old.manifest["fuente"]["forma"] != new.manifest["fuente"]["forma"]:
        said.append(f"las formas no son la misma ({old.manifest['fuente']['forma']} y {new.manifest['fuente']['forma']})")
    if old.cut_off > new.cut_off:
        said.append(f"el primero es de un corte posterior ({old.cut_off} y {new.cut_off})")
    return said


def _print_sums(moved: pl.DataFrame) -> None:
    from presupuesto_link.store.moved import sums_of

    for row in sums_of(moved).iter_rows(named=True):
        typer.echo(
            f"{row['anio']} · {row['medida'].removesuffix('_soles')}: {soles(row['diferencia_soles'], 2)} en {row['claves']:,} claves"
        )
