import pytest

from support.answers import track_of
from temptrack.library.types import Track
from temptrack.model.types import Tag, TagGroup
from temptrack.suggest.support import DEPTH, Finding, judge_support, named_things
from temptrack.suggest.types import Support
from temptrack.suggest.vocabulary import TagVocabulary

VOCABULARY = TagVocabulary(
    [
        Tag("piano", TagGroup.INSTRUMENT, 0.5),
        Tag("distorted guitar", TagGroup.INSTRUMENT, 0.5),
        Tag("choir", TagGroup.INSTRUMENT, 0.5),
    ]
)


def names(prompt: str) -> list[str]:
    return [one.words for one in named_things(prompt)]


def judged(
    prompt: str, *scores: dict[str, float], track: Track | None = None, blind: bool = False
) -> Support | None:
    findings = [Finding(track or track_of(title="Plain"), one) for one in scores]
    return judge_support(prompt, findings, VOCABULARY, below=0.3, blind=blind)


def test_what_no_track_has_is_said_in_the_words_of_the_prompt() -> None:
    answer = judged("Bagpipes at dawn", {"piano": 0.9}, {"choir": 0.4})
    assert answer is not None
    assert not answer.fits
    assert answer.text == "Nothing in this library fits “bagpipes” well; these come nearest."
    assert answer.lacking == ("bagpipes",)


def test_what_is_heard_fits() -> None:
    answer = judged("slow piano", {"piano": 0.1}, {"piano": 0.62})
    assert answer is not None
    assert (answer.fits, answer.score, answer.text, answer.lacking) == (True, 0.62, "", ())


def test_one_thing_of_two_still_fits_and_the_other_is_named() -> None:
    answer = judged("piano and bagpipes", {"piano": 0.9})
    assert answer is not None
    assert (answer.fits, answer.lacking) == (True, ("bagpipes",))


def test_the_best_track_counts_not_the_best_of_each_thing() -> None:
    answer = judged("piano and choir", {"piano": 0.5}, {"choir": 0.5})
    assert answer is not None
    assert answer.score == 0.25
    assert answer.text == ("Nothing in this library fits “piano” and “choir” together; these come nearest.")


def test_a_name_in_the_files_own_words_is_enough_unless_names_are_hidden() -> None:
    piped = track_of(title="Highland Bagpipes, March")
    seen, hidden = judged("bagpipe", {}, track=piped), judged("bagpipe", {}, track=piped, blind=True)
    assert seen is not None
    assert seen.fits
    assert hidden is not None
    assert not hidden.fits


def test_part_of_another_word_names_nothing() -> None:
    answer = judged("harp", {}, track=track_of(title="Harpoon"))
    assert answer is not None
    assert not answer.fits


def test_only_the_first_tracks_are_looked_at() -> None:
    answer = judged("piano", *[{"piano": 0.0}] * DEPTH, {"piano": 1.0})
    assert answer is not None
    assert answer.score == 0.0


def test_moods_and_places_get_no_verdict() -> None:
    assert judged("calm and peaceful, sunrise over a lake", {"piano": 0.0}) is None


def test_a_bundle_without_calibration_gives_no_verdict() -> None:
    finding = Finding(track_of(title="Plain"), {})
    assert judge_support("bagpipes", [finding], VOCABULARY, below=None, blind=False) is None


def test_an_empty_list_gives_no_verdict() -> None:
    assert judged("bagpipes") is None


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Death-Metal riffs with death metal growls", ["death-metal"]),
        ("no drums, without a piano, choir", ["choir"]),
        ("less guitar, more ukulele", ["ukulele"]),
        ("driving through the country in a house by the rocks", []),
        ("country music for a rodeo", ["country music"]),
        ("lo-fi hip hop and hiphop", ["hip hop"]),
        ("", []),
    ],
)
def test_things_are_found_as_people_name_them(prompt: str, expected: list[str]) -> None:
    assert names(prompt) == expected
