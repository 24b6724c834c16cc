"""Asks every prompt, as files are and blind, and scores the answers beside chance and a keyword search."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from benchmarks.quality.keyword_search import KeywordSearch
from benchmarks.quality.labels import Judgement, Judgements, MusicFile, Question
from benchmarks.quality.measures import Score, chance, score_ranking, summary

from temptrack.library.types import LibraryReader
from temptrack.suggest.types import Query, Suggester

Ranking = Sequence[Sequence[str]]
"""Groups of tied tracks, best first."""

FEWEST_POSITIVES = 5
"""A category with fewer tracks to find is left out."""

AS_IS, BLIND, KEYWORDS, CHANCE = "as files are", "blind", "keyword search", "chance"
SYSTEMS = (AS_IS, BLIND, KEYWORDS, CHANCE)
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Answers:
    """What every system answered to every prompt.

    Attributes:
        rankings: by system but chance, by prompt.
    """

    rankings: Mapping[str, Mapping[str, Ranking]]


def ask_all(
    suggester: Suggester,
    reader: LibraryReader,
    questions: Sequence[Question],
    key_of: Callable[[str], str],
) -> Answers:
    """Ask every prompt of every system but chance."""
    keywords = KeywordSearch(
        {key_of(track.path): _searchable(reader, track.id, track.path) for track in reader.tracks()}
    )

    def ask(prompt: str, *, blind: bool) -> Ranking:
        query = Query(library=reader.info.name, prompt=prompt, limit=_MOST, blind=blind)
        return [(key_of(suggestion.track.path),) for suggestion in suggester.suggest(query).suggestions]

    prompts = list(dict.fromkeys(question.prompt for question in questions))
    return Answers(
        {
            AS_IS: {prompt: ask(prompt, blind=False) for prompt in prompts},
            BLIND: {prompt: ask(prompt, blind=True) for prompt in prompts},
            KEYWORDS: {prompt: keywords.rank(prompt) for prompt in prompts},
        }
    )


def score_answers(
    answers: Answers,
    questions: Sequence[Question],
    judgements: Judgements,
    tracks: Sequence[MusicFile],
) -> dict[str, Any]:
    """Score every system on some tracks; the others are passed over.

    Returns:
        Overall figures with intervals over prompts, figures by category, and the first five by prompt.
    """
    names = {track.key for track in tracks}
    judged = {
        category: {key: value for key, value in by_track.items() if key in names}
        for category, by_track in judgements.items()
    }
    enough = {
        category
        for category, by_track in judged.items()
        if sum(value is Judgement.YES for value in by_track.values()) >= FEWEST_POSITIVES
    }
    counted = [question for question in questions if question.category in enough]
    scores = {question: _scores(answers, question, judged[question.category]) for question in counted}
    return {
        "tracks": len(names),
        "categories": len({question.category for question in counted}),
        "prompts": len(counted),
        "overall": {
            system: _overall([scores[question][system] for question in counted]) for system in SYSTEMS
        },
        "better_than": {
            f"{one} over {other}": _difference([scores[question] for question in counted], one, other)
            for one in (AS_IS, BLIND)
            for other in (KEYWORDS, CHANCE)
        },
        "by_category": {
            category: _category(judged[category], [scores[q] for q in counted if q.category == category])
            for category in judged
            if category in enough
        },
        "left_out": sorted(set(judged) - enough),
        "by_prompt": [
            {
                "category": question.category,
                "prompt": question.prompt,
                **{
                    system: {
                        "ndcg": round(scores[question][system].ndcg, 4),
                        "precision": round(scores[question][system].precision, 4),
                    }
                    for system in SYSTEMS
                },
                "first": {
                    system: _first(answers.rankings[system][question.prompt], judged[question.category])
                    for system in (AS_IS, BLIND)
                },
            }
            for question in counted
        ],
    }


def _scores(answers: Answers, question: Question, judged: Mapping[str, Judgement]) -> dict[str, Score]:
    scores = {
        system: score_ranking(by_prompt[question.prompt], judged)
        for system, by_prompt in answers.rankings.items()
    }
    return {**scores, CHANCE: chance(judged)}


def _overall(scores: Sequence[Score]) -> dict[str, Any]:
    return {
        "ndcg_at_10": summary([score.ndcg for score in scores]),
        "precision_at_5": summary([score.precision for score in scores]),
    }


def _difference(rows: Sequence[Mapping[str, Score]], one: str, other: str) -> dict[str, Any]:
    return {
        "ndcg_at_10": summary([row[one].ndcg - row[other].ndcg for row in rows]),
        "precision_at_5": summary([row[one].precision - row[other].precision for row in rows]),
    }


def _category(judged: Mapping[str, Judgement], rows: Sequence[Mapping[str, Score]]) -> dict[str, Any]:
    values = list(judged.values())
    figures: dict[str, Any] = {
        "yes": values.count(Judgement.YES),
        "no": values.count(Judgement.NO),
        "maybe": values.count(Judgement.MAYBE),
        "prompts": len(rows),
    }
    for system in SYSTEMS:
        figures[system] = {
            "ndcg_at_10": round(sum(row[system].ndcg for row in rows) / len(rows), 4),
            "precision_at_5": round(sum(row[system].precision for row in rows) / len(rows), 4),
        }
    return figures


def _first(ranking: Ranking, judged: Mapping[str, Judgement]) -> list[str]:
    found = [key for group in ranking for key in group if key in judged][:5]
    return [f"{judged[key].value}: {key}" for key in found]


def _searchable(reader: LibraryReader, track_id: str, path: str) -> str:
    # Title, genre, album, comment and folders as they are embedded, and the file name as it is.
    return f"{reader.detail(track_id).words} {PurePath(path).stem}"
