"""The musical concepts that tie words to sound in bundle lite-0.

Each concept joins outputs of the musicnn models (members) with the words people use for it (a pattern), so
that a caption and a recording can be described by the same vector.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from temptrack.model.types import TagGroup
from temptrack_export.musicnn import RAW_TAGS


@dataclass(frozen=True, slots=True)
class Concept:
    """A musical concept.

    Attributes:
        name: the word shown to editors.
        group: what it speaks about.
        members: outputs of the musicnn models whose mean log-odds measure it.
        pattern: regular expression of the words that name it, matched at word starts, any case.
        heads: detectors of ``heads.HEADS`` that measure it beside the members; lite-0 has none.
    """

    name: str
    group: TagGroup
    members: tuple[str, ...]
    pattern: str
    heads: tuple[str, ...] = ()


def _concept(group: TagGroup, name: str, members: str, pattern: str) -> Concept:
    return Concept(name, group, tuple(members.split()), pattern)


GENRE, MOOD, INSTRUMENT, VOCAL = TagGroup.GENRE, TagGroup.MOOD, TagGroup.INSTRUMENT, TagGroup.VOCAL

CONCEPTS: tuple[Concept, ...] = (
    _concept(GENRE, "rock", "msd:rock mtt:rock msd:classic_rock", r"rock\b|rock'?n"),
    _concept(GENRE, "hard rock", "msd:hard_rock msd:alternative_rock", r"hard rock|alternative rock|grunge"),
    _concept(GENRE, "metal", "msd:metal msd:heavy_metal mtt:metal", r"metal\b|heavy metal|thrash|death metal"),
    _concept(GENRE, "punk", "msd:punk", r"punk"),
    _concept(GENRE, "indie", "msd:indie msd:indie_rock msd:indie_pop", r"indie|shoegaze"),
    _concept(GENRE, "pop", "msd:pop mtt:pop", r"pop\b|synth-?pop|k-?pop"),
    _concept(GENRE, "electronic", "msd:electronic msd:electronica mtt:electronic", r"electronic|edm\b|electronica"),
    _concept(GENRE, "techno", "mtt:techno msd:electro", r"techno|trance|rave|electro\b"),
    _concept(GENRE, "house", "msd:house msd:dance mtt:dance", r"house\b|dance|club|disco"),
    _concept(GENRE, "hip hop", "msd:hip_hop", r"hip.?hop|rap\b|rapp|trap\b|boom bap"),
    _concept(GENRE, "soul", "msd:soul msd:rnb", r"soul|r ?& ?b\b|rnb|gospel|motown"),
    _concept(GENRE, "funk", "msd:funk", r"funk|groov"),
    _concept(GENRE, "jazz", "msd:jazz", r"jazz|swing|bossa|be-?bop|lounge"),
    _concept(GENRE, "blues", "msd:blues", r"blues"),
    _concept(GENRE, "country", "msd:country mtt:country", r"country|bluegrass|western|banjo"),
    _concept(GENRE, "folk", "msd:folk", r"folk|celtic|irish|medieval|traditional"),
    _concept(GENRE, "ambient", "msd:ambient mtt:ambient", r"ambient|drone|atmospheric|soundscape"),
    _concept(GENRE, "new age", "mtt:new_age msd:chillout msd:chill", r"new age|meditat|spa\b|chill|zen\b|yoga"),
    _concept(GENRE, "classical", "mtt:classical mtt:classic", r"classical|orchestra|symphon|baroque|chamber|sonata"),
    _concept(GENRE, "opera", "mtt:opera", r"opera"),
    _concept(GENRE, "indian", "mtt:indian mtt:sitar", r"indian|sitar|raga|tabla|bollywood|oriental|eastern"),
    _concept(GENRE, "experimental", "msd:experimental mtt:weird", r"experimental|weird|strange|bizarre|noise\b|glitch"),
    _concept(GENRE, "easy listening", "msd:easy_listening msd:oldies msd:60s", r"easy listening|oldies|elevator|retro"),
    _concept(MOOD, "happy", "msd:happy msd:catchy", r"happy|cheerful|joy|upbeat|bright|playful|fun\b|uplifting|catchy"),
    _concept(MOOD, "sad", "msd:sad", r"sad|melanchol|sorrow|lament|nostalg|somber|mournful|emotional|heartbr"),
    _concept(MOOD, "beautiful", "msd:beautiful", r"beautiful|romantic|heartfelt|tender|lovely|passionate|hopeful"),
    _concept(MOOD, "mellow", "msd:mellow mtt:soft", r"mellow|soft|gentle|relax|sooth|peaceful|warm|dreamy|intimate"),
    _concept(MOOD, "quiet", "mtt:quiet", r"quiet|calm|serene|sparse|minimal|subtle|tranquil|delicate"),
    _concept(MOOD, "loud", "mtt:loud", r"loud|aggressive|intense|powerful|distort|epic|energetic|violent|harsh"),
    _concept(MOOD, "slow", "mtt:slow", r"slow"),
    _concept(MOOD, "fast", "mtt:fast", r"fast|up-?tempo|rapid|frantic|frenetic|racing"),
    _concept(MOOD, "party", "msd:party msd:sexy", r"party|sexy|festive|celebrat|sensual"),
    _concept(INSTRUMENT, "guitar", "mtt:guitar msd:guitar", r"guitar"),
    _concept(INSTRUMENT, "acoustic", "msd:acoustic", r"acoustic|unplugged|ukulele|strum|fingerpick"),
    _concept(INSTRUMENT, "piano", "mtt:piano", r"piano|keyboard"),
    _concept(INSTRUMENT, "strings", "mtt:strings mtt:violin mtt:cello", r"string|violin|cello|viola|orchestra|fiddle"),
    _concept(INSTRUMENT, "harp", "mtt:harp mtt:harpsichord", r"harp"),
    _concept(INSTRUMENT, "flute", "mtt:flute", r"flute|woodwind|clarinet|oboe|recorder|pan ?pipe"),
    _concept(INSTRUMENT, "synth", "mtt:synth msd:80s", r"synth|arpeggiat|analog|80s|chiptune|8.?bit"),
    _concept(INSTRUMENT, "drums", "mtt:drums", r"drum|percussi|kick|snare|hi.?hat|cymbal"),
    _concept(INSTRUMENT, "beat", "mtt:beat mtt:beats", r"beat\b|beats\b|four on the floor|bass ?line|groov"),
    _concept(INSTRUMENT, "choir", "mtt:choir mtt:choral", r"choir|choral|chant|monk|hymn"),
    _concept(VOCAL, "female vocals", "mtt:female mtt:woman mtt:female_vocal mtt:female_voice msd:female_vocalist",
             r"female|woman|girl|soprano"),
    _concept(VOCAL, "male vocals", "mtt:male mtt:man mtt:male_vocal mtt:male_voice msd:male_vocalists",
             r"male\b|\bman\b|baritone|tenor"),
    _concept(VOCAL, "vocals", "mtt:vocal mtt:vocals mtt:singing mtt:voice", r"vocal|voice|sing|sung|lyric|rap\b"),
    _concept(VOCAL, "instrumental", "mtt:no_vocals mtt:no_vocal mtt:no_voice msd:instrumental",
             r"instrumental|no (?:vocal|voice|sing)|without (?:vocal|voice)"),
)  # fmt: skip
"""All concepts, in the order of the music tower's tag output."""


