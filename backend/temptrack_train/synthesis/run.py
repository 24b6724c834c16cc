"""A run of a recipe in a folder of its own: written in parts, resumed where it stopped, sealed by a manifest.

settings.json    what shapes the texts; another setting is another run
parts/           finished batches
inputs/          descriptions, prompt and lexicon as they were
texts.jsonl      tracks with a text
failures.jsonl   tracks without, and why
figures.json     how good the texts are
manifest.json    hashes of all these; written last
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from temptrack import __version__
from temptrack.errors import AlreadyExists, Corrupt, NotReady
from temptrack_train.synthesis.figures import figures_of
from temptrack_train.synthesis.filters import Filter
from temptrack_train.synthesis.order import Manifest, Order, Settings
from temptrack_train.synthesis.types import TrackTags
from temptrack_train.synthesis.writing import Row, Told, write_texts

BATCH: Final = 64
"""Tracks of a part: what a killed run loses at most."""

MANIFEST: Final = "manifest.json"
TEXTS: Final = "texts.jsonl"
FAILURES: Final = "failures.jsonl"

Tick = Callable[[int, int], None]
"""Told of progress as (tracks done, tracks)."""


def run(
    folder: Path, order: Order, *, retry_failed: bool = False, tick: Tick = lambda _done, _total: None
) -> Manifest:
    """Write the texts of a run, or what is still missing of them.

    Args:
        folder: of this run alone; made where it is not there.
        order: what to do.
        retry_failed: try tracks again that have no text.
        tick: told of progress.

    Returns:
        The manifest; all files lie under the folder.

    Raises:
        AlreadyExists: the folder holds a run with other settings, or another process writes there now.
        TemptrackError: something stopped the run; what was finished stays, and the same call goes on.
    """
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".lock", timeout=0):
            _settle(folder, order)
            rows = _write_parts(folder, order, retry_failed=retry_failed, tick=tick)
            return _seal(folder, order, rows)
    except Timeout as error:
        raise AlreadyExists(
            f"Another process is writing texts in '{folder}'.",
            reason="RUN_BUSY",
            hint="Wait for it to end, or choose another folder.",
        ) from error


def read_texts(folder: Path) -> Mapping[str, str]:
    """Return the texts of a finished run by track id, after checking their hash.

    Raises:
        NotReady: the run is not finished.
        Corrupt: a file is not what the manifest says.
    """
    if not (folder / MANIFEST).is_file():
        raise NotReady(
            f"There is no finished run in '{folder}'.",
            reason="RUN_UNFINISHED",
            hint="Run the recipe to its end.",
        )
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        content = (folder / TEXTS).read_bytes()
        if hashlib.sha256(content).hexdigest() != manifest.files[TEXTS]:
            raise ValueError("its hash differs")
        return {row.track_id: row.text for row in _rows(content) if row.text is not None}
    except (ValueError, KeyError, OSError) as error:
        raise Corrupt(
            f"The texts in '{folder}' are not those of their manifest: {error}.",
            reason="TEXTS_CHANGED",
            hint="Run the recipe again: it writes them anew from its parts.",
        ) from error


def _settle(folder: Path, order: Order) -> None:
    """Store the settings of a new run, or check that they are those of the run in the folder."""
    path, wanted = folder / "settings.json", order.settings()
    if path.is_file():
        try:
            there = Settings.model_validate_json(path.read_bytes())
        except ValidationError as error:
            raise Corrupt(
                f"'{path}' cannot be read.", reason="SETTINGS_UNREADABLE", hint="Choose another folder."
            ) from error
        old, new = there.model_dump(), wanted.model_dump()
        differing = [name for name in new if new[name] != old[name]]
        if differing:
            raise AlreadyExists(
                f"'{folder}' holds a run with {differing[0]} {old[differing[0]]}, not {new[differing[0]]}.",
                reason="RUN_DIFFERS",
                hint="Choose another folder, or remove this one.",
                metadata={"settings": ", ".join(differing)},
            )
        return
    for name, content in order.inputs.items():
        _put(folder / "inputs" / name, content)
    _put(path, _json(wanted))


def _write_parts(folder: Path, order: Order, *, retry_failed: bool, tick: Tick) -> Sequence[Row]:
    tracks = order.tagged.tracks
    taken: list[str] = []
    rows: list[Row] = []
    for number, start in enumerate(range(0, len(tracks), BATCH)):
        batch = tracks[start : start + BATCH]
        path = folder / "parts" / f"{number:06}.jsonl"
        part = _finished(path, batch)
        if part is None or (retry_failed and any(row.text is None for row in part)):
            part = _write_part(order, batch, part or [], taken, partial(_tell, tick, start, len(tracks)))
            _put(path, _lines(part))
        rows += part
        taken += _texts(part)
        tick(start + len(batch), len(tracks))
    return rows


def _write_part(
    order: Order, batch: Sequence[TrackTags], before: Sequence[Row], taken: Sequence[str], told: Told
) -> list[Row]:
    """Write the texts of a batch that are still missing."""
    there = {row.track_id: row for row in before if row.text is not None}
    judge = Filter(order.rules, order.finder, taken=[*taken, *_texts(there.values())])
    missing = [track for track in batch if track.track_id not in there]
    written = write_texts(order.recipe, missing, judge, seed=order.seed, attempts=order.attempts, told=told)
    found = there | {row.track_id: row for row in written}
    return [found[track.track_id] for track in batch]


def _texts(rows: Iterable[Row]) -> list[str]:
    return [row.text for row in rows if row.text is not None]


def _tell(tick: Tick, before: int, total: int, done: int) -> None:
    tick(before + done, total)


def _finished(path: Path, batch: Sequence[TrackTags]) -> list[Row] | None:
    """Return the rows of a part, or None where it is missing, damaged or of other tracks."""
    try:
        rows = list(_rows(path.read_bytes()))
    except (OSError, ValueError):
        return None
    return rows if [row.track_id for row in rows] == [track.track_id for track in batch] else None


def _seal(folder: Path, order: Order, rows: Sequence[Row]) -> Manifest:
    untagged = [
        Row(track_id=track_id, tags={}, failure=failure) for track_id, failure in order.tagged.failed.items()
    ]
    figures = figures_of(rows, order.finder)
    _put(folder / TEXTS, _lines([row for row in rows if row.text is not None]))
    _put(folder / FAILURES, _lines([*(row for row in rows if row.text is None), *untagged]))
    _put(folder / "figures.json", _json(figures))
    stored = [TEXTS, FAILURES, "figures.json", "settings.json", *(f"inputs/{name}" for name in order.inputs)]
    manifest = Manifest(
        written_by=f"temptrack {__version__}",
        settings=order.settings(),
        figures=figures,
        unknown_tags=dict(order.tagged.unknown),
        files={name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in stored},
    )
    _put(folder / MANIFEST, _json(manifest))
    return manifest


def _rows(content: bytes) -> Iterator[Row]:
    for line in content.splitlines():
        yield Row.model_validate_json(line)


def _lines(rows: Sequence[Row]) -> bytes:
    return b"".join(row.model_dump_json(exclude_defaults=True).encode() + b"\n" for row in rows)


def _json(model: BaseModel) -> bytes:
    return model.model_dump_json(indent=2).encode() + b"\n"


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.partial")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)
