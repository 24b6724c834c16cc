import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from temptrack import errors
from temptrack.wire.status import (
    DOMAIN,
    ERROR_OF_STATUS,
    RETRY_AFTER_KEY,
    STATUS_OF_ERROR,
    error_of,
    status_of,
)


def every_class(kind: type[errors.TemptrackError]) -> list[type[errors.TemptrackError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in every_class(child))]


def classes_of_the_tree() -> list[type[errors.TemptrackError]]:
    # Tests elsewhere may make subclasses of their own; the tree is what temptrack.errors defines.
    return [kind for kind in every_class(errors.TemptrackError) if kind.__module__ == errors.__name__]


def test_every_class_has_a_row_and_no_status_stands_for_two() -> None:
    assert set(STATUS_OF_ERROR) == set(classes_of_the_tree())
    assert len(ERROR_OF_STATUS) == len(STATUS_OF_ERROR)
    assert grpc.StatusCode.OK not in ERROR_OF_STATUS
    assert grpc.StatusCode.UNKNOWN not in ERROR_OF_STATUS


@pytest.mark.parametrize("kind", classes_of_the_tree())
def test_an_error_comes_back_as_it_went(kind: type[errors.TemptrackError]) -> None:
    error = kind("No 'ü'.", reason="WHY", hint="Next.", metadata={"path": "/a", "limit": "3"})
    back = error_of(status_of(error))
    assert back is not None
    assert type(back) is kind
    assert (back.message, back.reason, back.hint) == (error.message, error.reason, error.hint)
    back.metadata.pop(RETRY_AFTER_KEY, None)
    assert back.metadata == error.metadata


@pytest.mark.parametrize("kind", [errors.Overloaded, errors.Unavailable])
def test_what_works_later_says_when(kind: type[errors.TemptrackError]) -> None:
    back = error_of(status_of(kind("Later.")))
    assert back is not None
    assert float(back.metadata[RETRY_AFTER_KEY]) > 0


def test_a_class_of_its_own_goes_as_the_class_it_is_a_kind_of() -> None:
    class Special(errors.NotFound):
        pass

    back = error_of(status_of(Special("Gone.")))
    assert type(back) is errors.NotFound


def test_however_long_an_error_is_its_status_fits_the_trailing_metadata() -> None:
    metadata = {f"{n}{'k' * 1000}": "𝄞" * 10_000 for n in range(100)}
    status = status_of(errors.NotFound("𝄞" * 100_000, hint="é" * 100_000, metadata=metadata))
    percent_encoded = 3 * len(status.message.encode())
    base64 = 4 * len(status.SerializeToString()) // 3
    assert percent_encoded + base64 < 8192
    assert status.message.endswith("…")


def test_a_file_name_that_is_no_unicode_is_made_readable() -> None:
    back = error_of(status_of(errors.NotFound("No file '\udcff.wav'.", metadata={"path": "\udcff"})))
    assert back is not None
    assert back.message == "No file '?.wav'."


@pytest.mark.parametrize(
    "status",
    [
        status_pb2.Status(code=5, message="bare"),
        status_pb2.Status(code=2, message="code that no class has"),
    ],
)
def test_a_status_of_strangers_is_not_taken_for_ours(status: status_pb2.Status) -> None:
    assert error_of(status) is None
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason="X", domain="example.com"))
    assert error_of(status) is None


def test_a_status_with_our_mark_but_an_unknown_code_is_not_guessed_at() -> None:
    status = status_pb2.Status(code=2)
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason="X", domain=DOMAIN))
    assert error_of(status) is None
