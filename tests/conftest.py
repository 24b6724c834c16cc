"""Rules that hold for every test: no network in unit tests, no ERROR logs, state in a folder of its own."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from temptrack import home

TESTS = Path(__file__).parent

# A run of the suite says the same twice; looking for new counterexamples is a run of its own:
# pytest tests/property --hypothesis-profile=explore
# Neither watches the clock: a busy machine is no fault of what is tested.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", unhurried, derandomize=True)
settings.register_profile("explore", unhurried, max_examples=1000)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep each test's libraries and caches apart from the user's and from each other's."""
    folder = tmp_path / "temptrack-home"
    monkeypatch.setenv(home.ENVIRONMENT_VARIABLE, str(folder))
    return folder


@pytest.fixture(autouse=True)
def no_error_logs(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test during which something logged at ERROR."""
    yield
    errors = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.ERROR and not is_of_an_earlier_loop(record)
    ]
    if errors:
        pytest.fail("logged at ERROR: " + "; ".join(errors))


def is_of_an_earlier_loop(record: logging.LogRecord) -> bool:
    """Tell gRPC's word for a loop that is gone: it wakes every loop that ever served, and goes on.

    A server of ours is one loop a process; only tests run one after the other.
    """
    return record.name == "asyncio" and "PollerCompletionQueue._handle_events" in record.getMessage()


@pytest.fixture(autouse=True)
def no_sockets_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit tests that open a connection are integration tests in the wrong folder."""
    if TESTS / "unit" not in request.path.parents:
        return

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("a unit test opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
