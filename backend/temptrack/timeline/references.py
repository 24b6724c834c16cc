"""From a clip's media references to files on this machine."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import unquote

from opentimelineio import schema

from temptrack.timeline.layout import trim_of
from temptrack.timeline.media_endings import SOUND_SUFFIXES, STILL_SUFFIXES
from temptrack.timeline.media_folders import MediaFolders
from temptrack.timeline.media_paths import Exists, is_there, paths_of
from temptrack.timeline.media_root import MediaRoot
from temptrack.timeline.rates import seconds_of, snap_rate
from temptrack.timeline.segments import MediaKind, MediaSource, ProblemKind

MediaStart = Callable[[Path], Fraction | None]
"""Answers with a media file's own start timecode in seconds, None where it carries none."""

_SOURCE_FILE = re.compile(r"\s*SOURCE FILE\s*:\s*(.*\S)", re.IGNORECASE)
_NUMBERS = re.compile(r"%0?(?P<printf>\d*)d|(?P<hashes>#+)|\[(?P<first>\d+)-\d+\]")
_IMAGES_TRIED = 1000
_HOUR_S = 3600

HOST_RENDER = "temptrack.host_render"
"""Generator kind of a clip whose picture only the host can make: it hides what is below and has no file."""


@dataclass(frozen=True, slots=True)
class Found:
    """The media of a clip.

    Attributes:
        media: the file or image sequence.
        file_start_s: the moment of the clip's own time at which the file starts, in seconds.
        assumption: what was assumed about that moment, in words, or an empty string.
    """

    media: MediaSource
    file_start_s: Fraction
    assumption: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """Why a clip's media cannot be used.

    Attributes:
        kind: class of problem.
        message: one sentence with the offending value.
    """

    kind: ProblemKind
    message: str


def names_picture(clip: Any, folders: MediaFolders | None = None) -> bool:
    """Tell whether a clip names a file with picture, or is one that the host renders.

    Titles, other generators and sound are neither.

    Args:
        clip: an OpenTimelineIO clip.
        folders: where media are found by name; a clip that goes by such a name names a file too.
    """
    if _is_host_render(clip) or any(
        _url_of(reference) and not _is_sound(reference) for reference in _references(clip)
    ):
        return True
    return folders is not None and _may_be_linked(clip) and bool(folders.find(names_of(clip)))


def names_of(clip: Any) -> tuple[str, ...]:
    """Return the names that a clip's media may go by, surest first: its files, its own name, its reel."""
    references = _references(clip)
    written = clip.metadata.get("cmx_3600")
    edl = written if isinstance(written, Mapping) else {}
    comments = [comment for comment in edl.get("comments") or () if isinstance(comment, str)]
    names = [
        *(_file_name(_url_of(reference)) for reference in references),
        *(match[1] for match in map(_SOURCE_FILE.match, comments) if match),
        *(str(reference.name or "") for reference in references),
        str(clip.name or ""),
        str(edl.get("reel") or ""),
    ]
    return tuple(dict.fromkeys(name for name in names if name))


def _may_be_linked(clip: Any) -> bool:
    # A title keeps its own name: a film that happens to be called so is none of its business.
    return all(isinstance(reference, schema.MissingReference) for reference in _references(clip))


def _file_name(url: str) -> str:
    return unquote(url.replace("\\", "/").rpartition("/")[2])


def why_no_picture(clip: Any) -> Lost:
    """Say why a clip that names no picture names none."""
    reference = clip.media_reference
    if isinstance(reference, schema.GeneratorReference):
        kind = reference.generator_kind or "generator"
        return Lost(ProblemKind.NO_MEDIA, f"'{clip.name}' is generated ({kind}) and has no media file.")
    if reference is not None and _is_sound(reference):
        return Lost(ProblemKind.UNSUPPORTED, f"'{clip.name}' is sound on a picture lane.")
    return Lost(ProblemKind.NO_MEDIA, f"'{clip.name}' names no media file.")


