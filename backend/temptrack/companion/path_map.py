"""Media that go by another path on this machine than in the timeline: drives mounted elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from opentimelineio import schema

from temptrack.companion.messages import PathPair
from temptrack.companion.strip_timeline import Strip, StripTimeline
from temptrack.timeline.timeline_file import TimelineFile


def mapped_path(path: str, pairs: Sequence[PathPair]) -> str:
    """Return the path on this machine; the first pair whose folder holds it counts.

    Args:
        path: as the timeline writes it; slashes of either kind.
        pairs: folders by both names.
    """
    plain = path.replace("\\", "/")
    for pair in pairs:
        folder = pair.from_.replace("\\", "/").rstrip("/")
        # Windows and macOS ignore case in paths, and a drive's letter is written either way.
        if plain.casefold() == folder.casefold() or plain.casefold().startswith(f"{folder.casefold()}/"):
            return pair.to.rstrip("/\\") + plain[len(folder) :]
    return path


def map_strips(description: StripTimeline, pairs: Sequence[PathPair]) -> StripTimeline:
    """Return a description with the paths of this machine."""
    if not pairs:
        return description

    def mapped(strip: Strip) -> Strip:
        changes: Mapping[str, Any] = {
            "path": mapped_path(strip.path, pairs),
            "directory": mapped_path(strip.directory, pairs),
            "strips": tuple(mapped(child) for child in strip.strips),
        }
        return strip.model_copy(update=changes)

    lanes = tuple(
        lane.model_copy(update={"strips": tuple(mapped(strip) for strip in lane.strips)})
        for lane in description.lanes
    )
    return description.model_copy(update={"lanes": lanes})


def map_file(file: TimelineFile, pairs: Sequence[PathPair]) -> None:
    """Give the media of a timeline that was just read the paths of this machine, in place."""
    if not pairs:
        return
    for clip in file.timeline.find_clips():
        for reference in clip.media_references().values():
            if isinstance(reference, schema.ExternalReference) and reference.target_url:
                reference.target_url = _mapped_url(reference.target_url, pairs)
            elif isinstance(reference, schema.ImageSequenceReference) and reference.target_url_base:
                reference.target_url_base = _mapped_url(reference.target_url_base, pairs)


def _mapped_url(url: str, pairs: Sequence[PathPair]) -> str:
    path = unquote(urlsplit(url).path) if url.lower().startswith("file:") else url
    # file:///D:/media is the drive D, not a folder named "D:".
    path = path[1:] if path[:1] == "/" and path[2:3] == ":" else path
    mapped = mapped_path(path, pairs)
    return url if mapped == path else mapped
