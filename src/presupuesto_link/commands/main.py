"""`presupuesto-link`: the entry point, and the only place where errors become messages and exit codes."""

from __future__ import annotations

import _thread
import gc
import os
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer

from presupuesto_link.commands.before import of_today
from presupuesto_link.commands.saying.spanish import CONTEXT, EVERY, HELP, ORDER, SpanishCommand, SpanishGroup, translate_error
from presupuesto_link.commands.ver import CODE, TOPICS
from presupuesto_link.errors import InfeasibleScenarioError, PresupuestoLinkError

_COLLECTOR = (50_000, 20, 100)  # a run is short: dead cycles may wait, and looking for them seldom saves 4 % of an analysis
_INTERRUPTED, _TERMINATED = 130, 143
_USAGE, _INFEASIBLE, _NAMED = 2, 3, 5
_INTERRUPTED_WORDS = "Interrumpido: no quedó nada escrito a medias."
_asked_to_stop, _told_to_end = threading.Event(), threading.Event()
_USAGE_ERROR: type[Exception] = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "UsageError")

_GROUPS = ("ver", "normas", "almacen")
"""Each is in the module of its name."""
_INSIDE = {"ver": TOPICS, "normas": ("listar", "explicar", "revisar"), "almacen": ("listar", "totales", "verificar", "comparar", "podar")}
_WELCOME = """Vincula el presupuesto del SIAF con los objetivos y acciones del plan regional. Para empezar:

  presupuesto-link analizar --salida salida   el análisis que trae el programa: tablero, libro, informe y tablas
  presupuesto-link nuevo mi-oficina           una carpeta de trabajo con sus reglas, su almacén y su análisis
  presupuesto-link ver                        qué se puede preguntar

Todas las órdenes: presupuesto-link --help.  Códigos de salida y ayuda: presupuesto-link ver ayuda"""


def _app(arguments: list[str]) -> typer.Typer:
    """The program with the command asked for, the only one imported; with all of them when it is not clear which."""
    app = typer.Typer(
        cls=SpanishGroup,
        invoke_without_command=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=CONTEXT,
        help="Vincula el presupuesto del SIAF con los objetivos y acciones del plan regional (PDRC): un archivo entra, una decisión sale.",
        epilog="Ejemplo: presupuesto-link analizar --salida salida.  Con --debug se ve la traza de un error.",
    )
    app.callback(invoke_without_command=True)(options)
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name in [asked] if asked in ORDER else ORDER:
        module = import_module(f"presupuesto_link.commands.{name}")
        if name == "ver":
            app.add_typer(module.group(_topic(arguments), bare=asked is None and any(one in HELP for one in arguments)))
        elif name in _GROUPS:
            app.add_typer(getattr(module, name))
        else:
            app.command(cls=SpanishCommand, context_settings=CONTEXT)(getattr(module, name))
    return app


def _topic(arguments: Sequence[str]) -> str | None:
    """The topic of `ver` that is asked for, the only one imported."""
    plain = [one for one in arguments if not one.startswith("-")]
    return plain[1] if len(plain) > 1 and plain[0] == "ver" else None


def _show_version(as_json: bool) -> int:
    from importlib.metadata import version

    number = version("presupuesto-link")
    if as_json:
        from presupuesto_link.commands.saying.printing import print_json

        print_json(programa="presupuesto-link", version=number, python=".".join(map(str, sys.version_info[:3])))
    else:
        typer.echo(f"presupuesto-link {number}")
    return 0


def options(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Muestra la versión y termina (con --json, en JSON)", is_eager=True)] = False,
    como_json: Annotated[bool, typer.Option("--json", hidden=True)] = False,
) -> None:
    """Options of the program itself; without any command, what can be done here."""
    if version:
        raise typer.Exit(_show_version(como_json))
    if ctx.invoked_subcommand is None:
        typer.echo(_WELCOME)


def run(arguments: list[str] | None = None) -> None:
    """Run the program and exit with its code: 0 done, 1 refused, 2 wrong usage, 3 no solution, 130 interrupted, 143 terminated."""
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
    if code == _INTERRUPTED and _told_to_end.is_set():
        code = _TERMINATED
    if code in (_INTERRUPTED, _TERMINATED):
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

    def end(number: int, frame: FrameType | None) -> None:
        _told_to_end.set()
        stop(number, frame)

    main = threading.current_thread() is threading.main_thread()
    if main and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, end)
    if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, stop)
        sys.unraisablehook = again


