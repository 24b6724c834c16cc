import inspect
import logging

import pytest

from temptrack import errors
from temptrack.companion.faults import CODE_OF_ERROR, UnknownMethod, error_object

CLASSES = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.TemptrackError)
]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_of_error_has_a_code_of_its_own(kind: type[errors.TemptrackError]) -> None:
    assert error_object(kind("x")).code == CODE_OF_ERROR[kind]
    assert list(CODE_OF_ERROR.values()).count(CODE_OF_ERROR[kind]) == 1


def test_an_error_says_what_happened_and_what_to_do() -> None:
    told = error_object(errors.NotFound("No 'x'.", reason="GONE", hint="Look.", metadata={"path": "/x"}))
    assert told.model_dump() == {
        "code": -32001,
        "message": "No 'x'.",
        "data": {"reason": "GONE", "hint": "Look.", "metadata": {"path": "/x"}},
    }


def test_an_unknown_method_has_the_code_of_the_specification() -> None:
    assert error_object(UnknownMethod("no")).code == -32601


def test_a_full_disk_is_no_bug() -> None:
    told = error_object(OSError(28, "No space left on device", "/x"))
    assert (told.code, told.data.reason) == (-32004, "DISK_FULL")


def test_a_bug_is_logged_under_the_id_that_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        told = error_object(ZeroDivisionError("secret path /home/x"))
    log_id = told.data.metadata["log_id"]
    assert log_id in told.message
    assert "secret" not in told.message
    assert f"bug {log_id}" in caplog.text
    assert "secret path" in caplog.text
    caplog.clear()
