"""Tables as Markdown, in the paper's layout: median rank falls, recall rises."""

from collections.abc import Sequence

from temptrack_train.evaluation.intervals import Estimate
from temptrack_train.evaluation.questions import (
    CLIPS_BY_PICTURE,
    CLIPS_BY_PICTURE_AND_WORDS,
    CLIPS_BY_WORDS,
    TRACKS_BY_PICTURE,
)
from temptrack_train.evaluation.tables import OPTION_QUESTIONS, CheckedClaim, OptionLine, TableLine

_HEADINGS = ("MR ↓", "R@1 ↑", "R@5 ↑", "R@10 ↑")
_ASKED = {
    TRACKS_BY_PICTURE: "tracks, video_to_music",
    CLIPS_BY_PICTURE: "clips, video_to_music",
    CLIPS_BY_PICTURE_AND_WORDS: "clips, video_text_to_music",
    CLIPS_BY_WORDS: "clips, text_to_music",
}


def table_page(columns: Sequence[str], lines: Sequence[TableLine]) -> str:
    """Return a table of the paper with intervals, and ours beside it: full pool, graded relevance, hubs."""
    headings = [
        *columns,
        *_HEADINGS,
        "± over pools",
        f"R@10 of all {lines[0].full_size}",
        "nDCG@10",
        "hub skew",
    ]
    rows = []
    for line in lines:
        of_pool = [_with_interval(one) for one in line.pool.values()]
        rest = [
            _or_none(line.spread),
            f"{line.full_r10:.2f}",
            _or_none(line.ndcg, 3),
            _or_none(line.hub_skew),
        ]
        rows.append([*line.labels, *of_pool, *rest])
    return _markdown(headings, rows)


def claims_page(claims: Sequence[CheckedClaim]) -> str:
    """Return which orderings of the paper hold here."""
    headings = ["the paper's ordering (R@10)", "in the paper", "here", "gain", "intervals apart", "verdict"]
    return _markdown(
        headings,
        [
            [
                one.claim.says,
                " → ".join(f"{value:.2f}" for value in one.claim.paper),
                f"{one.worse_r10:.2f} → {one.better_r10:.2f}",
                _signed(one.gain),
                "yes" if one.apart else "no",
                one.verdict,
            ]
            for one in claims
        ],
    )


def options_page(lines: Sequence[OptionLine]) -> str:
    """Return what each option changes: R@10, and below it the gain over the first line."""
    headings = ["option", *(f"{_ASKED[question]}, R@10" for question in OPTION_QUESTIONS), "nDCG@10"]
    rows = []
    for line in lines:
        cells = []
        for question in OPTION_QUESTIONS:
            value = f"{line.r10[question].value:.2f}"
            cells.append(value if line.gain is None else f"{value} ({_signed(line.gain[question])})")
        rows.append([line.label, *cells, _or_none(line.ndcg, 3)])
    return _markdown(headings, rows)


def _with_interval(one: Estimate) -> str:
    if one.low == one.high == one.value:
        return f"{one.value:.2f}"
    return f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}]"


def _signed(one: Estimate) -> str:
    return f"{one.value:+.2f} [{one.low:+.2f}, {one.high:+.2f}]"


def _or_none(value: float | None, digits: int = 2) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _markdown(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