def _code(given: list[str], debug: bool) -> int:
    """The exit code of a call; with `debug`, errors keep their traceback."""
    arguments, told = of_today(given)
    as_json = "--json" in arguments
    try:
        if told:
            typer.echo(told, err=True)
        if "--version" in arguments and all(one.startswith("-") for one in arguments) and not set(HELP) & set(arguments):
            return _show_version(as_json)  # no command is imported for it
        arguments = _answered(arguments)
        defaults = _defaults(arguments)
        if _nothing_to_do(arguments, defaults.get("analizar", {}), as_json):
            return 0
        result: Any = _app(arguments)(arguments, standalone_mode=False, prog_name="presupuesto-link", default_map=defaults)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        return 0
    except (Exception, KeyboardInterrupt) as error:
        if debug and not (_asked_to_stop.is_set() or isinstance(error, (_USAGE_ERROR, KeyboardInterrupt, typer.Abort))):
            raise
        return _failed(error, as_json)
    if result == _INTERRUPTED:  # Typer turns Ctrl-C into this code
        return _say(_INTERRUPTED_WORDS, _INTERRUPTED, as_json)
    return result if isinstance(result, int) else 0


def _answered(arguments: list[str]) -> list[str]:
    """`ver CÓDIGO` is asked of the topic that answers about codes."""
    plain = [i for i, one in enumerate(arguments) if not one.startswith("-")]
    if len(plain) > 1 and arguments[plain[0]] == "ver" and arguments[plain[1]] not in TOPICS:
        return [*arguments[: plain[1]], CODE, *arguments[plain[1] :]]
    return arguments


def _defaults(arguments: list[str]) -> dict[str, Any]:
    """What the environment and the office's folder decide, but for help and for a new folder."""
    first = next((one for one in arguments if not one.startswith("-")), None)
    if first in (None, "nuevo") or any(one in (*HELP, EVERY) for one in arguments):
        return {}
    from presupuesto_link.commands.asking.here import default_map, here

    return default_map(here(), {name: _INSIDE.get(name, ()) for name in ORDER})


def _nothing_to_do(arguments: list[str], defaults: dict[str, Any], as_json: bool) -> bool:
    """Whether the analysis asked for is the one that is already there; what changed since is told."""
    if next((one for one in arguments if not one.startswith("-")), None) != "analizar" or any(one in (*HELP, EVERY) for one in arguments):
        return False
    from presupuesto_link.commands.asking.unchanged import VERIFY, begin, last_run

    record, changed = last_run(begin(arguments, defaults), VERIFY in arguments)
    if record is None:
        if changed:
            more = f" y {len(changed) - _NAMED} más" if len(changed) > _NAMED else ""
            typer.echo(f"Cambió desde la última corrida: {', '.join(changed[:_NAMED])}{more}.", err=True)
        return False
    said = record["respuesta"]
    if as_json:
        from presupuesto_link.commands.saying.printing import print_json

        print_json(**said, sin_cambios=True)
    else:
        typer.echo(
            f"Nada cambió desde la última corrida: los {len(said['archivos'])} archivos de {said['carpeta']} siguen valiendo. La harían de nuevo "
            f"otro extracto, otras reglas, plan, normas, escenarios u opciones, u otra versión del programa. {VERIFY} vuelve a comparar las huellas."
        )
    return True


def _failed(error: BaseException, as_json: bool) -> int:
    """Say what went wrong and give the code of its kind."""
    if _asked_to_stop.is_set():
        return _say(_INTERRUPTED_WORDS, _INTERRUPTED, as_json)
    if isinstance(error, PresupuestoLinkError):
        code = _INFEASIBLE if isinstance(error, InfeasibleScenarioError) else 1
        return _say(str(error), code, as_json, type(error).__name__, [vars(problem) for problem in error.problems])
    if isinstance(error, _USAGE_ERROR):
        return _usage(error, as_json)
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        return _say(_INTERRUPTED_WORDS, _INTERRUPTED, as_json)
    if type(error).__module__.startswith("polars") and "parquet" in str(error).lower():
        return _say(
            "Un archivo de la instantánea está dañado. Revise el almacén con «presupuesto-link almacen verificar» y cargue otra vez el archivo de origen.",
            1,
            as_json,
        )
    trace = "Vuelva a ejecutar con --debug y comparta la traza."
    return _say(f"Error interno ({type(error).__name__}): {error}\n{trace}", 1, as_json, "ErrorInterno")


def _usage(error: Any, as_json: bool) -> int:
    """A usage error in Spanish; calling without arguments is not an error but a request for help."""
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.ctx.get_help())
        return 0
    path = error.ctx.command_path if error.ctx else "presupuesto-link"
    return _say(f"Error: {translate_error(error.format_message())}\nPruebe «{path} --help».", _USAGE, as_json, "Uso")


def _say(message: str, code: int, as_json: bool = False, kind: str = "", problems: Sequence[object] = ()) -> int:
    """Tell on stderr why the run ends, for a person or for a program."""
    if as_json:
        from presupuesto_link.commands.saying.printing import as_text

        kind = kind or ("Interrumpido" if code == _INTERRUPTED else "Error")
        message = as_text({"error": {"codigo": code, "clase": kind, "mensaje": message, "problemas": list(problems)}})
    typer.echo(message, err=True)
    return code
