"""Real companions over real pipes: asked one thing at a time, or through the state of a panel."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from panel.companion_link import CompanionLink
from panel.finding import companion_environment
from panel.problems import Problem
from panel.session import Session, Settings

Json = dict[str, Any]

PATIENCE_S = 120.0
"""How long a test waits for something that must happen; only a failing test waits that long."""

_LOOK_S = 0.005


class RefusedError(Exception):
    """The companion answered with an error."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.reason}: {problem.sentence}")
        self.problem = problem


def command() -> list[str]:
    """Return what starts a companion of this checkout."""
    return [str(Path(sys.executable).with_name("temptrack")), "companion"]


class Asker:
    """Asks a companion and waits for the answer."""

    def __init__(self, home: Path, *, environment: Mapping[str, str] | None = None) -> None:
        variables = companion_environment({**os.environ, "TEMPTRACK_HOME": str(home), **(environment or {})})
        self.link = CompanionLink(command(), variables)
        self.told: list[tuple[str, Json]] = []
        self.link.on_notification = lambda method, params: self.told.append((method, params))
        self.link.start()

    def begin(self, method: str, params: Json | None = None) -> tuple[int, list[Any], list[Json]]:
        """Send a request; return its id, where its answer or problem goes, and where its progress goes."""
        answers: list[Any] = []
        progress: list[Json] = []
        number = self.link.request(method, params or {}, answers.append, answers.append, progress.append)
        return number, answers, progress

    def wait(self, answers: list[Any]) -> Json:
        """Wait for the answer to what was begun.

        Raises:
            RefusedError: it is an error.
        """
        wait_until(lambda: bool(answers), self.link.poll)
        if isinstance(answers[0], Problem):
            raise RefusedError(answers[0])
        answer: Json = answers[0]
        return answer

    def ask(self, method: str, params: Json | None = None) -> Json:
        """Send a request and wait for its answer."""
        return self.wait(self.begin(method, params)[1])

    def introduce(self, **changes: Any) -> Json:
        """Do the handshake as a host of this process's id would."""
        params: Json = {
            "protocol": 1,
            "host": {"name": "Test", "version": "1"},
            "plugin_version": "0.1.0",
            "process_id": os.getpid(),
        }
        return self.ask("initialize", params | changes)


@contextmanager
def companion(home: Path, **environment: str) -> Iterator[Asker]:
    """Start a companion and make sure that nothing of it is left at the end."""
    asker = Asker(home, environment=environment)
    number = asker.link.process_id
    assert number is not None
    try:
        yield asker
    finally:
        asker.link.close()
    assert not psutil.pid_exists(number)


@contextmanager
def panel_session(home: Path, **settings: Any) -> Iterator[Session]:
    """Make the state of a panel, and make sure that nothing of it is left at the end."""
    program = settings.pop("companion", command()[0])
    clock = settings.pop("clock", time.monotonic)
    session = Session(
        Settings(
            host_name="Test",
            host_version="1",
            plugin_version="0.1.0",
            companion=program,
            home=str(home),
            **settings,
        ),
        clock,
    )
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    try:
        yield session
    finally:
        session.close()
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


def wait_until(is_so: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None) -> None:
    """Wait for something that must happen, doing something meanwhile, such as ticking a session."""
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, "it did not happen"
        meanwhile()
        time.sleep(_LOOK_S)


def settle(session: Session) -> None:
    """Tick a session until nothing is under way."""
    wait_until(lambda: not session.is_busy, session.tick)
