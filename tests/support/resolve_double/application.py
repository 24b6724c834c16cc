"""The application, its project manager and the open project."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from PIL import Image

from support.resolve_double.documented import Version
from support.resolve_double.handles import Handle
from support.resolve_double.state import Bin, Cut, Media

PAGES: Final = ("media", "cut", "edit", "fusion", "color", "fairlight", "deliver")


class WouldHang(BaseException):
    """The real host would never answer this call."""


class ExportKind:
    """A live constant of the host; a string or a number in its place is not accepted."""

    def __init__(self, name: str) -> None:
        self.name = name


class Application:
    """The state behind all handles, and the switches by which tests bring about the listed traps.

    Attributes:
        version: such as (20, 3, 0).
        studio: whether it is DaVinci Resolve Studio.
        page: the page shown; None while the project manager is showing.
        modal: whether a dialog is open; then every call answers None.
        end_frame_inclusive: whether AppendToTimeline counts endFrame in, as older reports have it.
        vanishing: what AppendToTimeline answers for a clip that it silently drops.
        deletes_fail: how many more DeleteClips answer False although nothing is wrong.
        refusing: calls that answer this value and do nothing, by "Timeline.AddTrack".
        before_call: called with the name of each call before it is carried out; tests act as the editor here.
        calls: every call so far with its arguments.
        undocumented: every name that was read and that no version documents.
        windows: those that scripts have opened.
        timers: those that scripts have started.
        user: what the editor does in a window, a turn of the event loop at a time.
    """

    def __init__(self, version: Version = (20, 3, 0), *, studio: bool = True) -> None:
        self.version = version
        self.studio = studio
        self.page: str | None = "edit"
        self.modal = False
        self.project_name = "Film"
        self.project_rate = Fraction(24)
        self.cuts: list[Cut] = []
        self.current: Cut | None = None
        self.root = Bin("Master")
        self.folder = self.root
        self.selected_media: Media | None = None
        self.end_frame_inclusive = False
        self.vanishing: Callable[[Any], list[Any]] = lambda lost: [lost]
        self.deletes_fail = 0
        self.refusing: dict[str, Any] = {}
        self.before_call: Callable[[str], None] = lambda call: None
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.undocumented: list[str] = []
        self.windows: list[Any] = []
        self.timers: list[Any] = []
        self.user: Callable[[Any], Iterator[None]] | None = None
        self.resolve = ResolveDouble(self)

    def add(self, cut: Cut) -> Cut:
        """Put a timeline into the project and show it."""
        self.cuts.append(cut)
        self.current = cut
        cut.playhead = cut.start
        return cut

    def called(self, call: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of that name."""
        return [arguments for name, arguments in self.calls if name == call]


class ResolveDouble(Handle):
    """The Resolve object: what scripts find as ``resolve``."""

    kind = "Resolve"
    _constants: Final = {name: ExportKind(name) for name in ("EXPORT_OTIO", "EXPORT_NONE", "EXPORT_EDL")}

    def __getattribute__(self, name: str) -> Any:
        if name.startswith("EXPORT_"):
            return ResolveDouble._constants[name]
        return super().__getattribute__(name)

    def GetProductName(self) -> str:
        return "DaVinci Resolve Studio" if self._app.studio else "DaVinci Resolve"

    def GetVersion(self) -> list[Any]:
        return [*self._app.version, 7, ""]

    def GetVersionString(self) -> str:
        return ".".join(str(part) for part in (*self._app.version, 7))

    def IsStudio(self) -> bool:
        return self._app.studio

    def GetCurrentPage(self) -> str | None:
        return self._app.page

    def OpenPage(self, page: str) -> bool:
        if page not in PAGES or self._app.page is None:
            return False
        self._app.page = page
        return True

    def GetProjectManager(self) -> "ProjectManager":
        return ProjectManager(self._app)

    def GetCurrentProject(self) -> "Project | None":
        return self.GetProjectManager().GetCurrentProject()

    def Fusion(self) -> Any:
        from support.resolve_double.window_system import Fusion

        return Fusion(self._app)


class ProjectManager(Handle):
    """What opens and saves projects."""

    kind = "ProjectManager"

    def GetCurrentProject(self) -> "Project | None":
        return Project(self._app) if self._app.page is not None else None

    def SaveProject(self) -> bool:
        if self._app.project_name == "Untitled Project":
            raise WouldHang("SaveProject never returns on a project that has no name yet")
        return True


class Project(Handle):
    """The open project."""

    kind = "Project"

    def _is_gone(self) -> bool:
        return self._app.page is None

    def GetName(self) -> str:
        return self._app.project_name

    def GetUniqueId(self) -> str:
        return self._app.root.id

    def GetMediaPool(self) -> Any:
        from support.resolve_double.media_pool import MediaPool

        return MediaPool(self._app)

    def GetTimelineCount(self) -> int:
        return len(self._app.cuts)

    def GetTimelineByIndex(self, index: int) -> Any:
        return self._timeline(self._app.cuts[index - 1]) if 1 <= index <= len(self._app.cuts) else None

    def GetCurrentTimeline(self) -> Any:
        return self._timeline(self._app.current) if self._app.current else None

    def SetCurrentTimeline(self, timeline: Any) -> bool:
        self._app.current = timeline._cut
        return True

    def GetSetting(self, name: str) -> str:
        return {"timelineFrameRate": rate_text(self._app.project_rate)}.get(name, "")

    def GetSettings(self) -> dict[str, Any]:
        return {"timelineFrameRate": float(rate_text(self._app.project_rate))}

    def ExportCurrentFrameAsStill(self, path: str) -> bool:
        """Write the picture at the playhead: its colour is the frame's number."""
        target, cut = Path(path), self._app.current
        if cut is None or not target.parent.is_dir() or target.suffix not in (".png", ".jpg", ".tif"):
            return False
        number = cut.playhead - cut.start
        Image.new("RGB", (64, 36), (number >> 8 & 255, number & 255, 90)).save(target)
        return True

    def _timeline(self, cut: Cut) -> Any:
        from support.resolve_double.timeline import Timeline

        return Timeline(self._app, cut)


def rate_text(rate: Fraction) -> str:
    """A rate as the host spells it: 23.976, 25, 29.97."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
