"""The texts of a recipe for a dataset in memory, for training and evaluation."""

from collections.abc import Mapping
from itertools import islice

from temptrack_train.datasets.taxonomy import TAG_THRESHOLD
from temptrack_train.datasets.types import Indices, TrimodalDataset
from temptrack_train.synthesis.data2text import DataToText
from temptrack_train.synthesis.descriptions import Descriptions, imitate, load_descriptions
from temptrack_train.synthesis.filters import Filter, Rules
from temptrack_train.synthesis.lexicon import Lexicon
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.prompt2text import PromptToText
from temptrack_train.synthesis.taggers import DatasetTagger
from temptrack_train.synthesis.tags_recipe import TagsRecipe
from temptrack_train.synthesis.types import Recipe, RecipeName
from temptrack_train.synthesis.writing import write_texts

DESCRIPTIONS = 1000
"""Descriptions by people that prompt2text may imitate: as many as the paper's train split has."""

_RULES = Rules(unique=False, max_words=1000)


def dataset_texts(
    dataset: TrimodalDataset,
    name: RecipeName,
    *,
    items: Indices | None = None,
    seed: int = 0,
    threshold: float = TAG_THRESHOLD,
    descriptions: int = DESCRIPTIONS,
) -> Mapping[str, tuple[str, ...]]:
    """Write one text for every tagged item, with the embedded modules; no language model is asked.

    Texts of two items may be equal and long, so that every recipe has a text for the same items and recipes
    compare; encoders cut off what they cannot take.

    Args:
        dataset: whose tags.
        name: which recipe.
        items: positions in the dataset; None takes all.
        seed: of everything random.
        threshold: score, 0 to 1, above which a tag counts.
        descriptions: how many of the train split's own texts prompt2text imitates; a dataset without any has
            it imitate those that ship.

    Returns:
        Texts by track id; items without tags, or without a faithful text after three attempts, are absent.
    """
    finder = MentionFinder(Lexicon.load())
    tagged = DatasetTagger(dataset, finder, items=items, threshold=threshold).tag()
    recipe = _recipe(name, dataset, finder, descriptions)
    rows = write_texts(recipe, tagged.tracks, Filter(_RULES, finder), seed=seed)
    return {row.track_id: (row.text,) for row in rows if row.text is not None}


def _recipe(name: RecipeName, dataset: TrimodalDataset, finder: MentionFinder, count: int) -> Recipe:
    match name:
        case "tags":
            return TagsRecipe()
        case "data2text":
            return DataToText(finder.lexicon)
        case "prompt2text":
            return PromptToText(_imitated(dataset, finder, count), finder.lexicon)


def _imitated(dataset: TrimodalDataset, finder: MentionFinder, count: int) -> Descriptions:
    written = (text for item in dataset.split("train") for text in dataset.item(int(item)).texts)
    chosen = list(islice(written, count))
    return imitate(chosen, finder, source=dataset.name) if chosen else load_descriptions(finder)
