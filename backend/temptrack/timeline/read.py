"""Reading a timeline from a file, whatever program wrote it, or saying clearly why not."""

import stat
from fractions import Fraction
from pathlib import Path
from typing import Any

from opentimelineio import schema

from temptrack.errors import Corrupt, Forbidden, InvalidRequest, NotFound, NotSupported
from temptrack.timeline import bundle_files, foreign, otio_json
from temptrack.timeline.layout import children_of, trim_of
from temptrack.timeline.media_root import FolderRoot, MediaRoot
from temptrack.timeline.rates import nearest_frame, seconds_of, snap_rate
from temptrack.timeline.timecode import allows_drop_frame
from temptrack.timeline.timeline_file import TimelineFile, timelines_in

__all__ = ["TimelineFile", "open_timeline", "read_timeline"]

MAX_FILE_BYTES = 256 * 2**20
"""Largest timeline file that is read; edits of feature films are some tens of megabytes."""

_FALLBACK_RATE_HZ = 24.0
_MAX_RATE_HZ = 1000.0


def read_timeline(path: Path | str, *, name: str | None = None, rate: Fraction | None = None) -> TimelineFile:
    """Read a timeline.

    .otio, .otioz, .otiod and OpenTimelineIO JSON are read by the base install; .edl, .xml (FCP7), .fcpxml and
    .aaf by the adapters of the ``formats`` extra; other suffixes by whichever adapter knows them.

    Args:
        path: the file, or the folder of an .otiod or .fcpxmld bundle.
        name: which timeline, where the file holds several; without it the first is read and a note says so.
        rate: frames per second, for formats that do not state it (EDL); exact.

    Raises:
        NotFound: there is no such file (TIMELINE_NOT_FOUND), or no timeline of that name in it
            (TIMELINE_NAME_NOT_FOUND).
        InvalidRequest: the path is a folder or device (NOT_A_FILE), or the file is too large (TOO_LARGE).
        Forbidden: the file may not be read (UNREADABLE).
        NotSupported: a format without a reader (UNKNOWN_FORMAT), an adapter is not installed
            (MISSING_ADAPTER), a newer OpenTimelineIO wrote it (NEWER_OTIO), or it holds no timeline
            (NOT_A_TIMELINE).
        Corrupt: the content is empty, damaged or not what its suffix says (EMPTY_FILE, BAD_JSON,
            BAD_TIMELINE, BAD_BUNDLE, WRONG_FORMAT, TOO_DEEP, BAD_TIME).
    """
    path = Path(path)
    suffix = path.suffix.lower()
    folder_bundle = suffix in (".otiod", ".fcpxmld")
    _require_readable(path, folder=folder_bundle)
    root: MediaRoot = FolderRoot(path.absolute().parent)
    if suffix in (".otio", ".json"):
        read = _read_json(_read_bytes(path), path)
    elif suffix == ".otioz":
        content, root = bundle_files.read_otioz(path)
        read = _read_json(content, path)
    elif suffix == ".otiod":
        content, root = bundle_files.read_otiod(path)
        read = _read_json(content, path)
    else:
        read = foreign.read_foreign(path, rate=rate)
    return _timeline_file(path, read, root, name)


def open_timeline(timeline: Any, *, name: str, notes: tuple[str, ...] = ()) -> TimelineFile:
    """Return a timeline that was built in memory as if it had been read from a file.

    Args:
        timeline: an OpenTimelineIO timeline whose media have absolute paths.
        name: stands for the path of the file it does not have.
        notes: what was assumed while building it.

    Raises:
        Corrupt: it holds numbers that are no times (BAD_TIME).
    """
    path = Path(name)
    return _timeline_file(path, foreign.ForeignRead(timeline, notes=notes), FolderRoot(Path.home()), None)


def _read_json(content: bytes, path: Path) -> foreign.ForeignRead:
    return foreign.ForeignRead(otio_json.parse(content, path), json=content)


def _timeline_file(path: Path, read: foreign.ForeignRead, root: MediaRoot, name: str | None) -> TimelineFile:
    document, wrap_notes = _with_a_timeline(read.document, path)
    timelines = timelines_in(document)
    index, pick_notes = _pick(timelines, name, path)
    timeline = timelines[index]
    if timeline.tracks is None:
        raise Corrupt(f"The timeline in {path} has no lanes at all.", reason="BAD_TIMELINE")
    rate_hz = _rate_as_written_hz(timeline)
    rate = snap_rate(rate_hz)
    start = timeline.global_start_time
    return TimelineFile(
        path=path,
        document=document,
        index=index,
        name=timeline.name or path.stem,
        rate=rate,
        rate_as_written_hz=rate_hz,
        start_frames=nearest_frame(seconds_of(start), rate) if start is not None else 0,
        drop_frame=(read.drop_frame or _says_drop_frame(timeline)) and allows_drop_frame(rate),
        media_root=root,
        notes=(*read.notes, *wrap_notes, *pick_notes),
        json=b"" if wrap_notes else read.json,
    )


