"""The page in front of several review pages."""

from collections.abc import Sequence
from pathlib import Path

from temptrack.review.page import FilmFrame, data_uri, evenly, render_template, write_page

_PICTURES = 10


def write_contents(
    page: Path,
    *,
    title: str,
    said: Sequence[str],
    film: Sequence[FilmFrame],
    searches: Sequence[tuple[str, str, Sequence[str]]],
) -> None:
    """Write a page that leads to review pages.

    Args:
        page: where to write.
        title: name of the film.
        said: paragraphs about what was made.
        film: pictures of the film.
        searches: for each request its prompt, the address of its page and the titles that came first.
    """
    text = render_template(
        "contents.html",
        title=title,
        said=said,
        pictures=[data_uri(frame) for frame in evenly(film, _PICTURES)],
        searches=searches,
    )
    write_page(text, page)
