"""Titles of columns as they are compared."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=1 << 13)
def normalise(header: str) -> str:
    """A header without accents, BOM, quotes or spaces at the ends, in upper case."""
    text = unicodedata.normalize("NFKD", header.strip().lstrip("\ufeff").strip('"'))
    return "".join(c for c in text if not unicodedata.combining(c)).upper().strip()
