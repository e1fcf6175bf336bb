"""Where a data file comes from: the `.origen.toml` beside it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from presupuesto_link.errors import InputDataError, Problem, place_of


def read_origin(path: Path) -> dict[str, str]:
    """The origin declared beside a data file, or an empty mapping when there is none.

    Returns:
        Keys such as `productor`, `titulo`, `lugar`, `sha256`.

    Raises:
        InputDataError: the origin file exists and is not valid TOML.
    """
    beside = path.with_suffix(".origen.toml")
    if not beside.is_file():
        return {}
    try:
        return {key: str(value) for key, value in tomllib.loads(beside.read_text(encoding="utf-8-sig")).items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputDataError(Problem(str(beside), f"TOML mal escrito{place_of(error)}", "TOML válido", "corrija lo indicado")) from None
