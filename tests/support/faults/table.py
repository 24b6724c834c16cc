"""All faults, and the table of what is seen of each."""

import json
import tempfile
from pathlib import Path

from support.faults import calls, changes, damage, disks, network, trust
from support.faults.fault import Fault, Row, row_of

GROUPS: dict[str, tuple[Fault, ...]] = {
    "Servers that end": network.ENDS,
    "Names and addresses": network.NAMES,
    "Load, and callers who leave": calls.LOAD,
    "What is sent": calls.SENT,
    "TLS and certificates": trust.TLS,
    "Tokens, rights and clocks": trust.TOKENS,
    "Disks and stores": disks.DISKS,
    "Damage": damage.DAMAGE,
    "Libraries that change": changes.CHANGES,
    "Starts that fail": damage.STARTS,
}
GOLDEN = Path(__file__).parents[2] / "golden" / "faults" / "table.json"

Table = dict[str, list[Row]]


def read_golden() -> Table:
    """Return the committed table: rows by group."""
    table: Table = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return table


def write_golden() -> None:
    """Make every fault happen and write down what was seen."""
    table = {group: [_row(fault) for fault in faults] for group, faults in GROUPS.items()}
    GOLDEN.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _row(fault: Fault) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        return row_of(fault, Path(folder))
