"""Scene phrases out of captions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from temptrack_train.recipes.scenes import scene_phrases, take_apart, visible_part


@pytest.mark.parametrize(
    ("sentence", "phrases"),
    [
        ("This tune may be playing in a desert movie scene.", ["a desert movie scene"]),
        ("It sounds calm - like something you would hear in a yoga class.", ["a yoga class"]),
        (
            "It could be used in the soundtrack of a drama, especially during a funeral scene.",
            ["the soundtrack of a drama", "during a funeral scene"],
        ),
        ("Perfect for a beach bar or a summer party.", ["a beach bar", "a summer party"]),
        ("The tune is a soundtrack for a cooking show.", ["a cooking show"]),
    ],
)
def test_a_sentence_of_use_gives_its_scenes(sentence: str, phrases: list[str]) -> None:
    """What follows the announcement is the scene, one phrase for each alternative."""
    assert scene_phrases(sentence) == phrases


@pytest.mark.parametrize(
    "sentence",
    [
        "A piano is played with soft chords.",
        "In the background we hear a clapping crowd and a guitar at a party.",
        "The tempo is slow.",
        "",
    ],
)
def test_a_sentence_on_sound_gives_none(sentence: str) -> None:
    """Words such as "played" announce no use where sound follows."""
    assert scene_phrases(sentence) == []


@pytest.mark.parametrize(
    ("phrase", "visible"),
    [
        ("a desert movie scene", "desert"),
        ("the soundtrack of an adventure video game", "adventure"),
        ("a movie about a voyage", "voyage"),
        ("a TV show", ""),
        ("a beach party in the Caribbean at night", "beach party in the Caribbean at night"),
    ],
)
def test_the_medium_is_not_visible(phrase: str, visible: str) -> None:
    """A camera shows the desert, never the movie."""
    assert visible_part(phrase) == visible


def test_what_a_scene_says_never_counts_as_sound() -> None:
    """Sentences of use and sentences on sound are told apart."""
    told = take_apart("A slow piano plays. This could be used in a wedding film. There are no drums.")
    assert list(told.scenes) == ["a wedding film"]
    assert told.sound == "A slow piano plays. There are no drums."


@given(st.text(max_size=200))
def test_any_text_is_taken_apart(text: str) -> None:
    """Scenes are parts of the text, and what a camera shows is part of its phrase."""
    for phrase in take_apart(text).scenes:
        assert phrase in text
        assert len(visible_part(phrase)) <= len(phrase)
