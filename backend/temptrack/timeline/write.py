"""Writing a timeline to a file, whole or not at all."""

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import opentimelineio as otio
from opentimelineio import schema

from temptrack.errors import (
    AlreadyExists,
    Forbidden,
    InvalidRequest,
    NotFound,
    NotReady,
    NotSupported,
    TemptrackError,
)
from temptrack.timeline import foreign
from temptrack.timeline.cue_items import cue_id_of
from temptrack.timeline.media_paths import paths_of
from temptrack.timeline.media_root import FolderRoot, ZipRoot
from temptrack.timeline.otio_json import text_of_document
from temptrack.timeline.place import list_cues
from temptrack.timeline.references import Found, Lost, find_media
from temptrack.timeline.segments import MediaKind, ProblemKind
from temptrack.timeline.timeline_file import TimelineFile, timelines_in

_BUNDLES = (".otioz", ".otiod")


def write_timeline(file: TimelineFile, path: Path | str, *, overwrite_input: bool = False) -> tuple[str, ...]:
    """Write a timeline; the suffix of the path decides the format.

    The file appears complete under its name or not at all; a file that stands there already is replaced,
    unless it is the input. Formats other than .otio, .otioz and .otiod are written by the adapters of the
    ``formats`` extra and read back once, so that a cue the format cannot hold is an error and not a loss.

    Args:
        file: the timeline.
        path: where to.
        overwrite_input: allow writing over the file the timeline was read from.

    Returns:
        What the editor should know, one sentence each.

    Raises:
        AlreadyExists: the path is the input (WOULD_OVERWRITE_INPUT), or a bundle folder that stands already
            (BUNDLE_EXISTS).
        NotFound: the folder is not there (FOLDER_NOT_FOUND), or a bundle cannot take in the music
            (AUDIO_NOT_FOUND).
        Forbidden: it may not be written to (UNWRITABLE).
        NotReady: the disk is full (DISK_FULL).
        InvalidRequest: the path is a folder or cannot be a path (BAD_PATH).
        NotSupported: the format has no writer here (UNKNOWN_FORMAT, MISSING_ADAPTER, NO_WRITER), or cannot
            hold the timeline or its cues (CANNOT_EXPRESS).
    """
    path = Path(path)
    suffix = path.suffix.lower()
    writer, notes = _writer(file, path, suffix)
    _check_target(file, path, overwrite_input=overwrite_input)
    partial = path.with_name(f".{path.stem[:80]}.{os.getpid()}.partial{suffix}")
    try:
        writer(partial)
        _settle(partial, path)
    except OSError as error:
        raise _write_error(path, error) from error
    finally:
        _discard(partial)
    return notes


def _writer(file: TimelineFile, path: Path, suffix: str) -> tuple[Callable[[Path], None], tuple[str, ...]]:
    notes = _lost_media_notes(file, path)
    if suffix == ".otio":
        return lambda partial: _write_json(file, partial), notes
    if suffix in _BUNDLES:
        return lambda partial: _write_bundle(file, partial, suffix), _unbundled_notes(file)
    adapter = foreign.adapter_for(path)
    if not otio.adapters.from_name(adapter).has_feature("write"):
        raise NotSupported(
            f"Timelines can be read from {suffix} but not written to it.",
            reason="NO_WRITER",
            hint="Write an .otio.",
        )
    if list_cues(file):
        notes = (*notes, f"Only .otio keeps the music's level and origin; {suffix} keeps its place.")
    return lambda partial: _write_foreign(file, partial, path, adapter), notes


def _write_json(file: TimelineFile, partial: Path) -> None:
    text = text_of_document(file.document, file.json)
    with partial.open("w", encoding="utf-8", errors="surrogateescape", newline="\n") as opened:
        opened.write(text)
        opened.write("\n")
        opened.flush()
        os.fsync(opened.fileno())


def _write_bundle(file: TimelineFile, partial: Path, suffix: str) -> None:
    document = file.document.deepcopy()
    for timeline in timelines_in(document):
        for clip in list(timeline.find_clips()):
            _with_absolute_media(clip, file)
    policy = otio.adapters.file_bundle_utils.MediaReferencePolicy.MissingIfNotFile
    try:
        otio.adapters.write_to_file(document, str(partial), adapter_name=suffix[1:], media_policy=policy)
    except otio.exceptions.OTIOError as error:
        raise _cannot_express(partial, error) from error


def _with_absolute_media(clip: Any, file: TimelineFile) -> None:
    references = clip.media_references()
    for reference in references.values():
        if isinstance(reference, schema.ExternalReference) and reference.target_url:
            paths = paths_of(reference.target_url, file.media_root)
            found = next((path for path in paths if path.is_file()), None)
            if found is not None:
                reference.target_url = otio.url_utils.url_from_filepath(str(found))


