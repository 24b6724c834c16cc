"""Every fault shows itself to caller and admin as the table promises, and heals."""

import ast
from pathlib import Path

import pytest

from support.faults.fault import Fault, row_of
from support.faults.table import GROUPS, read_golden

ROOT = Path(__file__).parents[2]
FAULTS = [(group, fault) for group, faults in GROUPS.items() for fault in faults]
PROVOKED = [(group, fault) for group, fault in FAULTS if fault.provoke is not None]


@pytest.mark.parametrize(("group", "fault"), PROVOKED, ids=[fault.name for _, fault in PROVOKED])
def test_what_is_seen_of_a_fault_is_what_the_table_says(group: str, fault: Fault, tmp_path: Path) -> None:
    promised = {row["fault"]: row for row in read_golden()[group]}
    assert row_of(fault, tmp_path) == promised[fault.name]


def test_the_table_holds_every_fault_once_and_nothing_else() -> None:
    table = read_golden()
    assert {group: [row["fault"] for row in rows] for group, rows in table.items()} == {
        group: [fault.name for fault in faults] for group, faults in GROUPS.items()
    }
    names = [fault.name for _, fault in FAULTS]
    assert len(names) == len(set(names)) >= 40


def test_no_fault_is_taken_for_a_bug() -> None:
    for rows in read_golden().values():
        for row in rows:
            assert not {"INTERNAL", "UNKNOWN"} & set(row["caller"].split()), row
            assert "Traceback" not in row["caller"], row
            assert "error:" not in row["admin"], row


def test_every_fault_is_made_to_happen_here_or_in_a_test_that_there_is() -> None:
    tests: dict[str, set[str]] = {}
    for _, fault in FAULTS:
        assert fault.provoke is not None or (fault.shown_by and fault.caller and fault.admin), fault.name
        if not fault.shown_by:
            continue
        file, name = fault.shown_by.split("::")
        if file not in tests:
            tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
            tests[file] = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in tests[file], fault.shown_by
