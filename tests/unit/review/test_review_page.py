import base64
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from support.answers import answer_of, suggestion_of, track_of
from temptrack.review.page import Entry, FilmFrame, Review, Sound, render_review, write_page
from temptrack.suggest.types import Suggestion, Support

FRAMES = [FilmFrame(at_s=float(at), image=b"picture %d" % at) for at in range(46)]
VOID = {"meta", "img", "br", "link", "input", "rect", "path"}


class Tags(HTMLParser):
    """Collects tags and checks that they close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def review_of(*suggestions: Suggestion, film: bool = True, sound: bool = True) -> Review:
    answer = answer_of(*suggestions)
    entries = [
        Entry(
            item,
            [0.1, 0.9, 0.5],
            Sound(b"sound %d" % item.rank, "audio/mpeg") if sound else None,
            "" if sound else "There is no file '/m/a.ogg'.",
        )
        for item in answer.suggestions
    ]
    return Review(
        title="A day <out>",
        scope_label="whole timeline" if film else "",
        scope_start_s=0.0,
        scope_duration_s=46.0 if film else 0.0,
        film=FRAMES if film else (),
        segments_s=[0.0, 10.0, 20.0, 30.0, 40.0] if film else (),
        answer=answer,
        entries=entries,
        placed_rank=1,
        warnings=["'b.mov' is missing."],
        credits=["“sunset” by Aitzol, CC BY 4.0"],
    )


def tags_of(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser.found


def test_the_page_asks_nothing_of_the_network() -> None:
    page = render_review(review_of())
    for _tag, attributes in tags_of(page):
        for name in ("src", "href", "srcset", "poster", "action"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#")), (name, value)
    assert "default-src 'none'" in page
    assert not re.search(r"@import|url\((?!#)", page)


def test_sounds_and_pictures_are_inside() -> None:
    page = render_review(review_of())
    sounds = [a["src"] for tag, a in tags_of(page) if tag == "audio"]
    assert [base64.b64decode((src or "").partition(",")[2]) for src in sounds] == [b"sound 1", b"sound 2"]
    film = json.loads(re.search(r'id="film">(.*?)</script>', page, re.DOTALL)[1])  # type: ignore[index]
    assert [frame["at"] for frame in film] == [frame.at_s for frame in FRAMES]
    assert base64.b64decode(film[7]["src"].partition(",")[2]) == b"picture 7"


def test_what_files_say_of_themselves_cannot_become_markup() -> None:
    evil = track_of(title="<script>alert(1)</script>", artist='"onload="x', licence="<b>CC</b>")
    page = render_review(review_of(suggestion_of(1, track=evil)))
    assert "<script>alert" not in page
    assert "<b>CC" not in page
    assert all("onload" not in attributes for _tag, attributes in tags_of(page))
    assert "A day &lt;out&gt;" in page


def test_the_excerpt_is_marked_where_it_lies() -> None:
    rows = [a for tag, a in tags_of(render_review(review_of())) if tag == "li" and "data-start" in a]
    first, second = rows
    assert (first["data-start"], first["data-duration"], first["data-track"]) == (
        "32.000",
        "46.000",
        "187.400",
    )
    assert first["data-loop-to"] == ""
    assert (float(second["data-loop-from"] or 0), float(second["data-loop-to"] or 0)) == (0.0, 20.0)


def test_other_places_of_a_recording_are_named() -> None:
    several = suggestion_of(1).model_copy(update={"also_at": ("/b/<x>.ogg", "/c/y.ogg")})
    one = suggestion_of(2).model_copy(update={"also_at": ("/d/z.ogg",)})
    found = [a for tag, a in tags_of(render_review(review_of(several, one))) if a.get("class") == "copies"]
    assert [a["title"] for a in found] == ["/b/<x>.ogg\n/c/y.ogg", "/d/z.ogg"]
    page = render_review(review_of(several, one))
    assert "same recording at 2 other places" in page
    assert "same recording at /d/z.ogg" in page
    assert "same recording" not in render_review(review_of())


def test_every_control_has_a_name() -> None:
    found = tags_of(render_review(review_of()))
    for tag, attributes in found:
        if tag == "button" or attributes.get("role") == "slider":
            assert attributes.get("aria-label")
        if tag == "img":
            assert attributes.get("alt") is not None


def test_a_track_without_sound_says_why_and_cannot_be_played() -> None:
    page = render_review(review_of(sound=False))
    found = tags_of(page)
    assert not [tag for tag, _ in found if tag == "audio"]
    assert all("disabled" in a for tag, a in found if tag == "button")
    assert "There is no file &#39;/m/a.ogg&#39;." in page


def test_words_alone_make_a_page_without_film() -> None:
    page = render_review(review_of(film=False))
    assert "viewer" not in {attributes.get("id") for _tag, attributes in tags_of(page)}


def test_nothing_found_is_said() -> None:
    review = review_of()
    empty = review.answer.model_copy(update={"suggestions": ()})
    page = render_review(
        Review(
            title="x",
            scope_label="",
            scope_start_s=0,
            scope_duration_s=0,
            film=(),
            segments_s=(),
            answer=empty,
            entries=(),
        )
    )
    assert "No track of this library passed the filters" in page


def test_the_page_says_where_nothing_fits() -> None:
    text = "Nothing in this library fits “bagpipes” well; these come nearest."
    review = review_of()
    unfit = Support(score=0.0, below=0.3, fits=False, lacking=("bagpipes",), text=text)
    page = render_review(replace(review, answer=review.answer.model_copy(update={"support": unfit})))
    assert text in page
    assert text not in render_review(review)


def test_equal_reviews_give_equal_pages() -> None:
    assert render_review(review_of()) == render_review(review_of())


def test_a_page_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    page = tmp_path / "new" / "page.html"
    write_page("first", page)
    with pytest.raises(UnicodeEncodeError):
        write_page("second \ud800", page)
    assert page.read_text() == "first"
    assert [each.name for each in page.parent.iterdir()] == ["page.html"]
