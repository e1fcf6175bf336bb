"""How much there is to learn: eight commands, few options, and a help that fits on a screen."""

import pytest
import typer

from presupuesto_link.commands.main import _app
from presupuesto_link.commands.saying.spanish import ADVANCED, HELP, ORDER
from presupuesto_link.commands.ver import TOPICS
from tests.commands.test_cli import call

SPANISH = {"nuevo", "cargar", "vincular", "analizar", "ver", "escenario", "normas", "almacen"}


def walk(command, path=()):
    """Every command that can be run, with its path."""
    inside = getattr(command, "commands", None)
    if inside is None:
        yield path, command
        return
    for name, inner in inside.items():
        yield from walk(inner, (*path, name))


ROOT = typer.main.get_command(_app([]))
EVERY = dict(walk(ROOT))


def options(command):
    """Those that some help shows; the others only serve who has them written down."""
    own = [param for param in command.params if param.param_type_name == "option" and "--help" not in param.opts]
    return [param for param in own if getattr(param, "rich_help_panel", None) == ADVANCED or not param.hidden]


def test_there_are_eight_commands_in_spanish():
    assert set(ROOT.commands) == set(ORDER) == SPANISH
    assert len(ORDER) == 8
    assert set(ROOT.commands["ver"].commands) == set(TOPICS)


def test_there_are_at_most_sixty_options_in_all():
    names = {name for command in (ROOT, *EVERY.values()) for param in options(command) for name in param.opts if name.startswith("--")}
    assert len(names - {"--help"}) <= 60, sorted(names)


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_the_help_shows_at_most_ten_options_and_names_the_others(capsys, path):
    def shown(option):
        out = call(capsys, *path, option)[1]
        heads = [line.split()[0].rstrip(",") for line in out.partition("\nOpciones:\n")[2].splitlines() if line.startswith("  -")]
        return [head for head in heads if head not in HELP], out

    few, out = shown("--help")
    every, _ = shown("--avanzadas")
    assert len(few) <= 10, few
    assert len(every) == len(options(EVERY[path]))
    assert (f"presupuesto-link {' '.join(path)} --avanzadas" in " ".join(out.split())) == (len(every) > len(few))


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_option_says_what_it_is(path):
    assert EVERY[path].help
    for param in options(EVERY[path]):
        assert param.help, (path, param.opts)
        assert not param.help.endswith("."), (path, param.opts)
