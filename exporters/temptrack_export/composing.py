"""Random pieces of music of which everything is known: what plays, in which mode, how fast and how.

Half of them are accompaniments in a named style by the program MMA (Musical MIDI Accompaniment), half are
textures composed here: held chords, broken chords, melodies, clusters. Nothing of them is shipped; detectors
are fitted on how they sound (``heads``).
"""

import math
import random
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import mido

from temptrack.errors import NotReady
from temptrack_export.scores import DRUM_CHANNEL, Event, Piece

STYLES_FOLDER: Final = Path("/usr/share/mma/lib")
LENGTH_S: Final = 14.0
_MELODY_CHANNEL: Final = 15
_GROOVE_SHARE, _MELODY_SHARE, _CLUSTER_SHARE, _CHORDS_SHARE = 0.55, 0.6, 0.15, 0.8
_NOTE_SHARE = 0.85
_TEXTURE_BEATS = ((1, 2, 2, 4), (0.5, 1, 1, 2), (0.25, 0.5, 0.5, 1))
_SLOWEST_BPM, _FASTEST_BPM = 50, 185
_TIMEOUT_S: Final = 20

_NOTE_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_DEGREES: Final[Mapping[str, tuple[int, str]]] = {
    "I": (0, ""), "ii": (2, "m"), "iii": (4, "m"), "IV": (5, ""), "V": (7, ""), "vi": (9, "m"),
    "i": (0, "m"), "III": (3, ""), "iv": (5, "m"), "VI": (8, ""), "VII": (10, ""),
}  # fmt: skip
_PROGRESSIONS: Final[Mapping[str, Sequence[str]]] = {
    "major": ("I V vi IV", "I vi ii V", "I IV V I", "I iii IV V", "I IV I V", "I ii V I"),
    "minor": ("i VI III VII", "i iv V i", "i VII VI V", "i iv VII i", "i VI iv V"),
}
_SCALES: Final[Mapping[str, Sequence[int]]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
}
_LEADS: Final = (
    0, 4, 6, 8, 9, 11, 12, 13, 16, 19, 21, 22, 24, 25, 26, 27, 29, 30, 40, 41, 42, 46, 48, 56, 57, 60, 61, 64,
    65, 66, 68, 71, 73, 74, 75, 79, 80, 81, 82, 84, 104, 105, 109,
)  # fmt: skip
_FAMILIES: Final[Sequence[tuple[Sequence[int], Sequence[int]]]] = (
    ((0, 1, 2), (0,)), ((4, 5), (4, 5)), ((16, 17, 18, 19, 20), (16, 19, 20)), ((24, 25), (24, 25)),
    ((26, 27, 28), (26, 27)), ((48, 49, 50, 44), (40, 41, 42, 48)), ((45,), (45, 40)), ((46,), (46, 73)),
    ((52, 53, 54), (52, 53)), ((60, 61, 56, 57), (56, 57, 60)), ((68, 71, 73, 70), (68, 71, 73, 72)),
    ((9, 10, 11, 12, 13, 14), (8, 9, 10, 11, 12, 13)), ((88, 89, 90, 91, 92, 93, 94, 95), (80, 81, 87)),
    ((80, 81, 62, 63, 87), (80, 81, 82, 84)), ((6, 7), (6,)), ((21, 23), (21, 22)),
    ((104, 105, 106, 107, 108), (104, 105, 106, 107, 77)), ((109,), (109, 110)), ((29, 30), (29, 30)),
    ((74, 75, 79), (74, 75, 79)),
)  # fmt: skip
"""General MIDI programs of one family: those that hold chords, and those that lead."""


@dataclass(frozen=True, slots=True)
class _Player:
    """Who plays, how loud, and how long notes are over their distance."""

    channel: int
    program: int
    velocity: int
    articulation: float


@dataclass(frozen=True, slots=True)
class _Setting:
    """What all players of a piece share."""

    chance: random.Random
    mode: str
    tonic: int
    tempo_bpm: int
    events: list[Event]

    @property
    def beat_s(self) -> float:
        return 60 / self.tempo_bpm

    def chords(self) -> list[tuple[int, str]]:
        degrees = self.chance.choice(_PROGRESSIONS[self.mode]).split()
        return [((self.tonic + _DEGREES[degree][0]) % 12, _DEGREES[degree][1]) for degree in degrees]

    def program(self, channel: int, program: int) -> None:
        self.events.append(Event(-1, channel, "program", program, 0))

    def note(self, at_s: float, channel: int, note: int, velocity: int, length_s: float) -> None:
        self.events.append(Event(at_s, channel, "on", note, velocity))
        self.events.append(Event(at_s + length_s, channel, "off", note, 0))


