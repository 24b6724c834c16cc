from pathlib import Path

import numpy as np
import pytest
from benchmarks.quality.baselines import ask_sentences, ask_tagger
from benchmarks.quality.hearing import Heard, Listener
from benchmarks.quality.hubs import find_hubs
from benchmarks.quality.labels import Judgement, Question
from benchmarks.quality.measures import ratio_summary, summary
from benchmarks.quality.taught import ask_taught
from benchmarks.quality.words import CHANCE, KEYWORDS, Rankings, score_answers

from support.tones import music, write_audio
from temptrack.model.bundles import load_bundle
from temptrack.model.onnx_bundle import OnnxBundle

YES, NO, MAYBE = Judgement.YES, Judgement.NO, Judgement.MAYBE


@pytest.fixture(name="bundle", scope="module")
def shipped_bundle() -> OnnxBundle:
    return load_bundle(device="cpu", threads=1)


def heard_as(log_odds: list[float]) -> Heard:
    return Heard("", np.array([log_odds], np.float32), np.ones(1), np.zeros(1, np.int64), 1, 10.0)


def test_a_tagger_finds_the_track_whose_tags_mean_what_is_asked(bundle: OnnxBundle) -> None:
    tags = ("violin", "heavy metal", "techno")
    heard = {"a": heard_as([3, -5, -5]), "b": heard_as([-5, 3, -5]), "c": heard_as([-5, -5, 3])}
    prompts = ["string quartet", "head banging with distorted guitars", "a night in the dance club"]
    for centred in (False, True):
        found = ask_tagger(heard, prompts, bundle, tags, centred=centred)
        assert [found[prompt][0] for prompt in prompts] == [("a",), ("b",), ("c",)]


def test_centring_forgives_a_tagger_that_says_one_thing_of_everything(bundle: OnnxBundle) -> None:
    heard = {"a": heard_as([5, -1, -3]), "b": heard_as([5, -3, -1]), "c": heard_as([5.5, -3, -3])}
    found = ask_tagger(
        heard, ["violin", "techno", "rock"], bundle, ("rock", "violin", "techno"), centred=True
    )
    assert [ranking[0] for ranking in found.values()] == [("a",), ("b",), ("c",)]


def test_sentences_find_what_no_word_shares(bundle: OnnxBundle) -> None:
    found = ask_sentences({"a": "Snowy mountain", "b": "Haunted mansion"}, ["ghosts at midnight"], bundle)
    assert found["ghosts at midnight"] == [("b",), ("a",)]


def test_labels_of_other_packages_teach_what_can_be_heard_and_nothing_of_the_own_package() -> None:
    loud, quiet = [5.0, 0.0], [-5.0, 0.0]
    heard = {
        f"{package}/{name}": heard_as(how) for package in "abc" for name, how in (("x", loud), ("y", quiet))
    }
    # Package d says the opposite of all others, and cannot be known by them.
    heard |= {"d/x": heard_as(quiet), "d/y": heard_as(loud), "d/z": heard_as(loud)}
    judged = {key: YES if key.endswith("x") else NO for key in heard} | {"d/z": MAYBE}
    question = Question("calm", "a prompt that nobody reads")
    ranking = [key for (key,) in ask_taught(heard, [question], {"calm": judged})[question.prompt]]
    assert {ranking[0], ranking[1], ranking[2]} <= {"a/x", "b/x", "c/x", "d/y"}
    assert ranking.index("d/y") < ranking.index("d/x")
    assert "d/z" not in ranking


def test_what_only_one_package_has_cannot_be_taught() -> None:
    heard = {f"{package}/x": heard_as([number, 1.0]) for number, package in enumerate("abcd")}
    judged = {"a/x": YES, "b/x": NO, "c/x": NO, "d/x": NO}
    question = Question("sea", "waves")
    assert len(ask_taught(heard, [question], {"sea": judged})["waves"]) == 4


