"""Evidence for a suggestion: tags, words, segments and file words that carried its score.

Everything here can be checked by ear or eye. What does not speak for the track is left out, so a weak
suggestion shows few reasons.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from temptrack.library.types import SearchHit, Track, TrackTag
from temptrack.model.types import Bundle, Matrix, Vector
from temptrack.suggest.asking import QueryEmbedder, unit
from temptrack.suggest.clock import clock
from temptrack.suggest.types import PictureSegment, PromptReading, Query, Reason, ReasonKind
from temptrack.suggest.vocabulary import canonical

MOST_OF_A_KIND: Final = 3
"""Most reasons of one kind for one track."""

_MOST_WORDS: Final = 8
_CLEARLY: Final = 0.5
_DIGITS: Final = 4
_SILENT_WORDS: Final = frozenset(
    {
        *(
            "a",
            "an",
            "and",
            "the",
            "of",
            "for",
            "in",
            "on",
            "at",
            "to",
            "with",
            "but",
            "or",
            "is",
            "it",
            "as",
        ),
        *("by", "from", "some", "very", "more", "less", "not", "no", "too", "that", "this", "like", "into"),
        *("music", "song", "track", "sound", "something", "i", "we", "want", "need", "please", "my", "our"),
    }
)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What is the same for all finalists of one query."""

    words: tuple[str, ...]
    word_embeddings: Matrix
    segment_embeddings: Matrix
    agreeing_tags: frozenset[str]
    picture_tags: frozenset[str]


class ReasonFinder:
    """Finds the evidence for the finalists of one query."""

    def __init__(
        self, bundle: Bundle, embedder: QueryEmbedder, *, query: Query, reading: PromptReading, asked: Vector
    ) -> None:
        self._query = query
        self._tag_names = [tag.name for tag in bundle.tags]
        self._tag_embeddings = embedder.tag_words
        none = np.zeros((0, bundle.embed_dim), dtype=np.float32)
        words = content_words(reading.wanted)
        segments = embedder.segments(query.picture) if _counts(query, reading) else none
        agreeing = self._agreeing_tags(asked, words)
        by_words = self._agreeing_tags(embedder.phrases([reading.wanted])[0], words) if words else agreeing
        by_picture = self._agreeing_tags(unit(segments.mean(axis=0)), ()) if len(segments) else frozenset()
        self._evidence = _Evidence(
            words=words,
            word_embeddings=embedder.phrases(words) if words else none,
            segment_embeddings=segments,
            agreeing_tags=agreeing,
            picture_tags=(agreeing & by_picture) - by_words,
        )

    def find(
        self, track: Track, hit: SearchHit, embedding: Vector, reference: tuple[Track, Vector] | None
    ) -> tuple[Reason, ...]:
        """Return the evidence for one track, strongest of each kind first.

        Args:
            track: the finalist.
            hit: how it scored.
            embedding: its sound, [embed_dim], length 1.
            reference: the track to sound like and its embedding, if one was asked for.
        """
        reasons = [*self._tags(track), *self._prompt_words(embedding), *self._segments(embedding)]
        if not self._query.blind:
            reasons += self._file_words(track, hit)
        if reference:
            title, score = reference[0].title, _rounded(float(reference[1] @ embedding))
            reasons.append(Reason(kind=ReasonKind.REFERENCE, text=f"sounds like “{title}”", score=score))
        return tuple(reasons)

    def _agreeing_tags(self, asked: Vector, words: Sequence[str]) -> frozenset[str]:
        """Return the tags clearly nearer to the query than most tags are, and those it names."""
        if not self._tag_names:
            return frozenset()
        near = self._tag_embeddings @ asked
        bar = float(near.mean() + _CLEARLY * near.std())
        named = {canonical(word) for word in words}
        return frozenset(
            name
            for name, score in zip(self._tag_names, near, strict=True)
            if score > bar or canonical(name) in named
        )

    def _tags(self, track: Track) -> list[Reason]:
        agreeing = [tag for tag in track.tags if tag.name in self._evidence.agreeing_tags]
        return [
            Reason(kind=ReasonKind.TAG, text=self._heard(tag), score=_rounded(tag.score))
            for tag in sorted(agreeing, key=lambda tag: (-tag.score, tag.name))[:MOST_OF_A_KIND]
        ]

    def _heard(self, tag: TrackTag) -> str:
        """Say how surely a tag is heard, and where only the picture asks for it."""
        asked = ", for the picture" if tag.name in self._evidence.picture_tags else ""
        return f"heard: {tag.name} ({tag.score:.1f}{asked})"

    def _prompt_words(self, embedding: Vector) -> list[Reason]:
        """Name the words nearer to the track's sound than words about music usually are."""
        near = self._evidence.word_embeddings @ embedding
        usual = float((self._tag_embeddings @ embedding).mean()) if self._tag_names else 0.0
        order = sorted(range(len(near)), key=lambda index: (-float(near[index]), index))
        return [
            Reason(
                kind=ReasonKind.PROMPT,
                text=f"sounds like your word “{self._evidence.words[index]}”",
                score=_rounded(near[index]),
            )
            for index in order[:MOST_OF_A_KIND]
            if near[index] > max(usual, 0.0)
        ]

    def _segments(self, embedding: Vector) -> list[Reason]:
        near = self._evidence.segment_embeddings @ embedding
        order = sorted(range(len(near)), key=lambda index: (-float(near[index]), index))
        return [
            Reason(
                kind=ReasonKind.SEGMENT,
                text=f"suits the picture at {_span(self._query.picture[index])}",
                score=_rounded(near[index]),
                segment_index=index,
            )
            for index in order[:MOST_OF_A_KIND]
            if near[index] > 0
        ]

    def _file_words(self, track: Track, hit: SearchHit) -> list[Reason]:
        """Say where a word of the prompt stands in the file's own words, else that these are near."""
        if hit.words_score is None:
            return []
        score = _rounded(hit.words_score)
        fields = {
            "title": track.title,
            "genre": track.genre,
            "album": track.album,
            "artist": track.artist,
            "comment": track.comment,
        }
        found = []
        for name, text in fields.items():
            spelled = {canonical(word) for word in re.findall(r"[^\W_]+", text)}
            found += [
                Reason(kind=ReasonKind.FILE_WORDS, text=f"{name} says “{word}”", score=score)
                for word in self._evidence.words
                if canonical(word) in spelled
            ]
        if not found and hit.words_score > max(hit.audio_score, 0.0):
            shown = ", ".join(text for text in (track.title, track.genre) if text)
            found = [Reason(kind=ReasonKind.FILE_WORDS, text=f"its own words: {shown}", score=score)]
        return found[:MOST_OF_A_KIND]


def content_words(wanted: str) -> tuple[str, ...]:
    """Return the words of a prompt that say something about music, in order, each once, at most eight."""
    words = re.findall(r"[^\W_]+(?:['&-][^\W_]+)*", wanted.casefold())
    return tuple(dict.fromkeys(word for word in words if word not in _SILENT_WORDS))[:_MOST_WORDS]


def _counts(query: Query, reading: PromptReading) -> bool:
    words_alone = query.text_weight >= 1.0 and bool(reading.wanted)
    return bool(query.picture) and not words_alone


def _span(segment: PictureSegment) -> str:
    end_s: Fraction = segment.start_s + segment.duration_s
    return f"{clock(float(segment.start_s))}-{clock(float(end_s))}"


def _rounded(score: float) -> float:
    return round(float(score), _DIGITS)
