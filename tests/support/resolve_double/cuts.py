"""Timelines for tests."""

from fractions import Fraction
from pathlib import Path

from support.resolve_double.application import Application
from support.resolve_double.state import Cut, Item, Lane, Media


def simple_cut(
    app: Application,
    *,
    rate: Fraction = Fraction(24),
    start: int = 86400,
    drop_frame: bool = False,
    seconds: int = 20,
    name: str = "Cut",
    film: Path | None = None,
    film_rate: Fraction = Fraction(25),
) -> Cut:
    """Add a timeline with one video lane of two clips and one lane of their sound, and show it."""
    app.project_rate = rate
    cut = Cut(name, rate, start, drop_frame)
    picture, sound = Lane("Video 1"), Lane("Audio 1", "audio", "stereo")
    cut.lanes["video"].append(picture)
    cut.lanes["audio"].append(sound)
    path = film or Path("/media/film.mov")
    media = Media(path.name, path, film_rate, round(seconds * film_rate))
    app.root.clips.append(media)
    length, half = round(seconds * rate), round(seconds * rate) // 2
    second_start = round(Fraction(half) / rate * film_rate)
    picture.items += [
        Item("one", start, start + half, media),
        Item("two", start + half, start + length, media, source_start=second_start),
    ]
    sound.items.append(Item("one", start, start + length, media, "audio"))
    return app.add(cut)
