"""OpenTimelineIO's own JSON, checked before it reaches the native parser, which a deep file would crash."""

import json
from pathlib import Path
from typing import Any

import opentimelineio as otio

from temptrack.errors import Corrupt, NotSupported

MAX_DEPTH = 200
"""Deepest nesting of JSON that is read; a timeline nested ten times within itself has about thirty levels."""

_VERSION_DIGITS = 9

_VALUES = frozenset({"RationalTime", "TimeRange", "TimeTransform", "V2d", "Box2d"})
"""Schemas of values: they hold numbers and each other."""


def parse(content: bytes, path: Path) -> Any:
    """Return the OpenTimelineIO object written in a file's bytes.

    Args:
        content: the bytes of the file.
        path: the file, for messages only.

    Raises:
        NotSupported: a newer OpenTimelineIO wrote it (NEWER_OTIO), or it is other JSON (NOT_A_TIMELINE).
        Corrupt: it is no JSON, or breaks OpenTimelineIO's rules (EMPTY_FILE, WRONG_FORMAT, BAD_JSON,
            TOO_DEEP, BAD_TIMELINE).
    """
    text = _text_of(content, path)
    tree = _json_of(text, path)
    newer = _check_tree(tree, path)
    if newer:
        raise newer_otio(path, newer)
    if not isinstance(tree, dict) or "OTIO_SCHEMA" not in tree:
        raise NotSupported(
            f"{path} is JSON, but not an OpenTimelineIO timeline.",
            reason="NOT_A_TIMELINE",
            hint="Export the timeline as .otio.",
        )
    try:
        return otio.adapters.read_from_string(text, "otio_json")
    except otio.exceptions.UnsupportedSchemaError as error:
        raise newer_otio(path, str(error)) from error
    except (otio.exceptions.OTIOError, KeyError, ValueError, TypeError) as error:
        raise Corrupt(
            f"{path} breaks OpenTimelineIO's rules: {_first_line(error)}.",
            reason="BAD_TIMELINE",
            hint="Export the timeline again.",
        ) from error


def text_of_document(document: Any, original: bytes) -> str:
    """Return a document as JSON, everything but its changed lanes exactly as it was read.

    OpenTimelineIO itself brings old schemas up to date and reads some numbers a last digit off, so that even
    an unchanged document would not come out as it went in.

    Args:
        document: what to write; lanes of its timelines may have been added, changed or removed.
        original: the JSON it was read from, empty where there is none.
    """
    text = str(otio.adapters.write_to_string(document, "otio_json", indent=4))
    if not original:
        return text
    source = _text_of(original, Path())
    untouched = otio.adapters.write_to_string(
        otio.adapters.read_from_string(source, "otio_json"), "otio_json"
    )
    before, after = (json.loads(each, parse_constant=str) for each in (untouched, text))
    exact, changed = json.loads(source), json.loads(text)
    stacks = [_stacks_of(tree) for tree in (before, after, exact, changed)]
    if len({len(each) for each in stacks}) > 1:
        return text
    for old, new, exact_stack, changed_stack in zip(*stacks, strict=True):
        lanes = exact_stack["children"]
        exact_stack["children"] = _merged(old["children"], new["children"], lanes, changed_stack["children"])
        old["children"] = new["children"] = []
    if before != after:
        return text
    return json.dumps(exact, indent=4, ensure_ascii=False)


def _merged(old: list[Any], new: list[Any], exact: list[Any], changed: list[Any]) -> list[Any]:
    """Return the new lanes, each as it was read where it did not change; unchanged lanes keep their order."""
    merged: list[Any] = []
    position = 0
    for lane, written in zip(new, changed, strict=True):
        same = next((index for index in range(position, len(old)) if old[index] == lane), None)
        merged.append(written if same is None else exact[same])
        position = position if same is None else same + 1
    return merged


def _stacks_of(tree: Any) -> list[Any]:
    kind = str(tree.get("OTIO_SCHEMA", "")) if isinstance(tree, dict) else ""
    if kind.startswith("Timeline."):
        return [tree["tracks"]]
    if kind.startswith("Serializ"):
        return [stack for member in tree.get("children", []) for stack in _stacks_of(member)]
    return []


