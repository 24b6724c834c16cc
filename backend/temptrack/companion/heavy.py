"""Importing what is heavy: after the handshake, by one thread at a time."""

import logging
import threading
from collections.abc import Iterable
from importlib import import_module
from typing import Final

log = logging.getLogger(__name__)

ENGINE: Final = ("temptrack.library.store", "temptrack.suggest.engine", "onnxruntime")
CLIENT: Final = ("temptrack.client.remote",)
SUGGESTING: Final = ("temptrack.companion.suggesting",)
SOUNDS: Final = ("temptrack.companion.sounding",)
EVERYTHING: Final = (*SUGGESTING, *SOUNDS, "temptrack.media.audio", "temptrack.seat.checks", *ENGINE)

_lock = threading.Lock()
_done: set[str] = set()


def import_heavy(modules: Iterable[str]) -> None:
    """Import modules once; a thread that comes meanwhile waits.

    Two threads that each import a part of the same library can block each other for good, and neither is
    faster for having company.

    Args:
        modules: full names.
    """
    for name in modules:
        with _lock:
            if name not in _done:
                _done.add(name)
                try:
                    import_module(name)
                except ImportError as error:
                    # A seat without the engine is told so by the request that needs it.
                    log.info("%s cannot be imported: %s", name, error)
