"""Telling one version of a file from another by what the server says of it, and asking for just that one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Version:
    """Which bytes of which address: what the server says to tell one version of a file from another."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    total: int | None = None

    def contradicts(self, other: Version) -> bool:
        """The two cannot be the same file."""
        if None not in (self.total, other.total) and self.total != other.total:
            return True
        return self._same_mark(other) is False

    def confirms(self, other: Version) -> bool:
        """The two are the same file, with something to show for it."""
        return self._same_mark(other) is True and not self.contradicts(other)

    def _same_mark(self, other: Version) -> bool | None:
        if self.etag and other.etag:
            return self.etag == other.etag
        if self.last_modified and other.last_modified:
            return self.last_modified == other.last_modified
        return None

    def if_changed(self) -> dict[str, str]:
        """The headers that ask for the file only when it is no longer this one."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}

    def rest_from(self, have: int) -> dict[str, str]:
        """The headers that ask for what follows so many bytes; of a complete file, its last, to hear it is still that.

        Empty when there is nothing here, or nothing that `If-Range` may carry (a weak ETag may not).
        """
        strong = self.etag and not self.etag.startswith("W/")
        validator = self.etag if strong else self.last_modified
        if not have or validator is None:
            return {}
        start = min(have, self.total - 1) if self.total else have
        return {"Range": f"bytes={start}-", "If-Range": validator}


def version_said(url: str, headers: Mapping[str, str], total: int | None) -> Version:
    """The version an answer of the server is of."""
    return Version(url, headers.get("ETag"), headers.get("Last-Modified"), total)


def version_recorded(facts: Mapping[str, str]) -> Version:
    """The version a file in place is, from its origin."""
    return Version(facts["url"], facts.get("etag"), facts.get("last_modified"), int(facts["bytes"]))


def length_said(headers: Mapping[str, str]) -> int | None:
    """The size of what comes, when the server says it."""
    length = headers.get("Content-Length", "")
    return int(length) if length.isdecimal() else None
