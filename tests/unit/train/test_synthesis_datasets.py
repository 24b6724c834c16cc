import numpy as np
import pytest

from support.tagged_tracks import FINDER
from temptrack_train.datasets.planted.dataset import PlantedDataset
from temptrack_train.datasets.planted.spec import PlantedSpec
from temptrack_train.synthesis.dataset_texts import dataset_texts
from temptrack_train.synthesis.filters import read
from temptrack_train.synthesis.taggers import DatasetTagger
from temptrack_train.synthesis.types import RecipeName

SMALL = PlantedSpec(train=40, validation=5, test=5, described_train=20)


@pytest.mark.parametrize("name", ["tags", "data2text", "prompt2text"])
def test_every_recipe_writes_true_texts_for_the_planted_set(name: RecipeName) -> None:
    dataset = PlantedDataset(SMALL)
    items = np.arange(12)
    texts = dataset_texts(dataset, name, items=items, seed=3)
    tagged = DatasetTagger(dataset, FINDER, items=items).tag()
    assert set(texts) == {track.track_id for track in tagged.tracks}
    for track in tagged.tracks:
        (text,) = texts[track.track_id]
        assert read(text, track, FINDER).recall == 1
    assert texts == dataset_texts(dataset, name, items=items, seed=3)
    assert texts != dataset_texts(dataset, name, items=items, seed=4)


def test_prompt2text_imitates_the_people_of_the_set() -> None:
    dataset = PlantedDataset(SMALL)
    imitating = dataset_texts(dataset, "prompt2text", items=np.arange(5))
    shipped = dataset_texts(dataset, "prompt2text", items=np.arange(5), descriptions=0)
    assert imitating.keys() == shipped.keys()
    assert imitating != shipped
