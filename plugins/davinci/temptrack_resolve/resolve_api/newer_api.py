# SPDX-License-Identifier: Apache-2.0
"""Types of the calls that are newer than the published stubs of Resolve's API. Read by type checkers only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import fusionscript


class Resolve21(Protocol):
    """Since 21.1."""

    def IsStudio(self) -> bool:
        """Tell whether this is the Studio edition."""
        ...


class Timeline21(Protocol):
    """Since 21.0.4 and 21.1."""

    def GetSelectedClips(self) -> list[fusionscript.TimelineItem]:
        """Return the selected clips (21.0.4)."""
        ...

    def GetSettings(self) -> dict[str, Any]:
        """Return all settings (21.1)."""
        ...


class TimelineItem21(Protocol):
    """Since 21.1."""

    def SetFades(self, fades: dict[str, int]) -> bool:
        """Set "FadeIn" and "FadeOut" in frames."""
        ...

    def GetFades(self) -> dict[str, int]:
        """Return "FadeIn" and "FadeOut" in frames."""
        ...

    def SetProperties(self, properties: dict[str, Any]) -> bool:
        """Set properties such as "AudioVolume" in decibels."""
        ...

    def GetProperties(self) -> dict[str, Any]:
        """Return all properties."""
        ...