def compose(seed: int) -> Piece | None:
    """Compose a piece; equal seeds give equal pieces. None where MMA has no music for what was drawn.

    Raises:
        NotReady: MMA is not installed.
    """
    chance = random.Random(seed)
    mode, tonic = chance.choice(["major", "minor"]), chance.randrange(12)
    tempo_bpm = int(math.exp(chance.uniform(math.log(_SLOWEST_BPM), math.log(_FASTEST_BPM))))
    setting = _Setting(chance, mode, tonic, tempo_bpm, [])
    if chance.random() < _GROOVE_SHARE:
        style = _accompany(setting)
        if style is None:
            return None
        if chance.random() < _MELODY_SHARE:
            _melody_over(setting)
    else:
        style = _texture(setting)
    ordered = sorted(setting.events, key=lambda event: (event.at_s, event.kind == "on"))
    known_mode = None if style == "own/clusters" else mode
    return Piece(ordered, style, known_mode)


def _accompany(setting: _Setting) -> str | None:
    grooves = _grooves()
    style = setting.chance.choice(list(grooves))
    groove = setting.chance.choice(grooves[style])
    chords = [f"{_NOTE_NAMES[root]}{quality}" for root, quality in setting.chords() * 3]
    bars = [f"{number} {chord}" for number, chord in enumerate(chords, start=1)]
    text = "\n".join(
        [
            f"Tempo {setting.tempo_bpm}",
            f"RndSeed {setting.tonic}",
            f"Use {style}",
            f"Groove {groove}",
            *bars,
            "",
        ]
    )
    with tempfile.TemporaryDirectory() as folder:
        score = Path(folder, "piece.mid")
        Path(folder, "piece.mma").write_text(text, encoding="utf-8")
        try:
            made = subprocess.run(
                ["mma", "piece.mma", "-f", score.name],
                cwd=folder,
                capture_output=True,
                timeout=_TIMEOUT_S,
                check=False,
            )
        except FileNotFoundError:
            raise NotReady(
                "The program mma, which composes accompaniments, is not installed.",
                hint="Run `apt-get install mma fluidsynth fluid-soundfont-gm`.",
            ) from None
        if made.returncode or not score.exists():
            return None
        setting.events.extend(_events_of(mido.MidiFile(str(score))))
    return style


@cache
def _grooves() -> Mapping[str, Sequence[str]]:
    """Return the grooves of every style that are no intro, fill or ending, at most four."""
    found = {}
    for file in sorted(STYLES_FOLDER.rglob("*.mma")):
        text = file.read_text(encoding="utf-8", errors="replace")
        names = re.findall(r"(?im)^\s*defgroove\s+(\S+)", text)
        whole = [
            name
            for name in names
            if not re.search(r"(intro|end|fill|ending|\d*end\d*)$", name, re.IGNORECASE)
        ]
        if whole:
            found[str(file.relative_to(STYLES_FOLDER))[: -len(".mma")]] = whole[:4]
    return found


def _events_of(score: mido.MidiFile) -> list[Event]:
    found, at_s = [], 0.0
    for message in score:
        at_s += message.time
        if message.type == "note_on" and message.velocity:
            found.append(Event(at_s, message.channel, "on", message.note, message.velocity))
        elif message.type in ("note_on", "note_off"):
            found.append(Event(at_s, message.channel, "off", message.note, 0))
        elif message.type == "program_change":
            found.append(Event(at_s, message.channel, "program", message.program, 0))
        elif message.type == "control_change" and message.control in (7, 11):
            found.append(Event(at_s, message.channel, "control", message.control, message.value))
    return found


def _melody_over(setting: _Setting) -> None:
    chance = setting.chance
    program, centre = chance.choice(_LEADS), chance.choice([60, 72])
    beats = chance.choice([(1, 1, 2), (0.5, 1, 1, 2), (0.25, 0.5, 0.5, 1)])
    articulation = chance.choice([0.4, 0.8, 1])
    player = _Player(_MELODY_CHANNEL, program, chance.randint(70, 115), articulation)
    _melody(setting, player, centre, beats)


