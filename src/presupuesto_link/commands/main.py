"""`presupuesto-link`: the entry point, and the only place where errors become messages and exit codes."""

from __future__ import annotations

import _thread
import gc
import os
import signal
import sys
import threading
import warnings
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer

from presupuesto_link.commands.saying.spanish import SpanishCommand, SpanishGroup, translate_error
from presupuesto_link.errors import PresupuestoLinkError

_COLLECTOR = (50_000, 20, 100)  # a run is short: dead cycles may wait, and looking for them seldom saves 4 % of an analysis
_INTERRUPTED = 130
_LEVELS_BEFORE = {"aer": "accion", "oer": "objetivo"}
_INTERRUPTED_WORDS = "Interrumpido: no quedó nada escrito a medias."
_asked_to_stop = threading.Event()
_USAGE_ERROR: type[Exception] = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "UsageError")

_COMMANDS = (
    "analizar",
    "auditar",
    "avance",
    "matriz",
    "ranking",
    "robustez",
    "asociacion",
    "escenario",
    "comparar",
    "graficar",
    "descargar",
    "cargar",
    "vincular",
    "ceplan",
    "exportar",
    "semaforo",
    "proyectar",
    "tablero",
    "informe",
)
_GROUPS = ("almacen", "normas")
"""Each is in the module of its name; this is the order of the help."""


def _app(arguments: list[str]) -> typer.Typer:
    """The program with the command asked for, the only one imported; with all of them when it is not clear which."""
    app = typer.Typer(
        cls=SpanishGroup,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        help="Vincula el presupuesto del SIAF con los objetivos y acciones del plan regional (PDRC): avance, auditoría, "
        "matrices, ranking de AER rezagadas y escenarios.",
        epilog="Ejemplo: presupuesto-link analizar --salida salida.  Con --debug se ve la traza de un error.",
    )
    app.callback()(options)
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    known = (*_COMMANDS, *_GROUPS)
    for name in [asked] if asked in known else known:
        found = getattr(import_module(f"presupuesto_link.commands.{name}"), name)
        if name in _GROUPS:
            app.add_typer(found)
        else:
            app.command(cls=SpanishCommand)(found)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"presupuesto-link {version('presupuesto-link')}")
        raise typer.Exit()


def options(
    version: Annotated[
        bool, typer.Option("--version", help="Muestra la versión y termina.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the program itself; nothing happens here."""


def run(arguments: list[str] | None = None) -> None:
    """Run the program and exit with its code: 0 done, 1 a user can mend it, 2 wrong usage, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    gc.set_threshold(*_COLLECTOR)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # its matrices are small: threads would only wait for each other
    warnings.filterwarnings("ignore", message="Glyph .* missing from")  # such a letter is drawn as a box
    _listen()
    code = _code([argument for argument in given if argument != "--debug"], debug)
    if code == _INTERRUPTED:
        # libraries stopped in the middle of their work may fail when the interpreter takes itself down
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _listen() -> None:
    """Remember that the user asked to stop: a library may swallow the interruption and fail later with an error of its own."""

    def stop(number: int, frame: FrameType | None) -> None:
        _asked_to_stop.set()
        signal.default_int_handler(number, frame)

    def again(lost: sys.UnraisableHookArgs) -> None:
        if issubclass(lost.exc_type, KeyboardInterrupt):  # it fell where nothing can be raised
            _thread.interrupt_main()
        else:
            sys.__unraisablehook__(lost)

    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, stop)
        sys.unraisablehook = again


def _renamed(arguments: list[str]) -> list[str]:
    """The arguments with the levels of 0.1.0 (`--nivel AER`, `--nivel OER`) by their names of today."""
    pairs = zip(["", *arguments], arguments, strict=False)
    return [_LEVELS_BEFORE.get(one.lower(), one) if before == "--nivel" else one for before, one in pairs]


def _code(arguments: list[str], debug: bool) -> int:
    """The exit code of a call; with `debug`, errors keep their traceback."""
    arguments = _renamed(arguments)
    try:
        result: Any = _app(arguments)(arguments, standalone_mode=False, prog_name="presupuesto-link")
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return 0
    except (Exception, KeyboardInterrupt) as error:
        if debug and not (_asked_to_stop.is_set() or isinstance(error, (_USAGE_ERROR, KeyboardInterrupt, typer.Abort))):
            raise
        return _failed(error)
    if result == _INTERRUPTED:  # Typer turns Ctrl-C into this code
        return _say(_INTERRUPTED_WORDS, _INTERRUPTED)
    return result if isinstance(result, int) else 0


def _failed(error: BaseException) -> int:
    """Say what went wrong and give the code of its kind."""
    if _asked_to_stop.is_set():
        return _say(_INTERRUPTED_WORDS, _INTERRUPTED)
    if isinstance(error, PresupuestoLinkError):
        return _say(str(error), 1)
    if isinstance(error, _USAGE_ERROR):
        return _usage(error)
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        return _say(_INTERRUPTED_WORDS, _INTERRUPTED)
    if type(error).__module__.startswith("polars") and "parquet" in str(error).lower():
        return _say(
            "Un archivo de la instantánea está dañado. Revise el almacén con «presupuesto-link almacen verificar» y cargue otra vez el archivo de origen.",
            1,
        )
    trace = "Vuelva a ejecutar con --debug y comparta la traza."
    return _say(f"Error interno ({type(error).__name__}): {error}\n{trace}", 1)


def _usage(error: Any) -> int:
    """A usage error in Spanish; calling without arguments is not an error but a request for help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.ctx.get_help())
        return 0
    path = error.ctx.command_path if error.ctx else "presupuesto-link"
    return _say(f"Error: {translate_error(error.format_message())}\nPruebe «{path} --help».", 2)


def _say(message: str, code: int) -> int:
    typer.echo(message, err=True)
    return code
