from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from temptrack.errors import InvalidRequest, NotFound, NotReady
from temptrack_train.synthesis.analogy import AnalogyWriter
from temptrack_train.synthesis.data2text import DataToText
from temptrack_train.synthesis.descriptions import describe, imitate, load_descriptions
from temptrack_train.synthesis.filters import read
from temptrack_train.synthesis.lexicon import Lexicon
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.prompt import PromptTemplate
from temptrack_train.synthesis.prompt2text import PromptToText, tidy
from temptrack_train.synthesis.tags_recipe import TagsRecipe
from temptrack_train.synthesis.types import TrackTags, chance_for

LEXICON = Lexicon.load()
FINDER = MentionFinder(LEXICON)


def track(*terms: str) -> TrackTags:
    return TrackTags("t", LEXICON.grouped(terms))


def rewritten(description: str, *terms: str) -> str:
    return AnalogyWriter([describe(description, FINDER)], LEXICON).rewrite(track(*terms), Random(0))


@pytest.mark.parametrize(
    ("description", "terms", "expected"),
    [
        ("A sad violin melody.", ["strings", "happy"], "A happy string melody."),
        ("A sad violin solo.", ["drum kit", "organ", "epic"], "An epic drum kit and organ solo."),
        ("A lonely violin plays.", ["drum kit", "bells"], "A lonely drum kit and bells play."),
        ("A violin plays alone.", ["hand claps"], "Hand claps play alone."),
        ("An epic harp plays.", ["strings", "dark"], "Dark strings play."),
        ("Rock with an organ and strings.", ["jazz", "piano"], "Jazz with a piano."),
        ("It is jazz.", ["electronic"], "It is electronic music."),
        ("A jazz, slow and long.", ["ambient"], "An ambient piece, slow and long."),
        ("A sad song.", ["happy", "bright", "calm"], "A happy, bright and calm song."),
        ("Hip-hop with dark synth pads.", ["soul", "bright", "flute"], "Soul with bright flute."),
        ("A mysterious harp figure repeats.", ["dark", "hand claps"], "A dark hand clap figure repeats."),
    ],
)
def test_an_analogy_puts_the_new_tags_into_the_old_sentence(
    description: str, terms: Sequence[str], expected: str
) -> None:
    assert rewritten(description, *terms) == expected


def test_tags_without_a_place_get_a_sentence_of_their_own() -> None:
    text = rewritten("A sad song.", "sad", "piano", "strings")
    assert text.startswith("A sad song. ")
    assert "a piano and strings" in text.lower()


def test_what_no_tag_bears_out_is_left_out() -> None:
    text = rewritten("A slow sad song. It was recorded in a kitchen. The piano is soft.", "happy", "organ")
    assert text == "A happy song. The organ is soft."


def test_the_nearest_descriptions_are_imitated_and_the_chance_chooses_among_them() -> None:
    near = [f"A sad violin plays in town {letter}." for letter in "abcd"]
    far = [f"Angry punk from street {letter}." for letter in "abcd"]
    writer = AnalogyWriter([describe(text, FINDER) for text in (*near, *far)], LEXICON)
    written = {writer.rewrite(track("sad", "violin"), Random(seed)) for seed in range(40)}
    assert written == set(near)


def test_a_description_that_denies_what_was_heard_is_passed_over() -> None:
    with pytest.raises(NotReady, match="No description has only such places"):
        rewritten("A sad instrumental song.", "sad", "female vocals")


def test_a_description_whose_noun_cannot_change_is_passed_over_unless_it_fits() -> None:
    assert rewritten("A piano full of melancholy.", "melancholic", "harp") == "A harp full of melancholy."
    with pytest.raises(NotReady):
        rewritten("A piano full of melancholy.", "happy", "harp")


def test_data2text_says_every_tag_and_joins_what_belongs_together() -> None:
    heard = track("piano", "strings", "electronic", "jazz", "calm")
    for seed in range(20):
        text = DataToText(LEXICON).write(heard, Random(seed))
        reading = read(text, heard, FINDER)
        assert reading.recall == 1
        assert not reading.invented
        assert "a piano and strings" in text
        assert "electronic music and jazz" in text


def test_data2text_does_not_repeat_its_subject() -> None:
    text = DataToText(LEXICON).write(track("piano", "strings", "flute", "harp"), Random(1))
    first, second = text.split(". ")
    assert first.count(",") == 1
    assert second.startswith("It also ")


