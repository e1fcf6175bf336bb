"""How many examples a property is tried on: some in the default run, all when PRUEBAS=todas, as `.ci/run` asks after it."""

import os


def few(all_of_them: int) -> int:
    return all_of_them if os.environ.get("PRUEBAS") == "todas" else max(8, all_of_them // 3)