def _require_readable(path: Path, *, folder: bool) -> None:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise NotFound(
            f"There is no timeline at {path}.", reason="TIMELINE_NOT_FOUND", hint="Check the path."
        ) from None
    except PermissionError as error:
        raise _unreadable(path) from error
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{str(path)!r} is not a usable path: {error}.", reason="BAD_PATH") from error
    if folder and stat.S_ISDIR(status.st_mode):
        return
    if not stat.S_ISREG(status.st_mode):
        what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or pipe"
        raise InvalidRequest(
            f"{path} is {what}, not a timeline file.",
            reason="NOT_A_FILE",
            hint="Name the timeline file itself, such as cut.otio.",
        )
    if status.st_size == 0:
        raise Corrupt(f"{path} is empty.", reason="EMPTY_FILE", hint="Export the timeline again.")
    if status.st_size > MAX_FILE_BYTES and path.suffix.lower() != ".otioz":
        raise InvalidRequest(
            f"{path} has {status.st_size // 2**20} MB; up to {MAX_FILE_BYTES // 2**20} MB are read.",
            reason="TOO_LARGE",
            hint="Check that this is the timeline and not the media.",
        )


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except PermissionError as error:
        raise _unreadable(path) from error


def _unreadable(path: Path) -> Forbidden:
    return Forbidden(
        f"{path} may not be read by this user.", reason="UNREADABLE", hint="Change the file's permissions."
    )


def _with_a_timeline(document: Any, path: Path) -> tuple[Any, tuple[str, ...]]:
    """Return the document, or a timeline made of its clips where it holds none, and what was done."""
    if timelines_in(document):
        return document, ()
    items = _loose_items(document)
    if not items:
        schema_name = type(document).__name__
        raise NotSupported(
            f"{path} holds a {schema_name} and no timeline or clip.",
            reason="NOT_A_TIMELINE",
            hint="Export a timeline.",
        )
    timeline = schema.Timeline(name=path.stem)
    track = schema.Track(name="V1", kind=schema.TrackKind.Video)
    for item in items:
        track.append(item.deepcopy())
    timeline.tracks.append(track)
    what = (
        f"only the clip '{items[0].name}'"
        if len(items) == 1
        else f"{len(items)} loose clips, laid end to end"
    )
    return timeline, (f"The file holds no timeline, {what}.",)


def _loose_items(document: Any) -> list[Any]:
    if isinstance(document, schema.Clip | schema.Stack | schema.Track):
        return [document]
    if isinstance(document, schema.SerializableCollection):
        return [item for member in list(document) for item in _loose_items(member)]
    return []


def _pick(timelines: list[Any], name: str | None, path: Path) -> tuple[int, tuple[str, ...]]:
    names = [timeline.name for timeline in timelines]
    if name is not None:
        if name not in names:
            raise NotFound(
                f"{path} holds no timeline named '{name}'.",
                reason="TIMELINE_NAME_NOT_FOUND",
                hint="It holds: " + ", ".join(f"'{each}'" for each in names) + ".",
            )
        return names.index(name), ()
    if len(names) == 1:
        return 0, ()
    others = ", ".join(f"'{each}'" for each in names[1:])
    return 0, (
        f"The file holds {len(names)} timelines; '{names[0]}' was read. Name one to read it: {others}.",
    )


def _rate_as_written_hz(timeline: Any) -> float:
    """Return the rate the timeline is cut at: its start timecode's, else the one most of its picture has."""
    start = timeline.global_start_time
    # A default-constructed start time is 0 at rate 1 and says nothing.
    if start is not None and 1 < start.rate <= _MAX_RATE_HZ:
        return float(start.rate)
    for kind in (schema.TrackKind.Video, None):
        rates = _durations_by_rate(timeline.tracks, kind)
        if rates:
            return max(rates, key=lambda rate: rates[rate])
    return _FALLBACK_RATE_HZ


def _durations_by_rate(stack: Any, kind: str | None) -> dict[float, Fraction]:
    rates: dict[float, Fraction] = {}
    for lane in list(stack):
        if kind is not None and getattr(lane, "kind", kind) != kind:
            continue
        items = [child.item for child in children_of(lane)] if isinstance(lane, schema.Track) else [lane]
        for item in items:
            time_range = item.source_range or _media_range(item)
            if time_range is not None and 1 < time_range.duration.rate <= _MAX_RATE_HZ:
                rate_hz = float(time_range.duration.rate)
                rates[rate_hz] = rates.get(rate_hz, Fraction(0)) + trim_of(item)[1]
    return rates


def _media_range(item: Any) -> Any:
    reference = getattr(item, "media_reference", None)
    return reference.available_range if reference is not None else None


def _says_drop_frame(timeline: Any) -> bool:
    fcp = timeline.metadata.get("fcp_xml")
    timecode = fcp.get("timecode") if hasattr(fcp, "get") else None
    return timecode is not None and hasattr(timecode, "get") and timecode.get("displayformat") == "DF"
