from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from support.fake_bundle import FakeBundle
from support.suggesters import LIBRARY, make_picture
from temptrack.errors import InvalidRequest, NotReady
from temptrack.library.types import LibraryInfo, TrackFilter
from temptrack.model.types import SegmentFeatures
from temptrack.suggest.question import check_library, check_query, query_digest
from temptrack.suggest.types import PictureSegment, Query

BUNDLE = FakeBundle()
INFO = LibraryInfo(
    name="stock",
    uri="memory://stock",
    version=1,
    digest="d" * 64,
    bundle_id="fake-9",
    bundle_digest="b" * 64,
    track_count=1,
    duration_s=60.0,
)


def test_the_digest_of_a_question_is_the_same_on_every_machine_and_day() -> None:
    features = SegmentFeatures(np.array([0.0, 0.25, -1.5, 3.0], dtype=np.float32), "encoder-1")
    query = Query(
        library="stock",
        prompt="calm \u00fcber piano",
        picture=(PictureSegment(features, Fraction(0), Fraction(1001, 100)),),
        scope_s=Fraction(1001, 24),
        text_weight=0.3,
        where=TrackFilter(licences=("CC0-1.0", "CC-BY-4.0"), tempo_min_bpm=90),
        reference_track_id="t1",
        limit=5,
    )
    assert query_digest(query) == "a219532a0e97ec036d800d0d266fcf0c95137bb8bfeacf8456c69e3cc91a171a"
    big_endian = SegmentFeatures(features.values.astype(">f4"), "encoder-1")
    again = replace(query, picture=(replace(query.picture[0], features=big_endian),))
    assert query_digest(again) == query_digest(query)


def test_a_library_of_another_bundle_names_both_and_the_command() -> None:
    with pytest.raises(NotReady) as caught:
        check_library(INFO, BUNDLE)
    assert "'stock' was indexed with bundle fake-9; this engine runs fake-0" in caught.value.message
    assert "temptrack library reindex stock" in caught.value.hint


def test_a_rebuilt_bundle_of_the_same_name_is_told_apart() -> None:
    with pytest.raises(NotReady, match="another build of bundle fake-0"):
        check_library(INFO.model_copy(update={"bundle_id": "fake-0"}), BUNDLE)


def test_a_misspelt_tag_is_answered_with_those_that_are_near() -> None:
    query = Query(library=LIBRARY, prompt="x", where=TrackFilter(tags_none=("drum",)))
    with pytest.raises(InvalidRequest, match="Did you mean drums"):
        check_query(query, BUNDLE)
    check_query(replace(query, where=TrackFilter(tags_none=("Drums",))), BUNDLE)


def test_the_message_names_the_segment_that_does_not_fit() -> None:
    good = make_picture(BUNDLE, count=2)
    other = replace(good[1], features=SegmentFeatures(good[1].features.values, "clip-b32"))
    with pytest.raises(NotReady, match="Segment 1 was encoded by 'clip-b32'"):
        check_query(Query(library=LIBRARY, picture=(good[0], other)), BUNDLE)
