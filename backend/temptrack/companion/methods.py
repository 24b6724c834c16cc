"""The table of methods. A group's module is imported when one of its methods is called first."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from pydantic import BaseModel

from temptrack.companion import heavy
from temptrack.companion.calls import Call
from temptrack.companion.faults import UnknownMethod


@dataclass(frozen=True, slots=True)
class Method:
    """What happens on a request.

    Attributes:
        params: what it takes.
        result: what it answers.
        run: does it, given what the methods share, the params and the call; its docstring goes into the
            reference.
    """

    params: type[BaseModel]
    result: type[BaseModel]
    run: Callable[[Any, Any, Call], BaseModel]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a method is found.

    Attributes:
        group: module with a ``METHODS`` table.
        is_quick: answered at once by the thread that reads; never waits for a file, a server or a device.
        needs: heavy modules it needs, beside those that answer questions.
    """

    group: str
    is_quick: bool = False
    needs: tuple[str, ...] = ()


_BASICS = "temptrack.companion.basics"
_SUGGESTING = "temptrack.companion.suggesting"
_SOUNDS = "temptrack.companion.sounding"
_REPORTING = "temptrack.companion.reporting"

PLACES: dict[str, Place] = {
    "initialize": Place(_BASICS, is_quick=True),
    "libraries": Place(_BASICS),
    "plan": Place(_SUGGESTING, needs=heavy.SUGGESTING),
    "suggest": Place(_SUGGESTING, needs=heavy.SUGGESTING),
    "track/file": Place(_SOUNDS, needs=heavy.SOUNDS),
    "cue/file": Place(_SOUNDS, needs=heavy.SOUNDS),
    "cue/report": Place(_REPORTING),
    "preview/play": Place(_SOUNDS, needs=heavy.SOUNDS),
    "preview/stop": Place(_SOUNDS, needs=heavy.SOUNDS),
    "preview/seek": Place(_SOUNDS, needs=heavy.SOUNDS),
    "cancel": Place(_BASICS, is_quick=True),
    "doctor": Place(_BASICS, needs=heavy.EVERYTHING),
    "shutdown": Place(_BASICS, is_quick=True),
}
"""Every method, in the order of the reference."""


def place_of(name: str) -> Place:
    """Return where a method is found.

    Raises:
        UnknownMethod: there is none of that name.
    """
    if name not in PLACES:
        raise UnknownMethod(
            f"This companion has no method '{name}'.",
            hint="Update temptrack.",
            metadata={"method": name},
        )
    return PLACES[name]


def method_of(name: str) -> Method:
    """Return a method, importing its group.

    Raises:
        UnknownMethod: there is none of that name.
    """
    methods: dict[str, Method] = import_module(place_of(name).group).METHODS
    return methods[name]
