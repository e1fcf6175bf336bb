"""Write the generated pages (columns, findings, commands) and the rooms in README and CONTRIBUTING. `--check` fails when they are stale."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from headings import pictures
from rooms import chain, table

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
NOTE = "<!-- Página generada por docs/generate.py: no la edite a mano. -->\n\n"


def fields_page() -> str:
    """The dictionary of columns."""
    from presupuesto_link.fields import FIELDS, IN_TABLES

    rows = [f"| `{f.name}` | {f.meaning} | {f.unit} | {f.source} |" for f in sorted(FIELDS.values(), key=lambda f: f.name)]
    own = [
        f"| `{start}…` | `{f.name}` | {f.meaning} | {f.unit} | {f.source} |" for start, fields in IN_TABLES.items() for f in fields.values()
    ]
    return (
        NOTE
        + "# Columnas de las tablas\n\n| columna | qué es | unidad | origen |\n|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n\n## Donde una columna dice otra cosa\n\n| en las tablas que empiezan así | columna | qué es | unidad | origen |\n|---|---|---|---|---|\n"
        + "\n".join(own)
        + "\n"
    )


def findings_page() -> str:
    """The kinds of finding."""
    from presupuesto_link.findings import EFFECTS, FINDING_KINDS

    kinds = sorted(FINDING_KINDS.values(), key=lambda k: k.code)
    rows = [f"| {k.code} | {k.severity} | {k.effect} | {k.title} | {k.remedy} |" for k in kinds]
    effects = [f"| {name} | {what} |" for name, what in EFFECTS.items()]
    return (
        NOTE
        + "# Hallazgos de la auditoría\n\n| efecto | qué hace en la carga de un extracto |\n|---|---|\n"
        + "\n".join(effects)
        + "\n\n| código | severidad | efecto | qué significa | qué hacer |\n|---|---|---|---|---|\n"
        + "\n".join(rows)
        + "\n"
    )


def commands_page() -> str:
    """The help of every command, with every option; what answers about a code is asked for by writing the code."""
    import contextlib
    import io

    os.environ["COLUMNS"] = "100"
    from presupuesto_link.commands.main import _app, _code
    from presupuesto_link.commands.ver import CODE

    app = _app([])
    names = [[info.callback.__name__] for info in app.registered_commands if info.callback]
    for group in app.registered_groups:
        inner = group.typer_instance
        if inner:
            own = [info.callback.__name__ for info in inner.registered_commands if info.callback]
            names += [[str(inner.info.name)], *([str(inner.info.name), name] for name in own)]
    parts = [NOTE + "# Órdenes\n"]
    for arguments in ([], *names):
        screen = io.StringIO()
        with contextlib.redirect_stdout(screen):
            _code([*arguments, "--avanzadas"], False)
        text = re.sub(r"[ ]+$", "", screen.getvalue(), flags=re.MULTILINE).strip()
        parts.append(f"\n## {' '.join(['presupuesto-link', *arguments]).replace(f'ver {CODE}', 'ver CÓDIGO')}\n\n```\n{text}\n```\n")
    return "".join(parts)


def with_rooms(page: Path) -> str:
    """A page with what stands between `<!-- salas: NAME -->` and `<!-- salas: fin -->` made again from docs/rooms.py."""
    blocks = {"cadena": f"`{chain()}`", "tabla": table()}
    return re.sub(
        r"(<!-- salas: (\w+) -->\n).*?(<!-- salas: fin -->)",
        lambda found: f"{found[1]}\n{blocks[found[2]]}\n\n{found[3]}",
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )


def pages() -> dict[Path, str]:
    """Every page that is generated, whole or in part, as it should be."""
    whole = {"campos.md": fields_page(), "hallazgos.md": findings_page(), "ordenes.md": commands_page()}
    parts = (ROOT / "README.md", ROOT / "CONTRIBUTING.md")
    return {DOCS / name: text for name, text in whole.items()} | {page: with_rooms(page) for page in parts} | pictures()


def main() -> int:
    """Write the pages, or say which are stale."""
    stale = []
    for path, text in pages().items():
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(path.relative_to(ROOT).as_posix())
    if stale:
        sys.stderr.write(f"stale: {', '.join(stale)}; run python docs/generate.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
