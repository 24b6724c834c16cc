# SPDX-License-Identifier: Apache-2.0
"""A companion that is started when it is needed, greeted, and started again after it ended."""

from __future__ import annotations

import os
import time
from typing import Any, Callable, Mapping

from .companion_link import CompanionLink, Done, Failed, OnProgress
from .finding import companion_environment, find_companion
from .problems import PanelError, Problem, problem
from .questions import Settings, State

PROTOCOL = 1
"""The version of the companion's protocol spoken here."""

START_TIMEOUT_S = 60.0
"""How long a companion may take for its first answer; a cold disk may need many seconds."""


class Call:
    """A request that was sent, or that waits for the companion.

    Attributes:
        is_over: whether it was answered, failed or was dropped.
    """

    def __init__(
        self, method: str, params: Mapping[str, Any], done: Done, failed: Failed, progress: OnProgress | None
    ) -> None:
        self.is_over = False
        self._method = method
        self._params = dict(params)
        self._done = done
        self._failed = failed
        self._progress = progress
        self._link: CompanionLink | None = None
        self._number = 0

    def send(self, link: CompanionLink) -> None:
        """Send it over a link, unless it is over."""
        if not self.is_over:
            self._link = link
            self._number = link.request(self._method, self._params, self.succeed, self.fail, self._progress)

    def drop(self) -> None:
        """Have the companion stop, and call nothing for it any more."""
        if not self.is_over:
            self.is_over = True
            if self._link is not None:
                self._link.forget(self._number)

    def succeed(self, result: dict[str, Any]) -> None:
        """End it with a result."""
        if not self.is_over:
            self.is_over = True
            self._done(result)

    def fail(self, why: Problem) -> None:
        """End it with a problem."""
        if not self.is_over:
            self.is_over = True
            self._failed(why)


class Connection:
    """The companion of one session.

    Attributes:
        settings: whom to start, and what to tell it.
        state: NOT_STARTED, STARTING, READY or FAILED.
        welcome: what the companion said of itself at the handshake; empty before.
        on_welcome: called when the handshake is through.
        on_notification: called with what the companion tells on its own.
        on_lost: called with the problem when a companion that ran, or was to run, does not.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare; nothing is started yet.

        Args:
            settings: whom to start, and what to tell it.
            clock: seconds that only grow.
        """
        self.settings = settings
        self.state = State.NOT_STARTED
        self.welcome: dict[str, Any] = {}
        self.on_welcome: Callable[[], None] = lambda: None
        self.on_notification: Callable[[str, dict[str, Any]], None] = lambda _method, _params: None
        self.on_lost: Callable[[Problem], None] = lambda _problem: None
        self._clock = clock
        self._link: CompanionLink | None = None
        self._last_log: list[str] = []
        self._started_at_s = 0.0
        self._queue: list[Call] = []

    @property
    def log(self) -> list[str]:
        """The last lines of the companion's log, of the one before if none runs."""
        return self._link.log if self._link else self._last_log

    @property
    def process_id(self) -> int | None:
        """The companion's process id, or None."""
        return self._link.process_id if self._link else None

    def start(self) -> None:
        """Start the companion if none runs; problems go to ``on_lost``."""
        if self._link is not None:
            return
        try:
            command = find_companion(self.settings.companion)
            link = CompanionLink(command, companion_environment())
            link.on_notification = self.on_notification
            link.on_lost = self._lost
            link.start()
        except PanelError as error:
            self._fail(error.problem)
            return
        self._link = link
        self._started_at_s = self._clock()
        self.state = State.STARTING
        link.request("initialize", self._introduction(), self._welcomed, self._refused)

    def ask(
        self,
        method: str,
        params: Mapping[str, Any],
        done: Done,
        failed: Failed,
        progress: OnProgress | None = None,
    ) -> Call:
        """Send a request as soon as the companion is ready, starting it if need be."""
        call = Call(method, params, done, failed, progress)
        if self.state is State.READY and self._link is not None:
            call.send(self._link)
        else:
            self._queue.append(call)
            self.start()
        return call

    def tick(self) -> bool:
        """Take what came. Returns whether anything did."""
        link = self._link
        came = link.poll() if link is not None else False
        if self.state is State.STARTING and self._clock() - self._started_at_s > START_TIMEOUT_S:
            self._drop_link()
            self._fail(problem("COMPANION_SILENT", f"{START_TIMEOUT_S:g} s"))
            return True
        return came

    def close(self) -> None:
        """End the companion; what waits for it fails as cancelled. Takes a few seconds at most."""
        self._drop_link()
        self.state = State.NOT_STARTED
        self._fail_queue(problem("CANCELLED"))

    def _introduction(self) -> dict[str, Any]:
        chosen = self.settings
        return {
            "protocol": PROTOCOL,
            "host": {"name": chosen.host_name, "version": chosen.host_version},
            "plugin_version": chosen.plugin_version,
            "process_id": os.getpid(),
            "server": chosen.server.strip() or None,
            "token": chosen.token or None,
            "home": chosen.home.strip() or None,
            "path_map": [{"from": here, "to": there} for here, there in chosen.path_map],
        }

    def _welcomed(self, welcome: dict[str, Any]) -> None:
        self.welcome = welcome
        self.state = State.READY
        queue, self._queue = self._queue, []
        self.on_welcome()
        for call in queue:
            if self._link is not None:
                call.send(self._link)

    def _refused(self, why: Problem) -> None:
        # A companion that ended says so to on_lost as well; one that refused is of no use.
        if self._link is not None and self._link.is_open:
            self._drop_link()
            self._fail(why)

    def _lost(self, why: Problem) -> None:
        if self._link is not None:
            self._last_log = self._link.log
            self._link = None
            self._fail(why)

    def _drop_link(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            link.close()
            self._last_log = link.log

    def _fail(self, why: Problem) -> None:
        self.state = State.FAILED
        self._fail_queue(why)
        self.on_lost(why)

    def _fail_queue(self, why: Problem) -> None:
        queue, self._queue = self._queue, []
        for call in queue:
            call.fail(why)
