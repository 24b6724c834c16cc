"""Importing what is heavy: after the handshake, all at once, by one thread."""

import logging
import threading
from importlib import import_module
from typing import Final

log = logging.getLogger(__name__)

MODULES: Final = (
    "temptrack.companion.suggesting",
    "temptrack.companion.sounds",
    "temptrack.media.audio",
    "temptrack.seat.checks",
)
ENGINE_MODULES: Final = ("temptrack.library.store", "temptrack.suggest.engine", "onnxruntime")
CLIENT_MODULES: Final = ("temptrack.client.remote",)

_lock = threading.Lock()
_done: set[str] = set()


def import_heavy(*, has_server: bool) -> None:
    """Import what requests need, once; a thread that comes meanwhile waits.

    Two threads that each import a part of the same library can block each other for good, and neither is
    faster for having company.

    Args:
        has_server: whether a server answers, so that no engine is needed here.
    """
    with _lock:
        for name in (*MODULES, *(CLIENT_MODULES if has_server else ENGINE_MODULES)):
            if name not in _done:
                _done.add(name)
                try:
                    import_module(name)
                except ImportError as error:
                    # A seat without the engine is told so by the request that needs it.
                    log.info("%s cannot be imported: %s", name, error)
