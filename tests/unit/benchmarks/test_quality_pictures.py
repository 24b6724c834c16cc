"""The figures of the picture side on cases whose answer is known."""

from collections.abc import Sequence

import numpy as np
import pytest
from benchmarks.quality.labels import Judgement, Labels, Question
from benchmarks.quality.picture_moods import Watched, measure_pieces, measure_variants, read_expectations
from benchmarks.quality.picture_scenes import human_profiles, measure_scenes, read_scenes
from benchmarks.quality.picture_system import Seen, System, any_of, preference
from benchmarks.quality.picture_words import kendall, measure_precise, measure_slider, measure_vague

from support.fake_bundle import FAKE_TAGS, FakeBundle
from temptrack.media.types import Frames
from temptrack.model.types import Matrix, SegmentFeatures, Vector
from temptrack_train.recipes.sources import Recording

YES, NO, MAYBE = Judgement.YES, Judgement.NO, Judgement.MAYBE
EXPECTATIONS = read_expectations()


class Oracle(FakeBundle):
    """Sees one thing, brightness, and reads one, the word "bright"; both lie on the first axis."""

    embed_dim = 2
    video_dim = 1

    def encode_frames(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
        return SegmentFeatures(np.array([frames.mean() / 255 - 0.5], np.float32), self.frame_encoder_id)

    def encode_text(self, texts: Sequence[str]) -> Matrix:
        return np.array([[1.0 if "bright" in text else -1.0, 0.1] for text in texts], np.float32)

    def embed_query(self, video: Matrix | None, text: Vector | None, text_weight: float) -> Vector:
        picture = np.zeros(2) if video is None else np.array([video.mean(), 0.1])
        words = np.zeros(2) if text is None else text
        weight = 0.0 if text is None else 1.0 if video is None else text_weight
        query = (1 - weight) * picture + weight * words
        return np.asarray(query / np.linalg.norm(query), np.float32)


def oracle(keys: Sequence[str]) -> System:
    """Tracks from the darkest to the brightest, whose tags say so."""
    brightness = np.linspace(-1, 1, len(keys))
    music = np.stack([brightness, np.ones(len(keys))], axis=1)
    tags = np.zeros((len(keys), len(FAKE_TAGS)), np.float32)
    tags[:, [tag.name for tag in FAKE_TAGS].index("happy")] = (1 + brightness) / 2
    tags[:, [tag.name for tag in FAKE_TAGS].index("sad")] = (1 - brightness) / 2
    return System("oracle", Oracle(), keys, music.astype(np.float32), tags)


def lit(brightness: int) -> Seen:
    return [(np.full((1, 32, 32, 3), brightness, np.uint8), [10])]


def judgements(keys: Sequence[str], bright: Sequence[str]) -> dict[str, dict[str, Judgement]]:
    """The brighter half of the tracks belongs to the bright categories, the darker to all others."""
    half = len(keys) // 2
    return {
        category: {
            key: YES if (place >= half) == (category in bright) else NO for place, key in enumerate(keys)
        }
        for category in Labels().kinds
    }


def told(aspects: str, *scenes: str) -> Recording:
    return Recording("", "", scenes, tuple(aspects.split(", ")), author="1", group="")


KEYS = [f"track {place}" for place in range(40)]
BRIGHT = ("playful", "calm")
JUDGED = judgements(KEYS, BRIGHT)


def test_a_track_belongs_to_a_set_when_it_belongs_to_any_of_it() -> None:
    judged = {"calm": {"a": YES, "b": NO, "c": NO, "d": MAYBE}, "sad": {"a": NO, "b": NO, "c": MAYBE}}
    assert any_of(judged, ["calm", "sad"], ["a", "b", "c", "d"]) == {
        "a": YES,
        "b": NO,
        "c": MAYBE,
        "d": MAYBE,
    }


def test_preference_counts_pairs() -> None:
    wanted, unwanted = {"a": YES, "b": YES}, {"x": YES, "b": YES}
    assert preference(["a", "x", "b"], wanted, unwanted) == 1.0
    assert preference(["x", "b", "a"], wanted, unwanted) == 0.0
    assert preference(["x", "b"], wanted, unwanted) == 0.5


def test_expectations_speak_of_categories_that_have_labels() -> None:
    known = set(Labels().kinds)
    for piece in EXPECTATIONS.pieces:
        assert {*piece.fits, *piece.clashes} <= known
        assert not {*piece.fits} & {*piece.clashes}
    for variant in EXPECTATIONS.variants:
        assert {*variant.more, *variant.less} <= known


def test_a_system_that_sees_the_mood_scores_well_and_one_that_sees_the_reverse_badly() -> None:
    fits_bright = {piece.name: set(piece.fits) <= set(BRIGHT) for piece in EXPECTATIONS.pieces}
    only = EXPECTATIONS.model_copy(
        update={"pieces": tuple(one for one in EXPECTATIONS.pieces if fits_bright[one.name])}
    )
    assert len(only.pieces) >= 3
    found = {}
    for name, brightness in (("right", 250), ("wrong", 5)):
        watched = Watched({piece.name: lit(brightness) for piece in only.pieces}, {})
        found[name] = measure_pieces([oracle(KEYS)], watched, JUDGED, only)["overall"]
    assert found["right"]["oracle"]["precision_at_5"]["mean"] == 1.0
    assert found["wrong"]["oracle"]["precision_at_5"]["mean"] == 0.0
    assert found["right"]["chance"]["precision_at_5"]["mean"] == pytest.approx(0.5, abs=0.01)
    assert found["right"]["oracle less chance"]["precision_at_5"]["mean"] == pytest.approx(0.5, abs=0.01)


def test_a_darker_grade_moves_a_system_that_sees_light_and_not_one_that_is_blind() -> None:
    class Blind(Oracle):
        def encode_frames(self, frames: Frames, repeats: Sequence[int]) -> SegmentFeatures:
            return SegmentFeatures(np.array([0.3], np.float32), self.frame_encoder_id)

    seeing = oracle(KEYS)
    blind = System("blind", Blind(), KEYS, seeing.music, seeing.tags)
    same = {piece.name: lit(200) for piece in EXPECTATIONS.pieces}
    figures = measure_variants([seeing, blind], Watched(same, same), JUDGED, EXPECTATIONS)
    assert figures["night"]["oracle"]["mean"] > 0.5
    assert figures["night"]["oracle"]["moved_as_expected"] == len(EXPECTATIONS.pieces)
    assert figures["night"]["blind"]["mean"] == figures["sunny"]["blind"]["mean"] == 0.0


def test_captions_of_a_scene_lend_it_their_words_and_a_list_that_sounds_so_agrees() -> None:
    scenes = read_scenes()
    names = [scene.name for scene in scenes.scenes]
    captions = [
        told("happy, cheerful", "a beach party"),
        told("sad, melancholic", "a church service"),
        told("piano"),
    ] * 5
    tags = [tag.name for tag in FAKE_TAGS]
    profiles = human_profiles(captions, scenes, tags)
    count, beach = profiles["beach"]
    assert count == 5
    assert beach[tags.index("happy")] == max(beach)
    assert profiles["church"][1][tags.index("sad")] == max(profiles["church"][1])
    assert "battle" not in profiles
    two = scenes.model_copy(
        update={"scenes": tuple(one for one in scenes.scenes if one.name in ("beach", "church"))}
    )
    photos = {"beach": [lit(250)], "church": [lit(5)]}
    figures = measure_scenes([oracle(KEYS)], photos, captions, two)
    agreement = figures["judged_by"]["oracle"]["oracle"]
    assert agreement["place_of_own_scene"]["mean"] == 1.0
    assert agreement["own_scene_less_others"]["mean"] > 0.5
    assert {"beach", "church"} <= set(names)


def test_no_piece_is_taken_for_one_that_is_gone() -> None:
    system = oracle(KEYS)
    for brightness in (5, 250) * 20:
        bright_first = system.rank(lit(brightness))[0] == KEYS[-1]
        assert bright_first == (brightness == 250)


def test_kendall_is_one_for_the_same_order_and_less_one_for_the_reverse() -> None:
    scores = np.arange(5, dtype=np.float32)
    assert kendall(scores, 3 * scores) == 1.0
    assert kendall(scores, -scores) == -1.0


def test_picture_and_words_add_to_each_other() -> None:
    watched = Watched({piece.name: lit(250) for piece in EXPECTATIONS.pieces}, {})
    only = EXPECTATIONS.model_copy(update={"pieces": EXPECTATIONS.pieces[:1]})
    vague = measure_vague([oracle(KEYS)], watched, JUDGED, only)["oracle"]
    # The oracle takes a prompt without its word for a dark one.
    assert vague["precision_at_5_words_alone"]["mean"] == 0.0
    questions = [Question("calm", "bright and calm"), Question("sad", "sorrow")]
    precise = measure_precise([oracle(KEYS)], watched, JUDGED, questions)["oracle"]
    assert precise["prompts"] == 2
    assert precise["words alone"]["mean"] == 1.0
    slider = measure_slider([oracle(KEYS)], watched, questions)["oracle"]
    assert slider["steps_back"] == 0.0
    assert slider["tau_with_picture"][0] == slider["tau_with_words"][-1] == 1.0
