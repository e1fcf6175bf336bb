"""Talking with the server: asking for the file, and what an answer that is not the file means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from presupuesto_link.errors import DownloadError, Problem
from presupuesto_link.sources.download.job import Job
from presupuesto_link.sources.download.patience import Patience
from presupuesto_link.sources.download.retries import StartOver, TryAgain

_BUSY = (408, 425, 429)
_REFUSALS = {401: "pide usuario y contraseña", 403: "no permite descargarlo", 404: "no tiene ese archivo", 410: "ya no tiene ese archivo"}


def open_client(patience: Patience) -> httpx.Client:
    """A client that takes proxy and certificates from the environment.

    Raises:
        DownloadError: the environment names a proxy or certificates that do not serve.
    """
    try:
        return httpx.Client(
            timeout=httpx.Timeout(patience.silence_s, connect=patience.connect_s),
            follow_redirects=True,
            headers={"User-Agent": "presupuesto-link", "Accept-Encoding": "identity"},
        )
    except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
        raise DownloadError(
            Problem(
                "variables HTTPS_PROXY, HTTP_PROXY, ALL_PROXY o SSL_CERT_FILE",
                str(error),
                "un proxy http:// y un archivo de certificados que exista",
                "corrija la variable o quítela",
            )
        ) from None


@contextmanager
def ask(job: Job, headers: dict[str, str]) -> Iterator[httpx.Response]:
    """Ask for the file; what the network breaks becomes a reason to try again.

    Raises:
        DownloadError: trying again would be of no use.
        TryAgain: the connection failed.
    """
    job.connections += 1
    try:
        with job.client.stream("GET", job.resource.url, headers=headers) as response:
            yield response
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.TooManyRedirects) as error:
        found = f"una dirección o redirección que no sirve ({error})"
        raise job.problem(found, "la del archivo", "corrija --url") from None
    except httpx.TransportError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise _untrusted(job, error) from None
        raise TryAgain(_network_words(error, job.patience)) from error


def _untrusted(job: Job, error: httpx.TransportError) -> DownloadError:
    return job.problem(
        f"un certificado que no se puede comprobar ({error})",
        "uno firmado por una autoridad conocida",
        "si su red usa un certificado propio, ponga su archivo en la variable SSL_CERT_FILE",
    )


def _network_words(error: httpx.TransportError, patience: Patience) -> str:
    if isinstance(error, httpx.ConnectTimeout):
        return f"el servidor no aceptó la conexión en {patience.connect_s:g} s"
    if isinstance(error, httpx.TimeoutException):
        return f"el servidor no envió nada en {patience.silence_s:g} s"
    if isinstance(error, httpx.ProxyError):
        return f"el proxy no dejó pasar ({error})"
    if isinstance(error, httpx.ConnectError):
        return f"no se pudo conectar ({error})"
    return f"la conexión se cortó ({error})"


def check_answer(job: Job, response: httpx.Response) -> None:
    """The answer brings bytes of a file, as they are.

    Raises:
        DownloadError: it does not, and never will.
        TryAgain: the server is busy or broken.
        StartOver: there is more here than the server has.
    """
    code = response.status_code
    if code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
        raise StartOver("el servidor tiene un archivo más corto que lo ya recibido")
    if code in _BUSY or code >= httpx.codes.INTERNAL_SERVER_ERROR:
        asked = response.headers.get("Retry-After", "")
        raise TryAgain(f"el servidor respondió {code}", float(asked) if asked.isdecimal() else 0.0)
    if code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
        found = f"el servidor respondió {code}: {_REFUSALS.get(code, 'no lo entrega')}"
        raise job.problem(found, "el archivo", job.resource.advice)
    _check_content(job, response.headers)


def _check_content(job: Job, headers: httpx.Headers) -> None:
    if "html" in headers.get("Content-Type", "").lower():
        raise _page(job)
    encoding = headers.get("Content-Encoding", "identity").lower()
    if encoding not in ("identity", ""):
        raise job.problem(f"contenido comprimido ({encoding})", "el CSV sin comprimir", "use otro servidor con --url")


def refuse_page(job: Job, first: bytes) -> None:
    """The first bytes are not those of a web page.

    Raises:
        DownloadError: they are.
    """
    if first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise _page(job)


def _page(job: Job) -> DownloadError:
    return job.problem(
        "una página web (HTML)",
        "un archivo CSV",
        "abra la dirección en un navegador: puede ser un aviso de mantenimiento o la entrada de su red; si no, " + job.resource.advice,
    )