def newer_otio(path: Path, what: str) -> NotSupported:
    """Return the error for a file from an OpenTimelineIO newer than ours."""
    return NotSupported(
        f"{path} was written by a newer OpenTimelineIO than {otio.__version__}: {what}.",
        reason="NEWER_OTIO",
        hint="Export it for an older version, or upgrade with `pip install --upgrade opentimelineio`.",
        metadata={"opentimelineio": otio.__version__},
    )


def _text_of(content: bytes, path: Path) -> str:
    if content.startswith(b"PK\x03\x04"):
        raise Corrupt(
            f"{path} is a zip archive, not OpenTimelineIO JSON.",
            reason="WRONG_FORMAT",
            hint="If it is a bundle, rename it to end in .otioz.",
        )
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Corrupt(
            f"{path} is not text: byte {error.start} is no UTF-8.",
            reason="WRONG_FORMAT",
            hint="Export the timeline as .otio.",
        ) from error
    if not text.strip("\0 \t\r\n"):
        raise Corrupt(f"{path} is empty.", reason="EMPTY_FILE", hint="Export the timeline again.")
    return text


def _json_of(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise _too_deep(path) from None
    except json.JSONDecodeError as error:
        cut_off = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
        raise Corrupt(
            f"{path} {'is cut off' if cut_off else 'is not JSON'} at line {error.lineno}, "
            f"column {error.colno}: {error.msg}.",
            reason="BAD_JSON",
            hint="Export the timeline again." if cut_off else "Export the timeline as .otio.",
        ) from error
    except ValueError as error:
        raise Corrupt(f"{path} is not JSON: {error}.", reason="BAD_JSON") from error


def _check_tree(tree: Any, path: Path) -> str:
    """Walk the JSON without recursion; return the schemas that are newer than ours, in words, or nothing."""
    known = otio.core.type_version_map()
    newer: set[str] = set()
    level = [tree]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                name, _, version = str(node.get("OTIO_SCHEMA", "")).partition(".")
                _check_node(node, name, path)
                if name in known and _is_newer(version, known[name]):
                    newer.add(f"it holds {name}.{version}, and {name}.{known[name]} is the newest known here")
                below.extend(value for value in node.values() if isinstance(value, dict | list))
            elif isinstance(node, list):
                below.extend(value for value in node if isinstance(value, dict | list))
        if not below:
            return "; ".join(sorted(newer))
        level = below
    raise _too_deep(path)


def _is_newer(version: str, known: int) -> bool:
    return _is_from(version, known + 1)


def _is_from(version: str, first: int) -> bool:
    # Python refuses to read numbers of thousands of digits.
    return version.isdecimal() and (len(version) > _VERSION_DIGITS or int(version) >= first)


def _check_node(node: dict[str, Any], name: str, path: Path) -> None:
    """Refuse what no program writes and what ends the native parser, and this process with it, in a crash."""
    if name == "Clip" and not isinstance(node.get("media_reference"), dict | None):
        raise _against_the_rules(path, "the media_reference of a clip is no object")
    version = str(node.get("OTIO_SCHEMA", "")).partition(".")[2]
    if name == "Clip" and "media_references" in node and not _is_from(version, 2):
        raise _against_the_rules(path, "a clip of the first version has several media_references")
    if name in _VALUES and not all(_is_plain(value) for value in node.values()):
        raise _against_the_rules(path, f"a {name} holds more than numbers")


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return str(value.get("OTIO_SCHEMA", "")).partition(".")[0] in _VALUES
    return not isinstance(value, list)


def _against_the_rules(path: Path, what: str) -> Corrupt:
    return Corrupt(
        f"{path} breaks OpenTimelineIO's rules: {what}.",
        reason="BAD_TIMELINE",
        hint="Export the timeline again.",
    )


def _too_deep(path: Path) -> Corrupt:
    return Corrupt(
        f"{path} is nested more than {MAX_DEPTH} levels deep.",
        reason="TOO_DEEP",
        hint="Flatten nested timelines before exporting.",
    )


def _first_line(error: Exception) -> str:
    text = str(error.args[0]) if error.args else str(error)
    return text.splitlines()[0][:300].rstrip(".") if text else type(error).__name__
