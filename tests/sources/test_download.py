"""Downloads against a server of this machine that does everything servers do wrong."""

import datetime as dt
import errno
import io
import json
import os
import random
import shutil
import socket
import struct
import threading
import time
import tomllib
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from presupuesto_link.errors import DownloadError
from presupuesto_link.sources import download as package
from presupuesto_link.sources.download import Patience, Progress, Resource, disk, download, find_resource, layout_problem
from presupuesto_link.sources.origin import read_origin

TODAY = dt.date(2026, 11, 23)
COLUMNS = find_resource("devengado", 2024).layouts["ancho_73"]
NAME = "2024-Gasto-Devengado.csv"


def csv_text(rows: int = 900, year: int = 2024, columns=COLUMNS, mark: str = "1") -> bytes:
    """A file as the portal writes them: BOM, every field quoted, some 200 bytes a row."""
    lines = [",".join(f'"{c}"' for c in columns)]
    lines += [",".join([f'"{year}"', f'"Ñ{i}"', *[f'"{mark}"'] * (len(columns) - 2)]) for i in range(rows)]
    return b"\xef\xbb\xbf" + "\r\n".join([*lines, ""]).encode()


BODY = csv_text()


class Site(ThreadingHTTPServer):
    """One file, served well unless `plan` says how to spoil the next answers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body, self.etag, self.modified = BODY, '"v1"', "Mon, 02 Nov 2026 10:00:00 GMT"
        self.ranges, self.type = True, "text/csv"
        self.plan: list[Callable[[Handler], None]] = []
        self.asked: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.gate = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def change(self) -> None:
        self.body, self.etag, self.modified = csv_text(mark="22"), '"v2"', "Tue, 03 Nov 2026 10:00:00 GMT"

    def handle_error(self, *_: object) -> None:
        """Clients that leave are part of the plan."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Site
    timeout = 10

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self.server.asked.append(dict(self.headers.items()))
        self.server.paths.append(self.path)
        self.close_connection = True
        (self.server.plan.pop(0) if self.server.plan else serve)(self)

    def start(self, status: int, length: int | None, **headers: str | None) -> None:
        self.send_response(status)
        site = self.server
        given = {"Connection": "close", "Content-Type": site.type, "ETag": site.etag, "Last-Modified": site.modified}
        given |= {} if length is None else {"Content-Length": str(length)}
        for name, value in (given | {k.replace("_", "-"): v for k, v in headers.items()}).items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def wanted(self) -> int | None:
        """The first byte asked for, when the condition holds."""
        site, asked = self.server, self.headers.get("Range")
        valid = self.headers.get("If-Range") in (None, site.etag, site.modified)
        return int(asked.removeprefix("bytes=").rstrip("-")) if asked and valid and site.ranges else None

    def reset(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


def serve(h: Handler, until: int | None = None, after: Callable[[Handler], None] | None = None, back: int = 0) -> None:
    """Serve well; or only `until` a byte and then do something; or from `back` bytes before what was asked."""
    site = h.server
    unchanged = site.etag and h.headers.get("If-None-Match") == site.etag
    start, size = h.wanted(), len(site.body)
    if unchanged and start is None:
        h.start(304, None)
    elif start is None:
        h.start(200, size)
        h.wfile.write(site.body[:until])
    elif start >= size:
        h.start(416, 0, Content_Range=f"bytes */{size}")
    else:
        start = max(0, start - back)
        h.start(206, size - start, Content_Range=f"bytes {start}-{size - 1}/{size}")
        h.wfile.write(site.body[start:until])
    if after:
        after(h)


def cut(until: int) -> Callable[[Handler], None]:
    """Serve until a byte of the file and reset the connection."""
    return lambda h: serve(h, until, Handler.reset)


def status(code: int, **headers: str) -> Callable[[Handler], None]:
    def answer(h: Handler) -> None:
        h.start(code, 4, **headers)
        h.wfile.write(b"<h1>")

    return answer


def lie(length: int) -> Callable[[Handler], None]:
    """Declare another length than the file's."""

    def answer(h: Handler) -> None:
        h.start(200, length)
        h.wfile.write(h.server.body)

    return answer


@pytest.fixture
def site(monkeypatch, tmp_path_factory):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path_factory.getbasetemp()))  # no certificates to read: faster
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.001}, daemon=True)
    thread.start()
    yield server
    server.gate.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def patience(waits) -> Patience:
    return Patience(silence_s=5, connect_s=5, progress_bytes=1, sleep=waits.append, chance=random.Random(1))


