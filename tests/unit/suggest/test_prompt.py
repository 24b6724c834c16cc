import pytest

from temptrack.errors import InvalidRequest
from temptrack.model.types import Tag, TagGroup
from temptrack.suggest.prompt import MAX_PROMPT_CHARACTERS, clean_prompt, read_prompt
from temptrack.suggest.types import PromptReading
from temptrack.suggest.vocabulary import TagVocabulary

VOCABULARY = TagVocabulary(
    [
        Tag("piano", TagGroup.INSTRUMENT, 0.5),
        Tag("drums", TagGroup.INSTRUMENT, 0.5),
        Tag("strings", TagGroup.INSTRUMENT, 0.5),
        Tag("guitar", TagGroup.INSTRUMENT, 0.5),
        Tag("electric guitar", TagGroup.INSTRUMENT, 0.5),
        Tag("sad", TagGroup.MOOD, 0.5),
        Tag("fast", TagGroup.MOOD, 0.5),
        Tag("rock", TagGroup.GENRE, 0.5),
        Tag("hip hop", TagGroup.GENRE, 0.5),
        Tag("vocals", TagGroup.VOCAL, 0.5),
        Tag("female vocals", TagGroup.VOCAL, 0.5),
        Tag("no vocals", TagGroup.VOCAL, 0.5),
    ]
)


def read(prompt: str) -> PromptReading:
    return read_prompt(prompt, VOCABULARY).reading


@pytest.mark.parametrize(
    ("prompt", "wanted", "tags"),
    [
        ("calm piano, no drums", "calm piano", ("drums",)),
        ("no drums calm piano", "calm piano", ("drums",)),
        ("calm piano and no drums", "calm piano", ("drums",)),
        ("no drums but wide pads", "wide pads", ("drums",)),
        ("without any percussion", "", ("drums",)),
        ("no drums or percussion, wide", "wide", ("drums",)),
        ("warm pads -drums", "warm pads", ("drums",)),
        ("-drums warm pads", "warm pads", ("drums",)),
        ("drumless groove", "groove", ("drums",)),
        ("not sad", "", ("sad",)),
        ("NOT SAD but hopeful", "hopeful", ("sad",)),
        ("no sad songs", "", ("sad",)),
        ("no rock music", "", ("rock",)),
        ("no hip-hop", "", ("hip hop",)),
        ("no drums at all, dreamy", "dreamy", ("drums",)),
        ("no guitar", "", ("guitar", "electric guitar")),
        ("loud, no electric guitar", "loud", ("electric guitar",)),
        ("not piano or strings", "", ("piano", "strings")),
        ("i don't want drums, something epic", "something epic", ("drums",)),
        ("I don\u2019t want drums, something epic", "something epic", ("drums",)),
        ("kein Schlagzeug, bitte ruhig", "bitte calm", ("drums",)),
        ("anything but strings", "", ("strings",)),
        ("everything except piano or strings, warm", "warm", ("piano", "strings")),
        ("no piano, guitar or strings, warm", "warm", ("piano", "guitar", "electric guitar", "strings")),
        ("nothing sad, warm", "warm", ("sad",)),
        ("no strings, attached to the moment", "attached to the moment", ("strings",)),
        ("no drums, no strings, no piano", "", ("drums", "strings", "piano")),
    ],
)
def test_what_is_plainly_unwanted_is_excluded(prompt: str, wanted: str, tags: tuple[str, ...]) -> None:
    reading = read(prompt)
    assert (reading.wanted, reading.excluded_tags) == (wanted, tags)
    assert reading.unknown_words == ()
    assert not reading.instrumental_only