def test_a_hub_is_a_track_that_answers_what_it_does_not_belong_to() -> None:
    questions = [Question("calm", "p1"), Question("sad", "p2"), Question("epic", "p3")]
    others = [(f"t{number:02}",) for number in range(20)]
    rankings = {
        "p1": [("hub",), *others[:10], *others[10:]],
        "p2": [("hub",), *others[10:], *others[:10]],
        "p3": [*others, ("hub",)],
    }
    judgements = {"calm": {"hub": YES}, "sad": {"hub": MAYBE}, "epic": {"hub": NO}}
    found = find_hubs(rankings, questions, judgements)
    # Of the two prompts that the hub does not belong to, one has it among its first ten; every other track
    # is found once or twice in three.
    assert found["tracks_in_any_ten"] == 20
    assert found["most_often"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["most_often_track"] == "t00"
    alone = {prompt: [("hub",), *others] for prompt in rankings}
    assert find_hubs(alone, questions, judgements)["most_often"] == 1.0


def test_a_prompt_is_keyword_proof_when_no_word_leads_to_a_track_that_belongs() -> None:
    keys = [f"t{number}" for number in range(12)]
    judged = {key: YES if number < 5 else NO for number, key in enumerate(keys)}
    answers: dict[str, Rankings] = {
        KEYWORDS: {"named": [("t0", "t9")], "meant": [("t9",)]},
        "perfect": {prompt: [(key,) for key in keys] for prompt in ("named", "meant")},
    }
    questions = [Question("calm", "named"), Question("calm", "meant")]
    found = score_answers(answers, questions, {"calm": judged, "rare": {"t0": YES}}, [("perfect", KEYWORDS)])
    assert found["left_out"] == ["rare"]
    assert [found[part]["prompts"] for part in ("overall", "keyword_proof")] == [2, 1]
    assert [row["keyword_proof"] for row in found["by_prompt"]] == [False, True]
    systems = found["keyword_proof"]["systems"]
    assert systems["perfect"]["ndcg_at_10"]["mean"] == 1.0
    assert systems[KEYWORDS]["ndcg_at_10"]["mean"] < systems[CHANCE]["ndcg_at_10"]["mean"]
    assert found["overall"]["pairs"][0]["ndcg_ratio"]["mean"] > 1


def test_prompts_of_one_category_are_resampled_together() -> None:
    values = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0]
    together = summary(values, ["a"] * 4 + ["b"] * 4)["interval95"]
    apart = summary(values)["interval95"]
    assert together == [0.0, 1.0]
    assert isinstance(apart, list)
    assert 0.0 < apart[0] < apart[1] < 1.0


def test_the_ratio_of_a_system_with_itself_is_one_without_doubt() -> None:
    clusters = ["a", "b", "c"]
    assert ratio_summary([0.2, 0.5, 0.9], [0.2, 0.5, 0.9], clusters)["interval95"] == [1.0, 1.0]
    assert ratio_summary([0.4, 1.0, 0.8], [0.2, 0.5, 0.4], clusters)["mean"] == 2.0


def test_windows_that_were_not_heard_are_taken_for_the_nearest() -> None:
    heard = Heard("", np.zeros((3, 1), np.float32), np.ones(3), np.array([0, 4, 9]), 10, 100.0)
    assert heard.nearest().tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2]


def test_what_was_heard_is_read_back_and_a_changed_file_is_heard_anew(
    bundle: OnnxBundle, tmp_path: Path
) -> None:
    sound = tmp_path / "a.wav"
    write_audio(sound, music(12.0, bpm=100, seed=1))
    first = Listener(bundle, tmp_path / "kept").hear(sound)
    kept = list((tmp_path / "kept").rglob("*.npz"))
    again = Listener(bundle, tmp_path / "kept").hear(sound)
    np.testing.assert_array_equal(first.features, again.features)
    assert first.features.shape == (1, bundle.manifest.output_dim("audio_encoder"))
    assert list((tmp_path / "kept").rglob("*.npz")) == kept
    write_audio(sound, music(13.0, bpm=140, seed=2))
    other = Listener(bundle, tmp_path / "kept").hear(sound)
    assert other.content_digest != first.content_digest
    assert not np.allclose(other.features, first.features)
