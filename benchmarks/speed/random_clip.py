"""CLIP ViT-B/32 at full size with random weights: as open_clip has it, and as a hub offers it in int8.

Speed does not depend on what weights say, and the true ones are not at hand everywhere.
"""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import torch
from benchmarks.speed.measure import WORK

from temptrack.model.bundles import load_bundle
from temptrack.pull.catalogue import Entry, Piece, find_entry
from temptrack.pull.pulling import ENTRY_NAME
from temptrack_export.clip import TextEncoder, make_tokenizer, merges_file
from temptrack_export.clip_encoders import write_encoders
from temptrack_export.graphs import Example, export_graph
from temptrack_export.quantise import compute_in_int8
from temptrack_train.features.open_clip_shim import import_open_clip

ARCHITECTURE = "ViT-B-32-quickgelu"


def network() -> Any:
    """Return the network of open_clip, the same weights every time."""
    torch.manual_seed(0)
    return import_open_clip().create_model(ARCHITECTURE).eval()


def encoders(*, int8: bool = True) -> Path:
    """Return a bundle folder with the encoders that pulled files would give, or in float32; made once."""
    folder = WORK / ("random-clip" if int8 else "random-clip-fp32")
    if not (folder / "manifest.json").is_file():
        pulled, partial = (folder.with_name(f"{folder.name}-{part}") for part in ("pulled", "partial"))
        for place in (pulled, partial, folder):
            shutil.rmtree(place, ignore_errors=True)
        partial.mkdir(parents=True)
        publish(pulled, int8=int8)
        write_encoders(pulled, partial, load_bundle(device="cpu"))
        partial.rename(folder)
    return folder


def publish(folder: Path, *, int8: bool = True) -> Entry:
    """Lay the files out as `temptrack bundle pull` would have brought them."""
    (folder / "onnx").mkdir(parents=True)
    clip, entry = network(), find_entry("clip-vit-b32")
    pixels = Example(torch.randn(2, 3, entry.size_px, entry.size_px), {0: "batch_size"})
    ids = torch.tensor([[49406, 320, 1125, 49407], [49406, 320, 49407, 0]])
    axes = {0: "batch_size", 1: "sequence_length"}
    texts = {"input_ids": Example(ids, axes), "attention_mask": Example((ids > 0).long(), axes)}
    frames_path, texts_path = folder / entry.frames.path, folder / entry.texts.path
    export_graph(clip.visual, frames_path, inputs={"pixel_values": pixels}, outputs=["image_embeds"])
    export_graph(TextEncoder(clip), texts_path, inputs=texts, outputs=["text_embeds"])
    for path in (frames_path, texts_path) if int8 else ():
        compute_in_int8(path)
    make_tokenizer(merges_file()).save(str(folder / entry.tokenizer.path))
    pieces = {name: _piece(folder, getattr(entry, name).path) for name in ("frames", "texts", "tokenizer")}
    described = Entry.model_validate({**entry.model_dump(), **pieces, "known_words": False})
    (folder / ENTRY_NAME).write_text(described.model_dump_json(), encoding="utf-8")
    return described


def _piece(folder: Path, path: str) -> Piece:
    content = (folder / path).read_bytes()
    return Piece(path=path, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest())
