"""Descriptions of planted music as a person might write them: prose about what was heard in ten seconds."""

from temptrack_train.datasets.planted.latents import Latents
from temptrack_train.datasets.planted.spec import PlantedSpec
from temptrack_train.datasets.planted.streams import stream
from temptrack_train.datasets.planted.words import (
    FAST_ABOVE_BPM,
    MOVEMENT_WORDS,
    SLOW_BELOW_BPM,
    STYLES,
    SYNONYMS,
    TEMPO_WORDS,
)
from temptrack_train.datasets.taxonomy import GENRES, INSTRUMENTS, MOODS

_OWN_WORD = 0.5
_MOST_BACKING, _MOST_MOODS = 3, 2
_MOVES = 0.15


def describe(spec: PlantedSpec, latents: Latents, row: int, window: int) -> str:
    """Write one description of ten seconds of a track.

    The lead comes before what accompanies it, which a list of tags in any order cannot say. Things are left
    out, called by other names and now and then misheard.

    Args:
        spec: how careful the writer is.
        latents: the truth.
        row: which item.
        window: which ten seconds.
    """
    return _Writer(spec, latents, row, window).text()


class _Writer:
    """One person listening to ten seconds of one track."""

    def __init__(self, spec: PlantedSpec, latents: Latents, row: int, window: int) -> None:
        self._chance = stream(spec.seed, f"description {row} {window}")
        self._spec = spec
        self._latents = latents
        self._row = row
        self._window = window

    def text(self) -> str:
        """Say a few things in an order people use."""
        sentences = [self._opening()]
        for part in (self._backing, self._movement, self._use):
            said = part()
            if said:
                sentences.append(said)
        return " ".join(sentence[0].upper() + sentence[1:] + "." for sentence in sentences)

    def _opening(self) -> str:
        tempo = self._tempo() if self._says() else ""
        moods = self._moods()
        genre = self._word(GENRES[int(self._latents.genre[self._row])]) if self._says() else ""
        kind = " ".join(word for word in (tempo, " and ".join(moods[:1]), genre) if word)
        lead = self._word(INSTRUMENTS[int(self._latents.lead[self._row])])
        form = int(self._chance.integers(0, 3))
        if form == 0:
            return f"{_a(kind)} track led by {lead}" if kind else f"a track led by {lead}"
        if form == 1:
            return f"this is {_a(kind)} piece where {lead} is in front" if kind else f"{lead} is in front"
        feeling = f", the mood is {moods[-1]}" if moods else ""
        return f"{lead} carries the melody of this {kind or 'nice'} song{feeling}"

    def _backing(self) -> str:
        playing = self._latents.playing[self._row, self._window].copy()
        playing[self._latents.lead[self._row]] = False
        heard = [name for name, plays in zip(INSTRUMENTS, playing, strict=True) if plays and self._says()]
        if self._chance.random() < self._spec.wrong_word:
            heard.append(str(self._chance.choice(INSTRUMENTS)))
        self._chance.shuffle(heard)
        words = [self._word(name) for name in heard[:_MOST_BACKING]]
        if not words:
            return ""
        forms = (
            "{} in the background",
            "it is accompanied by {}",
            "there is {} behind it",
            "you also hear {}",
        )
        return str(self._chance.choice(forms)).format(_listed(words))

    def _movement(self) -> str:
        latents, row = self._latents, self._row
        after = min(self._window + 1, latents.movement.shape[1] - 1)
        change = float(latents.movement[row, after] - latents.movement[row, max(self._window - 1, 0)])
        if not self._says() or not self._says():
            return ""
        name = "rising" if change > _MOVES else "falling" if change < -_MOVES else "steady"
        return f"the music {self._chance.choice(MOVEMENT_WORDS[name])}"

    def _use(self) -> str:
        if not self._says() or not self._says():
            return ""
        scene = self._chance.choice(STYLES[int(self._latents.style[self._row])].scenes)
        forms = ("it could play in a film about {}", "this would suit {}", "it makes me think of {}")
        return str(self._chance.choice(forms)).format(scene)

    def _moods(self) -> list[str]:
        fitting = [name for name, fits in zip(MOODS, self._latents.mood_tags[self._row], strict=True) if fits]
        said = [name for name in fitting if self._says()][: 2 * _MOST_MOODS]
        self._chance.shuffle(said)
        return [self._word(name) for name in said[:_MOST_MOODS]]

    def _tempo(self) -> str:
        bpm = float(self._latents.tempo_bpm[self._row])
        name = "slow" if bpm < SLOW_BELOW_BPM else "fast" if bpm > FAST_ABOVE_BPM else "medium"
        return str(self._chance.choice(TEMPO_WORDS[name]))

    def _word(self, tag: str) -> str:
        if self._chance.random() < _OWN_WORD:
            return str(self._chance.choice(SYNONYMS[tag]))
        return tag

    def _says(self) -> bool:
        return bool(self._chance.random() >= self._spec.omission)


def _a(words: str) -> str:
    return f"an {words}" if words[0] in "aeiou" else f"a {words}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
