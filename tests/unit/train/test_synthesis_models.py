"""Steps and engines that run models of Hugging Face, with tiny models trained by heart."""

from pathlib import Path
from random import Random

import pytest

from support.tagged_tracks import FINDER
from support.tiny_models import save_classifier, save_copier, save_parrot
from temptrack.errors import Corrupt, NotFound
from temptrack_train.synthesis.data2text import DataToText, Fact
from temptrack_train.synthesis.data2text_models import ModelAggregation, ModelCompression, ModelOrdering
from temptrack_train.synthesis.local_model import LocalModel
from temptrack_train.synthesis.prompt import Analogy
from temptrack_train.synthesis.types import TrackTags

PIANO = Fact("It has a piano.", "a piano", "instrument")
HARP = Fact("It has a harp.", "a harp", "instrument")
SAD = Fact("It is sad.", "sad", "mood")
ANALOGY = Analogy("Go on.", "Moods: sad\nDescription:")


def test_a_model_orders_facts_and_loses_none(tmp_path: Path) -> None:
    facts = [PIANO, HARP, SAD]
    questions = [" ".join(row) for row in _orders([fact.text for fact in facts])]
    wanted = "It is sad. It has a harp."
    ordering = ModelOrdering(save_copier(tmp_path, [(question, wanted) for question in questions]))
    for seed in range(4):
        assert ordering.order(facts, Random(seed)) == [SAD, HARP, PIANO]


def test_a_model_says_which_facts_share_a_sentence(tmp_path: Path) -> None:
    pairs = [(PIANO.text, HARP.text, 1), (HARP.text, SAD.text, 0), (SAD.text, PIANO.text, 0)]
    aggregation = ModelAggregation(save_classifier(tmp_path, pairs))
    assert aggregation.group([PIANO, HARP, SAD]) == [[PIANO, HARP], [SAD]]


def test_a_model_fuses_sentences_and_leaves_single_ones_alone(tmp_path: Path) -> None:
    folder = save_copier(tmp_path, [("It has a piano. It has a harp.", "It has a piano and a harp.")])
    told = ModelCompression(folder).compress([[PIANO, HARP], [SAD]])
    assert told.replace(" .", ".") == "It has a piano and a harp. It is sad."


def test_steps_mix_and_their_ids_are_stored(tmp_path: Path) -> None:
    folder = save_copier(tmp_path / "one", [("a", "b")])
    other = save_copier(tmp_path / "two", [("a", "c")])
    recipe = DataToText(FINDER.lexicon, compression=ModelCompression(folder))
    ids = {ModelCompression(folder).id, ModelCompression(other).id}
    assert len(ids) == 2
    assert recipe.settings()["compression"] in ids
    assert recipe.settings()["ordering"] == "rules"
    assert recipe.write(TrackTags("t", FINDER.lexicon.grouped(["sad"])), Random(0))


def test_a_local_model_goes_on_after_the_analogy_and_stops(tmp_path: Path) -> None:
    folder = save_parrot(tmp_path, "A sad song .", ANALOGY.text)
    model = LocalModel(folder, temperature=0, most_tokens=20)
    assert model.complete(ANALOGY, seed=1) == "A sad song ."
    assert model.settings()["engine"] == "local"


def test_a_local_model_samples_by_seed(tmp_path: Path) -> None:
    folder = save_parrot(tmp_path, "A sad song .", ANALOGY.text)
    model = LocalModel(folder, temperature=50.0, most_tokens=12)
    answers = [model.complete(ANALOGY, seed=seed) for seed in (1, 2, 3, 1)]
    assert answers[0] == answers[3]
    assert len(set(answers)) > 1


def test_folders_without_a_model_say_so(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no model in"):
        LocalModel(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(Corrupt, match="does not load"):
        LocalModel(tmp_path).complete(ANALOGY, seed=0)


def _orders(texts: list[str]) -> list[list[str]]:
    from itertools import permutations

    return [list(order) for order in permutations(texts)]
