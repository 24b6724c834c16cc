"""A trap of the host: what happens with the plugin's guard, and how to take the guard away."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.resolve_double.application import Application

Scenario = Callable[[Application, Path], None]
Removal = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Trap:
    """One trap.

    Attributes:
        name: what the host does.
        version: of the host in which it does so.
        scenario: passes as long as the guard is there.
        without_guard: takes the guard away; the scenario must fail then.
        breaks_with: how it fails.
    """

    name: str
    scenario: Scenario
    without_guard: Removal
    version: tuple[int, int, int] = (20, 3, 0)
    studio: bool = True
    breaks_with: tuple[type[BaseException], ...] = (AssertionError,)
