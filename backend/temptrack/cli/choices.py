"""Options that several commands share, in the words that `--help` shows."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from temptrack.timeline.scope import ScopeRequest

FLAG = " "
"""Shown where an option would name its value; a switch has none, and "<bool>" would only puzzle editors."""

_SCOPE = "Which part of the timeline"
_ENGINE = "Engine"

AsJson = Annotated[
    bool, typer.Option("--json", metavar=FLAG, help="Print JSON for programs instead of words for people.")
]
InPoint = Annotated[
    str | None,
    typer.Option(
        "--in",
        metavar="TIME",
        rich_help_panel=_SCOPE,
        help="From here on: 01:00:10:00, 12.5s or a frame number.",
    ),
]
OutPoint = Annotated[
    str | None, typer.Option("--out", metavar="TIME", rich_help_panel=_SCOPE, help="Up to here, exclusive.")
]
MarkerName = Annotated[
    str | None,
    typer.Option("--marker", metavar="NAME", rich_help_panel=_SCOPE, help="The range of this marker."),
]
NamedClips = Annotated[
    list[str] | None,
    typer.Option("--clip", metavar="NAME", rich_help_panel=_SCOPE, help="Only this clip; may be repeated."),
]
MediaPlaces = Annotated[
    list[Path] | None,
    typer.Option(
        "--media",
        metavar="FOLDER",
        help="Look in this folder, and all inside, for media the timeline does not name, or that moved: by "
        "the name of clip, reel or file; may be repeated.",
    ),
]
SamplingName = Annotated[
    Literal["standard", "paper", "fast"],
    typer.Option(
        "--sampling",
        metavar="standard|paper|fast",
        rich_help_panel=_ENGINE,
        help="Frames looked at: 1 a second, 6 a second, or keyframes.",
    ),
]
DeviceName = Annotated[
    Literal["auto", "cpu", "cuda"],
    typer.Option(
        "--device",
        metavar="auto|cpu|cuda",
        rich_help_panel=_ENGINE,
        help="Where the model runs; auto takes the GPU if it can.",
    ),
]
BundleName = Annotated[
    str | None,
    typer.Option(
        "--bundle",
        metavar="ID|FOLDER",
        rich_help_panel=_ENGINE,
        help="Model bundle to use instead of the usual.",
    ),
]
ServerAddress = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="HOST:PORT",
        rich_help_panel=_ENGINE,
        help="Ask this server instead of this machine.",
    ),
]


def library_name(panel: str | None = None) -> Any:
    """Return the option ``--library``, in a panel of ``--help`` or among the first."""
    return typer.Option(
        "--library",
        "-l",
        metavar="NAME",
        rich_help_panel=panel,
        help="Library to search.",
        show_default=False,
    )


def prompt_words(panel: str | None = None) -> Any:
    """Return the option ``--prompt``, in a panel of ``--help`` or among the first."""
    return typer.Option(
        "--prompt",
        "-p",
        metavar="WORDS",
        rich_help_panel=panel,
        help="What it should sound like, in your own words; words in double quotes are only searched.",
    )


def balance(panel: str | None = None) -> Any:
    """Return the option ``--text-weight``, in a panel of ``--help`` or among the first."""
    return typer.Option(
        "--text-weight",
        metavar="0..1",
        min=0.0,
        max=1.0,
        rich_help_panel=panel,
        help="Balance: 0 only the picture decides, 1 only the words.",
    )


def part_of(in_: str | None, out: str | None, marker: str | None, clips: Sequence[str]) -> "ScopeRequest":
    """Return the part of a timeline that the options name; without any, the whole.

    Raises:
        InvalidRequest: when they name it in more than one way.
    """
    from temptrack.errors import InvalidRequest
    from temptrack.timeline.scope import ScopeRequest

    ways = [bool(in_ or out), marker is not None, bool(clips)]
    if sum(ways) > 1:
        raise InvalidRequest(
            "The part of the timeline is named in more than one way.",
            reason="SCOPE_TWICE",
            hint="Use only one of --in/--out, --marker and --clip.",
        )
    if marker is not None:
        return ScopeRequest.at_marker(marker)
    if clips:
        return ScopeRequest.of_clips(clips)
    return ScopeRequest.between(in_, out) if in_ or out else ScopeRequest.whole()
