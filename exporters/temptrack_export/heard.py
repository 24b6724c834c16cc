"""The concepts that bundle lite-1 hears, and how its audio features become them.

A concept is measured by named features (members: outputs of the taggers as in lite-0, or descriptors, which
count against it behind a minus), by detectors fitted on rendered
scores whose instruments, mode, tempo and manner are known (heads, see ``heads``), or by both, averaged.
Everything is linear, so one matrix holds it.
"""

from dataclasses import dataclass, replace
from importlib.resources import files
from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from temptrack.model.types import TagGroup
from temptrack_export.concepts import CONCEPTS, Concept
from temptrack_export.listening import FEATURE_NAMES
from temptrack_export.musicnn import RAW_TAGS
from temptrack_export.voice import VOICES, VoiceTags

Array = npt.NDArray[np.float64]

MODEL_FILE = "heard.npz"

GENRE, MOOD, INSTRUMENT = TagGroup.GENRE, TagGroup.MOOD, TagGroup.INSTRUMENT

_HEADS_OF = {
    "rock": ("rock",),
    "metal": ("metal",),
    "house": ("dance",),
    "jazz": ("jazz",),
    "classical": ("orchestral",),
    "piano": ("piano",),
    "strings": ("strings",),
    "harp": ("harp",),
    "flute": ("flute",),
    "drums": ("drums",),
    "choir": ("choir",),
}
"""Heads that measure a concept of lite-0 beside its members."""

_BY_HEAD_ALONE = frozenset({"synth"})
"""Concepts whose members say less than the head alone: "80s" is a style, and what is tagged as synthesizer on
the taggers' music is an organ or a pad."""


def _by_head(group: TagGroup, name: str, heads: str, pattern: str) -> Concept:
    return Concept(name, group, (), pattern, tuple(heads.split("|")))


_NEW = (
    _by_head(GENRE, "latin", "latin", r"latin|salsa|samba|mambo|rumba|bossa|tango|flamenco|mariachi"),
    _by_head(GENRE, "orchestral", "orchestral|brass|strings",
             r"orchestra|symphon|cinematic|film score|philharmonic"),
    _by_head(MOOD, "minor key", "minor",
             r"minor|dark|sad|somber|melanchol|sinister|eerie|mysterious|ominous|mournful"),
    _by_head(MOOD, "major key", "major",
             r"major|bright|happy|cheerful|joy|uplifting|playful|optimistic|fun\b"),
    _by_head(MOOD, "dissonant", "dissonant",
             r"dissonan|eerie|unnerving|scary|horror|creepy|unsettling|suspens|tens[ei]|spooky|haunt|chaotic|"
             r"sinister"),
    Concept("busy", MOOD, ("sound:onsets", "sound:harmonic_change"),
            r"busy|dense|frantic|chaotic|virtuos|fast|energetic|lively|driving"),
    Concept("sparse", MOOD, ("-sound:onsets", "-sound:harmonic_change"),
            r"sparse|minimal|calm|drone|meditat|slow|quiet|spacious|simple"),
    Concept("bouncy", MOOD, ("sound:onset_share", "sound:onsets_range"),
            r"bounc|playful|staccato|pizzicato|plucky|humorous|funny|quirky|comic|comedy|animated|silly"),
    _by_head(INSTRUMENT, "acoustic guitar", "acoustic guitar",
             r"acoustic (?:rhythm )?guitar|fingerpick|classical guitar|nylon|spanish guitar|ukulele"),
    _by_head(INSTRUMENT, "distorted guitar", "distorted guitar",
             r"distort|overdriv|electric guitar|e-?guitar|heavy guitar|power chord|guitar (?:riff|solo)"),
    _by_head(INSTRUMENT, "electric piano", "electric piano",
             r"electric piano|rhodes|wurlitzer|ep\b|keyboard harmony"),
    _by_head(INSTRUMENT, "harpsichord", "harpsichord", r"harpsichord|clavinet|clavichord|baroque"),
    _by_head(INSTRUMENT, "organ", "organ", r"organ\b|hammond"),
    _by_head(INSTRUMENT, "bells", "bells",
             r"bells?\b|glock|celest|music box|vibraphone|vibes|marimba|xylophone|chimes|mallet|kalimba"),
    _by_head(INSTRUMENT, "accordion", "accordion", r"accordion|bandoneon|harmonica|concertina|melodica"),
    _by_head(INSTRUMENT, "pizzicato", "pizzicato", r"pizzicato|plucked string"),
    _by_head(INSTRUMENT, "brass", "brass", r"brass|trumpet|trombone|horns?\b|tuba|fanfare|big band"),
    _by_head(INSTRUMENT, "woodwinds", "woodwinds", r"woodwind|clarinet|oboe|bassoon|english horn|sax"),
    _by_head(INSTRUMENT, "pad", "pad", r"pads?\b|synth pad|atmospher|ethereal|drone|lush"),
    _by_head(INSTRUMENT, "percussion", "percussion",
             r"percussi|conga|bongo|shaker|tabla|tribal|djembe|timpani|tympani|toms?\b"),
    _by_head(INSTRUMENT, "bagpipes", "bagpipes", r"bagpipe|pipes and drums"),
)  # fmt: skip


