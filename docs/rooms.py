"""The rooms of the package in the order of the data: what the architecture test holds and README and CONTRIBUTING show.

A room imports itself and those before it. `presentation`, `commands` and `linkage` are floors: their rooms are named with a dot.
"""

from __future__ import annotations

ROOMS = {
    "errors": "errors in four parts: where, what was found, what was expected, what to do",
    "vocabulary": "every closed list of the field, once: stages, colours, scopes, policies, months",
    "days": "a day as people write it",
    "office": "the settings of an office's folder, found from any folder below it",
    "wording": "how a sum, a share and a list are written in Spanish",
    "findings": "the kinds of finding, as data",
    "fields": "the dictionary of columns",
    "specs": "every parameter file, checked",
    "sources": "bytes to raw tables",
    "tables": "raw to typed, keyed and checked",
    "inputs": "an analysis file and everything it names",
    "store": "snapshots: an extract loaded whole, kept, read and compared",
    "linkage": "a line of spending to its action, by signed rules",
    "linkage.plan": "the bridge of the operational plan",
    "facts": "a figure with its key, its rule and its rows: each result tells its own, and one key has one value",
    "told": "which fact each figure of a table is: what the table tells, and what it repeats",
    "money": "what each action has by year and month, from a snapshot or a printed table, each with its source and day",
    "evaluation": "progress, execution (a whole year's, or the pace of one in course), judgement, audit, matrices, ranking",
    "quarter": "a year in course: light, alerts, projection to its close",
    "studies": "what more is asked of a finished evaluation: robustness, association, efficiency",
    "normas": "the law as dated data",
    "scenarios": "what could be moved under the law, and what it costs",
    "dossier": "the whole story on one page, computed once",
    "lookup": "everything that is known of one code",
    "presentation.theme": "every colour",
    "presentation.telling": "facts in words; nothing is drawn and nothing is computed",
    "presentation.writing": "files and folders, whole or not at all",
    "presentation.plots": "figures",
    "presentation.board": "the board",
    "presentation.workbook": "the workbook",
    "presentation.report": "the report",
    "presentation.star": "linked spending for other programs",
    "presentation.folders": "folders of results",
    "commands.saying": "answers on a terminal",
    "commands.asking": "options as the objects that the library takes",
    "commands": "the command line",
}
"""Room and what it is for, in order."""


def chain() -> str:
    """The order in one line, floors and the base rooms left out."""
    base = ("errors", "office", "wording", "vocabulary", "findings", "fields", "specs")
    stages = [name for name in ROOMS if name not in base and "." not in name and name != "commands"]
    return " → ".join([*stages, "presentation", "commands"])


def table() -> str:
    """The rooms as a table of Markdown."""
    return "| room | what |\n|---|---|\n" + "\n".join(f"| `{name.replace('.', '/')}` | {what} |" for name, what in ROOMS.items())
