"""Cold `temptrack suggest` on three minutes of 1080p, against the plain way in the same run."""

import os
import shutil
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from benchmarks.speed.film import Film, prepare_film
from benchmarks.speed.measure import (
    TEMPTRACK,
    WORK,
    Run,
    read_result,
    replace_result,
    run_process,
    spread,
    summary,
    write_result,
)
from benchmarks.speed.plain import segments_of
from benchmarks.speed.planted import planted_library

from temptrack.home import ENVIRONMENT_VARIABLE, feature_cache_folder, home_folder
from temptrack.library.store import LibraryStore
from temptrack.media.feature_cache import FeatureCache
from temptrack.model.bundles import load_bundle
from temptrack.suggest.engine import engine_for
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.picture import analyse_scope
from temptrack.suggest.types import PictureSegment, Query
from temptrack.timeline.read import read_timeline
from temptrack.timeline.scope import select_scope

PROMPTS = (
    "calm, hopeful piano",
    "dark tense electronic drones",
    "upbeat happy acoustic guitar",
    "epic orchestral battle music",
    "slow sad strings",
    "fast energetic rock with drums",
    "playful children's music",
    "mysterious ambient space",
    "medieval folk with flute",
    "driving techno beat",
)
_MOODS = ["calm", "tense", "sad", "happy", "epic", "playful", "mysterious", "romantic", "angry", "hopeful"]
_INSTRUMENTS = ["piano", "strings", "guitar", "synth", "drums", "flute", "choir", "brass"]
MORE_PROMPTS = tuple(f"{mood} {instrument}" for mood in _MOODS for instrument in _INSTRUMENTS)
"""Ten prompts say little about how often a list stays the same; these say it."""

TEXT_WEIGHT = 0.5
TOP = 10
EVERY_FRAME, SIX_A_SECOND = "plain, every frame", "plain, 6 frames a second"
EVERY = {EVERY_FRAME: Fraction(1), SIX_A_SECOND: Fraction(25, 6)}
OURS = "temptrack"


def measure(*, library: str | None, repeats: int, full_repeats: int) -> None:
    """Measure and write results/speed-picture.json.

    Args:
        library: a library of this machine made with the shipped bundle; None plants one without music.
        repeats: how often each way is run, in turns.
        full_repeats: how often the way that encodes every frame is run, at most ``repeats``.
    """
    film = prepare_film(WORK / "film")
    home, name, music = _prepare_home(library)
    os.environ[ENVIRONMENT_VARIABLE] = str(home)
    runs: dict[str, list[Run]] = {OURS: [], SIX_A_SECOND: [], EVERY_FRAME: []}
    for number in range(repeats):
        for way, done in runs.items():
            if way == EVERY_FRAME and number >= full_repeats:
                continue
            done.append(_run(way, film, name))
            print(f"{number + 1}/{repeats} {way}: {done[-1].as_dict()}", flush=True)
    features = {way: np.load(_features_file(way)) for way in EVERY}
    write_result("picture", _figures(film, runs, music) | {"same": _compare(film, name, features)})


def _prepare_home(library: str | None) -> tuple[Path, str, str]:
    """Return a home with a cache of its own, so that emptying it empties nobody else's."""
    home = WORK / "home-picture"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    if library is not None:
        count = LibraryStore.open(library).info().track_count
        (home / "libraries").symlink_to((home_folder() / "libraries").absolute())
        return home, library, f"library {library!r} of {count} real tracks"
    os.environ[ENVIRONMENT_VARIABLE] = str(home)
    planted_library("planted", 200, load_bundle())
    return home, "planted", "200 planted vectors"


def _run(way: str, film: Film, library: str) -> Run:
    shutil.rmtree(feature_cache_folder(), ignore_errors=True)
    question = ["--library", library, "--prompt", PROMPTS[0]]
    if way == OURS:
        return run_process([TEMPTRACK, "suggest", str(film.timeline), *question, "--json"])
    python = str(Path(TEMPTRACK).with_name("python"))
    every = ["--every", str(EVERY[way]), "--features", str(_features_file(way))]
    return run_process([python, "-m", "benchmarks.speed.plain", str(film.timeline), *question, *every])


def _features_file(way: str) -> Path:
    return WORK / f"features-{EVERY[way].numerator}.npy"


