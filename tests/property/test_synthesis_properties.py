import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from support.tagged_tracks import FINDER, files_of, order_for, tagged_tracks
from temptrack_train.synthesis.data2text import DataToText
from temptrack_train.synthesis.descriptions import load_descriptions
from temptrack_train.synthesis.filters import Filter, Rules, plain, read
from temptrack_train.synthesis.prompt2text import PromptToText
from temptrack_train.synthesis.run import run
from temptrack_train.synthesis.tags_recipe import TagsRecipe
from temptrack_train.synthesis.types import Recipe, RecipeName, TrackTags, chance_for
from temptrack_train.synthesis.writing import write_texts

TERMS = sorted(FINDER.lexicon.terms)
RECIPES: tuple[Recipe, ...] = (
    TagsRecipe(),
    DataToText(FINDER.lexicon),
    PromptToText(load_descriptions(FINDER), FINDER.lexicon),
)

recipes = st.sampled_from(RECIPES)
term_sets = st.lists(st.sampled_from(TERMS), min_size=1, max_size=12, unique=True)
tracks = term_sets.map(lambda terms: TrackTags("t", FINDER.lexicon.grouped(terms)))
seeds = st.integers(0, 2**40)


class Careless:
    """A writer that mixes words, true and untrue, as a poor language model would."""

    name: RecipeName = "prompt2text"
    jobs = 2

    def settings(self) -> Mapping[str, JsonValue]:
        return {}

    def write(self, track: TrackTags, chance: Random) -> str:
        words = [*track.terms, *chance.sample(TERMS, 2), "no", "without", "but", "very", "and"]
        return " ".join(chance.choices(words, k=chance.randint(0, 12)))


@given(recipe=recipes, track=tracks, seed=seeds)
def test_the_embedded_writers_say_every_tag_and_no_other(recipe: Recipe, track: TrackTags, seed: int) -> None:
    reading = read(recipe.write(track, Random(seed)), track, FINDER)
    assert set(reading.said) == set(track.terms)
    assert not reading.invented
    assert not reading.denied


@given(recipe=recipes, track=tracks, seed=seeds)
def test_same_seed_same_text(recipe: Recipe, track: TrackTags, seed: int) -> None:
    first, second = (recipe.write(track, chance_for(seed, recipe.name, "t", 0)) for _ in range(2))
    assert first == second


@given(seed=seeds, drawn=st.integers(0, 99), count=st.integers(1, 8))
def test_no_invented_tag_and_no_duplicate_survives_the_filter(seed: int, drawn: int, count: int) -> None:
    tagged = tagged_tracks(count, seed=drawn)
    rules = Rules(min_recall=0.2, max_words=11)
    rows = write_texts(Careless(), tagged.tracks, Filter(rules, FINDER), seed=seed, attempts=5)
    kept = [(row.text, track) for row, track in zip(rows, tagged.tracks, strict=True) if row.text is not None]
    for text, track in kept:
        reading = read(text, track, FINDER)
        assert not reading.invented
        assert not reading.denied
        assert reading.recall >= 0.2
        assert len(text.split()) <= 11
    assert len({plain(text) for text, _ in kept}) == len(kept)
    for row in rows:
        assert (row.text is None) == (row.failure is not None)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(seed=seeds, lost=st.sets(st.integers(0, 2)))
def test_a_run_resumed_equals_one_unbroken(seed: int, lost: set[int]) -> None:
    order = order_for(Careless(), tagged_tracks(140, seed=seed % 7), seed=seed)
    with TemporaryDirectory() as folder:
        whole, broken = Path(folder, "whole"), Path(folder, "broken")
        run(whole, order)
        shutil.copytree(whole, broken)
        # What a run that was stopped leaves: settings and the parts before, no manifest.
        for name in ("manifest.json", "texts.jsonl", "failures.jsonl", "figures.json"):
            (broken / name).unlink()
        for number in range(min(lost, default=3), 3):
            (broken / "parts" / f"{number:06}.jsonl").unlink()
        run(broken, order)
        assert files_of(broken) == files_of(whole)


@given(st.text(max_size=300))
def test_any_text_can_be_read_and_judged(text: str) -> None:
    track = TrackTags("t", FINDER.lexicon.grouped(["piano"]))
    for mention in FINDER.find(text):
        assert 0 <= mention.start < mention.end <= len(text)
    if Filter(Rules(), FINDER).judge(text, track) is None:
        assert read(text, track, FINDER).said == ("piano",)
