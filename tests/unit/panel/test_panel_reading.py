"""A panel says how a prompt was read in the words of the answer it was sent."""

from panel.reading import reading_of, warning_of
from support.answers import answer_of
from temptrack.suggest.types import PartEffect, PartKind, PromptPart, PromptReading, Support

PARTS = (
    PromptPart(kind=PartKind.VOCALS, words="no vocals", text="instrumental only", effect=PartEffect.FILTER),
    PromptPart(kind=PartKind.TEMPO, words="slow", text="slow (up to 84 bpm)", effect=PartEffect.PREFERENCE),
)


def test_all_that_was_read_stands_in_one_line() -> None:
    answer = answer_of().model_copy(update={"prompt": PromptReading(wanted="calm", parts=PARTS)})
    assert reading_of(answer.model_dump(mode="json")) == "instrumental only · slow (up to 84 bpm)"


def test_a_panel_warns_where_nothing_fits() -> None:
    text = "Nothing in this library fits “bagpipes” well; these come nearest."
    unfit = Support(score=0.02, below=0.3, fits=False, lacking=("bagpipes",), text=text)
    assert warning_of(answer_of().model_copy(update={"support": unfit}).model_dump(mode="json")) == text


def test_a_panel_is_silent_where_something_fits_or_nothing_was_judged() -> None:
    fits = answer_of().model_copy(update={"support": Support(score=0.9, below=0.3, fits=True)})
    assert warning_of(fits.model_dump(mode="json")) == ""
    assert warning_of(answer_of().model_dump(mode="json")) == ""
    assert warning_of({}) == ""


def test_plain_words_and_companions_that_say_nothing_give_no_line() -> None:
    assert reading_of(answer_of().model_dump(mode="json")) == ""
    assert reading_of({"prompt": {"wanted": "calm"}}) == ""
    assert reading_of({}) == ""
