"""The recipes over tags and descriptions that people really wrote."""

import ast
import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from support.reference import reference_data
from support.tagged_tracks import FINDER, order_for
from temptrack_train.synthesis.data2text import DataToText
from temptrack_train.synthesis.descriptions import imitate, load_descriptions
from temptrack_train.synthesis.figures import Figures
from temptrack_train.synthesis.prompt2text import PromptToText
from temptrack_train.synthesis.run import run
from temptrack_train.synthesis.tags_recipe import TagsRecipe
from temptrack_train.synthesis.types import Recipe, Tagged, TrackTags

pytestmark = pytest.mark.reference

HEARD, IMITATED = slice(0, 300), slice(300, 900)


@pytest.fixture(scope="module")
def captions() -> Sequence[Mapping[str, str]]:
    with (reference_data() / "text" / "musiccaps.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tagged(rows: Sequence[Mapping[str, str]]) -> Tagged:
    tracks = []
    for row in rows:
        terms = [FINDER.term_of(aspect) for aspect in ast.literal_eval(row["aspect_list"])]
        known = [term for term in terms if term]
        if len(known) > 2:
            tracks.append(TrackTags(row["ytid"], FINDER.lexicon.grouped(known)))
    return Tagged(tracks)


def test_recipes_are_true_to_tags_that_people_gave(
    captions: Sequence[Mapping[str, str]], tmp_path: Path
) -> None:
    heard = tagged(captions[HEARD])
    assert len(heard.tracks) > 50
    people = imitate([row["caption"] for row in captions[IMITATED]], FINDER, source="captions")
    recipes: Mapping[str, Recipe] = {
        "tags": TagsRecipe(),
        "data2text": DataToText(FINDER.lexicon),
        "shipped": PromptToText(load_descriptions(FINDER), FINDER.lexicon),
        "people": PromptToText(people, FINDER.lexicon),
    }
    figures: dict[str, Figures] = {
        name: run(tmp_path / name, order_for(recipe, heard)).figures for name, recipe in recipes.items()
    }
    for name, found in figures.items():
        assert found.kept.texts > 0.8 * found.tracks, name
        assert (found.kept.tag_recall, found.kept.tag_precision) == (1.0, 1.0), name
    # What people wrote is richer than what templates say.
    assert figures["people"].kept.distinct_2 > figures["data2text"].kept.distinct_2


def test_what_people_say_of_their_own_tags_is_mostly_read_as_true(
    captions: Sequence[Mapping[str, str]],
) -> None:
    heard = {track.track_id: set(track.terms) for track in tagged(captions).tracks}
    said = told = 0
    for row in captions:
        if row["ytid"] in heard:
            terms = {mention.term for mention in FINDER.find(row["caption"]) if not mention.denied}
            told += len(heard[row["ytid"]])
            said += len(heard[row["ytid"]] & terms)
    assert said / told > 0.5