def resource(site: Site, kind: str = "devengado", year: int = 2024) -> Resource:
    return find_resource(kind, year, site.url)


@pytest.fixture
def get(site, patience, tmp_path):
    """Download the site's file to the test's folder."""

    def run(**changes):
        given = {"resource": resource(site), "folder": tmp_path, "today": TODAY, "patience": patience}
        return download(**given | changes)

    return run


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


DONE = [NAME, "2024-Gasto-Devengado.origen.toml"]
LEFT = [f"{NAME}.part", f"{NAME}.part.json"]


# --- what to download


@pytest.mark.parametrize(
    ("kind", "year", "name"),
    [
        ("devengado", 2024, "2024-Gasto-Devengado.csv"),
        ("devengado", 2012, "2012-Gasto-Devengado.csv"),
        ("devengado", 2010, "2010-Gasto-Devengado.csv"),
        ("devengado", 2025, "2025-Gasto-Devengado-Mensual.csv"),
        ("mensual", 2026, "2026-Gasto-Mensual.csv"),
        ("diario", 2026, "2026-Gasto-Diario.csv"),
        ("gasto", 2023, "2023-Gasto.csv"),
        ("opds", 2025, "2025-Gasto-OPDS.csv"),
    ],
)
def test_names_of_the_portal(kind, year, name):
    found = find_resource(kind, year)
    assert (found.name, found.url) == (name, f"https://fs.datosabiertos.mef.gob.pe/datastorefiles/{name}")


def test_a_mirror_is_a_file_or_a_folder():
    assert find_resource("opds", 2025, "http://x/y/").url == "http://x/y/2025-Gasto-OPDS.csv"
    assert find_resource("opds", 2025, "http://x/y/z.csv").url == "http://x/y/z.csv"


def test_a_wrong_request_is_explained_whole():
    with pytest.raises(DownloadError) as error:
        find_resource("pagado", 24, "ftp://quien:clave@x/y")
    text = str(error.value)
    assert "No se pudo descargar" in text
    assert "«pagado»" in text
    assert "devengado, mensual, diario, gasto, opds" in text
    assert "un año fiscal de cuatro cifras" in text
    assert "clave@" not in text


def test_the_table_asks_only_for_columns_of_the_known_layouts(tmp_path):
    shared = Path(__file__).resolve().parents[3] / "shared" / "siaf"
    if not shared.is_dir():
        pytest.skip("the description of the layouts is not beside this repository")
    wide = (shared / "gasto_devengado_73.txt").read_text(encoding="utf-8").split()
    long = (shared / "gasto_mensual_diario_63.txt").read_text(encoding="utf-8").split()
    assert set(COLUMNS) == {c for c in wide if not c.endswith("_NOMBRE")}
    assert set(find_resource("mensual", 2025).layouts["largo_63"]) == {c for c in long if not c.endswith("_NOMBRE")}
    for kind, year, sample in [
        ("devengado", 2025, "gasto_devengado_73col_mimp.csv"),
        ("diario", 2026, "gasto_diario_2026_63col_amazonas_20260516.csv"),
        ("opds", 2025, "gasto_opds_2025_mes0.csv"),
    ]:
        assert layout_problem((shared / "muestras" / sample).read_bytes(), find_resource(kind, year)) is None


# --- all goes well


def test_a_file_and_its_origin(get, site, tmp_path):
    steps: list[Progress] = []
    done = get(report=steps.append)
    assert files(tmp_path) == DONE
    assert done.path.read_bytes() == site.body
    assert (done.new, done.size, done.connections, done.resumed_from) == (True, len(site.body), 1, 0)
    assert tomllib.loads(done.origin.read_text(encoding="utf-8")) == {
        "productor": "Ministerio de Economía y Finanzas del Perú (MEF)",
        "titulo": "Gasto, devengado mensual (una fila por cadena, doce meses en columnas), 2024",
        "url": site.url + NAME,
        "etag": '"v1"',
        "last_modified": site.modified,
        "bytes": len(site.body),
        "sha256": sha256(site.body).hexdigest(),
        "fecha_descarga": TODAY,
    }
    assert read_origin(done.path)["sha256"] == done.sha256
    assert site.asked[0]["Accept-Encoding"] == "identity"
    assert [s.doing for s in steps if s.received == s.total == done.size] == ["Descargando", "Verificando"]