def _with_heads(concept: Concept) -> Concept:
    if concept.name in _BY_HEAD_ALONE:
        return replace(concept, members=(), heads=(concept.name,))
    return replace(concept, heads=_HEADS_OF.get(concept.name, ()))


_OLD = tuple(_with_heads(concept) for concept in CONCEPTS)
HEARD: tuple[Concept, ...] = (
    *(concept for concept in _OLD if concept.group is not TagGroup.VOCAL),
    *_NEW,
    *(concept for concept in _OLD if concept.group is TagGroup.VOCAL),
)
"""All concepts, voice last, in the order of everything that speaks of them."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """How audio features become concepts: features @ matrix + offset.

    Attributes:
        matrix: [len(FEATURE_NAMES), len(HEARD)].
        offset: [len(HEARD)].
        noise: deviation of what is measured where the concept is known to be present or absent, in units of
            the distance between both, [len(HEARD)]; for concepts without heads, a guess. Teaches a tower how
            far to trust each.
        slope: of the logistic curve that makes a posterior of what is measured, [len(HEARD)].
        middle: what is measured where that posterior is one half, [len(HEARD)].
        threshold: posterior from which a track is said to have the concept, [len(HEARD)].
        source: what the scale was measured on, in words.
    """

    matrix: Array
    offset: Array
    noise: Array
    slope: Array
    middle: Array
    threshold: Array
    source: str

    def measure(self, features: npt.NDArray[Any]) -> Array:
        """Return how strongly each concept is heard, [rows, len(HEARD)], in deviations over real music.

        Args:
            features: of windows, or of tracks as means over their windows, [rows, len(FEATURE_NAMES)].
        """
        return np.asarray(features, np.float64) @ self.matrix + self.offset


def read_hearing() -> Hearing:
    """Read what ``temptrack-export hearing`` fitted; it is part of the recipe."""
    with np.load(BytesIO((files("temptrack_export") / MODEL_FILE).read_bytes())) as content:
        names = [str(name) for name in content["concepts"]]
        if names != [concept.name for concept in HEARD] or content["matrix"].shape[0] != len(FEATURE_NAMES):
            raise ValueError(f"{MODEL_FILE} was fitted for other concepts or features; fit it again")
        return Hearing(
            matrix=content["matrix"].astype(np.float64),
            offset=content["offset"].astype(np.float64),
            noise=content["noise"].astype(np.float64),
            slope=content["slope"].astype(np.float64),
            middle=content["middle"].astype(np.float64),
            threshold=content["threshold"].astype(np.float64),
            source=str(content["source"]),
        )


class HeardTags(nn.Module):
    """Audio features [rows, len(FEATURE_NAMES)] to tag posteriors [rows, len(HEARD)], voice as in lite-0."""

    def __init__(self, hearing: Hearing) -> None:
        super().__init__()
        names = tuple(concept.name for concept in HEARD)
        self.first_voice = names.index(VOICES[0])
        if names[self.first_voice :] != VOICES:
            raise ValueError("the vocal concepts must come last, in the order the tower puts them out")
        present = slice(0, self.first_voice)
        scaled = hearing.matrix[:, present] * hearing.slope[present]
        moved = (hearing.offset[present] - hearing.middle[present]) * hearing.slope[present]
        self.register_buffer("matrix", torch.tensor(scaled, dtype=torch.float32))
        self.register_buffer("offset", torch.tensor(moved, dtype=torch.float32))
        self.voice = VoiceTags()

    def forward(self, features: Tensor) -> Tensor:
        """Say how likely each concept is present."""
        present = torch.sigmoid(features @ self.get_buffer("matrix") + self.get_buffer("offset"))
        return torch.cat([present, self.voice(features[:, : len(RAW_TAGS)])], dim=-1)