def _texture(setting: _Setting) -> str:
    chance, chords = setting.chance, setting.chords()
    families = chance.sample(_FAMILIES, chance.choice([1, 1, 2, 2, 3]))
    velocity, articulation = chance.randint(35, 115), chance.choice([0.3, 0.6, 1, 1.1])
    base = chance.choice([36, 48, 48, 60])
    clusters = chance.random() < _CLUSTER_SHARE
    for channel, (holding, leading) in enumerate(families):
        if clusters:
            _clusters(setting, _Player(channel, chance.choice(holding), velocity, articulation), base)
        elif channel == 0 and chance.random() < _CHORDS_SHARE:
            player = _Player(channel, chance.choice(holding), velocity, articulation)
            _chords(setting, player, chords, base, chance.choice(["hold", "hold", "arp", "pulse", "oompah"]))
        else:
            player = _Player(channel, chance.choice(leading), min(120, velocity + 10), articulation)
            centre = chance.choice([48, 60, 60, 72])
            _melody(setting, player, centre, chance.choice(_TEXTURE_BEATS))
    _drums(setting, velocity)
    return "own/clusters" if clusters else "own/texture"


def _melody(setting: _Setting, player: _Player, centre: int, beats: Sequence[float]) -> None:
    chance, scale = setting.chance, _SCALES[setting.mode]
    setting.program(player.channel, player.program)
    at_s, degree = 0.0, 0
    while at_s < LENGTH_S:
        length_s = setting.beat_s * chance.choice(beats)
        if chance.random() < _NOTE_SHARE:
            degree = max(-7, min(7, degree + chance.choice([-2, -1, -1, 0, 1, 1, 2])))
            note = centre - centre % 12 + setting.tonic + 12 * (degree // 7) + scale[degree % 7]
            loud = max(20, min(127, int(chance.gauss(player.velocity, 8))))
            setting.note(at_s, player.channel, max(20, min(108, note)), loud, length_s * player.articulation)
        at_s += length_s


def _chords(
    setting: _Setting, player: _Player, chords: Sequence[tuple[int, str]], base: int, manner: str
) -> None:
    setting.program(player.channel, player.program)
    beat_s, at_s, bar = setting.beat_s, 0.0, 0
    while at_s < LENGTH_S:
        root, quality = chords[bar % len(chords)]
        notes = [base + ((root - base) % 12) + above for above in (0, 3 if quality == "m" else 4, 7)]
        for begin, sounding, beats in _figure(manner, notes):
            length = beats if manner == "oompah" else beats * player.articulation
            for note in sounding:
                setting.note(at_s + begin * beat_s, player.channel, note, player.velocity, beat_s * length)
        at_s += 4 * beat_s
        bar += 1


def _figure(manner: str, notes: Sequence[int]) -> list[tuple[float, Sequence[int], float]]:
    """Return what a bar of a chord is made of: when in beats, which notes, how long in beats."""
    broken = [*notes, notes[0] + 12]
    figures: Mapping[str, list[tuple[float, Sequence[int], float]]] = {
        "hold": [(0, notes, 4)],
        "arp": [(step / 2, [broken[place]], 1) for step, place in enumerate((0, 1, 2, 3, 2, 1, 0, 1))],
        "pulse": [(step / 2, notes, 0.5) for step in range(8)],
        "oompah": [(step, notes[1:] if step % 2 else [notes[0] - 12], 0.4) for step in range(4)],
    }
    return figures[manner]


def _clusters(setting: _Setting, player: _Player, base: int) -> None:
    chance = setting.chance
    setting.program(player.channel, player.program)
    at_s = 0.0
    while at_s < LENGTH_S:
        lowest, length_s = base + chance.randrange(12), setting.beat_s * chance.choice([1, 2, 4, 8])
        for above in chance.sample([0, 1, 2, 6, 7, 11, 13], chance.choice([2, 3, 4])):
            loud = int(chance.gauss(player.velocity, 10)) % 127 or 40
            setting.note(at_s, player.channel, lowest + above, loud, length_s)
        at_s += length_s * chance.choice([1, 1, 1.5])


def _drums(setting: _Setting, velocity: int) -> None:
    chance, beat_s, at_s, step = setting.chance, setting.beat_s, 0.0, 0
    which = chance.random()
    if which < 0.2:
        while at_s < LENGTH_S:
            drum = chance.choice([41, 45, 47, 60, 61, 63])
            setting.note(at_s, DRUM_CHANNEL, drum, min(127, velocity + 15), 0.1)
            at_s += beat_s * chance.choice([0.5, 1, 1, 2])
    elif which < 0.35:
        while at_s < LENGTH_S:
            setting.note(at_s, DRUM_CHANNEL, 42, 70, 0.1)
            if step % 4 == 0:
                setting.note(at_s, DRUM_CHANNEL, 36, min(127, velocity + 20), 0.1)
            if step % 4 == 2:
                setting.note(at_s, DRUM_CHANNEL, 38, min(127, velocity + 15), 0.1)
            at_s, step = at_s + beat_s / 2, step + 1
