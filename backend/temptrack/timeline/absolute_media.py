"""Media paths that start at the timeline's folder, spelled so that they lead there from anywhere."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import opentimelineio as otio

from temptrack.timeline.media_paths import is_there, paths_of
from temptrack.timeline.media_root import FolderRoot
from temptrack.timeline.timeline_file import TimelineFile

_PLACES = {"ExternalReference": "target_url", "ImageSequenceReference": "target_url_base"}
"""Where media references of OpenTimelineIO say where their media lie."""

_HERE, _THERE = FolderRoot(Path("/here")), FolderRoot(Path("/there"))


def with_absolute_media(file: TimelineFile) -> TimelineFile:
    """Return a timeline that may be written to another folder: relative media paths are absolute in it.

    Nothing else changes, nor do media inside an .otioz bundle, which lie in no folder. Of a path that may be
    spelled in several ways the one that leads to a file is taken, else the likeliest.

    Args:
        file: the timeline; left as it is.
    """
    if not isinstance(file.media_root, FolderRoot):
        return file
    written = file.json or otio.adapters.write_to_string(file.document, "otio_json").encode()
    tree = json.loads(written.decode(_encoding_of(written)))
    relative = list(_relative(tree))
    if not relative:
        return file
    for reference, name in relative:
        reference[name] = _absolute(reference[name], file.media_root)
    text = json.dumps(tree)
    document = otio.adapters.read_from_string(text, "otio_json")
    return replace(file, document=document, json=text.encode() if file.json else b"")


def _relative(tree: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the media references with a relative path, each with the name of the field that holds it."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            name = _PLACES.get(str(node.get("OTIO_SCHEMA", "")).partition(".")[0], "")
            url = node.get(name)
            # Only images of a sequence may lie in the timeline's own folder without its being named.
            may_be_empty = name == _PLACES["ImageSequenceReference"]
            if (
                isinstance(url, str)
                and (url or may_be_empty)
                and paths_of(url, _HERE) != paths_of(url, _THERE)
            ):
                yield node, name
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)


def _absolute(url: str, root: FolderRoot) -> str:
    paths = paths_of(url, root)
    path = next((path for path in paths if is_there(path, Path.exists)), paths[0]).absolute()
    return f"{path}/" if url.endswith(("/", "\\")) else str(path)


def _encoding_of(written: bytes) -> str:
    return "utf-16" if written.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
