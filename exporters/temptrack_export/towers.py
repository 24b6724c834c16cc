"""The trained network as the three tower graphs of a bundle.

A run holds one network; a bundle asks for three graphs: queries, music, and the words that come with a track.
All share its weights. x_null is a constant inside the query graph.
"""

import torch
from torch import Tensor, nn

from temptrack.model.manifest import TensorSpec
from temptrack_export.graphs import Example
from temptrack_train.datasets.types import FeatureSpaces
from temptrack_train.models.retrieval import RetrievalModel

PARITY_QUERIES = 48
PARITY_TRACKS = 200
SEGMENTS = 9
"""Size of the fixed set on which graphs are compared with their modules."""

TRACK_BATCH = "rows"
QUERY_BATCH = "queries"


class MusicRows(nn.Module):
    """Rows of music features [rows, music_dim], each a sequence of one, to embeddings [rows, embed_dim].

    A bundle embeds a window by itself, and a track as the mean over its windows: that is the sequence of one
    which this graph makes of a row.
    """

    def __init__(self, model: RetrievalModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, features: Tensor) -> Tensor:
        """Embed each row."""
        embedded: Tensor = self.model.embed_music(features[:, None], torch.ones_like(features[:, :1]))
        return embedded


class WordsRows(nn.Module):
    """Text features [rows, text_dim] to the embeddings of a query of words alone, [rows, embed_dim]."""

    def __init__(self, model: RetrievalModel, video_dim: int) -> None:
        super().__init__()
        self.model = model
        self.register_buffer("no_video", torch.zeros(1, 1, video_dim))

    def forward(self, features: Tensor) -> Tensor:
        """Ask for music with words and no picture."""
        video = self.get_buffer("no_video").expand(features.shape[0], -1, -1)
        absent = torch.zeros_like(features[:, :1])
        embedded: Tensor = self.model(video, absent, features, torch.ones_like(features[:, 0]))
        return embedded


def query_inputs(spaces: FeatureSpaces, seed: int = 0) -> dict[str, Example]:
    """Return a fixed set of queries: with and without picture, with words from none to nothing else."""
    generator = torch.Generator().manual_seed(seed)
    video = torch.randn(PARITY_QUERIES, SEGMENTS, spaces.video_dim, generator=generator)
    text = torch.randn(PARITY_QUERIES, spaces.text_dim, generator=generator)
    lengths = torch.arange(PARITY_QUERIES) % (SEGMENTS + 1)
    mask = (torch.arange(SEGMENTS)[None] < lengths[:, None]).float()
    weight = torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]).repeat(PARITY_QUERIES)[:PARITY_QUERIES]
    # Encoders give rows of length about 1.
    unit = nn.functional.normalize
    return {
        "video": Example(unit(video, dim=-1), {0: QUERY_BATCH, 1: "segments"}),
        "video_mask": Example(mask, {0: QUERY_BATCH, 1: "segments"}),
        "text": Example(unit(text, dim=-1), {0: QUERY_BATCH}),
        "text_weight": Example(torch.where(lengths == 0, 1.0, weight), {0: QUERY_BATCH}),
    }


def row_inputs(dim: int, seed: int = 1) -> dict[str, Example]:
    """Return a fixed set of rows of music or text features."""
    generator = torch.Generator().manual_seed(seed)
    rows = nn.functional.normalize(torch.randn(PARITY_TRACKS, dim, generator=generator), dim=-1)
    return {"features": Example(rows, {0: TRACK_BATCH})}


def embeddings_spec(batch: str, embed_dim: int) -> TensorSpec:
    """Describe the output of a tower."""
    return TensorSpec(name="embeddings", dtype="float32", shape=(batch, embed_dim))