@pytest.mark.parametrize(
    "prompt",
    [
        "nothing sad about it",
        "no-nonsense rock",
        "not only piano",
        "no strings attached",
        "no more drums",
        "no drums in the intro",
        "not without drums",
        "never without drums",
        "no lack of drums",
        "no shortage of strings",
        "lo-fi slow-motion drums",
        "slow - drums and bass",
        "a song about no one",
        "sad or not",
        "no",
        "-",
        "not in the mood for rock",
        "calm piano with drums",
        "room for voice over",
    ],
)
def test_where_there_is_doubt_nothing_is_excluded_and_the_words_stay(prompt: str) -> None:
    reading = read(prompt)
    assert (reading.wanted, reading.excluded_words, reading.excluded_tags) == (prompt, (), ())
    assert not reading.instrumental_only


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("no vocals", ""),
        ("without singing", ""),
        ("dreamy, no lyrics", "dreamy"),
        ("no voice", ""),
        ("vocal-free underscore", "underscore"),
        ("warm -vocals", "warm"),
        ("instrumental", "instrumental"),
        ("Instrumental, cinematic", "Instrumental, cinematic"),
        ("room for voice over, instrumental", "room for voice over, instrumental"),
        ("no vocals for a documentary, guitar", "for a documentary, guitar"),
    ],
)
def test_asking_for_no_singing_means_instrumental(prompt: str, wanted: str) -> None:
    reading = read(prompt)
    assert reading.instrumental_only
    assert reading.wanted == wanted
    assert reading.excluded_tags == ()


@pytest.mark.parametrize(
    "prompt",
    [
        "instrumental or vocal",
        "instrumental intro then female vocals",
        "instrumental break",
        "not instrumental",
        "female vocals",
    ],
)
def test_instrumental_in_passing_excludes_nothing(prompt: str) -> None:
    assert not read(prompt).instrumental_only


def test_one_kind_of_singing_is_a_tag_and_not_all_singing() -> None:
    reading = read("soul, no female vocals")
    assert reading.excluded_tags == ("female vocals",)
    assert not reading.instrumental_only


@pytest.mark.parametrize(
    ("prompt", "wanted", "unknown"),
    [
        ("slow, no dubstep", "slow", ("dubstep",)),
        ("no cheesy synths please", "", ("cheesy synths",)),
        ("no piano solo", "", ("piano solo",)),
        ("not cheesy", "", ("cheesy",)),
        ("bright -autotune", "bright", ("autotune",)),
        ("no male vocals", "", ("male vocals",)),
    ],
)
def test_unwanted_words_no_tag_knows_only_weigh_against(
    prompt: str, wanted: str, unknown: tuple[str, ...]
) -> None:
    reading = read(prompt)
    assert (reading.wanted, reading.unknown_words) == (wanted, unknown)
    assert reading.excluded_words == unknown
    assert reading.excluded_tags == ()


def test_and_joins_after_without_but_not_after_no() -> None:
    assert read("piano without drums and strings").excluded_tags == ("drums", "strings")
    assert read("no drums and piano").wanted == "piano"


@pytest.mark.parametrize(
    "prompt", ["no drums, sad or happy", "like no other", "nothing but piano", "no surprises"]
)
def test_a_list_is_only_plain_among_things_that_sound(prompt: str) -> None:
    assert set(read(prompt).excluded_tags) <= {"drums"}


def test_a_bundle_that_cannot_hear_singing_excludes_none() -> None:
    deaf = TagVocabulary([Tag("piano", TagGroup.INSTRUMENT, 0.5)])
    reading = read_prompt("instrumental, no vocals", deaf).reading
    assert not reading.instrumental_only
    assert reading.unknown_words == ("vocals",)


def test_a_prompt_becomes_one_clean_line() -> None:
    assert clean_prompt(" calm\tpiano\r\nno\x00drums \u202e ") == "calm piano , no drums"
    assert clean_prompt("cafe\u0301") == "caf\u00e9"
    assert read("calm\nno drums").excluded_tags == ("drums",)


def test_a_pasted_document_is_refused_with_both_numbers() -> None:
    with pytest.raises(InvalidRequest, match=rf"{MAX_PROMPT_CHARACTERS + 1} .*at most"):
        read("a" * (MAX_PROMPT_CHARACTERS + 1))
    assert read("a" * MAX_PROMPT_CHARACTERS).wanted


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        read("calm \udcff piano")
    assert caught.value.reason == "PROMPT_NOT_TEXT"
