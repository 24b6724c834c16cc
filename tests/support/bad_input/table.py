"""All bad inputs, and the table of what each gets."""

import json
import tempfile
from pathlib import Path

from support.bad_input import (
    builds,
    installs,
    keeping,
    libraries,
    plans,
    pulls,
    requests,
    served_libraries,
    servers,
    signing,
    timelines,
)
from support.bad_input.case import Case, row_of

GROUPS: dict[str, tuple[Case, ...]] = {
    "Timelines": timelines.TIMELINES,
    "Parts of a timeline": timelines.PARTS,
    "Media of a timeline": timelines.MEDIA,
    "Libraries": libraries.LIBRARIES + keeping.KEEPING,
    "Music to index": libraries.MUSIC,
    "Bundles and devices": libraries.BUNDLES,
    "Bundles to pull": pulls.PULLS,
    "Bundles to build": builds.BUILDS,
    "Questions and filters": requests.QUESTIONS,
    "Where the answer goes": requests.OUTPUTS,
    "Batches": plans.PLANS,
    "Plugins to install": installs.INSTALLS,
    "Servers and what is sent to them": servers.SERVERS + served_libraries.LIBRARIES,
    "Servers and who may use them": signing.SIGNING,
}
GOLDEN = Path(__file__).parents[2] / "golden" / "bad_input" / "table.json"

Row = dict[str, str]
Table = dict[str, list[Row]]


def read_golden() -> Table:
    """Return the committed table: rows by group."""
    table: Table = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return table


def write_golden() -> None:
    """Give every bad input and write down what came back."""
    table = {group: [_row(case) for case in cases] for group, cases in GROUPS.items()}
    GOLDEN.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _row(case: Case) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        return row_of(case, Path(folder))
