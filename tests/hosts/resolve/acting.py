"""What the scenarios have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from davinci.temptrack_resolve import placing
from davinci.temptrack_resolve.panel.problems import PanelError
from davinci.temptrack_resolve.resolve_api import (
    Host,
    answers,
    editing,
    media_pool,
)  # fmt: skip
from davinci.temptrack_resolve.resolve_api import (
    host as host_module,
)
from davinci.temptrack_resolve.resolve_api import (
    timeline as timeline_module,
)
from support.resolve_double import Application, Cut
from support.resolve_double.sounds import cue_of

ANY_REFUSAL = (AssertionError, PanelError)
START = 86400
CALLERS = (answers, editing, host_module, media_pool, timeline_module)


def host_of(app: Application) -> Host:
    resolve: Any = app.resolve
    return Host(resolve)


def insert(app: Application, folder: Path, *, start: int = START + 37, frames: int = 101) -> None:
    host = host_of(app)
    timeline = host.open_timeline()
    placing.insert(host, timeline, cue_of(folder, start, frames, timeline.rate), "Music")


def ours(cut: Cut) -> list[tuple[str, int, int]]:
    return [
        (lane.name, item.start, item.end)
        for lane in cut.lanes["audio"]
        for item in lane.items
        if "temptrack" in item.name
    ]


def reason_of(action: Any) -> str:
    """The reason with which something is refused, or an empty string when it is not."""
    try:
        action()
    except PanelError as error:
        return error.problem.reason
    return ""


@contextmanager
def unguarded(*_arguments: Any) -> Iterator[None]:
    yield
