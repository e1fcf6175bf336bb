"""`cargar --descargar` as a person runs it: real processes, killed, interrupted and taken up again."""

import json
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from presupuesto_link.commands.main import _code
from presupuesto_link.commands.saying.download_text import downloading
from presupuesto_link.sources.download import Patience, Progress
from tests.conftest import ROOT
from tests.sources.test_download import DONE, LEFT, NAME, Handler, csv_text, cut, files, serve, site, status

__all__ = ["site"]
EXAMPLE = ["cargar", "--descargar", "2024", "--tipo", "devengado"]


@pytest.fixture
def call(capsys, site, tmp_path, monkeypatch):
    """Run the command in this process against the site."""
    monkeypatch.setattr(Patience, "wait_s", lambda *_: 0.0)

    def run(*more: str) -> tuple[int, str, str]:
        code = _code([*EXAMPLE, "--url", site.url, "--salida", str(tmp_path / "mis datos"), *more], debug=False)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_download_and_again(call, site, tmp_path):
    code, out, err = call()
    assert (code, err) == (0, "")
    assert f"Descargado: {tmp_path / 'mis datos' / NAME}, {len(site.body):,} bytes" in out
    assert "Versión del servidor: Mon, 02 Nov 2026" in out
    assert files(tmp_path / "mis datos") == DONE
    code, out, err = call()
    assert (code, err) == (0, "")
    assert "Ya estaba" in out
    assert "Descargado" in call("--forzar")[1]


def test_json_equals_the_origin(call, tmp_path):
    code, out, err = call("--json")
    given = json.loads(out)
    facts = tomllib.loads(Path(given["origen"]).read_text(encoding="utf-8"))
    assert (code, err) == (0, "")
    assert {key: given[key] for key in ("url", "bytes", "sha256", "etag", "last_modified")} == {
        key: facts[key] for key in ("url", "bytes", "sha256", "etag", "last_modified")
    }
    assert given["fecha_descarga"] == str(facts["fecha_descarga"])
    assert (given["descargado"], given["conexiones"], given["reanudado_desde_bytes"]) == (True, 1, 0)
    assert json.loads(call("--json")[1]) == given | {"descargado": False}


def test_a_failure_is_a_message_and_a_1(call, site):
    site.plan = [status(404)]
    code, out, err = call()
    assert (code, out) == (1, "")
    assert err.startswith("No se pudo descargar:\n- http://127.0.0.1")
    assert "qué hacer: revise el año y el tipo" in err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["cargar"], 2, "--descargar AÑO"),
        (["cargar", "--descargar", "x"], 2, "no es un número entero"),
        (["cargar", "--descargar", "2024", "--espera", "0"], 2, "debe ser 1 o más"),
        (["cargar", "--descargar", "24"], 1, "un año fiscal"),
        (["cargar", "--descargar", "2024", "--tipo", "pagado"], 1, "«pagado»"),
        (["cargar", "--descargar", "2024", "--url", "mef.gob.pe"], 1, "http:// o https://"),
    ],
)
def test_wrong_usage(capsys, arguments, code, words):
    assert _code(arguments, debug=False) == code
    assert words in capsys.readouterr().err


def test_help_does_not_load_the_network():
    code = "import sys\nfrom presupuesto_link.commands import main\nmain._code(['cargar', '--avanzadas'], False)\n"
    done = subprocess.run(
        [sys.executable, "-c", code + "sys.exit(bool({'httpx', 'pydantic', 'rich', 'ssl'} & sys.modules.keys()))"],
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout
    assert "--descargar AÑO" in done.stdout


def test_the_bar_is_only_for_terminals(call, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    err = call()[2]
    assert "Verificando" in err
    assert "kB" in err


def test_the_bar_begins_again_with_the_download(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "160")
    with downloading("archivo") as report:
        for received, total, doing in [(0, None, "a"), (90, 100, "b"), (10, None, "c [d]"), (100, 100, "e")]:
            report(Progress(received, total, doing))
    assert "100/100 bytes" in capsys.readouterr().err


# --- real processes


def start(site, folder: Path, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), *EXAMPLE, "--url", site.url, "--salida", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **options,
    )


def again(site, folder: Path, capsys) -> tuple[str, str]:
    """The same order, in this process: another than the one that was stopped."""
    _code([*EXAMPLE, "--url", site.url, "--salida", str(folder)], debug=False)
    return capsys.readouterr()


def stuck(h: Handler) -> None:
    serve(h, 150_000, lambda h: h.server.gate.wait(10))


def wait_for_bytes(part: Path, process: subprocess.Popen) -> None:
    limit = time.monotonic() + 10
    while not part.is_file() or part.stat().st_size < 140_000:
        assert process.poll() is None
        assert time.monotonic() < limit
        time.sleep(0.01)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_killed_midway_and_taken_up_again(site, tmp_path, how, capsys):
    site.body = csv_text(1500)
    site.plan = [stuck]
    process = start(site, tmp_path)
    wait_for_bytes(tmp_path / f"{NAME}.part", process)
    process.send_signal(how)
    out, err = process.communicate(timeout=10)
    assert out == ""
    if how == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
        assert files(tmp_path) == [*LEFT, f"{NAME}.part.lock"]
    else:
        assert process.returncode == 130
        assert files(tmp_path) == LEFT
        assert f"Lo recibido de {NAME} queda en {tmp_path}" in err
        assert "Traceback" not in err
    out, err = again(site, tmp_path, capsys)
    assert err == ""
    assert " que ya estaban)" in out
    assert (tmp_path / NAME).read_bytes() == site.body
    assert int(site.asked[1]["Range"].removeprefix("bytes=").rstrip("-")) >= 140_000
    assert files(tmp_path) == DONE


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process")
def test_a_disk_that_takes_no_more(site, tmp_path, capsys):
    import resource

    limit = (100_000, 100_000)
    process = start(site, tmp_path, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit))
    _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "el disco no admite archivos tan grandes" in err
    assert files(tmp_path) == LEFT
    assert again(site, tmp_path, capsys)[1] == ""
    assert (tmp_path / NAME).read_bytes() == site.body


def test_resets_do_not_bother_the_person(call, site):
    site.plan = [cut(80_000), cut(100_000)]
    code, out, err = call("--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["conexiones"] == 3
