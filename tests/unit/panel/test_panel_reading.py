"""A panel says how a prompt was read in the words of the answer it was sent."""

from panel.reading import reading_of
from support.answers import answer_of
from temptrack.suggest.types import PartEffect, PartKind, PromptPart, PromptReading

PARTS = (
    PromptPart(kind=PartKind.VOCALS, words="no vocals", text="instrumental only", effect=PartEffect.FILTER),
    PromptPart(kind=PartKind.TEMPO, words="slow", text="slow (up to 84 bpm)", effect=PartEffect.PREFERENCE),
)


def test_all_that_was_read_stands_in_one_line() -> None:
    answer = answer_of().model_copy(update={"prompt": PromptReading(wanted="calm", parts=PARTS)})
    assert reading_of(answer.model_dump(mode="json")) == "instrumental only · slow (up to 84 bpm)"


def test_plain_words_and_companions_that_say_nothing_give_no_line() -> None:
    assert reading_of(answer_of().model_dump(mode="json")) == ""
    assert reading_of({"prompt": {"wanted": "calm"}}) == ""
    assert reading_of({}) == ""