def test_tags_are_shuffled_and_nothing_else() -> None:
    heard = track("piano", "strings", "jazz", "calm")
    written = {TagsRecipe().write(heard, chance_for(seed, "tags", "t", 0)) for seed in range(30)}
    assert {tuple(sorted(text.split(", "))) for text in written} == {("calm", "jazz", "piano", "strings")}
    assert len(written) > 10


def test_the_descriptions_that_ship_fit_any_single_tag_and_their_own() -> None:
    shipped = load_descriptions(FINDER)
    assert len(shipped.items) >= 60
    recipe = PromptToText(shipped, LEXICON)
    for term in LEXICON.terms:
        text = recipe.write(track(term), Random(3))
        assert [mention.term for mention in FINDER.find(text)] == [term], text


def test_descriptions_come_from_a_file_like_musictextclips(tmp_path: Path) -> None:
    path = tmp_path / "clips.csv"
    path.write_text(
        'video_id,start,end,text\nx,10,20,"A calm piano, played slowly."\ny,0,10,Nothing of note\n'
    )
    loaded = load_descriptions(FINDER, path)
    assert [item.terms for item in loaded.items] == [("calm", "piano")]
    assert loaded.source == "clips.csv"


def test_tags_given_beside_a_description_count(tmp_path: Path) -> None:
    path = tmp_path / "clips.csv"
    path.write_text("text,tags\nSomething for a rainy day,sad;piano;unheard-of\n")
    assert load_descriptions(FINDER, path).items[0].terms == ("sad", "piano")


def test_unusable_descriptions_say_why(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file of descriptions"):
        load_descriptions(FINDER, tmp_path / "none.csv")
    path = tmp_path / "clips.csv"
    path.write_text("words\nA calm piano\n")
    with pytest.raises(InvalidRequest, match="no column 'text'"):
        load_descriptions(FINDER, path)
    path.write_bytes(b"text\n\xff\xfe\xfa")
    with pytest.raises(InvalidRequest, match="no table of descriptions"):
        load_descriptions(FINDER, path)
    with pytest.raises(InvalidRequest, match="No description in 'mine'"):
        imitate(["Nothing of note"], FINDER, source="mine")


def test_a_prompt_shows_examples_with_their_tags_and_ends_where_the_model_goes_on() -> None:
    descriptions = imitate([f"A calm piano in room {n}." for n in range(20)], FINDER, source="mine").items
    question = PromptTemplate.load().analogy(descriptions, track("harp", "sad"), LEXICON, Random(0))
    assert (
        question.body.count("Instruments: piano\nGenres: none\nMoods: calm\nDescription: A calm piano in")
        == 6
    )
    assert question.body.endswith("Instruments: harp\nGenres: none\nMoods: sad\nDescription:")
    assert question.text.startswith(question.instruction)
    assert "Description" not in question.instruction


def test_the_nearest_descriptions_can_be_the_examples(tmp_path: Path) -> None:
    content = PromptTemplate.load().content.decode()
    path = tmp_path / "prompt.toml"
    path.write_text(content.replace('"random"', '"nearest"').replace("examples = 6", "examples = 1"))
    descriptions = imitate(["Angry punk.", "A sad harp.", "Happy pop."], FINDER, source="mine").items
    question = PromptTemplate.load(path).analogy(descriptions, track("harp", "sad"), LEXICON, Random(0))
    assert "A sad harp." in question.body


def test_a_broken_prompt_file_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no prompt file"):
        PromptTemplate.load(tmp_path / "none.toml")
    path = tmp_path / "prompt.toml"
    path.write_text(PromptTemplate.load().content.decode().replace("{moods}", "{tempo}"))
    with pytest.raises(InvalidRequest, match="tempo"):
        PromptTemplate.load(path)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (' "A calm piano."\n', "A calm piano."),
        ("Description: A calm\npiano.\n\nInstruments: none", "A calm piano."),
        ("**A calm piano.**", "A calm piano."),
        ("A calm piano.", "A calm piano."),
        ("\n\n", ""),
    ],
)
def test_the_description_is_taken_out_of_a_models_answer(answer: str, expected: str) -> None:
    assert tidy(answer) == expected
