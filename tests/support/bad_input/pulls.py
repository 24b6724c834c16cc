"""What cannot be pulled: catalogues, places and files that are not what they should be."""

import hashlib
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

import numpy as np

from support.bad_input.case import Case, Outcome, Place, call, run_command
from support.bad_input.libraries import bundle
from support.disks import files_up_to
from support.exported_clip import write_catalogue
from support.file_server import Fault
from support.file_server import serving as serving_files
from temptrack.pull.catalogue import ENVIRONMENT_VARIABLE, Piece, find_entry
from temptrack_export.clip_memory import share_of_words_found
from temptrack_export.clip_onnx import wrap_texts

CONTENTS = {"frames.onnx": b"f" * 5000, "texts.onnx": b"t" * 3000, "tokenizer.json": b"{}"}
PULL = ("bundle", "pull", "small", "--download-only")


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def stick(place: Place, **changes: bytes) -> Path:
    """Write the files of a bundle, some of them changed, and a catalogue that has no other."""
    pieces = {
        path.partition(".")[0]: Piece(
            path=path, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
        )
        for path, content in CONTENTS.items()
    }
    entry = find_entry("clip-vit-b32").model_copy(update=pieces)
    place.patch.setenv(
        ENVIRONMENT_VARIABLE, str(write_catalogue(place.folder / "own.toml", {"small": entry}))
    )
    for path, content in CONTENTS.items():
        place.write(f"stick/{path}", changes.get(path.partition(".")[0], content))
    return place.folder / "stick"


def pulled(
    prepare: Callable[[Path], object] = lambda _stick: None,
    *,
    words: tuple[str, ...] = (*PULL, "--from", "FOLDER/stick"),
    disk: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Callable[[Place], Outcome]:
    """Pull from a folder after doing something to it."""

    def provoke(place: Place) -> Outcome:
        prepare(stick(place))
        with disk():
            return run_command(place, words)

    return provoke


def answered(fault: Fault) -> Callable[[Place], Outcome]:
    """Pull from a server that answers so."""

    def provoke(place: Place) -> Outcome:
        stick(place)
        with serving_files(CONTENTS) as server:
            server.faults.extend([fault] * 100)
            return run_command(place, (*PULL, "--from", server.url))

    return provoke


def own_catalogue(content: str | None) -> Callable[[Place], Outcome]:
    def provoke(place: Place) -> Outcome:
        place.patch.setenv(ENVIRONMENT_VARIABLE, str(place.folder / "own.toml"))
        if content is not None:
            place.write("own.toml", content)
        return run_command(place, ("bundle", "list"))

    return provoke


def on_a_small_disk(place: Place) -> Outcome:
    stick(place)
    place.patch.setattr(shutil, "disk_usage", lambda _: _Usage(10**9, 10**9 - 10**6, 10**6))
    return run_command(place, (*PULL, "--from", str(place.folder / "stick")))


def wrap_junk(place: Place) -> None:
    wrap_texts(place.write("texts.onnx", b"<html>"), place.folder / "text_encoder.onnx")


def other_weights(_place: Place) -> None:
    share_of_words_found(lambda texts: np.eye(len(texts), 512, 3, dtype=np.float32) - 1)


PULLS = (
    Case("a bundle that no catalogue has", lambda place: run_command(place, ("bundle", "pull", "clop"))),
    Case("a catalogue that is not there", own_catalogue(None)),
    Case("a catalogue that is no TOML", own_catalogue("[clip")),
    Case("a catalogue that lacks a field", own_catalogue('[clip]\nabout = "x"\n')),
    Case("a folder to pull from that is not there", pulled(words=(*PULL, "--from", "FOLDER/no"))),
    Case("an address of a kind that is not read", pulled(words=(*PULL, "--from", "ftp://example.org"))),
    Case("a folder that lacks a file", pulled(lambda stick: (stick / "texts.onnx").unlink())),
    Case("a file with a wrong byte", pulled(lambda stick: (stick / "texts.onnx").write_bytes(b"?" * 3000))),
    Case("a file of another length", pulled(lambda stick: (stick / "texts.onnx").write_bytes(b"<html>"))),
    Case("a server that has not the file", answered(Fault(status=404))),
    Case("a server that refuses", answered(Fault(status=403))),
    Case("a server that cannot do it", answered(Fault(status=501))),
    Case(
        "an address that leads in a circle",
        answered(Fault(status=302, headers={"Location": "/tokenizer.json"})),
    ),
    Case(
        "a server that asks to wait an hour",
        answered(Fault(status=429, headers={"Retry-After": "3600"})),
    ),
    Case("a disk with too little room", on_a_small_disk, simulated="the system says that 1 MB is free"),
    Case(
        "a disk that is full on the way",
        pulled(disk=lambda: files_up_to(4000)),
        simulated="no file may grow beyond 4,000 bytes",
    ),
    Case(
        "a pull without texts to train on",
        pulled(words=("bundle", "pull", "small", "--from", "FOLDER/stick")),
    ),
    Case("a half of CLIP that is none", call(wrap_junk)),
    Case("weights that are not CLIP's", call(other_weights)),
    Case(
        "a bundle to remove that is a folder of one's own",
        lambda place: run_command(place, ("bundle", "remove", str(bundle(place)), "--yes")),
    ),
)
