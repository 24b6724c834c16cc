"""Every bad input gets the reason, the words and the code that the table promises."""

from pathlib import Path

import pytest

from support.bad_input.case import NONE, Case, row_of
from support.bad_input.table import GROUPS, read_golden
from temptrack import errors

CASES = [(group, case) for group, cases in GROUPS.items() for case in cases]
EXIT_CODES = {str(kind.exit_code) for kind in vars(errors).values() if hasattr(kind, "exit_code")}


@pytest.mark.parametrize(("group", "case"), CASES, ids=[case.given for _, case in CASES])
def test_what_a_bad_input_gets_is_what_the_table_says(group: str, case: Case, tmp_path: Path) -> None:
    promised = {row["given"]: row for row in read_golden()[group]}
    assert row_of(case, tmp_path) == promised[case.given]


def test_the_table_holds_every_case_once_and_nothing_else() -> None:
    table = read_golden()
    assert {group: [row["given"] for row in rows] for group, rows in table.items()} == {
        group: [case.given for case in cases] for group, cases in GROUPS.items()
    }
    given = [row["given"] for rows in table.values() for row in rows]
    assert len(given) == len(set(given)) >= 40


def test_no_bad_input_is_taken_for_a_bug() -> None:
    for rows in read_golden().values():
        for row in rows:
            assert row["exit_code"] in (EXIT_CODES | {NONE, "0"}) - {"1"}, row
            assert row["grpc_status"] not in {"INTERNAL", "UNKNOWN"}, row
            assert row["reason"] != "INTERNAL", row
            assert "Traceback" not in row["message"], row
