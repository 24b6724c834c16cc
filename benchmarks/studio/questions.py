"""What seats ask, and what the right answer is: the one that the engine gives in this process."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np
import numpy.typing as npt
from benchmarks.speed.prompts import PROMPTS
from PIL import Image

from temptrack.demo.painted import PAINTED_SCENES
from temptrack.errors import TemptrackError
from temptrack.library.types import TrackFilter
from temptrack.media.types import Frames
from temptrack.model.types import SegmentFeatures
from temptrack.suggest.types import PictureSegment, Query, Suggester
from temptrack.wire import convert
from temptrack.wire.pictures import from_pictures, to_pictures
from temptrack_api.v1 import suggestion_pb2

TOLERANCE = 1e-5
SEGMENT_S = 10
MOST_PICTURES = 10
"""Of a segment as it is sampled by default; held shots are sent once, so many segments have fewer."""

ENCODE = "/temptrack_api.v1.SuggestionService/EncodeSegment"
SUGGEST = "/temptrack_api.v1.SuggestionService/Suggest"
_GRAIN_SIGMA = 3.0
_RATE = 25
_FILTERS = (TrackFilter(), TrackFilter(tempo_min_bpm=80, tempo_max_bpm=150, vocals=False))


class WrongAnswerError(Exception):
    """A server answered otherwise than the engine in this process."""


class Truth(Protocol):
    """The answer of the engine in this process."""

    def difference(self, answer: bytes) -> float:
        """Return how far the numbers of an answer are off. Raises WrongAnswerError beyond ``TOLERANCE``."""


@dataclass(frozen=True, slots=True)
class Question:
    """A call as it goes over the wire.

    Attributes:
        kind: as results name it.
        method: full name of the call.
        request: the serialised message.
        truth: what the answer is held to.
        pictures: how many it carries.
    """

    kind: str
    method: str
    request: bytes
    truth: Truth
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class _Encoded:
    features: SegmentFeatures

    def difference(self, answer: bytes) -> float:
        message = suggestion_pb2.EncodeSegmentResponse.FromString(answer)
        try:
            found = convert.features_from_message(message.features)
        except TemptrackError as error:
            raise WrongAnswerError(str(error)) from error
        if found.encoder_id != self.features.encoder_id:
            raise WrongAnswerError(f"features of {found.encoder_id}, not of {self.features.encoder_id}")
        return _within_tolerance(found.values, self.features.values)


@dataclass(frozen=True, slots=True)
class _Ranked:
    tracks: tuple[str, ...]
    scores: tuple[float, ...]
    excerpts: tuple[tuple[float, float], ...]

    def difference(self, answer: bytes) -> float:
        message = suggestion_pb2.SuggestResponse.FromString(answer)
        tracks = tuple(item.track.id for item in message.suggestions)
        if tracks != self.tracks:
            raise WrongAnswerError(f"tracks {tracks}, not {self.tracks}")
        excerpts = tuple((item.excerpt.start_s, item.excerpt.duration_s) for item in message.suggestions)
        if excerpts != self.excerpts:
            raise WrongAnswerError(f"excerpts {excerpts}, not {self.excerpts}")
        return _within_tolerance([item.score for item in message.suggestions], self.scores)


def make_questions(engine: Suggester, library: str, *, count: int, seed: int) -> list[Question]:
    """Return seeded questions with their answers: as many about pictures as about music.

    Args:
        engine: answers in this process, with the bundle and the libraries of the server.
        library: what is searched.
        count: how many of each kind.
        seed: of everything that is drawn.
    """
    generator = np.random.default_rng(seed)
    size_px, encoder_id = engine.info().frame_size_px, engine.info().frame_encoder_id
    encodes, known = [], []
    for number in range(count):
        pictures = int(generator.integers(1, MOST_PICTURES + 1))
        frames = film_frames(pictures, size_px, seed=seed * count + number)
        lossless = number % 2 == 0
        repeats = [int(times) for times in generator.integers(1, 4, pictures)]
        question, features = _encode(engine, frames, repeats, encoder_id, lossless=lossless)
        encodes.append(question)
        known.append(features)
    suggests = [_suggest(engine, library, number, known, generator) for number in range(count)]
    return [question for pair in zip(encodes, suggests, strict=True) for question in pair]


def make_encodes(
    engine: Suggester, count: int, *, pictures: int, lossless: bool, seed: int
) -> list[Question]:
    """Return questions about segments of so many pictures each, with their answers."""
    info = engine.info()
    return [
        _encode(
            engine,
            film_frames(pictures, info.frame_size_px, seed=seed * count + number),
            [1] * pictures,
            info.frame_encoder_id,
            lossless=lossless,
        )[0]
        for number in range(count)
    ]


def film_frames(count: int, size_px: int, *, seed: int) -> Frames:
    """Return painted pictures with grain over them, [count, size_px, size_px, 3].

    Without grain pictures compress far better than any camera's do, and decode faster.
    """
    generator = np.random.default_rng(seed)
    scene = PAINTED_SCENES[seed % len(PAINTED_SCENES)]
    start_s = float(generator.uniform(0, scene.seconds))
    shape = (size_px, size_px)
    painted = [
        np.asarray(scene.paint(start_s + number, scene.size_px).resize(shape, Image.Resampling.BILINEAR))
        for number in range(count)
    ]
    grain = generator.normal(0, _GRAIN_SIGMA, (count, *shape, 3)).round()
    frames: Frames = np.clip(np.stack(painted) + grain, 0, 255).astype(np.uint8)
    return frames


def encode_request(
    frames: Frames, repeats: Sequence[int], encoder_id: str, *, lossless: bool
) -> suggestion_pb2.EncodeSegmentRequest:
    """Return the request that a seat sends for a segment."""
    pictures = to_pictures(frames, repeats, size_px=frames.shape[1], lossless=lossless)
    return suggestion_pb2.EncodeSegmentRequest(pictures=pictures, encoder_id=encoder_id)


def picture_of(known: Sequence[SegmentFeatures]) -> tuple[PictureSegment, ...]:
    """Return features as segments of ten seconds, end to end."""
    return tuple(
        PictureSegment(features, Fraction(SEGMENT_S * place), Fraction(SEGMENT_S))
        for place, features in enumerate(known)
    )


def _encode(
    engine: Suggester, frames: Frames, repeats: Sequence[int], encoder_id: str, *, lossless: bool
) -> tuple[Question, SegmentFeatures]:
    request = encode_request(frames, repeats, encoder_id, lossless=lossless)
    # What JPEG loses is lost on both ways.
    features = engine.encode_segment(*from_pictures(request.pictures, size_px=frames.shape[1]))
    kind = f"encode {'png' if lossless else 'jpeg'}"
    question = Question(kind, ENCODE, request.SerializeToString(), _Encoded(features), len(frames))
    return question, features


def _suggest(
    engine: Suggester,
    library: str,
    number: int,
    known: Sequence[SegmentFeatures],
    generator: np.random.Generator,
) -> Question:
    segments = [known[int(place)] for place in generator.integers(0, len(known), generator.integers(1, 19))]
    query = Query(
        library=library,
        prompt="" if number % 5 == 4 else PROMPTS[number % len(PROMPTS)],
        picture=picture_of(segments),
        scope_s=Fraction(SEGMENT_S * len(segments)),
        where=_FILTERS[number % 2],
    )
    items = engine.suggest(query).suggestions
    truth = _Ranked(
        tuple(item.track.id for item in items),
        tuple(item.score for item in items),
        tuple((item.excerpt.start_s, item.excerpt.duration_s) for item in items),
    )
    request: bytes = convert.query_to_message(query).SerializeToString()
    return Question("suggest", SUGGEST, request, truth)


def _within_tolerance(found: npt.ArrayLike, expected: npt.ArrayLike) -> float:
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape != expected.shape:
        raise WrongAnswerError(f"{len(found)} values, not {len(expected)}")
    off = float(np.abs(found - expected).max(initial=0.0))
    # Not the other way round: what is no number is not within anything.
    if not off <= TOLERANCE:
        raise WrongAnswerError(f"values are off by {off}")
    return off
