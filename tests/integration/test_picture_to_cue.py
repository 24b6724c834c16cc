"""From media on a timeline to a cue, with real decoding, a real cache and a real library."""

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from support.fake_bundle import FakeBundle
from support.films import Shot, make_film, moving, solid, truncate
from support.segments_of import whole_movie
from support.stored_library import store_rows
from support.suggesters import LIBRARY, make_rows
from temptrack.errors import NotReady
from temptrack.media.feature_cache import FeatureCache
from temptrack.suggest.cue import cue_for
from temptrack.suggest.engine import engine_for
from temptrack.suggest.local import LocalSuggester
from temptrack.suggest.picture import PictureAnalysis, analyse_scope
from temptrack.suggest.types import Query
from temptrack.timeline.segments import RecordRange, Scope

RATE = Fraction(25)


@pytest.fixture(name="film", scope="module")
def make_one_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shots = [Shot(solid((200, 30, 30)), 250), Shot(moving(1), 250), Shot(moving(2), 125)]
    return make_film(tmp_path_factory.mktemp("film") / "film.mp4", shots)


@pytest.fixture(name="engine")
def make_one_engine() -> LocalSuggester:
    bundle = FakeBundle()
    store_rows(LIBRARY, make_rows(bundle), bundle)
    return engine_for(bundle)


def scope_of(film: Path) -> Scope:
    return Scope("whole timeline", RecordRange(0, 625, RATE), tuple(whole_movie(film, 25)))


def look(film: Path, engine: LocalSuggester, cache: Path) -> PictureAnalysis:
    return analyse_scope(scope_of(film), engine, cache=FeatureCache(cache, limit_bytes=10**7))


def test_a_film_becomes_a_cue_that_fits_it_to_the_frame(
    film: Path, engine: LocalSuggester, tmp_path: Path
) -> None:
    analysis = look(film, engine, tmp_path / "cache")
    assert [float(segment.duration_s) for segment in analysis.segments] == [10.0, 10.0, 5.0]
    query = Query(library=LIBRARY, prompt="calm", picture=analysis.segments, scope_s=Fraction(25), limit=12)
    answer = engine.suggest(query)
    scope = scope_of(film)
    for suggestion in answer.suggestions:
        cue = cue_for(suggestion, scope, answer.library)
        assert cue.parts[0].record.start_frames == 0
        filled = cue.parts[-1].record.end_frames
        assert filled == (625 if suggestion.track.duration_s >= 25 else int(suggestion.track.duration_s * 25))


def test_the_same_footage_by_another_name_is_not_looked_at_again(
    film: Path, engine: LocalSuggester, tmp_path: Path
) -> None:
    first = look(film, engine, tmp_path / "cache")
    copy = Path(shutil.copy(film, tmp_path / "renamed.mp4"))
    again = look(copy, engine, tmp_path / "cache")
    assert (first.encoded, again.encoded) == (3, 0)
    query = Query(library=LIBRARY, picture=first.segments)
    assert engine.suggest(query) == engine.suggest(replace(query, picture=again.segments))


def test_different_footage_gives_different_lists(film: Path, engine: LocalSuggester, tmp_path: Path) -> None:
    other = make_film(tmp_path / "other.mp4", [Shot(moving(7), 625)])
    lists = [
        [
            suggestion.track.id
            for suggestion in engine.suggest(
                Query(library=LIBRARY, picture=look(each, engine, tmp_path / "cache").segments)
            ).suggestions
        ]
        for each in (film, other)
    ]
    assert lists[0] != lists[1]


def test_a_film_cut_short_is_used_as_far_as_it_goes(
    film: Path, engine: LocalSuggester, tmp_path: Path
) -> None:
    half = truncate(make_film(tmp_path / "half.mkv", [Shot(moving(3), 625)]), 0.5)
    analysis = look(half, engine, tmp_path / "cache")
    assert 1 <= len(analysis.segments) <= 3
    assert any(warning.path == half for warning in analysis.warnings)


def test_media_that_vanished_leave_no_picture(engine: LocalSuggester, tmp_path: Path) -> None:
    with pytest.raises(NotReady) as caught:
        look(tmp_path / "gone.mp4", engine, tmp_path / "cache")
    assert caught.value.reason == "NO_PICTURE"


def test_media_that_are_no_media_leave_no_picture(engine: LocalSuggester, tmp_path: Path) -> None:
    text = tmp_path / "text.mp4"
    text.write_text("not a film")
    with pytest.raises(NotReady) as caught:
        look(text, engine, tmp_path / "cache")
    assert caught.value.reason == "NO_PICTURE"
