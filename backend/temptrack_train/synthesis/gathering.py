"""Puts what a tagger heard under the lexicon's terms."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from temptrack.errors import InvalidRequest
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.types import Failure, Tagged, TrackTags

Scores = Mapping[str, float]
"""Tag names, in any words the lexicon knows, and how sure the tagger is, 0 to 1."""

SURE: Final = 1.0
"""The score of a tag that comes without one."""


class TagGathering:
    """Puts the tags of one track after another under the lexicon's terms."""

    def __init__(self, finder: MentionFinder, threshold: float) -> None:
        """Start with no track.

        Args:
            finder: knows the words of tags.
            threshold: score, 0 to 1, above which a tag is kept.

        Raises:
            InvalidRequest: THRESHOLD_RANGE.
        """
        if not 0 <= threshold < 1:
            raise InvalidRequest(
                f"A threshold of {threshold:g} keeps no tag, or every one.",
                reason="THRESHOLD_RANGE",
                hint="Use a number from 0 up to, but not including, 1.",
            )
        self._finder, self._threshold = finder, threshold
        self._terms: dict[str, str | None] = {}
        self._tracks: dict[str, TrackTags] = {}
        self._failed: dict[str, Failure] = {}
        self._unknown: Counter[str] = Counter()

    def add(self, track_id: str, scores: Scores) -> None:
        """Keep what was heard in a track, surest first; a track without known tags fails."""
        if track_id in self._tracks:
            self.fail(track_id, "TRACK_TWICE", "The track is listed twice; its first tags are used.")
            return
        kept = sorted((-score, name) for name, score in scores.items() if score > self._threshold)
        known = []
        for _, name in kept:
            term = self._terms.setdefault(name, self._finder.term_of(name))
            if term is None:
                self._unknown[name] += 1
            else:
                known.append(term)
        if known:
            self._tracks[track_id] = TrackTags(track_id, self._finder.lexicon.grouped(known))
        else:
            self.fail(track_id, "NO_TAGS", f"None of its {len(scores)} tags is known and sure enough.")

    def fail(self, name: str, reason: str, message: str) -> None:
        """Say why there are no tags for a track."""
        self._failed[name] = Failure(reason=reason, message=message)

    def done(self) -> Tagged:
        """Return all of it."""
        return Tagged(tuple(self._tracks.values()), self._failed, dict(sorted(self._unknown.items())))
