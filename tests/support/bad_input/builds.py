"""What no bundle can be built of: texts, encoders and fetched files that are not what they should be."""

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

from support.bad_input.case import Case, Place, call
from support.bad_input.libraries import bundle
from support.bad_input.pulls import CONTENTS, stick
from temptrack.model.bundles import load_bundle
from temptrack.model.onnx_bundle import OnnxBundle
from temptrack.pull import building
from temptrack.pull.catalogue import find_entry
from temptrack.pull.pulling import ENTRY_NAME
from temptrack_export.bundle_bridged import run_recipe
from temptrack_export.clip_encoders import read_entry, write_encoders
from temptrack_export.ears import ears_of
from temptrack_train.recipes.sources import Texts

COLUMNS = ("ytid", "caption", "aspect_list", "author_id")


def texts(content: bytes | None) -> Callable[[Place], object]:
    """Read texts to train on, with these bytes as captions."""

    def attempt(place: Place) -> object:
        path = place.folder / "captions.csv"
        if content is not None:
            path.write_bytes(content)
        return Texts(path).read()

    return attempt


def a_row(*cells: str) -> bytes:
    return "\n".join(",".join(row) for row in (COLUMNS, cells)).encode()


def encoders(place: Place, **dims: int) -> OnnxBundle:
    """Load a bundle whose encoders give so many numbers."""
    graphs = {
        name: {
            "file": "frames.onnx",
            "inputs": [{"name": "input", "dtype": "uint8", "shape": ["rows", 8]}],
            "outputs": [{"name": "features", "dtype": "float32", "shape": ["rows", dim]}],
        }
        for name, dim in dims.items()
    }
    return load_bundle(bundle(place, graphs=graphs), device="cpu")


def apart(place: Place) -> object:
    base = encoders(place, frame_encoder=512, text_encoder=384)
    return run_recipe(base, Texts(place.folder / "none"), place.folder / "made", bundle_id="made-1")


def no_tokenizer(place: Place) -> object:
    """Write encoders of files that are what their entry promises, and whose tokenizer is an empty object."""
    fetched = stick(place)
    (fetched / ENTRY_NAME).write_text(find_entry("small").model_dump_json(), encoding="utf-8")
    assert CONTENTS["tokenizer.json"] == b"{}"
    (place.folder / "made").mkdir()
    return write_encoders(fetched, place.folder / "made", encoders(place, audio_encoder=8))


def killed_builder(place: Place) -> None:
    program = place.write("python", "#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    place.patch.setattr(sys, "executable", str(program))
    building.build(
        "clip-1",
        stick(place),
        place.folder / "made",
        building.TrainingTexts(Path("captions.csv")),
        base=str(bundle(place)),
        stop=Event(),
    )


BUILDS = (
    Case("texts to train on that are not there", call(texts(None))),
    Case("texts without a column", call(texts(b"ytid,caption\nx,calm\n"))),
    Case("texts whose aspects are no list", call(texts(a_row("x", "calm piano", "calm", "1")))),
    Case(
        "texts that are not UTF-8", call(texts(a_row("x", "caf\xe9", "[]", "1").decode().encode("latin-1")))
    ),
    Case("encoders that put pictures and words in two spaces", call(apart)),
    Case(
        "an audio encoder that recipes do not know",
        call(lambda place: ears_of(encoders(place, audio_encoder=8))),
    ),
    Case("a folder to build of that holds nothing fetched", call(lambda place: read_entry(place.folder))),
    Case("a tokenizer that is none", call(no_tokenizer)),
    Case(
        "a process that builds and is killed",
        call(killed_builder),
        simulated="a program that kills itself stands in for it",
    ),
)
