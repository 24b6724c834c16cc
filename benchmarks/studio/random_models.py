"""CLIP ViT-B/32 of random weights as each peer takes it. Speed does not depend on what weights say."""

from collections.abc import Mapping
from pathlib import Path

import torch
from benchmarks.speed import random_clip
from benchmarks.speed.measure import WORK
from torch import Tensor, nn
from torch.nn import functional

from temptrack.model.bundles import load_bundle
from temptrack.model.craft import CRAFT_DIM
from temptrack.model.manifest import GraphName, Manifest
from temptrack_export.assembly import Assembly, whole_or_nothing
from temptrack_export.clip import make_tokenizer, merges_file
from temptrack_export.graphs import Example
from temptrack_export.manifests import write_manifest
from temptrack_export.parity import Bounds
from temptrack_export.towers import TRACK_BATCH, embeddings_spec, query_inputs
from temptrack_train.datasets.types import FeatureSpaces

_BOUNDS = Bounds(lowest_cosine=0.9999)
_SIZE_PX = 224


class _Words(nn.Module):
    def __init__(self, text_dim: int, embed_dim: int) -> None:
        super().__init__()
        self.project = nn.Linear(text_dim, embed_dim)

    def forward(self, features: Tensor) -> Tensor:
        return functional.normalize(self.project(features), dim=-1)


class _Query(nn.Module):
    def __init__(self, video_dim: int, words: _Words, embed_dim: int) -> None:
        super().__init__()
        self.see = nn.Linear(video_dim, embed_dim)
        self.words = words

    def forward(self, video: Tensor, video_mask: Tensor, text: Tensor, text_weight: Tensor) -> Tensor:
        shown = (video * video_mask[..., None]).sum(1) / video_mask.sum(1, keepdim=True).clamp(min=1)
        weight = text_weight[:, None]
        return functional.normalize((1 - weight) * self.see(shown) + weight * self.words(text), dim=-1)


def bundle(*, int8: bool) -> Path:
    """Return a whole bundle that a server takes: CLIP's encoders and towers of one layer; made once."""
    folder = WORK / f"random-clip-{'int8' if int8 else 'fp32'}-served"
    if folder.is_dir():
        return folder
    encoders = load_bundle(random_clip.encoders(int8=int8), device="cpu")
    described: Manifest = encoders.manifest
    text_dim, frame_dim = (described.output_dim(name) for name in ("text_encoder", "frame_encoder"))
    video_dim = frame_dim + (CRAFT_DIM if described.craft_version else 0)
    torch.manual_seed(0)
    words = _Words(text_dim, described.embed_dim)
    query = _Query(video_dim, words, described.embed_dim)
    spaces = FeatureSpaces("", "", "", video_dim=video_dim, music_dim=1, text_dim=text_dim)
    rows = {"features": Example(torch.randn(4, text_dim), {0: TRACK_BATCH})}
    towers: Mapping[GraphName, tuple[nn.Module, dict[str, Example], str]] = {
        "query_tower": (query, query_inputs(spaces), "queries"),
        "words_tower": (words, rows, TRACK_BATCH),
    }
    with whole_or_nothing(folder) as partial:
        assembly = Assembly(partial, "benchmarks.studio.random_models", graphs=dict(described.graphs))
        for entry in described.files:
            assembly.keep(encoders.folder, entry.file)
        for name, (module, inputs, batch) in towers.items():
            outputs = [embeddings_spec(batch, described.embed_dim)]
            assembly.add(name, module, inputs=inputs, outputs=outputs, bounds=_BOUNDS)
        made = {"id": folder.name, "files": tuple(assembly.files), "graphs": assembly.graphs}
        write_manifest(partial, described.model_copy(update=made))
    return folder


def hub_folder() -> Path:
    """Return a folder as a hub offers one, which sentence-transformers and infinity load; made once."""
    folder = WORK / "random-clip-hub"
    if folder.is_dir():
        return folder
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPTokenizer

    torch.manual_seed(0)
    with whole_or_nothing(folder) as partial:
        tokenizer = partial / "tokenizer.json"
        make_tokenizer(merges_file()).save(str(tokenizer))
        sides = {"height": _SIZE_PX, "width": _SIZE_PX}
        # Each part writes a file of its own: older versions cannot read the one that a processor writes.
        CLIPImageProcessor(size={"shortest_edge": _SIZE_PX}, crop_size=sides).save_pretrained(partial)
        CLIPTokenizer(tokenizer_file=str(tokenizer)).save_pretrained(partial)
        CLIPModel(CLIPConfig()).save_pretrained(partial)
    return folder
