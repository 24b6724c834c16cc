"""What holds of reading any prompt."""

import re
import string

from hypothesis import given
from hypothesis import strategies as st

from support.prompt_readings import VOCABULARY, golden_readings
from temptrack.suggest.prompt import ReadPrompt, read_prompt
from temptrack.suggest.types import PartEffect

CLAUSES = [
    *("calm piano", "no vocals", "no drums", "not too busy", "less guitar", "anything but strings"),
    *(
        "around 90 bpm",
        "between 100 and 120 bpm",
        "faster than 120 bpm",
        "very slow",
        "upbeat",
        "not too fast",
    ),
    *("in D minor", "a major key", "30 second sting", "under 3 minutes", "loopable", "ends hard"),
    *("under dialogue", "trailer", "podcast intro", "female singer", "humming", "lofi beats", "dnb"),
    *("super high energy", "slightly sad", "synthwave", "adagio", "nothing cheesy", "sempre piano"),
]
PROMPTS = [reading["prompt"] for reading in golden_readings()]
WORDS = sorted({word for prompt in PROMPTS for word in prompt.split()})

clauses = st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=5, unique=True)
salads = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)


def read(prompt: str) -> ReadPrompt:
    return read_prompt(prompt, VOCABULARY)


def meaning(prompt: str) -> tuple[object, ...]:
    """Return all that ranking depends on but the words that are searched."""
    found = read(prompt)
    reading = found.reading
    parts = [(part.kind, part.text.casefold(), part.effect) for part in reading.parts]
    asked = [(repr(part.demands), part.preferences) for part in found.understood]
    sets = (reading.excluded_words, reading.excluded_tags, reading.unknown_words)
    return (parts, asked, *map(set, sets), reading.instrumental_only)


def searched(prompt: str) -> set[str]:
    return set(re.findall(r"\w+", read(prompt).reading.wanted.casefold()))


@given(st.one_of(salads, st.text(max_size=200), st.text(string.printable, max_size=200)))
def test_no_prompt_is_refused_and_each_part_has_something_to_say(prompt: str) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in prompt):
        return
    found = read(prompt)
    assert len(found.understood) == len(found.reading.parts)
    for part, understood in zip(found.reading.parts, found.understood, strict=True):
        assert part.text
        assert part.words
        assert (part.effect is PartEffect.FILTER) == bool(understood.demands)


@given(clauses, st.randoms(use_true_random=False))
def test_the_order_of_clauses_does_not_matter(parts: list[str], chance: object) -> None:
    shuffled = list(parts)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert meaning(", ".join(shuffled)) == meaning(", ".join(parts))
    assert searched(", ".join(shuffled)) == searched(", ".join(parts))


@given(clauses, st.sampled_from([str.upper, str.title, str.capitalize]))
def test_case_does_not_matter(parts: list[str], case: object) -> None:
    prompt = ", ".join(parts)
    assert meaning(case(prompt)) == meaning(prompt)  # type: ignore[operator]


@given(
    clauses,
    st.sampled_from(["; ", ". ", ",", " , ", ",\n", "\n", "! "]),
    st.sampled_from(["", ".", "!", " …"]),
)
def test_marks_between_clauses_do_not_matter(parts: list[str], mark: str, end: str) -> None:
    assert meaning(mark.join(parts) + end) == meaning(", ".join(parts))


@given(clauses)
def test_reading_what_was_searched_again_finds_nothing_new(parts: list[str]) -> None:
    once = read(", ".join(parts)).reading
    again = read(once.wanted).reading
    assert again.wanted == once.wanted
    # What a use suggests leaves out what the prompt names, and negated words are searched no more.
    assert {(part.kind, part.words) for part in again.parts} <= {
        (part.kind, part.words) for part in once.parts
    }
    assert set(again.excluded_tags) <= set(once.excluded_tags)


@given(salads)
def test_what_stands_in_quotes_is_searched_and_nothing_else(prompt: str) -> None:
    plain = re.sub(r"[\"“”„«»]", "", prompt).strip()
    if not re.search(r"\w", plain):
        return
    reading = read(f"“{plain}”").reading
    assert re.findall(r"\w+", reading.wanted) == re.findall(r"\w+", plain)
    assert [part.kind.value for part in reading.parts] == ["quoted"]
    assert (reading.excluded_words, reading.instrumental_only) == ((), False)