def find_media(
    clip: Any,
    root: MediaRoot,
    *,
    exists: Exists,
    media_start_s: MediaStart | None = None,
    folders: MediaFolders | None = None,
) -> Found | Lost:
    """Find the media of a clip: its active reference, else another that exists, such as a proxy.

    Args:
        clip: an OpenTimelineIO clip.
        root: where relative paths start.
        exists: whether a file is there.
        media_start_s: the start timecode of a file; asked only where the timeline does not tell.
        folders: where media are looked for by name when none of the references exists.
    """
    if _is_host_render(clip):
        return Lost(ProblemKind.NOT_RENDERED, f"'{clip.name}' has no file; only its host can render it.")
    lost: Lost | None = None
    for reference in _references(clip):
        if not _url_of(reference) or _is_sound(reference):
            continue
        found = _find(reference, clip, root, exists)
        if isinstance(found, Lost):
            lost = lost or found
            continue
        start_s, assumption = _file_start_s(reference, clip, found, media_start_s)
        return Found(found, start_s, assumption)
    linked = _find_by_name(clip, exists, media_start_s, folders) if folders is not None else None
    return linked or lost or why_no_picture(clip)


def find_sound(clip: Any, root: MediaRoot, *, exists: Exists) -> Found | Lost:
    """Find the file whose sound a clip plays: a sound file, or a film with sound.

    Args:
        clip: an OpenTimelineIO clip of a sound lane.
        root: where relative paths start.
        exists: whether a file is there.
    """
    lost: Lost | None = None
    for reference in _references(clip):
        if not isinstance(reference, schema.ExternalReference) or not _url_of(reference):
            continue
        found = _find(reference, clip, root, exists)
        if isinstance(found, MediaSource):
            return Found(found, *_file_start_s(reference, clip, found, None))
        lost = lost or found
    return lost or Lost(ProblemKind.NO_MEDIA, f"'{clip.name}' names no sound file.")


def _is_host_render(clip: Any) -> bool:
    reference = clip.media_reference
    return isinstance(reference, schema.GeneratorReference) and reference.generator_kind == HOST_RENDER


def _find_by_name(
    clip: Any, exists: Exists, media_start_s: MediaStart | None, folders: MediaFolders
) -> Found | Lost | None:
    pictures = [each for each in _references(clip) if _url_of(each) and not _is_sound(each)]
    if not pictures and not _may_be_linked(clip):
        return None
    paths = folders.find(names_of(clip))
    if len(paths) > 1:
        message = f"'{clip.name}' may be {paths[0]} or {paths[1]}: {len(paths)} files go by that name."
        return Lost(ProblemKind.AMBIGUOUS_MEDIA, message)
    if not paths:
        return None
    reference = pictures[0] if pictures else clip.media_reference
    found = _as_media(paths[0], schema.ExternalReference(), exists)
    if isinstance(found, Lost):
        return found
    return Found(found, *_file_start_s(reference, clip, found, media_start_s))


def _references(clip: Any) -> list[Any]:
    by_key = clip.media_references()
    active = clip.active_media_reference_key
    return [by_key[key] for key in sorted(by_key, key=lambda key: (key != active, key))]


def _url_of(reference: Any) -> str:
    if isinstance(reference, schema.ExternalReference):
        return str(reference.target_url or "")
    if isinstance(reference, schema.ImageSequenceReference):
        base = str(reference.target_url_base or "")
        name = (
            _escaped(reference.name_prefix)
            + f"%0{reference.frame_zero_padding}d"
            + _escaped(reference.name_suffix)
        )
        if reference.frame_zero_padding < 2:
            name = _escaped(reference.name_prefix) + "%d" + _escaped(reference.name_suffix)
        return f"{base.rstrip('/' + chr(92))}/{name}" if base else name
    return ""


def _is_sound(reference: Any) -> bool:
    return _suffix(_url_of(reference)) in SOUND_SUFFIXES


def _suffix(url: str) -> str:
    return PurePosixPath(url.replace("\\", "/")).suffix.lower()


def _escaped(text: str) -> str:
    return text.replace("%", "%%")


