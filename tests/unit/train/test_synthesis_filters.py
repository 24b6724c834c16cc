import pytest

from temptrack_train.synthesis.figures import figures_of
from temptrack_train.synthesis.filters import Filter, Rules, read
from temptrack_train.synthesis.lexicon import Lexicon
from temptrack_train.synthesis.mentions import MentionFinder
from temptrack_train.synthesis.types import Failure, TrackTags
from temptrack_train.synthesis.writing import Draft, Row

LEXICON = Lexicon.load()
FINDER = MentionFinder(LEXICON)
HEARD = TrackTags("t", LEXICON.grouped(["acoustic guitar", "female vocals", "folk", "calm"]))


def verdict(text: str, rules: Rules | None = None) -> str | None:
    return Filter(rules or Rules(), FINDER).judge(text, HEARD)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("A calm folk song with acoustic guitar and a female voice.", None),
        ("Calm folk, a guitar, a woman singing.", None),
        ("Calm folk with acoustic guitar and piano.", "INVENTED_TAG"),
        ("Calm folk with acoustic guitar and no vocals.", "DENIED_TAG"),
        ("Calm instrumental folk with acoustic guitar.", "DENIED_TAG"),
        ("Calm music.", "TAGS_MISSING"),
        (" ?! ", "EMPTY"),
        ("calm folk acoustic guitar " * 20, "TOO_LONG"),
    ],
)
def test_texts_are_kept_only_where_they_are_true_and_say_enough(text: str, fault: str | None) -> None:
    assert verdict(text) == fault


def test_a_narrower_word_than_was_heard_is_an_invention() -> None:
    heard = TrackTags("t", LEXICON.grouped(["guitar"]))
    assert Filter(Rules(), FINDER).judge("An electric guitar.", heard) == "INVENTED_TAG"


def test_rules_can_be_relaxed() -> None:
    assert verdict("Calm folk with acoustic guitar and piano.", Rules(faithful=False)) is None
    assert verdict("Calm music.", Rules(min_recall=0.25)) is None


def test_a_text_that_reads_alike_passes_once() -> None:
    judge = Filter(Rules(), FINDER, taken=["Calm folk, acoustic guitar!"])
    assert judge.judge("CALM  folk - acoustic guitar", HEARD) == "DUPLICATE"
    assert judge.judge("Acoustic guitar, calm folk", HEARD) is None
    assert judge.judge("Acoustic guitar; calm folk.", HEARD) == "DUPLICATE"
    assert Filter(Rules(unique=False), FINDER, taken=["calm folk"]).judge("Calm folk", HEARD) is None


def test_a_text_turned_down_does_not_count_as_taken() -> None:
    judge = Filter(Rules(), FINDER)
    assert judge.judge("Calm folk with acoustic guitar and piano.", HEARD) == "INVENTED_TAG"
    assert judge.judge("Calm folk with acoustic guitar and piano.", HEARD) == "INVENTED_TAG"


def test_a_broader_word_neither_says_a_tag_nor_invents_one() -> None:
    reading = read("A guitar and a voice, calm", HEARD, FINDER)
    assert reading.said == ("calm",)
    assert set(reading.true) == {"guitar", "vocals", "calm"}
    assert reading.invented == ()
    assert reading.recall == 0.25


def test_figures_of_a_run_by_hand() -> None:
    tags = dict(HEARD.groups)
    rows = [
        Row(track_id="a", tags=tags, text="calm folk calm folk"),
        Row(
            track_id="b",
            tags=tags,
            text="acoustic guitar female vocals folk calm",
            drafts=(Draft(text="calm piano", fault="INVENTED_TAG"),),
        ),
        Row(track_id="c", tags=tags, failure=Failure(reason="ENDPOINT_SLOW", message="too slow")),
    ]
    figures = figures_of(rows, FINDER)
    assert (figures.tracks, figures.kept.texts, figures.first.texts) == (3, 2, 2)
    assert figures.kept.tag_recall == 0.75
    assert figures.kept.tag_precision == 1.0
    assert figures.first.tag_recall == 0.375
    assert figures.first.tag_precision == 0.75
    assert figures.kept.distinct_1 == 0.6
    assert figures.kept.distinct_2 == 0.75
    assert (figures.kept.words_mean, figures.kept.words_median) == (5.0, 5.0)
    assert figures.turned_down == {"INVENTED_TAG": 1}
    assert figures.failed == {"ENDPOINT_SLOW": 1}


def test_figures_of_nothing_are_zero() -> None:
    assert figures_of([], FINDER).kept.model_dump() == dict.fromkeys(
        figures_of([], FINDER).kept.model_dump(), 0
    )
