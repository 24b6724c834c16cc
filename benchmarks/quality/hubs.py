"""Does one track answer everything? Hubs and coverage of the first ten."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

from benchmarks.quality.labels import Judgement, Judgements, Question
from benchmarks.quality.words import Rankings

DEPTH = 10


def find_hubs(rankings: Rankings, questions: Sequence[Question], judgements: Judgements) -> dict[str, Any]:
    """Count how often each track is among the first ten of prompts that it does not belong to.

    Args:
        rankings: of one system, by prompt; without ties.
        questions: the prompts.
        judgements: a prompt is unrelated to the tracks that are not ``YES`` in its category.

    Returns:
        The greatest share of unrelated prompts that has one track among its first ten, that track, and how
        many tracks are among the first ten of any prompt.
    """
    keys = sorted(chain.from_iterable(next(iter(rankings.values()))))
    unrelated, heard = Counter[str](), Counter[str]()
    found = set[str]()
    for question in questions:
        judged = judgements[question.category]
        first = list(islice(chain.from_iterable(rankings[question.prompt]), DEPTH))
        found.update(first)
        strangers = {key for key in keys if judged.get(key) is not Judgement.YES}
        unrelated.update(strangers)
        heard.update(strangers.intersection(first))
    shares = {key: heard[key] / unrelated[key] for key in keys if unrelated[key]}
    worst = max(sorted(shares), key=lambda key: shares[key])
    return {
        "most_often": round(shares[worst], 4),
        "most_often_track": worst,
        "tracks_in_any_ten": len(found),
        "tracks": len(keys),
    }
