"""What every ``Suggester`` must do, in this process or through a server."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from support.fake_bundle import FakeBundle
from support.suggesters import (
    BUILDERS,
    EMPTY_LIBRARY,
    LIBRARY,
    OTHER_BUNDLE_LIBRARY,
    make_engine,
    make_picture,
    make_rows,
)
from temptrack.errors import InvalidRequest, NotFound, NotReady, TemptrackError
from temptrack.library.types import TrackFilter
from temptrack.model.types import SegmentFeatures
from temptrack.suggest.types import FitMethod, PictureSegment, Query, ReasonKind, Suggester, Suggestions

BUNDLE = FakeBundle()
PICTURE = make_picture(BUNDLE)


@pytest.fixture(params=sorted(BUILDERS), name="suggester")
def make_suggester(request: pytest.FixtureRequest) -> Iterator[Suggester]:
    with BUILDERS[request.param](make_engine(BUNDLE)) as suggester:
        yield suggester


def ids(answer: Suggestions) -> list[str]:
    return [suggestion.track.id for suggestion in answer.suggestions]


def test_info_names_the_bundle_and_the_frames_it_takes(suggester: Suggester) -> None:
    info = suggester.info()
    assert (info.bundle_id, info.bundle_digest) == (BUNDLE.id, BUNDLE.digest)
    assert info.frame_encoder_id == BUNDLE.frame_encoder_id
    assert info.frame_spec == BUNDLE.frame_spec
    assert info.provider == "cpu"


def test_libraries_lists_what_can_be_searched(suggester: Suggester) -> None:
    names = [info.name for info in suggester.libraries()]
    assert names == sorted([LIBRARY, EMPTY_LIBRARY, OTHER_BUNDLE_LIBRARY])


def test_encode_segment_gives_the_features_of_the_bundle(suggester: Suggester) -> None:
    size = BUNDLE.frame_spec.size_px
    frames = np.full((2, size, size, 3), 128, dtype=np.uint8)
    features = suggester.encode_segment(frames, [3, 7])
    assert features.encoder_id == BUNDLE.frame_encoder_id
    assert features.values.dtype == np.float32
    assert features.values.shape == (BUNDLE.video_dim,)
    np.testing.assert_array_equal(features.values, BUNDLE.encode_frames(frames, [3, 7]).values)


@pytest.mark.parametrize(
    ("shape", "repeats", "reason"),
    [
        ((0, 32, 32, 3), [], "FRAMES_SHAPE"),
        ((1, 16, 32, 3), [1], "FRAMES_SHAPE"),
        ((2, 32, 32, 3), [1], "FRAMES_REPEATS"),
        ((1, 32, 32, 3), [0], "FRAMES_REPEATS"),
    ],
)
def test_encode_segment_refuses_frames_that_do_not_fit(
    suggester: Suggester, shape: tuple[int, ...], repeats: list[int], reason: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        suggester.encode_segment(np.zeros(shape, dtype=np.uint8), repeats)
    assert caught.value.reason == reason
    assert caught.value.hint


def test_words_alone_rank_all_tracks_and_say_what_answered(suggester: Suggester) -> None:
    answer = suggester.suggest(Query(library=LIBRARY, prompt="calm piano", limit=100))
    assert answer.library.name == LIBRARY
    assert answer.library.digest == make_engine(BUNDLE).libraries()[-1].digest
    assert (answer.bundle_id, answer.bundle_digest) == (BUNDLE.id, BUNDLE.digest)
    assert answer.text_weight == 1.0
    assert answer.considered == answer.library.track_count == len(answer.suggestions) == 12
    assert [suggestion.rank for suggestion in answer.suggestions] == list(range(1, 13))
    scores = [suggestion.score for suggestion in answer.suggestions]
    assert scores == sorted(scores, reverse=True)
    assert all(-1.0 <= score <= 1.0 for score in scores)
    assert {suggestion.fit.method for suggestion in answer.suggestions} == {FitMethod.WHOLE}


@pytest.mark.parametrize("builder", sorted(BUILDERS))
def test_a_recording_at_several_places_is_suggested_once(builder: str) -> None:
    rows = make_rows(BUNDLE)
    copies = [
        replace(
            rows[2],
            recording="one",
            track=rows[2].track.model_copy(update={"id": f"copy-{place}", "path": f"/{place}/copy.ogg"}),
        )
        for place in ("b", "a")
    ]
    engine = make_engine(BUNDLE, [*rows[:2], replace(rows[2], recording="one"), *rows[3:], *copies])
    with BUILDERS[builder](engine) as suggester:
        answer = suggester.suggest(Query(library=LIBRARY, prompt="sad strings", limit=14))
        assert answer.considered == 14
        assert len(answer.suggestions) == 12
        assert [suggestion.rank for suggestion in answer.suggestions] == list(range(1, 13))
        places = {suggestion.track.id: suggestion.also_at for suggestion in answer.suggestions}
        # Copies with equal words score alike: the smallest id stands for all.
        assert places["copy-a"] == ("/b/copy.ogg", rows[2].track.path)
        assert {len(also_at) for track_id, also_at in places.items() if track_id != "copy-a"} == {0}
        alike = suggester.suggest(Query(library=LIBRARY, reference_track_id="copy-b", limit=14))
        assert alike.considered == len(alike.suggestions) == 11
        assert not {"copy-a", "copy-b", rows[2].track.id} & set(ids(alike))


def test_the_same_question_has_the_same_answer(suggester: Suggester) -> None:
    query = Query(library=LIBRARY, prompt="sad piano, no drums", picture=PICTURE, scope_s=Fraction(1001, 24))
    first, again = suggester.suggest(query), suggester.suggest(query)
    assert first == again
    assert first.model_dump_json() == make_engine(BUNDLE).suggest(query).model_dump_json()


def test_another_question_has_another_digest(suggester: Suggester) -> None:
    query = Query(library=LIBRARY, prompt="sad piano", picture=PICTURE, scope_s=Fraction(30))
    others = [
        replace(query, prompt="happy piano"),
        replace(query, picture=PICTURE[:2]),
        replace(query, scope_s=Fraction(31)),
        replace(query, text_weight=0.25),
        replace(query, where=TrackFilter(vocals=False)),
        replace(query, limit=3),
        replace(query, blind=True),
        replace(query, reference_track_id="track-001"),
    ]
    digests = {suggester.suggest(each).query_digest for each in [query, *others]}
    assert len(digests) == len(others) + 1


def test_picture_alone_ranks_by_the_picture(suggester: Suggester) -> None:
    lists = [
        ids(suggester.suggest(Query(library=LIBRARY, picture=make_picture(BUNDLE, seed=seed))))
        for seed in (1, 2)
    ]
    assert lists[0] != lists[1]


def test_the_ends_of_the_slider_are_picture_alone_and_words_alone(suggester: Suggester) -> None:
    words = Query(library=LIBRARY, prompt="rock anthem", limit=12)
    picture = Query(library=LIBRARY, picture=PICTURE, limit=12)
    both = replace(words, picture=PICTURE)
    assert ids(suggester.suggest(replace(both, text_weight=0.0))) == ids(suggester.suggest(picture))
    assert ids(suggester.suggest(replace(both, text_weight=1.0))) == ids(suggester.suggest(words))
    assert suggester.suggest(picture).text_weight == 0.0


def test_a_reference_track_is_left_out_and_named_as_evidence(suggester: Suggester) -> None:
    answer = suggester.suggest(Query(library=LIBRARY, reference_track_id="track-004", limit=12))
    assert "track-004" not in ids(answer)
    assert answer.considered == 11
    kinds = {reason.kind for suggestion in answer.suggestions for reason in suggestion.reasons}
    assert ReasonKind.REFERENCE in kinds


def test_negative_words_exclude_and_the_reading_says_so(suggester: Suggester) -> None:
    answer = suggester.suggest(Query(library=LIBRARY, prompt="wide and slow, no drums or vocals", limit=12))
    assert answer.prompt.wanted == "wide and slow"
    assert answer.prompt.excluded_tags == ("drums",)
    assert answer.prompt.instrumental_only
    assert 0 < answer.considered < 12
    for suggestion in answer.suggestions:
        assert "drums" not in {tag.name for tag in suggestion.track.tags}
        assert suggestion.track.vocals is False


def test_unwanted_words_without_a_tag_weigh_against(suggester: Suggester) -> None:
    plain = suggester.suggest(Query(library=LIBRARY, prompt="slow", limit=12))
    against = suggester.suggest(Query(library=LIBRARY, prompt="slow, no dubstep", limit=12))
    assert against.prompt.unknown_words == ("dubstep",)
    assert against.considered == 12
    assert ids(plain) != ids(against)


def test_unwanted_words_alone_still_rank(suggester: Suggester) -> None:
    answer = suggester.suggest(Query(library=LIBRARY, prompt="no drums", limit=12))
    assert answer.prompt.wanted == ""
    assert answer.suggestions


def test_a_filter_that_nothing_passes_gives_an_empty_list(suggester: Suggester) -> None:
    answer = suggester.suggest(
        Query(library=LIBRARY, prompt="calm", where=TrackFilter(duration_min_s=10_000.0))
    )
    assert answer.considered == 0
    assert answer.suggestions == ()


def test_filters_hold_for_every_suggestion(suggester: Suggester) -> None:
    where = TrackFilter(tempo_min_bpm=90, tempo_max_bpm=180, licences_not=("unknown",), folder="/music/loud")
    answer = suggester.suggest(Query(library=LIBRARY, prompt="calm", where=where, limit=12))
    assert answer.suggestions
    for suggestion in answer.suggestions:
        tempo = suggestion.track.tempo_bpm
        assert tempo is not None
        assert 90 <= tempo <= 180
        assert suggestion.track.licence != "unknown"
        assert suggestion.track.path.startswith("/music/loud/")


@pytest.mark.parametrize("builder", sorted(BUILDERS))
def test_nothing_fits_is_said_from_what_is_heard_in_the_first_ten(builder: str) -> None:
    class Calibrated(FakeBundle):
        support_below = 0.999

    with BUILDERS[builder](make_engine(Calibrated())) as suggester:
        lacking = suggester.suggest(Query(library=LIBRARY, prompt="bagpipes", limit=1))
        unnamed = suggester.suggest(Query(library=LIBRARY, prompt="calm evening"))
    assert lacking.support is not None
    assert lacking.support.text == "Nothing in this library fits “bagpipes” well; these come nearest."
    assert (lacking.support.score, lacking.support.below, len(lacking.suggestions)) == (0.0, 0.999, 1)
    assert unnamed.support is None


def test_the_limit_is_kept(suggester: Suggester) -> None:
    answer = suggester.suggest(Query(library=LIBRARY, prompt="calm", limit=3))
    assert len(answer.suggestions) == 3
    assert answer.considered == 12


def test_every_suggestion_covers_the_scope_or_says_by_how_much_it_does_not(suggester: Suggester) -> None:
    answer = suggester.suggest(Query(library=LIBRARY, prompt="calm", scope_s=Fraction(120), limit=12))
    methods = set()
    for suggestion in answer.suggestions:
        excerpt, fit, track = suggestion.excerpt, suggestion.fit, suggestion.track
        methods.add(fit.method)
        assert fit.scope_s == 120.0
        assert excerpt.start_s >= 0
        assert excerpt.start_s + excerpt.duration_s <= track.duration_s + 1e-6
        if fit.method is FitMethod.TRIM:
            assert excerpt.duration_s == 120.0
        if fit.method is FitMethod.SHORT:
            assert fit.shortfall_s == pytest.approx(120.0 - track.duration_s)
            assert fit.text.startswith("shorter by ")
    assert {FitMethod.TRIM, FitMethod.SHORT} <= methods


def test_reasons_speak_of_words_tags_and_segments(suggester: Suggester) -> None:
    query = Query(library=LIBRARY, prompt="morning piano", picture=PICTURE, limit=12)
    answer = suggester.suggest(query)
    reasons = [reason for suggestion in answer.suggestions for reason in suggestion.reasons]
    kinds = {reason.kind for reason in reasons}
    assert {ReasonKind.TAG, ReasonKind.PROMPT, ReasonKind.SEGMENT, ReasonKind.FILE_WORDS} <= kinds
    for reason in reasons:
        assert (reason.segment_index is not None) == (reason.kind is ReasonKind.SEGMENT)
    assert any(reason.text == "title says “morning”" for reason in reasons)


def test_blind_ranking_knows_no_file_words(suggester: Suggester) -> None:
    answer = suggester.suggest(Query(library=LIBRARY, prompt="morning piano", blind=True, limit=12))
    kinds = {reason.kind for suggestion in answer.suggestions for reason in suggestion.reasons}
    assert ReasonKind.FILE_WORDS not in kinds


def test_longer_segments_weigh_more(suggester: Suggester) -> None:
    first, second = make_picture(BUNDLE, count=2)
    lengths = [(Fraction(10), Fraction(1)), (Fraction(1), Fraction(10))]
    scores = [
        [
            suggestion.score
            for suggestion in suggester.suggest(
                Query(
                    library=LIBRARY,
                    picture=(replace(first, duration_s=one), replace(second, duration_s=other)),
                    where=TrackFilter(folder="/music/soft"),
                )
            ).suggestions
        ]
        for one, other in lengths
    ]
    assert scores[0] != scores[1]


def _with_values(values: object) -> tuple[PictureSegment, ...]:
    features = SegmentFeatures(np.asarray(values, dtype=np.float32), BUNDLE.frame_encoder_id)
    return (PictureSegment(features, Fraction(0), Fraction(10)),)


REFUSED: dict[str, tuple[Query, type[TemptrackError], str]] = {
    "nothing asked": (Query(library=LIBRARY), InvalidRequest, "EMPTY_QUERY"),
    "only blanks asked": (Query(library=LIBRARY, prompt=" \n\t\x00 "), InvalidRequest, "EMPTY_QUERY"),
    "no library": (Query(library=" ", prompt="calm"), InvalidRequest, "NO_LIBRARY"),
    "unknown library": (Query(library="nowhere", prompt="calm"), NotFound, "LIBRARY_NOT_FOUND"),
    "empty library": (Query(library=EMPTY_LIBRARY, prompt="calm"), NotReady, "LIBRARY_EMPTY"),
    "other bundle": (Query(library=OTHER_BUNDLE_LIBRARY, prompt="calm"), NotReady, "BUNDLE_MISMATCH"),
    "limit 0": (Query(library=LIBRARY, prompt="calm", limit=0), InvalidRequest, "LIMIT_OUT_OF_RANGE"),
    "limit 1001": (Query(library=LIBRARY, prompt="calm", limit=1001), InvalidRequest, "LIMIT_OUT_OF_RANGE"),
    "negative weight": (
        Query(library=LIBRARY, prompt="calm", text_weight=-0.1),
        InvalidRequest,
        "TEXT_WEIGHT_OUT_OF_RANGE",
    ),
    "weight is no number": (
        Query(library=LIBRARY, prompt="calm", text_weight=float("nan")),
        InvalidRequest,
        "TEXT_WEIGHT_OUT_OF_RANGE",
    ),
    "endless prompt": (Query(library=LIBRARY, prompt="calm " * 1000), InvalidRequest, "PROMPT_TOO_LONG"),
    "empty scope": (
        Query(library=LIBRARY, prompt="calm", scope_s=Fraction(0)),
        InvalidRequest,
        "EMPTY_SCOPE",
    ),
    "unknown reference": (
        Query(library=LIBRARY, reference_track_id="track-999"),
        NotFound,
        "TRACK_NOT_FOUND",
    ),
    "misspelt tag": (
        Query(library=LIBRARY, prompt="calm", where=TrackFilter(tags_all=("paino",))),
        InvalidRequest,
        "UNKNOWN_TAG",
    ),
    "prompt against filter": (
        Query(library=LIBRARY, prompt="no drums", where=TrackFilter(tags_all=("drums",))),
        InvalidRequest,
        "CONTRADICTION",
    ),
    "no vocals against vocals": (
        Query(library=LIBRARY, prompt="calm, no singing", where=TrackFilter(vocals=True)),
        InvalidRequest,
        "CONTRADICTION",
    ),
    "features of another encoder": (
        Query(
            library=LIBRARY,
            picture=(replace(PICTURE[0], features=SegmentFeatures(PICTURE[0].features.values, "other")),),
        ),
        NotReady,
        "ENCODER_MISMATCH",
    ),
    "features of another size": (
        Query(library=LIBRARY, picture=_with_values([1.0, 2.0])),
        InvalidRequest,
        "FEATURES_SHAPE",
    ),
    "features that are no numbers": (
        Query(library=LIBRARY, picture=_with_values([float("nan")] * BUNDLE.video_dim)),
        InvalidRequest,
        "FEATURES_NOT_FINITE",
    ),
    "segment without length": (
        Query(library=LIBRARY, picture=(replace(PICTURE[0], duration_s=Fraction(0)),)),
        InvalidRequest,
        "EMPTY_SEGMENT",
    ),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_cannot_be_answered_is_refused_with_its_reason(suggester: Suggester, case: str) -> None:
    query, error, reason = REFUSED[case]
    with pytest.raises(error) as caught:
        suggester.suggest(query)
    assert type(caught.value) is error
    assert caught.value.reason == reason
    assert caught.value.message


def test_a_closed_suggester_may_be_closed_again(suggester: Suggester) -> None:
    suggester.suggest(Query(library=LIBRARY, prompt="calm"))
    suggester.close()
    suggester.close()
