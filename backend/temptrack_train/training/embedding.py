"""Whole corpora through a trained model."""

import numpy as np
import torch

from temptrack_train.datasets.types import Matrix
from temptrack_train.models.retrieval import RetrievalModel
from temptrack_train.training.corpus import Corpus

_ITEMS_AT_ONCE = 512


@torch.inference_mode()
def embed_tracks(model: RetrievalModel, corpus: Corpus) -> Matrix:
    """Embed the music of every item, unit rows [items, embed_dim]."""
    device = next(model.parameters()).device
    model.eval()
    parts = []
    for items in torch.arange(len(corpus)).split(_ITEMS_AT_ONCE):
        batch = corpus.batch(items).to(device)
        parts.append(model.embed_music(batch.music, batch.music_mask).cpu().numpy())
    return np.concatenate(parts)


@torch.inference_mode()
def embed_queries(model: RetrievalModel, corpus: Corpus, text_weight: float) -> Matrix:
    """Embed the film of every item with its first text, unit rows [items, embed_dim].

    Args:
        model: of any system; one without words ignores texts.
        corpus: whose items are asked for.
        text_weight: 0 (picture only) to 1 (words only); an item without texts is asked by picture alone.
    """
    device = next(model.parameters()).device
    model.eval()
    parts = []
    for items in torch.arange(len(corpus)).split(_ITEMS_AT_ONCE):
        batch = corpus.batch(items).to(device)
        weight = batch.has_text.float() * text_weight
        parts.append(model(batch.video, batch.video_mask, batch.text, weight).cpu().numpy())
    return np.concatenate(parts)
