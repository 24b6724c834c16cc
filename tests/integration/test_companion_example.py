"""The example of the companion's reference, carried out."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from panel.framing import Decoder
from support.companions import Json, companion, wait_until
from support.films import Shot, make_film, moving
from support.small_library import small_library

EXCHANGE = Path(__file__).parents[1] / "golden" / "companion_example" / "exchange.json"
ANYTHING = "…"


def is_like(said: Any, shown: Any) -> bool:
    """Whether something is as shown; "…" stands for anything, in objects and lists for more of it too."""
    if shown == ANYTHING:
        return True
    if isinstance(shown, dict) and isinstance(said, dict):
        named = {key: value for key, value in shown.items() if key != ANYTHING}
        has_all = all(key in said and is_like(said[key], value) for key, value in named.items())
        return has_all and (ANYTHING in shown or set(said) == set(named))
    if isinstance(shown, list) and isinstance(said, list):
        more = bool(shown) and shown[-1] == ANYTHING
        named_first = shown[:-1] if more else shown
        fits = len(said) >= len(named_first) if more else len(said) == len(named_first)
        return fits and all(is_like(one, other) for one, other in zip(said, named_first, strict=False))
    return bool(said == shown)


@pytest.mark.parametrize(
    ("said", "shown", "like"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ({"a": 1, "b": 2}, {"a": 1, "…": "…"}, True),
        ([1, 2], [1], False),
        ([1, 2], [1, "…"], True),
        ([2], [1, "…"], False),
        ({"a": 1}, {"a": 1, "b": "…"}, False),
    ],
)
def test_what_is_shown_is_compared_in_earnest(said: Any, shown: Any, like: bool) -> None:
    assert is_like(said, shown) is like


def test_the_example_of_the_reference_happens_as_shown(tmp_path: Path) -> None:
    library = small_library(tmp_path / "library")
    make_film(tmp_path / "film.mp4", [Shot(moving(1), 250)])
    text = EXCHANGE.read_text("utf-8")
    text = text.replace('"PROCESS_ID"', str(os.getpid())).replace("FOLDER", tmp_path.as_posix())
    with companion(library.home) as asker:
        process = asker.link._process
        assert process is not None
        came: list[Json] = []
        decoder = Decoder()

        def read() -> None:
            assert asker.link._pipes is not None
            came.extend(decoder.feed(asker.link._pipes.read_stdout() or b""))

        for step in json.loads(text):
            if "send" in step:
                asker.link._send(step["send"])
            elif "receive" in step:
                shown = step["receive"]
                wait_until(lambda shown=shown: any(is_like(said, shown) for said in came), read)  # type: ignore[misc]
        assert process.wait(60) == 0
