import errno
import json

import pytest
import typer

from temptrack import errors
from temptrack.cli.failures import explain, report


@pytest.mark.parametrize(
    ("raised", "exit_code", "reason"),
    [
        (errors.NotFound("gone"), 3, "NOT_FOUND"),
        (errors.NotReady("empty"), 4, "NOT_READY"),
        (errors.Corrupt("broken"), 4, "CORRUPT"),
        (errors.Unavailable("no answer"), 5, "UNAVAILABLE"),
        (errors.InvalidRequest("odd"), 2, "INVALID_REQUEST"),
        (KeyboardInterrupt(), 130, "CANCELLED"),
        (typer.Abort(), 130, "CANCELLED"),
        (typer.BadParameter("not a number"), 2, "USAGE"),
        (ModuleNotFoundError("no", name="onnxruntime.capi"), 2, "MISSING_EXTRA"),
        (ModuleNotFoundError("no", name="grpc_reflection"), 2, "MISSING_EXTRA"),
        (FileNotFoundError(errno.ENOENT, "no", "/x"), 3, "NOT_FOUND"),
        (PermissionError(errno.EACCES, "no", "/x"), 5, "FORBIDDEN"),
        (OSError(errno.ENOSPC, "full", "/x"), 5, "DISK_FULL"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "/x"), 2, "INVALID_REQUEST"),
        (ZeroDivisionError("division by zero"), 1, "INTERNAL"),
        (ModuleNotFoundError("no", name="temptrack.nowhere"), 1, "INTERNAL"),
    ],
)
def test_every_failure_has_its_exit_code_and_reason(
    raised: BaseException, exit_code: int, reason: str
) -> None:
    ours = explain(raised)
    assert (ours.exit_code, ours.reason) == (exit_code, reason)
    assert ours.message


@pytest.mark.parametrize(
    ("package", "line"),
    [("lancedb", "pip install 'temptrack[cpu]'"), ("grpc_reflection", "pip install 'temptrack[server]'")],
)
def test_a_missing_extra_names_the_line_that_installs_it(package: str, line: str) -> None:
    assert line in explain(ModuleNotFoundError("no", name=package)).hint


def test_an_error_is_one_sentence_and_the_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    code = report(errors.NotFound("There is no library 'x'.", hint="Make it."), as_json=False)
    assert code == 3
    assert capsys.readouterr() == ("", "Error: There is no library 'x'.\n  → Make it.\n")


def test_long_paths_are_never_folded(capsys: pytest.CaptureFixture[str]) -> None:
    path = "/music/" + "a" * 300
    report(errors.NotFound(f"There is no '{path}'."), as_json=False)
    assert path in capsys.readouterr().err


def test_markup_in_a_message_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    report(errors.NotFound("There is no '[bold]x[/bold]'."), as_json=False)
    assert "[bold]x[/bold]" in capsys.readouterr().err


def test_json_errors_are_one_object_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    code = report(errors.NotReady("Empty.", hint="Index it.", metadata={"library": "ä"}), as_json=True)
    out, err = capsys.readouterr()
    assert (code, out) == (4, "")
    assert json.loads(err) == {
        "error": {
            "reason": "NOT_READY",
            "message": "Empty.",
            "hint": "Index it.",
            "metadata": {"library": "ä"},
            "exit_code": 4,
        }
    }


def test_a_bug_shows_its_traceback_only_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def raised() -> BaseException:
        try:
            raise ZeroDivisionError("division by zero")
        except ZeroDivisionError as error:
            return error

    report(raised(), as_json=False)
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setenv("TEMPTRACK_DEBUG", "1")
    report(raised(), as_json=False)
    assert "Traceback" in capsys.readouterr().err
