"""What a trained system is asked: whole tracks or clips, with no words, tags, or a person's description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch

from temptrack.errors import NotReady
from temptrack_train.datasets.clips import ClipLevel
from temptrack_train.datasets.types import GradedDataset, Matrix, TextEncoder, TrimodalDataset
from temptrack_train.evaluation.metrics import Direction, Hubness, Relevance, beyond_the_pair
from temptrack_train.evaluation.protocol import CLIP_POOL, TRACK_POOL, PooledRanks, rank_in_pools
from temptrack_train.models.retrieval import RetrievalModel
from temptrack_train.models.towers import mean_over_rows
from temptrack_train.training.corpus import Corpus
from temptrack_train.training.embedding import embed_queries, embed_tracks

Level = Literal["tracks", "clips"]
Words = Literal["none", "tags", "human"]

POOL_SEED = 0
"""Of the shuffle that makes pools: one for all systems, so that they answer the same queries."""

_ITEMS_AT_ONCE = 512

_WEIGHTS: Mapping[Direction, float] = {
    "video_to_music": 0.0,
    "video_text_to_music": 0.5,
    "text_to_music": 1.0,
}


@dataclass(frozen=True, slots=True)
class Question:
    """One way to ask.

    Attributes:
        level: whole tracks among N = 2000, or clips of ten seconds of music and thirty of film among N = 500.
        words: what the query says.
        direction: what is asked by what.
    """

    level: Level
    words: Words
    direction: Direction

    @property
    def key(self) -> str:
        """Short name for files."""
        return f"{self.level}-{self.words}-{self.direction}"


TRACKS_BY_PICTURE = Question("tracks", "none", "video_to_music")
TRACKS_BY_PICTURE_AND_TAGS = Question("tracks", "tags", "video_text_to_music")
CLIPS_BY_PICTURE = Question("clips", "none", "video_to_music")
CLIPS_BY_PICTURE_AND_WORDS = Question("clips", "human", "video_text_to_music")
CLIPS_BY_WORDS = Question("clips", "human", "text_to_music")
QUESTIONS = (
    TRACKS_BY_PICTURE,
    TRACKS_BY_PICTURE_AND_TAGS,
    CLIPS_BY_PICTURE,
    CLIPS_BY_PICTURE_AND_WORDS,
    CLIPS_BY_WORDS,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a system answered a question.

    Attributes:
        ranks: in pools and among everything.
        ndcg: graded, over everything, 0 to 1; None where nobody knows what else would fit.
        hubness: of the answers, over everything.
    """

    ranks: PooledRanks
    ndcg: float | None
    hubness: Hubness


@dataclass(frozen=True, slots=True)
class _Examination:
    corpus: Corpus
    relevance: Relevance | None
    pool_size: int


class TestSplit:
    """The test split of a collection, ready to be asked every question; built once for all systems."""

    __test__ = False  # the name is what it is: not a test of pytest's

    def __init__(
        self,
        dataset: TrimodalDataset,
        encoder: TextEncoder,
        *,
        tag_texts: Mapping[str, Sequence[str]],
        track_pool: int = TRACK_POOL,
        clip_pool: int = CLIP_POOL,
    ) -> None:
        """Read the split into memory.

        Args:
            dataset: with descriptions on its test items where clips are to be asked for.
            encoder: of texts.
            tag_texts: for each track of the split, its tags as words, as the recipe "tags" writes them.
            track_pool: N of the track level.
            clip_pool: N of the clip level.

        Raises:
            NotReady: the split is empty.
        """
        whole = dataset.split("test")
        if not len(whole):
            raise NotReady(
                f"The dataset '{dataset.name}' has no test split.",
                reason="TEST_SPLIT_EMPTY",
                hint="Mark some items as `test` in its manifest.",
            )
        clips = ClipLevel(dataset)
        described = clips.split("test")
        graded = dataset if isinstance(dataset, GradedDataset) else None

        def relevance(items: npt.NDArray[np.int64]) -> Relevance | None:
            return None if graded is None else lambda rows: graded.relevance_matrix(items[rows], items)

        whole_relevance = relevance(whole)
        self._examinations: dict[tuple[Level, Words], _Examination] = {
            ("tracks", "none"): _Examination(
                Corpus.of(dataset, whole, encoder, texts={}), whole_relevance, track_pool
            ),
            ("tracks", "tags"): _Examination(
                Corpus.of(dataset, whole, encoder, texts=tag_texts), whole_relevance, track_pool
            ),
        }
        if len(described):
            by_people = _Examination(
                Corpus.of(clips, described, encoder), relevance(clips.origin[described]), clip_pool
            )
            self._examinations["clips", "human"] = self._examinations["clips", "none"] = by_people

    def questions(self, model: RetrievalModel) -> Sequence[Question]:
        """Return what a model can be asked here: systems without words by picture alone."""
        return [
            question
            for question in QUESTIONS
            if (question.level, question.words) in self._examinations
            and (question.words == "none" or model.knows_words)
        ]

    def ask(self, model: RetrievalModel, question: Question, *, as_served: bool = False) -> Answer:
        """Ask every query of a question.

        Args:
            model: that knows what the question needs.
            question: one of ``questions(model)``.
            as_served: embed each track as a library does, from the mean over its windows.

        Raises:
            NotReady: the split holds fewer items than a pool.
        """
        examination = self._examinations[question.level, question.words]
        corpus = examination.corpus
        queries = embed_queries(model, corpus, _WEIGHTS[question.direction])
        tracks = embed_mean_tracks(model, corpus) if as_served else embed_tracks(model, corpus)
        graded, hubs = beyond_the_pair(queries, tracks, examination.relevance)
        ranks = rank_in_pools(queries, tracks, pool_size=examination.pool_size, seed=POOL_SEED)
        return Answer(ranks, graded, hubs)


@torch.inference_mode()
def embed_mean_tracks(model: RetrievalModel, corpus: Corpus) -> Matrix:
    """Embed each track from the mean over its windows, as a bundle's music tower is given it.

    Returns:
        Unit rows [items, embed_dim].
    """
    model.eval()
    parts = []
    for items in torch.arange(len(corpus)).split(_ITEMS_AT_ONCE):
        batch = corpus.batch(items)
        mean = mean_over_rows(batch.music, batch.music_mask)
        parts.append(model.embed_music(mean[:, None], torch.ones(len(items), 1)).numpy())
    return np.concatenate(parts)