def test_chunked_without_length(get, site):
    def chunked(h: Handler) -> None:
        h.start(200, None, Transfer_Encoding="chunked")
        for i in range(0, len(site.body), 50_000):
            piece = site.body[i : i + 50_000]
            h.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
        h.wfile.write(b"0\r\n\r\n")

    site.plan = [chunked]
    assert get().size == len(site.body)


def test_user_and_password_do_not_reach_the_disk(get, site, tmp_path):
    url = site.url.replace("//", "//quien:clave@") + NAME
    site.plan = [cut(90_000)]
    get(resource=find_resource("devengado", 2024, url))
    assert "Authorization" in site.asked[0]
    assert "clave" not in "".join(p.read_text(encoding="utf-8") for p in tmp_path.glob("*.toml"))


def test_proxy_of_the_environment(get, site, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", site.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    get(resource=find_resource("devengado", 2024, "http://portal.invalid/"))
    assert site.paths == [f"http://portal.invalid/{NAME}"]


@pytest.mark.parametrize(("name", "value"), [("SSL_CERT_FILE", "/no/hay/tal.pem"), ("HTTPS_PROXY", "gopher://127.0.0.1:9")])
def test_a_wrong_environment_is_explained(get, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(DownloadError, match="SSL_CERT_FILE"):
        get()


# --- the file is already here


def test_the_same_file_is_not_downloaded_again(get, site, tmp_path):
    first = get()
    before = first.path.stat()
    again = get(today=dt.date(2026, 12, 1))
    assert (again.new, again.sha256, again.date) == (False, first.sha256, "2026-11-23")
    assert first.path.stat().st_ino == before.st_ino
    assert site.asked[1]["If-None-Match"] == '"v1"'
    assert files(tmp_path) == DONE


def test_the_same_file_on_a_server_without_304(get, site):
    site.etag = None
    first = get()
    again = get()
    assert (first.new, again.new, len(site.asked)) == (True, False, 2)


def test_force_downloads_again(get, site):
    get()
    assert get(force=True, today=dt.date(2026, 12, 1)).date == "2026-12-01"


@pytest.mark.parametrize("spoil", ["changed on the server", "edited here", "origin lost", "origin of an older file"])
def test_another_file_is_downloaded(get, site, spoil):
    done = get()
    if spoil == "changed on the server":
        site.change()
    elif spoil == "edited here":
        done.path.write_bytes(b"otra cosa")
    elif spoil == "origin lost":
        done.origin.unlink()
    else:  # a crash between the two renames
        os.utime(done.origin, (1, 1))
    assert get().new
    assert done.path.read_bytes() == site.body


def test_a_server_without_marks_is_asked_for_all(get, site):
    site.etag = site.modified = None
    get()
    assert get().new


# --- connections that break


def test_resets_midway_are_resumed(get, site, waits, tmp_path):
    size = len(site.body)
    site.plan = [cut(70_000), cut(70_001), cut(size // 2), cut(size - 1)]
    done = get()
    assert done.path.read_bytes() == site.body
    assert done.connections == 5
    starts = [int(a["Range"].removeprefix("bytes=").rstrip("-")) for a in site.asked[1:]]
    assert starts == sorted(starts)
    assert starts[0] > 0
    assert {a["If-Range"] for a in site.asked[1:]} == {'"v1"'}
    assert len(waits) == 4
    assert files(tmp_path) == DONE


def test_without_a_strong_etag_the_date_is_the_condition(get, site):
    site.etag = 'W/"v1"'
    site.plan = [cut(90_000)]
    get()
    assert site.asked[1]["If-Range"] == site.modified


def test_without_ranges_it_starts_over(get, site):
    site.ranges = False
    site.plan = [cut(90_000), cut(10_000)]
    done = get()
    assert done.path.read_bytes() == site.body
    assert done.connections == 3


def test_without_marks_no_range_is_asked(get, site):
    site.etag = site.modified = None
    site.plan = [cut(90_000)]
    get()
    assert "Range" not in site.asked[1]


def test_a_206_may_start_earlier(get, site):
    site.plan = [cut(90_000), lambda h: serve(h, back=30_000)]
    assert get().path.read_bytes() == site.body


def test_a_206_that_starts_later_is_not_believed(get, site):
    site.plan = [cut(90_000), lambda h: serve(h, back=-5_000)]
    done = get()
    assert done.path.read_bytes() == site.body
    assert "Range" not in site.asked[2]


def test_a_206_in_pieces(get, site):
    def piece(h: Handler) -> None:
        start, size = h.wanted(), len(site.body)
        end = min(start + 40_000, size) - 1
        h.start(206, end + 1 - start, Content_Range=f"bytes {start}-{end}/{size}")
        h.wfile.write(site.body[start : end + 1])

    site.plan = [cut(90_000), piece, piece]
    assert get().path.read_bytes() == site.body


def test_it_gives_up_without_progress_and_keeps_what_came(get, site, waits, tmp_path):
    site.plan = [cut(90_000)] + [status(503)] * 20
    with pytest.raises(DownloadError) as error:
        get()
    text = str(error.value)
    assert site.url + NAME in text
    assert "7 intentos seguidos sin avanzar; en el último, el servidor respondió 503" in text
    assert f"el archivo completo, de {len(site.body):,} bytes" in text
    assert "repita la orden más tarde: seguirá desde los" in text
    assert files(tmp_path) == LEFT
    site.plan = []
    done = get()
    assert done.resumed_from > 0
    assert done.path.read_bytes() == site.body


def test_waits_double_with_chance_and_a_limit():
    patience = Patience(first_wait_s=1, longest_wait_s=10, chance=random.Random(3))
    waits = [patience.wait_s(failures) for failures in range(1, 7)]
    limits = [1, 2, 4, 8, 10, 10]
    assert all(limit / 2 <= wait <= limit for wait, limit in zip(waits, limits, strict=True))
    assert waits == [limit * (1 - c / 2) for limit, c in zip(limits, chances(3, 6), strict=True)]


def chances(seed: int, count: int) -> list[float]:
    chance = random.Random(seed)
    return [chance.random() for _ in range(count)]


def test_503_then_200(get, site, waits):
    site.plan = [status(503, Retry_After="7"), status(500), status(429)]
    assert get().connections == 4
    assert waits[0] == 7
    assert all(wait > 0 for wait in waits)


@pytest.mark.parametrize("code", [500, 502, 503])
def test_a_server_that_always_fails(get, site, waits, code, tmp_path):
    site.plan = [status(code)] * 20
    with pytest.raises(DownloadError, match=f"el servidor respondió {code}"):
        get()
    assert len(waits) == 6
    assert files(tmp_path) == []


def test_404_stops_at_once_and_says_what_there_is(get, site, waits, tmp_path):
    site.plan = [status(404)]
    with pytest.raises(DownloadError) as error:
        get(resource=resource(site, "mensual"))
    text = str(error.value)
    assert "404: el servidor" not in text
    assert "el servidor respondió 404: no tiene ese archivo" in text
    assert "para 2024 se conocen los tipos devengado, gasto, según la tabla del" in text
    assert "--url" in text
    assert (waits, files(tmp_path)) == ([], [])


def test_no_server(get, site, waits, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/"
        with pytest.raises(DownloadError, match="no se pudo conectar") as error:
            get(resource=find_resource("devengado", 2024, url))
    assert "HTTPS_PROXY" in str(error.value)
    assert len(waits) == 6


def test_an_unknown_certificate_is_not_tried_again(get, monkeypatch, waits):
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")

    monkeypatch.setattr(package, "open_client", lambda _: httpx.Client(transport=httpx.MockTransport(refuse)))
    with pytest.raises(DownloadError, match="SSL_CERT_FILE"):
        get()
    assert waits == []


def test_a_redirect_that_never_ends(get, site):
    site.plan = [status(302, Location="/otra")] * 40
    with pytest.raises(DownloadError, match="redirección que no sirve"):
        get()


def test_a_redirect_is_followed(get, site):
    site.plan = [status(302, Location="/otra.csv")]
    assert get().size == len(site.body)


def test_a_silent_server_does_not_hang(get, site, waits):
    def silent(h: Handler) -> None:
        serve(h, 90_000, lambda h: h.server.gate.wait(5))

    site.plan = [silent]
    patience = Patience(silence_s=0.2, progress_bytes=1, sleep=waits.append)
    said: list[Progress] = []
    done = get(patience=patience, report=said.append)
    assert done.path.read_bytes() == site.body
    assert any("el servidor no envió nada en 0.2 s; se reintenta" in step.doing for step in said)


def test_a_dripping_server_does_not_hang(get, site, waits):
    def drip(h: Handler) -> None:
        h.start(200, len(site.body))
        for i in range(200):
            h.wfile.write(site.body[i : i + 1])
            if h.server.gate.wait(0.02):
                break

    site.plan = [drip]
    said: list[Progress] = []
    patience = Patience(silence_s=5, progress_bytes=1, sleep=waits.append, clock=lambda: time.monotonic() * 50)
    done = get(patience=patience, report=said.append)
    assert done.path.read_bytes() == site.body
    assert any("sólo llegaron" in step.doing for step in said)


# --- what comes is not the file


def keep(get, site) -> bytes:
    """A good file in place, which no failure may touch; and something new to ask for."""
    good = get().path.read_bytes()
    site.change()
    return good


def assert_untouched(folder: Path, good: bytes, *more: str) -> None:
    assert files(folder) == sorted([*DONE, *more])
    assert (folder / NAME).read_bytes() == good
    assert read_origin(folder / NAME)["sha256"] == sha256(good).hexdigest()


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/csv"])
def test_a_web_page(get, site, tmp_path, kind):
    good = keep(get, site)
    site.type, site.body = kind, b"\xef\xbb\xbf\n <!doctype html><title>Mantenimiento</title>" + b" " * 90_000
    with pytest.raises(DownloadError, match="una página web") as error:
        get()
    assert "abra la dirección en un navegador" in str(error.value)
    assert_untouched(tmp_path, good)


def test_a_web_page_does_not_cost_what_was_received(get, site, tmp_path):
    site.plan = [cut(90_000)] + [status(503)] * 7
    with pytest.raises(DownloadError):
        get()
    left = (tmp_path / f"{NAME}.part").read_bytes()
    good, site.body, site.etag = site.body, b"<html>" * 20_000, '"pagina"'
    with pytest.raises(DownloadError, match="una página web"):
        get()
    assert (tmp_path / f"{NAME}.part").read_bytes() == left
    site.body, site.etag = good, '"v1"'
    assert get().resumed_from == len(left)


def test_other_columns_stop_before_the_whole_comes(get, site, tmp_path):
    good = keep(get, site)
    site.body = csv_text(columns=[c for c in COLUMNS if not c.startswith("MONTO_DEVENGADO")])

    def stuck(h: Handler) -> None:
        serve(h, 70_000, lambda h: h.server.gate.wait(5))

    site.plan = [stuck, stuck]
    with pytest.raises(DownloadError) as error:
        get(force=True)
    text = str(error.value)
    assert "35 columnas; faltan MONTO_DEVENGADO_ENERO, MONTO_DEVENGADO_FEBRERO" in text
    assert "y 7 más" in text
    assert "las columnas de ancho_73" in text
    assert_untouched(tmp_path, good)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "un archivo vacío"),
        (b"PK\x03\x04" + b"x" * 100, "un archivo ZIP o Excel"),
        (b"\x1f\x8b" + b"x" * 100, "un archivo comprimido"),
        (b'{"error": "no"}', "1 columnas; faltan ANO_EJE"),
        (csv_text(0), "ninguna de datos"),
        (csv_text(5, 2023), "filas de ANO_EJE 2023"),
        (csv_text(5).decode("utf-8-sig").encode("utf-16"), "faltan"),
    ],
)
def test_other_content(get, site, tmp_path, body, words):
    good = keep(get, site)
    site.body = body
    with pytest.raises(DownloadError, match=words):
        get()
    assert_untouched(tmp_path, good)


def test_latin_1_and_old_names_are_the_file(site):
    old = find_resource("gasto", 2015)
    text = csv_text(3, 2015, old.layouts["largo_antiguo"]).decode("utf-8-sig")
    assert layout_problem(text.encode("latin-1"), old) is None
    assert layout_problem(text.replace(",", ";").lower().encode(), old) is None


def test_compressed_content(get, site):
    site.plan = [lambda h: h.start(200, 0, Content_Encoding="gzip")]
    with pytest.raises(DownloadError, match=r"contenido comprimido \(gzip\)"):
        get()


def test_no_size_and_no_end(get, site):
    site.plan = [lambda h: h.start(200, None)]
    with pytest.raises(DownloadError, match="no dice su tamaño"):
        get()


@pytest.mark.parametrize("ranges", [True, False])
def test_a_length_that_is_too_long(get, site, tmp_path, ranges):
    good = keep(get, site)
    site.ranges = ranges
    site.plan = [lie(len(site.body) + 500)] * 30
    with pytest.raises(DownloadError) as error:
        get(force=True)
    assert "la conexión se cortó" in str(error.value)
    assert_untouched(tmp_path, good, *LEFT)


def test_a_length_that_was_too_long_once(get, site):
    site.plan = [lie(len(site.body) + 500)]
    assert get().path.read_bytes() == site.body


def test_a_length_that_is_too_short(get, site, tmp_path):
    good = keep(get, site)
    site.plan = [lie(len(site.body) - 100)] * 30
    with pytest.raises(DownloadError) as error:
        get(force=True)
    assert "se empezó de nuevo 3 veces; en la última, la última fila está cortada" in str(error.value)
    assert_untouched(tmp_path, good)


def test_a_length_that_was_too_short_once(get, site):
    site.plan = [lie(len(site.body) - 100)]
    done = get()
    assert done.path.read_bytes() == site.body


def test_a_last_row_without_newline_is_whole(get, site):
    site.body = site.body.rstrip()
    assert get().size == len(site.body)


def change_after(until: int) -> Callable[[Handler], None]:
    def answer(h: Handler) -> None:
        serve(h, until, Handler.reset)
        h.server.change()

    return answer


@pytest.mark.parametrize("honest", [True, False])
def test_the_file_changes_midway(get, site, honest):
    """An honest server answers If-Range with the whole; another one sends the rest of the new file."""

    def rest(h: Handler) -> None:
        h.server.change()
        size = len(site.body)
        h.start(206, size - 90_000, Content_Range=f"bytes 90000-{size - 1}/{size}")
        h.wfile.write(site.body[90_000:])

    site.plan = [change_after(90_000)] if honest else [cut(95_000), rest]
    done = get()
    assert done.path.read_bytes() == site.body == csv_text(mark="22")
    assert done.version.etag == '"v2"'
    assert done.resumed_from == 0


def test_the_file_changes_every_time(get, site, tmp_path):
    good = keep(get, site)
    count = iter(range(100))

    def new(h: Handler) -> None:
        h.server.etag = f'"n{next(count)}"'
        serve(h, 90_000, Handler.reset)

    site.plan = [new] * 30
    with pytest.raises(DownloadError) as error:
        get(force=True)
    assert "el archivo cambió en el servidor" in str(error.value)
    assert "rehace sus archivos cada día" in str(error.value)
    assert_untouched(tmp_path, good)


def test_the_file_shrinks_midway(get, site):
    def shrink(h: Handler) -> None:
        serve(h, 150_000, Handler.reset)
        h.server.body = csv_text(300)

    site.plan = [shrink]
    done = get()
    assert done.path.read_bytes() == csv_text(300)


# --- what an earlier run left


def leave(folder: Path, site: Site, size: int, **changes: object) -> None:
    """A download stopped at a byte."""
    meta = {"url": site.url + NAME, "etag": site.etag, "last_modified": site.modified, "total": len(site.body)}
    (folder / f"{NAME}.part").write_bytes(site.body[:size])
    (folder / f"{NAME}.part.json").write_text(json.dumps(meta | changes), encoding="utf-8")


def test_a_complete_part_only_asks_for_its_last_byte(get, site, tmp_path):
    leave(tmp_path, site, len(site.body))
    done = get()
    assert done.path.read_bytes() == site.body
    assert site.asked[0]["Range"] == f"bytes={len(site.body) - 1}-"
    assert done.resumed_from == len(site.body)


@pytest.mark.parametrize(
    "changes", [{"etag": '"old"'}, {"url": "http://otro/"}, {"total": 10}, {"otra_clave": 1}], ids=lambda c: next(iter(c))
)
def test_a_part_of_something_else_is_not_used(get, site, tmp_path, changes):
    leave(tmp_path, site, 90_000, **changes)
    (tmp_path / f"{NAME}.part").write_bytes(b"x" * 90_000)
    done = get()
    assert done.path.read_bytes() == site.body
    assert done.resumed_from == 0


@pytest.mark.parametrize("meta", [None, "", "{", "[1]"])
def test_a_part_of_nobody_knows_what_is_not_used(get, site, tmp_path, meta):
    (tmp_path / f"{NAME}.part").write_bytes(b"x" * 90_000)
    if meta is not None:
        (tmp_path / f"{NAME}.part.json").write_text(meta, encoding="utf-8")
    assert get().path.read_bytes() == site.body
    assert files(tmp_path) == DONE


def test_a_part_that_the_server_cannot_resume(get, site, tmp_path):
    site.ranges = False
    leave(tmp_path, site, 90_000)
    assert get().resumed_from == 0


def test_holes_left_by_a_crash_of_the_machine(get, site, tmp_path):
    leave(tmp_path, site, 90_000)
    with (tmp_path / f"{NAME}.part").open("r+b") as file:
        file.seek(80_000)
        file.write(b"\0" * 4_096)
    assert get().path.read_bytes() == site.body


def test_a_part_longer_than_the_file(get, site, tmp_path):
    leave(tmp_path, site, len(site.body))
    with (tmp_path / f"{NAME}.part").open("ab") as file:
        file.write(b"sobra")
    assert get().path.read_bytes() == site.body


def test_one_download_at_a_time(get, site, tmp_path):
    inside = threading.Event()

    def slow(h: Handler) -> None:
        inside.set()
        h.server.gate.wait(5)
        serve(h)

    site.plan = [slow]
    other = threading.Thread(target=get)
    other.start()
    assert inside.wait(5)
    with pytest.raises(DownloadError, match="otra descarga del mismo archivo en curso"):
        get()
    site.gate.set()
    other.join(5)
    assert files(tmp_path) == DONE


# --- the disk


def test_no_room_is_seen_before_it_fills(get, site, monkeypatch, tmp_path):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: usage._replace(free=1_000))
    with pytest.raises(DownloadError) as error:
        get()
    assert "1,000 bytes libres" in str(error.value)
    assert f"{len(site.body):,} bytes para lo que falta" in str(error.value)


def test_a_full_disk_keeps_what_came(get, site, monkeypatch, tmp_path):
    class Full(io.FileIO):
        def write(self, data):
            if self.tell() > 100_000:
                raise OSError(errno.ENOSPC, "No space left on device", self.name)
            return super().write(data)

    opened = Path.open
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, *a, **k: Full(path, "r+") if a == ("r+b",) else opened(path, *a, **k))
        with pytest.raises(DownloadError, match="no queda espacio en el disco"):
            get()
    assert files(tmp_path) == LEFT
    done = get()
    assert done.path.read_bytes() == site.body
    assert done.resumed_from > 100_000


def test_a_folder_that_is_a_file(get, tmp_path):
    (tmp_path / "f").write_text("", encoding="utf-8")
    with pytest.raises(DownloadError, match="hay un archivo donde debería haber una carpeta"):
        get(folder=tmp_path / "f")


def test_a_target_that_cannot_be_replaced(get, site, tmp_path):
    (tmp_path / NAME).mkdir()
    with pytest.raises(DownloadError, match="es una carpeta"):
        get()
    (tmp_path / NAME).rmdir()
    assert get().resumed_from == len(site.body)
