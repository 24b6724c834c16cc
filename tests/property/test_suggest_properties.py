"""Laws of the heart that hold for all inputs."""

import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from support.fake_bundle import FAKE_TAGS, FakeBundle
from support.suggesters import LIBRARY, make_detail, make_engine, make_picture, make_rows, unit_rows
from temptrack.library.types import LibraryInfo, Track, TrackFilter
from temptrack.model.types import Vector
from temptrack.suggest.asking import QueryEmbedder
from temptrack.suggest.cue import cue_for
from temptrack.suggest.excerpt import Chosen, choose_excerpt
from temptrack.suggest.prompt import clean_prompt, read_prompt
from temptrack.suggest.question import query_digest
from temptrack.suggest.types import FitMethod, PromptReading, Query, Suggestion
from temptrack.suggest.vocabulary import TagVocabulary
from temptrack.timeline.segments import RecordRange, Scope

BUNDLE = FakeBundle()
ROWS = make_rows(BUNDLE)
PICTURE = make_picture(BUNDLE)
EMBEDDER = QueryEmbedder(BUNDLE)
VOCABULARY = TagVocabulary(FAKE_TAGS)
INFO = LibraryInfo(
    name=LIBRARY,
    uri="memory://tunes",
    version=1,
    digest="d" * 64,
    bundle_id="fake-0",
    bundle_digest="b" * 64,
    track_count=1,
    duration_s=60.0,
)
RATES = [Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)]

weights = st.floats(0.0, 1.0)
prompts = st.lists(
    st.sampled_from(
        ["calm", "piano", "drums", "no", "not", "without", "sad", "and", "or", ",", "-drums", "at all"]
    ),
    max_size=10,
).map(" ".join)


def at(weight: float) -> Vector:
    query = Query(library=LIBRARY, prompt="calm sea", picture=PICTURE, text_weight=weight)
    return EMBEDDER.ask(query, PromptReading(wanted="calm sea"), None).embedding


PICTURE_END, WORDS_END = at(0.0), at(1.0)


@settings(max_examples=25)
@given(
    order=st.permutations(range(len(ROWS))), prompt=st.sampled_from(["calm", "rock, no drums", "no vocals"])
)
def test_the_answer_does_not_depend_on_the_order_of_the_library(order: list[int], prompt: str) -> None:
    query = Query(library=LIBRARY, prompt=prompt, picture=PICTURE, scope_s=Fraction(50), limit=12)
    shuffled = make_engine(BUNDLE, [ROWS[index] for index in order])
    assert shuffled.suggest(query) == make_engine(BUNDLE, ROWS).suggest(query)


@given(first=weights, second=weights)
def test_the_slider_moves_from_picture_to_words_and_never_back(first: float, second: float) -> None:
    low, high = at(min(first, second)), at(max(first, second))
    assert low @ PICTURE_END >= high @ PICTURE_END - 1e-6
    assert low @ WORDS_END <= high @ WORDS_END + 1e-6


@given(weight=weights, step=st.floats(0.0, 0.05))
def test_a_small_move_of_the_slider_moves_the_query_little(weight: float, step: float) -> None:
    other = min(1.0, weight + step)
    # The chord between picture and words passes the origin at no less than this distance.
    nearest = min(
        float(np.linalg.norm((1 - w) * PICTURE_END + w * WORDS_END)) for w in np.linspace(0, 1, 101)
    )
    assert np.linalg.norm(at(other) - at(weight)) <= 2.1 * (other - weight) / nearest + 1e-5


@given(text=st.text(max_size=300).filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text)))
def test_any_text_is_read_and_reading_adds_no_words(text: str) -> None:
    reading = read_prompt(text, VOCABULARY).reading
    before, after = re.findall(r"\w+", clean_prompt(text)), re.findall(r"\w+", reading.wanted)
    remaining = iter(before)
    assert all(word in remaining for word in after)


@given(prompt=prompts)
def test_words_are_either_kept_or_named_as_unwanted(prompt: str) -> None:
    reading = read_prompt(prompt, VOCABULARY).reading
    found = set(re.findall(r"\w+", " ".join([reading.wanted, *reading.excluded_words])))
    assert {"calm", "piano", "sad"}.intersection(prompt.split()) <= found
    if not reading.excluded_words:
        assert reading.wanted == clean_prompt(prompt)


