"""What the methods of one companion share: what was agreed on, and what is kept between calls."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from temptrack.companion.calls import Call, Calls, Notify
from temptrack.companion.engines import Engines, LocalEngines, ServerEngines
from temptrack.companion.life import OnlyOne
from temptrack.companion.messages import InitializeParams
from temptrack.errors import NotReady

if TYPE_CHECKING:
    from temptrack.companion.pictures import Pictures
    from temptrack.companion.sounds import Sounds


class Desk:
    """One companion's state.

    Attributes:
        calls: requests under way.
        notify: sends a notification.
        end: ends this companion from any thread.
    """

    def __init__(self, calls: Calls, notify: Notify, end: Callable[[], None]) -> None:
        self.calls = calls
        self.notify = notify
        self.end = end
        self._agreed: InitializeParams | None = None
        self._engines: Engines | None = None
        self._only_one: OnlyOne | None = None
        self._pictures: Pictures | None = None
        self._sounds: Sounds | None = None
        self._making = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether the handshake is through."""
        return self._agreed is not None

    @property
    def agreed(self) -> InitializeParams:
        """What the host said of itself.

        Raises:
            NotReady: it said nothing yet (NOT_INITIALIZED).
        """
        if self._agreed is None:
            raise _not_initialized()
        return self._agreed

    @property
    def engines(self) -> Engines:
        """What answers questions.

        Raises:
            NotReady: nobody said which yet (NOT_INITIALIZED).
        """
        if self._engines is None:
            raise _not_initialized()
        return self._engines

    @property
    def pictures(self) -> "Pictures":
        """The pictures of the last questions."""
        from temptrack.companion.pictures import Pictures

        with self._making:
            if self._pictures is None:
                self._pictures = Pictures()
            return self._pictures

    @property
    def sounds(self) -> "Sounds":
        """Files of tracks, and what plays."""
        from temptrack.companion.sounds import Sounds

        with self._making:
            if self._sounds is None:
                self._sounds = Sounds(self.agreed.server, self.notify, token=self.agreed.token)
            return self._sounds

    def open(self, agreed: InitializeParams, only_one: OnlyOne) -> None:
        """Begin to serve a host."""
        self._engines = ServerEngines(agreed.server, agreed.token) if agreed.server else LocalEngines()
        self._only_one = only_one
        self._agreed = agreed

    def close(self, *, but: Call | None = None) -> None:
        """Stop everything and let go of everything; may be called twice.

        Args:
            but: a call that goes on.
        """
        self._agreed = None
        self.calls.cancel_all(but=but)
        if self._sounds is not None:
            self._sounds.close()
        if self._engines is not None:
            self._engines.close()
            self._engines = None
        if self._only_one is not None:
            self._only_one.give_back()
            self._only_one = None


def _not_initialized() -> NotReady:
    return NotReady(
        "The companion was asked before it was introduced.",
        reason="NOT_INITIALIZED",
        hint="Send 'initialize' first.",
    )