def membership() -> npt.NDArray[np.float32]:
    """Return which outputs of musicnn measure which concept, [100, concepts]; columns sum to 1."""
    matrix = np.zeros((len(RAW_TAGS), len(CONCEPTS)), np.float32)
    for column, concept in enumerate(CONCEPTS):
        for member in concept.members:
            matrix[RAW_TAGS.index(member), column] = 1 / len(concept.members)
    return matrix


def mentions(texts: Sequence[str], concepts: Sequence[Concept] = CONCEPTS) -> npt.NDArray[np.float32]:
    """Return which concepts texts speak of, [texts, concepts], 1 or 0; a negated word does not count."""
    patterns = [re.compile(rf"\b(?:{concept.pattern})", re.IGNORECASE) for concept in concepts]
    negated = re.compile(r"\b(?:no|without|lacks?|not)\s+(?:\w+\s+)?(?:vocals?|voices?|singing|singer|drums?|percussion)\b",
                         re.IGNORECASE)  # fmt: skip
    instrumental = next(index for index, concept in enumerate(concepts) if concept.name == "instrumental")
    found = np.zeros((len(texts), len(concepts)), np.float32)
    for row, text in enumerate(texts):
        kept = negated.sub(" ", text)
        for column, pattern in enumerate(patterns):
            found[row, column] = bool(pattern.search(text if column == instrumental else kept))
    return found