@given(prompt=prompts)
def test_nothing_is_excluded_that_the_prompt_does_not_name(prompt: str) -> None:
    reading = read_prompt(prompt, VOCABULARY).reading
    for tag in reading.excluded_tags:
        assert tag in prompt
    assert not (reading.excluded_words and not re.search(r"\b(no|not|without)\b|-drums", prompt))


@given(tags=st.permutations([tag.name for tag in FAKE_TAGS]))
def test_the_digest_does_not_depend_on_the_order_of_a_filter(tags: list[str]) -> None:
    def digest(names: list[str]) -> str:
        return query_digest(Query(library=LIBRARY, prompt="x", where=TrackFilter(tags_none=tuple(names))))

    assert digest(tags) == digest(sorted(tags))


@st.composite
def choices(draw: st.DrawFn) -> tuple[Chosen, float, Scope]:
    """Return a choice for a random track and scope, with the track's length and the scope."""
    duration_s = draw(st.floats(0.0, 400.0))
    frames = draw(st.integers(1, 20_000))
    rate = draw(st.sampled_from(RATES))
    bpm = draw(st.none() | st.floats(40.0, 200.0))
    kinds = draw(st.integers(1, 4))
    seed = draw(st.integers(0, 1000))
    count = int(duration_s // 10) + draw(st.integers(0, 1))
    windows = unit_rows(kinds, 8, seed=seed)[np.random.default_rng(seed).integers(0, kinds, count)]
    detail = make_detail(windows, duration_s=duration_s, bpm=bpm)
    scope = Scope("test", RecordRange(draw(st.integers(0, 10_000)), frames, rate), ())
    query = unit_rows(1, 8, seed=seed + 1)[0]
    chosen = choose_excerpt(detail, query, duration_s=duration_s, scope_s=float(scope.record.duration_s))
    return chosen, duration_s, scope


@given(choice=choices())
def test_an_excerpt_lies_within_its_track_and_says_what_it_leaves(
    choice: tuple[Chosen, float, Scope],
) -> None:
    chosen, duration_s, scope = choice
    excerpt, fit = chosen.excerpt, chosen.fit
    scope_s = float(scope.record.duration_s)
    assert excerpt.start_s >= 0
    assert excerpt.start_s + excerpt.duration_s <= duration_s + 1e-9
    if fit.method in {FitMethod.TRIM, FitMethod.SHORT}:
        assert abs(excerpt.duration_s + fit.shortfall_s - scope_s) < 1e-9
    if fit.method is FitMethod.LOOP:
        assert fit.loop_start_s is not None
        assert fit.loop_end_s is not None
        assert 0 <= fit.loop_start_s < fit.loop_end_s <= duration_s < scope_s


@given(choice=choices())
def test_the_parts_of_a_cue_touch_and_fill_what_can_be_filled(choice: tuple[Chosen, float, Scope]) -> None:
    chosen, duration_s, scope = choice
    rate = scope.record.rate
    assume(duration_s * rate >= 1)
    track = Track(id="t", path="/t.ogg", title="T", duration_s=duration_s)
    suggestion = Suggestion(
        rank=1, track=track, score=0.0, excerpt=chosen.excerpt, fit=chosen.fit, reasons=()
    )
    cue = cue_for(suggestion, scope, INFO)
    place = scope.record.start_frames
    for part in cue.parts:
        assert part.record.start_frames == place
        assert part.record.duration_frames >= 1
        assert part.record.rate == rate
        assert part.source_start_s >= 0
        assert part.source_start_s + part.record.duration_s <= cue.track_duration_s
        place = part.record.end_frames
    if chosen.fit.method in {FitMethod.TRIM, FitMethod.LOOP}:
        assert place == scope.record.end_frames
    else:
        assert place == scope.record.start_frames + min(
            scope.record.duration_frames, int(cue.track_duration_s * rate)
        )
    assert cue.fade_in_frames <= cue.parts[0].record.duration_frames
    assert cue.fade_out_frames <= cue.parts[-1].record.duration_frames
    assert len(cue.parts) == 1 or chosen.fit.method is FitMethod.LOOP


@given(limit=st.integers(1, 12))
def test_a_shorter_list_is_the_head_of_a_longer_one(limit: int) -> None:
    engine = make_engine(BUNDLE, ROWS)
    query = Query(library=LIBRARY, prompt="calm", limit=12)
    everything = engine.suggest(query).suggestions
    assert engine.suggest(replace(query, limit=limit)).suggestions == everything[:limit]
