# SPDX-License-Identifier: Apache-2.0
"""DaVinci Resolve as a whole: edition, pages, and the timeline that is open."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Iterator, cast

from ..remedies import failure
from .answers import answered, known, offers
from .editing import EditableTimeline

if TYPE_CHECKING:
    import fusionscript

    from .newer_api import Resolve21


@dataclass(frozen=True)
class Product:
    """Which Resolve this is.

    Attributes:
        name: as Resolve calls itself.
        version: major, minor and patch.
        is_studio: whether it is the Studio edition.
    """

    name: str
    version: tuple[int, int, int]
    is_studio: bool

    @property
    def text(self) -> str:
        """Name and version."""
        return "{} {}".format(self.name, ".".join(str(part) for part in self.version))


class Host:
    """DaVinci Resolve as a whole."""

    def __init__(self, resolve: fusionscript.Resolve) -> None:
        self._resolve = resolve

    def product(self) -> Product:
        """Return edition and version.

        Raises:
            PanelError: DIALOG_OPEN.
        """
        name = answered("Resolve.GetProductName", self._resolve.GetProductName())
        version = answered("Resolve.GetVersion", self._resolve.GetVersion())
        if offers(self._resolve, "IsStudio"):
            is_studio = known("Resolve.IsStudio", cast("Resolve21", self._resolve).IsStudio())
        else:
            is_studio = "Studio" in name
        major, minor, patch = (int(part) for part in version[:3])
        return Product(name, (major, minor, patch), is_studio)

    def open_timeline(self) -> EditableTimeline:
        """Return the timeline that is open now.

        Raises:
            PanelError: DIALOG_OPEN, PROJECT_MANAGER_OPEN, NO_PROJECT or NO_TIMELINE.
        """
        # While a dialog is open nothing answers; without that, only the project manager shows no page.
        answered("Resolve.GetProductName", self._resolve.GetProductName())
        if self._resolve.GetCurrentPage() is None:
            raise failure("PROJECT_MANAGER_OPEN")
        manager = answered("Resolve.GetProjectManager", self._resolve.GetProjectManager())
        project = manager.GetCurrentProject()
        if project is None:
            raise failure("NO_PROJECT")
        timeline = project.GetCurrentTimeline()
        if timeline is None:
            raise failure("NO_TIMELINE")
        return EditableTimeline(self._resolve, project, timeline)

    @contextmanager
    def on_edit_page(self) -> Iterator[None]:
        """Show the Edit page, off which clips cannot be deleted, and go back afterwards."""
        page = answered("Resolve.GetCurrentPage", self._resolve.GetCurrentPage())
        if page != "edit":
            answered("Resolve.OpenPage('edit')", self._resolve.OpenPage("edit"))
        try:
            yield
        finally:
            if page != "edit":
                self._resolve.OpenPage(cast(Any, page))

    def window_system(self) -> Any:
        """Return Resolve's UIManager, or None where scripts get no windows."""
        fusion = cast(Any, self._resolve.Fusion())
        return fusion.UIManager if fusion is not None else None
