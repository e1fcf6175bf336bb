"""Where the data and analyses that travel with the package are."""

from __future__ import annotations

from pathlib import Path

DEFAULT_ANALYSIS = "cajamarca-2024"


def embedded_root() -> Path:
    """Folder that holds `data/` and `analyses/`: inside an installed wheel, or the checkout itself."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_embebido"
    return installed if installed.is_dir() else package.parents[1]


def embedded_analyses() -> dict[str, Path]:
    """The analyses that travel with the package, by name."""
    return {path.parent.name: path for path in sorted((embedded_root() / "analyses").glob("*/analisis.toml"))}
