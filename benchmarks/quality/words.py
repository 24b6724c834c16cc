"""Asks every prompt of every system and scores the answers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.quality.labels import Judgement, Judgements, Question
from benchmarks.quality.measures import Score, chance, ratio_summary, score_ranking, summary

from temptrack.suggest.types import Query, Suggester

Ranking = Sequence[Sequence[str]]
"""Groups of tied tracks, best first."""

Rankings = Mapping[str, Ranking]
"""Of one system, by prompt."""

FEWEST_POSITIVES = 5
"""A category with fewer tracks to find is left out."""

CHANCE, KEYWORDS, SENTENCES = "chance", "keyword search", "sentence encoder on the file's words"
TAGGER, TAGGER_CENTRED = "zero-shot tagger", "zero-shot tagger, centred"
TAUGHT = "taught by the labels of other packages"
_MOST = 1000


def blind(bundle: str) -> str:
    """Return what a bundle is called where it ranks by sound alone."""
    return f"{bundle}, blind"


def as_files_are(bundle: str) -> str:
    """Return what a bundle is called where the tracks' own words count too."""
    return f"{bundle}, as files are"


def ask_suggester(
    suggester: Suggester, library: str, bundle: str, prompts: Sequence[str], key_of: Callable[[str], str]
) -> dict[str, Rankings]:
    """Ask the product every prompt, by sound alone and as files are."""

    def ask(prompt: str, *, is_blind: bool) -> Ranking:
        query = Query(library=library, prompt=prompt, limit=_MOST, blind=is_blind)
        return [(key_of(suggestion.track.path),) for suggestion in suggester.suggest(query).suggestions]

    return {
        blind(bundle): {prompt: ask(prompt, is_blind=True) for prompt in prompts},
        as_files_are(bundle): {prompt: ask(prompt, is_blind=False) for prompt in prompts},
    }


def score_answers(
    answers: Mapping[str, Rankings],
    questions: Sequence[Question],
    judgements: Judgements,
    pairs: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    """Score every system, chance among them.

    Args:
        answers: by system; ``KEYWORDS`` must be one.
        questions: what was asked.
        judgements: of all tracks.
        pairs: systems to compare with each other, prompt by prompt.

    Returns:
        Figures with intervals over prompts, over all and over those that no word in a file helps with,
        figures by category and by prompt.
    """
    enough = [
        category
        for category, judged in judgements.items()
        if sum(value is Judgement.YES for value in judged.values()) >= FEWEST_POSITIVES
    ]
    counted = [question for question in questions if question.category in enough]
    scores = {question: _scores(answers, question, judgements[question.category]) for question in counted}
    proof = [question for question in counted if _is_keyword_proof(answers, question, judgements)]
    return {
        "categories": len(enough),
        "left_out": sorted(set(judgements) - set(enough)),
        "overall": _overall(counted, scores, pairs),
        "keyword_proof": _overall(proof, scores, pairs),
        "by_category": {
            category: _category(judgements[category], [scores[q] for q in counted if q.category == category])
            for category in enough
        },
        "by_prompt": [
            {
                "category": question.category,
                "prompt": question.prompt,
                "keyword_proof": question in proof,
                **{
                    system: {"ndcg": round(score.ndcg, 4), "precision": round(score.precision, 4)}
                    for system, score in scores[question].items()
                },
            }
            for question in counted
        ],
    }


def _scores(
    answers: Mapping[str, Rankings], question: Question, judged: Mapping[str, Judgement]
) -> dict[str, Score]:
    scores = {
        system: score_ranking(rankings[question.prompt], judged) for system, rankings in answers.items()
    }
    return {CHANCE: chance(judged), **scores}


def _is_keyword_proof(answers: Mapping[str, Rankings], question: Question, judgements: Judgements) -> bool:
    """Tell whether no track that belongs shares a word with the prompt, be it in title, genre or folder."""
    judged = judgements[question.category]
    found = (key for group in answers[KEYWORDS][question.prompt] for key in group)
    return all(judged[key] is not Judgement.YES for key in found)


def _overall(
    questions: Sequence[Question],
    scores: Mapping[Question, Mapping[str, Score]],
    pairs: Sequence[tuple[str, str]],
) -> dict[str, Any]:
    clusters = [question.category for question in questions]

    def ndcgs(system: str) -> list[float]:
        return [scores[question][system].ndcg for question in questions]

    def precisions(system: str) -> list[float]:
        return [scores[question][system].precision for question in questions]

    return {
        "prompts": len(questions),
        "systems": {
            system: {
                "ndcg_at_10": summary(ndcgs(system), clusters),
                "precision_at_5": summary(precisions(system), clusters),
            }
            for system in scores[questions[0]]
        },
        "pairs": [
            {
                "one": one,
                "other": other,
                "ndcg_at_10": summary(_differences(ndcgs(one), ndcgs(other)), clusters),
                "precision_at_5": summary(_differences(precisions(one), precisions(other)), clusters),
                "ndcg_ratio": ratio_summary(ndcgs(one), ndcgs(other), clusters),
            }
            for one, other in pairs
        ],
    }


def _differences(ones: Sequence[float], others: Sequence[float]) -> list[float]:
    return [one - other for one, other in zip(ones, others, strict=True)]


def _category(judged: Mapping[str, Judgement], rows: Sequence[Mapping[str, Score]]) -> dict[str, Any]:
    values = list(judged.values())
    return {
        "yes": values.count(Judgement.YES),
        "no": values.count(Judgement.NO),
        "maybe": values.count(Judgement.MAYBE),
        "prompts": len(rows),
        "systems": {
            system: {
                "ndcg_at_10": round(sum(row[system].ndcg for row in rows) / len(rows), 4),
                "precision_at_5": round(sum(row[system].precision for row in rows) / len(rows), 4),
            }
            for system in rows[0]
        },
    }
