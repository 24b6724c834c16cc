from temptrack.review.evidence import grouped
from temptrack.suggest.types import Reason, ReasonKind


def reason(kind: ReasonKind, text: str, score: float = 0.5, segment: int | None = None) -> Reason:
    return Reason(kind=kind, text=text, score=score, segment_index=segment)


def test_reasons_of_a_kind_share_a_line_and_what_they_begin_with() -> None:
    found = grouped(
        [
            reason(ReasonKind.PROMPT, "sounds like your word “calm”", 0.4),
            reason(ReasonKind.PROMPT, "sounds like your word “car”", 0.2),
            reason(ReasonKind.SEGMENT, "suits the picture at 0:10-0:20", 0.3, 1),
            reason(ReasonKind.SEGMENT, "suits the picture at 0:00-0:10", 0.1, 0),
        ]
    )
    assert [(line.text, line.scores, line.segments) for line in found] == [
        ("sounds like your word “calm”, “car”", (0.4, 0.2), ()),
        ("suits the picture at 0:10-0:20, 0:00-0:10", (0.3, 0.1), (1, 0)),
    ]


def test_reasons_with_nothing_in_common_stand_side_by_side() -> None:
    kind = ReasonKind.FILE_WORDS
    assert grouped([reason(kind, "title says “calm”"), reason(kind, "genre says “calm”")])[0].text == (
        "title says “calm”, genre says “calm”"
    )
    assert grouped([reason(kind, "one"), reason(kind, "one more")])[0].text == "one, one more"


def test_no_reasons_give_no_lines() -> None:
    assert grouped([]) == []
