# SPDX-License-Identifier: GPL-3.0-or-later
"""The one driver of this Blender, and the timer that ticks it."""

from __future__ import annotations

import traceback

import bpy

from .driving import Driver
from .panel.problems import problem

_driver: Driver | None = None


def driver() -> Driver:
    """Return the one driver of this Blender."""
    global _driver  # noqa: PLW0603 - operators, panels and the timer have no other way to each other
    if _driver is None:
        _driver = Driver()
    return _driver


def start() -> None:
    """Start ticking; file changes do not stop it."""
    bpy.app.timers.register(_tick, first_interval=1.0, persistent=True)


def stop() -> None:
    """Stop ticking and end the companion."""
    global _driver  # noqa: PLW0603 - see driver
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    if _driver is not None:
        _driver.close()
        _driver = None


def _tick() -> float:
    try:
        return driver().tick()
    except Exception:
        # A timer that raises is dropped without a word, and the panel would stand still for good.
        traceback.print_exc()
        driver().session.show(problem("INTERNAL"))
        return 1.0