def _write_foreign(file: TimelineFile, partial: Path, path: Path, adapter: str) -> None:
    document = file.timeline.deepcopy()
    ours = {cue.id: cue.path for cue in list_cues(file)}
    for clip in list(document.find_clips()):
        music = ours.get(cue_id_of(clip))
        if music is not None:
            # These formats want URLs where OpenTimelineIO and Resolve take plain paths.
            clip.media_reference.target_url = music.absolute().as_uri()
    try:
        otio.adapters.write_to_file(document, str(partial), adapter_name=adapter)
    except OSError:
        raise
    # Adapters are other people's writers; on what they cannot hold they raise whatever their code runs into.
    except Exception as error:
        raise _cannot_express(path, error) from error
    try:
        written = _media_names(foreign.read_foreign(partial, rate=file.rate).document)
    except TemptrackError as error:
        raise _cannot_express(path, "what the adapter wrote cannot be read back") from error
    if not {music.name for music in ours.values()} <= written:
        raise _cannot_express(path, "it would lose the music")


def _media_names(document: Any) -> set[str]:
    urls = [
        getattr(clip.media_reference, "target_url", None) or ""
        for timeline in timelines_in(document)
        for clip in list(timeline.find_clips())
    ]
    return {PurePosixPath(spelling).name for url in urls for spelling in (url, unquote(url))}


def _cannot_express(path: Path, error: object) -> NotSupported:
    text = str(error).strip().splitlines()
    return NotSupported(
        f"This timeline cannot be written as {path.suffix}: {text[0][:300].rstrip('.') if text else error}.",
        reason="CANNOT_EXPRESS",
        hint="Write an .otio.",
    )


def _check_target(file: TimelineFile, path: Path, *, overwrite_input: bool) -> None:
    try:
        is_input = path.exists() and file.path.exists() and path.samefile(file.path)
        is_folder = path.is_dir()
        parent_there = path.absolute().parent.is_dir()
        if "\0" in str(path):
            raise ValueError("it holds a null byte")
    except PermissionError as error:
        raise _write_error(path, error) from error
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{str(path)!r} is not a usable path: {error}.", reason="BAD_PATH") from error
    if is_input and not overwrite_input:
        raise AlreadyExists(
            f"{path} is the timeline that was read; it is not overwritten.",
            reason="WOULD_OVERWRITE_INPUT",
            hint="Write to another file.",
        )
    if is_folder and path.suffix.lower() == ".otiod":
        raise AlreadyExists(
            f"The bundle {path} exists.", reason="BUNDLE_EXISTS", hint="Write to another folder."
        )
    if is_folder:
        raise InvalidRequest(f"{path} is a folder.", reason="BAD_PATH", hint="Name a file, such as cut.otio.")
    if not parent_there:
        raise NotFound(
            f"There is no folder {path.absolute().parent}.",
            reason="FOLDER_NOT_FOUND",
            hint="Create it first.",
        )


def _settle(partial: Path, path: Path) -> None:
    if path.is_file():
        shutil.copymode(path, partial)
    os.replace(partial, path)


def _discard(partial: Path) -> None:
    if partial.is_dir():
        shutil.rmtree(partial, ignore_errors=True)
    else:
        partial.unlink(missing_ok=True)


def _write_error(path: Path, error: OSError) -> TemptrackError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NotReady(
            f"{path} was not written: the disk is full.",
            reason="DISK_FULL",
            hint="Free some space and try again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Forbidden(
            f"{path} may not be written by this user.", reason="UNWRITABLE", hint="Choose another folder."
        )
    return NotReady(f"{path} was not written: {error.strerror or error}.", reason="NOT_WRITTEN")


def _lost_media_notes(file: TimelineFile, path: Path) -> tuple[str, ...]:
    """Say when relative media paths no longer lead anywhere from the new place of the timeline."""
    here = replace(file, media_root=FolderRoot(path.absolute().parent))
    if isinstance(file.media_root, FolderRoot) and file.media_root == here.media_root:
        return ()
    urls = {
        url
        for clip in list(file.timeline.find_clips())
        for url in (getattr(clip.media_reference, "target_url", None),)
        if url and paths_of(url, _NOWHERE) != paths_of(url, _ELSEWHERE)
    }
    if not urls:
        return ()
    where = file.media_root.bundle if isinstance(file.media_root, ZipRoot) else file.path.parent
    there = path.absolute().parent
    return (f"{len(urls)} media paths are relative to {where} and do not lead there from {there}.",)


def _unbundled_notes(file: TimelineFile) -> tuple[str, ...]:
    """Say which media a bundle will lack; a cue whose audio is not here is no note but an error."""
    for cue in list_cues(file):
        if not cue.path.is_file():
            raise NotFound(
                f"The bundle cannot take in {cue.path}: there is no such file.",
                reason="AUDIO_NOT_FOUND",
                hint="Write an .otio, or write the bundle where the music is.",
            )
    media = [
        find_media(clip, file.media_root, exists=Path.is_file) for clip in list(file.timeline.find_clips())
    ]
    lost = sum(isinstance(found, Lost) and found.kind is ProblemKind.MISSING_MEDIA for found in media)
    sequences = sum(isinstance(found, Found) and found.media.kind is MediaKind.SEQUENCE for found in media)
    notes = [f"{lost} media files were not found and are not in the bundle."] if lost else []
    notes += (
        [f"{sequences} image sequences are not in the bundle, which holds single files."] if sequences else []
    )
    return tuple(notes)


_NOWHERE, _ELSEWHERE = FolderRoot(Path("/nowhere")), FolderRoot(Path("/elsewhere"))
