"""What is measured after every epoch: recall among held-out pairs, by picture and by picture with words."""

from temptrack_train.evaluation.metrics import Direction
from temptrack_train.evaluation.protocol import rank_in_pools
from temptrack_train.models.retrieval import RetrievalModel
from temptrack_train.training.corpus import Corpus
from temptrack_train.training.embedding import embed_queries, embed_tracks

_POOL_SEED = 0
_WITH_WORDS = 0.5


def validate(model: RetrievalModel, corpus: Corpus, pool_size: int) -> dict[str, float]:
    """Return median rank and recall in percent, by names such as "video_to_music_r10".

    Args:
        model: of any system.
        corpus: held-out pairs.
        pool_size: how many tracks each query is ranked against; at most all.
    """
    tracks = embed_tracks(model, corpus)
    directions: dict[Direction, float] = {"video_to_music": 0.0}
    if model.knows_words:
        directions["video_text_to_music"] = _WITH_WORDS
    figures: dict[str, float] = {}
    for direction, weight in directions.items():
        queries = embed_queries(model, corpus, weight)
        ranks = rank_in_pools(queries, tracks, pool_size=min(pool_size, len(corpus)), seed=_POOL_SEED)
        figures |= ranks.mean().named(direction)
    return figures
