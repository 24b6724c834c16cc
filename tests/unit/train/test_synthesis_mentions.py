from pathlib import Path

import pytest

from temptrack.errors import InvalidRequest, NotFound
from temptrack_train.datasets.taxonomy import TAG_GROUPS, TAGS
from temptrack_train.synthesis.lexicon import KINDS, Lexicon
from temptrack_train.synthesis.mentions import MentionFinder

FINDER = MentionFinder(Lexicon.load())


def said(text: str) -> list[str]:
    return [mention.term for mention in FINDER.find(text) if not mention.denied]


def denied(text: str) -> list[str]:
    return [mention.term for mention in FINDER.find(text) if mention.denied]


def test_the_lexicon_has_the_tags_of_the_method() -> None:
    lexicon = Lexicon.load()
    for kind in KINDS:
        assert set(lexicon.tags(kind)) == set(TAG_GROUPS[kind])


@pytest.mark.parametrize("tag", TAGS)
def test_every_tag_is_found_by_its_own_name(tag: str) -> None:
    assert said(tag) == [tag]
    assert said(f"Something {tag}, they said") == [tag]
    assert FINDER.term_of(tag.replace(" ", "_").upper()) == tag


def test_longer_words_win_and_plurals_and_hyphens_do_not_matter() -> None:
    assert said("A hip-hop track with dark synth pads and aggressive male rap.") == [
        "hip hop",
        "dark",
        "synth pad",
        "aggressive",
        "male vocals",
    ]
    assert said("e-guitars, an E GUITAR and guitars") == ["electric guitar", "electric guitar", "guitar"]


def test_words_inside_other_words_are_no_mention() -> None:
    assert said("the popular darkness of a rocket, bell-like sounds in the countryside") == []


@pytest.mark.parametrize(
    ("text", "absent", "present"),
    [
        ("no drums or vocals", ["drums", "vocals"], []),
        ("without a guitar but with strings", ["guitar"], ["strings"]),
        ("an instrumental piano piece", ["vocals"], ["piano"]),
        ("not instrumental", [], ["vocals"]),
        ("not only a violin", [], ["violin"]),
        ("There are no words. The piano plays.", [], ["piano"]),
    ],
)
def test_what_a_text_says_is_absent(text: str, absent: list[str], present: list[str]) -> None:
    assert denied(text) == absent
    assert said(text) == present


def test_phrases_that_only_sound_like_a_tag_are_silent() -> None:
    assert said("a first dance on the dance floor, shapes in the dark") == []


def test_a_broader_word_is_borne_out_by_a_narrower_tag_and_not_the_other_way_round() -> None:
    lexicon = FINDER.lexicon
    assert lexicon.supports("acoustic guitar", "guitar")
    assert not lexicon.supports("guitar", "acoustic guitar")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("[instrument\n", "lexicon"),
        (
            '[instrument]\npiano = {also = ["keys"]}\norgan = {also = ["Keys"]}\n[genre]\n[mood]\n',
            "'Keys' means both",
        ),
        ('[instrument]\npiano = {covers = ["harp"]}\n[genre]\n[mood]\n', "'harp' is covered or denied"),
        ('[instrument]\npiano = {number = "many"}\n[genre]\n[mood]\n', "lexicon"),
    ],
)
def test_a_broken_lexicon_says_what_is_wrong(tmp_path: Path, content: str, why: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(content)
    with pytest.raises(InvalidRequest, match=why):
        Lexicon.load(path)


def test_a_missing_lexicon_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no lexicon"):
        Lexicon.load(tmp_path / "none.toml")