def _find(reference: Any, clip: Any, root: MediaRoot, exists: Exists) -> MediaSource | Lost:
    url = _url_of(reference)
    paths = paths_of(url, root)
    if not paths:
        return Lost(
            ProblemKind.UNSUPPORTED, f"'{clip.name}' is at {url}; only files are read, not addresses."
        )
    for path in paths:
        source = _as_media(path, reference, exists)
        if isinstance(source, Lost):
            return source
        if is_there(source.path, exists):
            return source
    hint = ""
    if PureWindowsPath(url).drive and not isinstance(paths[0], PureWindowsPath):
        hint = ", a path of a Windows machine"
    return Lost(ProblemKind.MISSING_MEDIA, f"'{clip.name}': there is no file {paths[0]}{hint}.")


def _as_media(path: Path, reference: Any, exists: Exists) -> MediaSource | Lost:
    if isinstance(reference, schema.ImageSequenceReference):
        if reference.frame_step not in (0, 1):
            message = f"{path} shows every {reference.frame_step}th image; only complete sequences are read."
            return Lost(ProblemKind.UNSUPPORTED, message)
        rate = snap_rate(reference.rate) if reference.rate > 0 else None
        return _sequence(str(path), reference.start_frame, rate, exists)
    numbers = _NUMBERS.search(path.name)
    if numbers is not None and path.suffix.lower() in STILL_SUFFIXES and not is_there(path, exists):
        return _written_sequence(path, numbers, reference, exists)
    kind = MediaKind.STILL if path.suffix.lower() in STILL_SUFFIXES else MediaKind.MOVIE
    return MediaSource(path=path, kind=kind)


def _written_sequence(path: Path, numbers: re.Match[str], reference: Any, exists: Exists) -> MediaSource:
    """Read a sequence spelled into a file name: ``a.%04d.exr``, ``a.####.exr`` or ``a.[0001-0100].exr``."""
    width = int(numbers["printf"] or 0) or len(numbers["hashes"] or numbers["first"] or "")
    before, after = path.name[: numbers.start()], path.name[numbers.end() :]
    name = _escaped(before) + (f"%0{width}d" if width > 1 else "%d") + _escaped(after)
    available = reference.available_range
    start = int(numbers["first"]) if numbers["first"] else 0
    rate = None
    if available is not None and available.start_time.rate > 0:
        rate = snap_rate(available.start_time.rate)
        start = start or int(available.start_time.value)
    return _sequence(str(path.with_name("") / name), start, rate, exists)


def _sequence(pattern: str, start: int, rate: Fraction | None, exists: Exists) -> MediaSource:
    first = Path(pattern % start)
    numbers = range(start, start + _IMAGES_TRIED)
    # A look at the folder spares up to a thousand questions over the network when nothing is there at all.
    if not is_there(first, exists) and first.parent.is_dir():
        first = next((path for path in (Path(pattern % n) for n in numbers) if is_there(path, exists)), first)
    return MediaSource(first, MediaKind.SEQUENCE, sequence_pattern=pattern, sequence_start=start, rate=rate)


def _file_start_s(
    reference: Any, clip: Any, media: MediaSource, media_start_s: MediaStart | None
) -> tuple[Fraction, str]:
    """Return the clip time at which its file starts, and what had to be assumed.

    Hosts state a media's range in its own timecode and count the clip's range in the same; a clip that starts
    before its media does is therefore counted from the file's first frame. Where no range is stated (EDL),
    the file's timecode is asked for, and without it media longer than an hour are taken to start on the hour.
    """
    start_s, _ = trim_of(clip)
    available = reference.available_range
    if available is not None:
        available_start_s = seconds_of(available.start_time)
        return (available_start_s if start_s >= available_start_s else Fraction(0)), ""
    if media.kind is MediaKind.SEQUENCE and media.rate and media.sequence_start:
        first_s = media.sequence_start / media.rate
        return (first_s if start_s >= first_s else Fraction(0)), ""
    own_start_s = media_start_s(media.path) if media_start_s is not None else None
    if own_start_s is not None:
        return (own_start_s if start_s >= own_start_s else Fraction(0)), ""
    if media.kind is MediaKind.STILL or start_s < _HOUR_S:
        return Fraction(0), ""
    hours_s = start_s // _HOUR_S * _HOUR_S
    return Fraction(
        hours_s
    ), f"'{clip.name}' starts at an unknown place of {media.path.name}: taken from the hour."
