"""The people's side of the planted world: what moods, genres, styles and instruments are like, in words.

All of it is ours, written for this generator; none of it is measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Style:
    """A kind of film.

    Attributes:
        name: for tables.
        scenes: what one could film in it, as a person would say.
        valence: usual pleasantness, -1 to 1.
        arousal: usual energy, -1 to 1.
        genres: genres that usually go with it, the most usual first.
    """

    name: str
    scenes: tuple[str, ...]
    valence: float
    arousal: float
    genres: tuple[str, ...]


STYLES: Final = (
    Style("stage", ("a concert", "a live show", "a crowd with raised hands"), 0.2, 0.7, ("rock", "metal", "punk")),
    Style("city", ("a city at night", "neon streets", "a late taxi ride"), -0.1, 0.3, ("house", "electronic", "hip hop")),
    Style("nature", ("a forest at dawn", "mountains from above", "a slow river"), 0.4, -0.6, ("ambient", "classical", "folk")),
    Style("fantasy", ("a dragon's lair", "an enchanted castle", "a quest"), 0.0, 0.5, ("soundtrack", "classical", "metal")),
    Style("beach", ("a beach party", "surfers", "a summer holiday"), 0.8, 0.5, ("reggae", "latin", "pop")),
    Style("rain", ("rain on a window", "an empty flat", "a farewell"), -0.7, -0.5, ("soul", "ambient", "blues")),
    Style("road", ("a road trip", "a truck on a highway", "a desert drive"), 0.3, 0.2, ("country", "blues", "rock")),
    Style("war", ("a battlefield", "marching soldiers", "a ruined town"), -0.8, 0.6, ("soundtrack", "metal", "classical")),
    Style("wedding", ("a wedding", "a couple by the sea", "a first dance"), 0.7, -0.2, ("soul", "pop", "jazz")),
    Style("retro", ("an old dance hall", "roller skates", "a mirror ball"), 0.6, 0.6, ("disco", "funk", "jazz")),
    Style("sport", ("a football match", "a boxing gym", "a car chase"), 0.1, 0.9, ("hip hop", "dance", "electronic")),
    Style("abstract", ("shapes in the dark", "ink in water", "a dream"), -0.4, -0.2, ("electronic", "ambient", "jazz")),
)  # fmt: skip

MOOD_PLACES: Final[Mapping[str, tuple[float, float]]] = {
    "aggressive": (-0.6, 0.9), "angry": (-0.8, 0.7), "anxious": (-0.6, 0.4), "bittersweet": (-0.1, -0.3),
    "bright": (0.7, 0.3), "calm": (0.4, -0.8), "cheerful": (0.9, 0.4), "dark": (-0.7, 0.0),
    "dramatic": (-0.3, 0.6), "dreamy": (0.2, -0.5), "energetic": (0.4, 0.9), "epic": (0.1, 0.8),
    "exciting": (0.6, 0.8), "gloomy": (-0.8, -0.4), "happy": (0.9, 0.5), "hopeful": (0.6, 0.0),
    "melancholic": (-0.5, -0.5), "mysterious": (-0.4, -0.1), "nostalgic": (0.1, -0.4), "peaceful": (0.6, -0.7),
    "playful": (0.8, 0.5), "relaxed": (0.6, -0.5), "romantic": (0.6, -0.3), "sad": (-0.7, -0.6),
    "serious": (-0.3, 0.1), "tense": (-0.5, 0.6), "triumphant": (0.5, 0.9), "uplifting": (0.8, 0.6),
}  # fmt: skip
"""Valence and arousal of each mood tag, -1 to 1 (Russell's circumplex, by judgement)."""


@dataclass(frozen=True, slots=True)
class Habit:
    """What a genre usually does.

    Attributes:
        tempo_bpm: usual tempo.
        instruments: usual instruments, the most usual first.
    """

    tempo_bpm: float
    instruments: tuple[str, ...]


GENRE_HABITS: Final[Mapping[str, Habit]] = {
    "ambient": Habit(72, ("synth pad", "piano", "bells", "strings", "electric guitar", "choir")),
    "blues": Habit(90, ("electric guitar", "male vocals", "harmonica", "bass guitar", "drum kit", "organ")),
    "classical": Habit(85, ("violin", "strings", "piano", "cello", "flute", "french horn", "oboe", "viola", "timpani")),
    "country": Habit(108, ("acoustic guitar", "banjo", "male vocals", "mandolin", "drum kit", "violin")),
    "dance": Habit(126, ("drum machine", "synth lead", "synth bass", "female vocals", "hand claps", "synth pad")),
    "disco": Habit(118, ("bass guitar", "drum kit", "strings", "female vocals", "hand claps", "brass section")),
    "electronic": Habit(120, ("synth lead", "synth bass", "drum machine", "synth pad", "turntables", "bells")),
    "folk": Habit(98, ("acoustic guitar", "female vocals", "violin", "accordion", "mandolin", "flute", "ukulele")),
    "funk": Habit(108, ("bass guitar", "drum kit", "brass section", "electric piano", "electric guitar", "trombone")),
    "hip hop": Habit(92, ("drum machine", "male vocals", "turntables", "synth bass", "electric piano", "synth pad")),
    "house": Habit(124, ("drum machine", "synth bass", "synth pad", "female vocals", "hand claps", "organ")),
    "jazz": Habit(112, ("saxophone", "double bass", "piano", "drum kit", "trumpet", "clarinet", "trombone")),
    "latin": Habit(104, ("percussion", "acoustic guitar", "trumpet", "male vocals", "marimba", "piano")),
    "metal": Habit(142, ("electric guitar", "drum kit", "bass guitar", "male vocals", "choir", "strings")),
    "pop": Habit(112, ("female vocals", "synth pad", "drum machine", "acoustic guitar", "piano", "bass guitar")),
    "punk": Habit(164, ("electric guitar", "drum kit", "bass guitar", "male vocals", "hand claps", "organ")),
    "reggae": Habit(78, ("bass guitar", "electric guitar", "organ", "drum kit", "male vocals", "percussion", "ukulele")),
    "rock": Habit(128, ("electric guitar", "drum kit", "bass guitar", "male vocals", "organ", "piano")),
    "soul": Habit(88, ("female vocals", "electric piano", "bass guitar", "organ", "brass section", "drum kit")),
    "soundtrack": Habit(96, ("strings", "french horn", "timpani", "choir", "piano", "percussion", "harp", "glockenspiel")),
}  # fmt: skip

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "acoustic guitar": ("strummed guitar", "fingerpicked guitar"), "electric guitar": ("distorted guitar", "guitar riff"),
    "bass guitar": ("bassline", "groovy bass"), "double bass": ("upright bass", "contrabass"),
    "piano": ("grand piano", "piano chords", "keys"), "electric piano": ("rhodes", "e-piano"),
    "organ": ("hammond", "church organ"), "synth pad": ("pads", "airy synth"), "synth lead": ("synth melody", "lead synth"),
    "synth bass": ("sub bass", "808 bass"), "strings": ("string section", "orchestral strings"), "violin": ("fiddle",),
    "viola": ("alto strings",), "cello": ("bowed low strings",), "harp": ("plucked harp",), "flute": ("woodwind", "pan flute"),
    "clarinet": ("reed melody",), "oboe": ("double reed",), "saxophone": ("sax",), "trumpet": ("muted trumpet",),
    "trombone": ("slide brass",), "french horn": ("horns",), "brass section": ("brass", "brass stabs"),
    "harmonica": ("blues harp",), "accordion": ("squeezebox",), "banjo": ("plucked banjo",), "mandolin": ("tremolo mandolin",),
    "ukulele": ("uke",), "sitar": ("indian strings",), "drum kit": ("drums", "live drums", "acoustic drums"),
    "drum machine": ("electronic drums", "programmed beat", "beats"), "percussion": ("congas", "hand drums"),
    "hand claps": ("claps", "clapping"), "bells": ("chimes", "bell-like sounds"), "glockenspiel": ("music box",),
    "marimba": ("xylophone",), "timpani": ("kettle drums",), "turntables": ("scratching", "dj scratches"),
    "choir": ("chorus of voices", "choral voices"), "female vocals": ("a woman sings", "female singer", "her voice"),
    "male vocals": ("a man sings", "male singer", "his voice"),
    "ambient": ("atmospheric",), "blues": ("bluesy",), "classical": ("orchestral",), "country": ("americana", "western"),
    "dance": ("club", "edm"), "disco": ("seventies dance",), "electronic": ("electronica", "techno"), "folk": ("folky", "acoustic folk"),
    "funk": ("funky",), "hip hop": ("rap", "hip-hop"), "house": ("deep house", "four on the floor"), "jazz": ("jazzy", "swing"),
    "latin": ("salsa", "bossa nova"), "metal": ("heavy metal",), "pop": ("poppy", "radio pop"), "punk": ("punk rock",),
    "reggae": ("dub", "island groove"), "rock": ("rocking",), "soul": ("r&b", "soulful"), "soundtrack": ("film score", "cinematic"),
    "aggressive": ("violent", "fierce"), "angry": ("furious",), "anxious": ("nervous", "uneasy"), "bittersweet": ("mixed feelings",),
    "bright": ("sunny", "shining"), "calm": ("tranquil", "soothing"), "cheerful": ("merry", "jolly"), "dark": ("sinister", "ominous"),
    "dramatic": ("theatrical",), "dreamy": ("ethereal", "floating"), "energetic": ("driving", "lively"), "epic": ("grand", "heroic"),
    "exciting": ("thrilling",), "gloomy": ("bleak",), "happy": ("joyful", "feel-good"), "hopeful": ("optimistic",),
    "melancholic": ("wistful", "melancholy"), "mysterious": ("enigmatic", "eerie"), "nostalgic": ("sentimental",),
    "peaceful": ("serene", "gentle"), "playful": ("quirky", "fun"), "relaxed": ("laid-back", "chill"), "romantic": ("loving", "tender"),
    "sad": ("sorrowful", "mournful"), "serious": ("solemn",), "tense": ("suspenseful",), "triumphant": ("victorious",),
    "uplifting": ("inspiring", "rousing"),
}  # fmt: skip
"""Other words for each tag; people use them, taggers never do."""

TEMPO_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "slow": ("slow", "slow tempo", "unhurried"),
    "medium": ("mid-tempo", "moderate tempo", "medium tempo"),
    "fast": ("fast", "fast-paced", "up-tempo"),
}
SLOW_BELOW_BPM: Final = 90
FAST_ABOVE_BPM: Final = 122

MOVEMENT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "rising": ("builds up", "grows", "gets more intense"),
    "falling": ("fades", "winds down", "gets quieter"),
    "steady": ("stays steady", "keeps going", "repeats"),
}