def _figures(film: Film, runs: Mapping[str, Sequence[Run]], music: str) -> dict[str, Any]:
    ours = runs[OURS]
    ratios = {
        way: {
            figure: spread(
                [
                    getattr(other, figure) / getattr(own, figure)
                    for own, other in zip(ours, done, strict=False)
                ]
            )
            for figure in ("wall_s", "cpu_s", "peak_mb")
        }
        for way, done in runs.items()
        if way != OURS
    }
    return {
        "what": {
            "film": f"{film.duration_s} s of 1080p25 H.264 in {len(film.media)} clips of {film.footage} "
            f"footage, {film.bit_rate / 1e6:.1f} Mb/s, B-frames, a keyframe every 50 frames",
            "frames": film.frames,
            "library": music,
            "text_weight": TEXT_WEIGHT,
            OURS: "`temptrack suggest` from the start of the process to its JSON, feature cache empty",
            EVERY_FRAME: "one process: PyAV decodes every frame, PIL scales every frame, the same encoder "
            "takes every frame, the same engine ranks",
            SIX_A_SECOND: "the same, but only 6 frames a second are scaled and encoded",
        },
        "ways": {
            way: summary(done) | ({"stages": done[-1].output["stages"]} if way != OURS else {})
            for way, done in runs.items()
        },
        "times_faster": ratios,
    }


def compare_again(*, library: str) -> None:
    """Rank again with the pictures that the last measurement saved, and renew that part of its result."""
    film = prepare_film(WORK / "film")
    os.environ[ENVIRONMENT_VARIABLE] = str(WORK / "home-picture")
    result = read_result("picture")
    result["same"] = _compare(film, library, {way: np.load(_features_file(way)) for way in EVERY})
    replace_result("picture", result)


def _compare(film: Film, library: str, features: Mapping[str, npt.NDArray[np.float32]]) -> dict[str, Any]:
    """Ask all prompts with the picture of each way, and with the picture alone.

    The two plain ways are compared with each other as well: that says how much a ranking moves when nothing
    but the number of frames changes.
    """
    engine = engine_for(load_bundle())
    scope = select_scope(read_timeline(film.timeline))
    ours = analyse_scope(scope, engine, cache=FeatureCache(feature_cache_folder())).segments
    pictures = {way: segments_of(rows, engine.info().frame_encoder_id) for way, rows in features.items()}
    pairs = {way: (ours, picture) for way, picture in pictures.items()}
    pairs[f"{EVERY_FRAME} / {SIX_A_SECOND}"] = (pictures[EVERY_FRAME], pictures[SIX_A_SECOND])
    return {label: _same(engine, library, *pair) for label, pair in pairs.items()}


def _same(
    engine: LocalSuggester, library: str, first: Sequence[PictureSegment], second: Sequence[PictureSegment]
) -> dict[str, Any]:
    words = {prompt: (prompt, TEXT_WEIGHT) for prompt in (*PROMPTS, *MORE_PROMPTS)}
    questions = {**words, "picture only": ("", 0.0)}
    answers = {
        label: [_top(engine, library, prompt, weight, picture) for picture in (first, second)]
        for label, (prompt, weight) in questions.items()
    }
    prompted = [answers[prompt] for prompt in PROMPTS]
    shared = {label: len(set(pair[0]) & set(pair[1])) for label, pair in answers.items()}
    return {
        "prompts": len(PROMPTS),
        "same_ten": sum(set(one) == set(other) for one, other in prompted),
        "same_order": sum(one == other for one, other in prompted),
        "same_first": sum(one[:1] == other[:1] for one, other in prompted),
        "shared_of_ten": {label: shared[label] for label in (*PROMPTS, "picture only")},
        "more_prompts": {
            "prompts": len(MORE_PROMPTS),
            "same_ten": sum(shared[prompt] == TOP for prompt in MORE_PROMPTS),
            "shared_of_ten": spread([float(shared[prompt]) for prompt in MORE_PROMPTS]),
        },
        "cosine_of_segments": _cosines(first, second),
    }


def _top(
    engine: LocalSuggester, library: str, prompt: str, weight: float, picture: Sequence[PictureSegment]
) -> list[str]:
    answer = engine.suggest(
        Query(library=library, prompt=prompt, picture=picture, text_weight=weight, scope_s=Fraction(180))
    )
    return [item.track.id for item in answer.suggestions]


def _cosines(first: Sequence[PictureSegment], second: Sequence[PictureSegment]) -> dict[str, float]:
    pairs = [(one.features.values, other.features.values) for one, other in zip(first, second, strict=True)]
    return spread([float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b))) for a, b in pairs])
