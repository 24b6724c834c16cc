"""Options of `temptrack batch` alone, in the words that `--help` shows, and what their words mean."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from temptrack.cli.choices import FLAG

WANTED = "What is wanted, where the plan does not say"
"""Panel of the options that rows of a plan may override."""

_RULES = "Rules over all timelines"
_RUN = "How it runs"
_ENGINE = "Engine"

PlanName = Annotated[
    str,
    typer.Argument(
        metavar="PLAN",
        help="Plan (.csv, .jsonl, .yaml), a folder of timelines, or a pattern such as 'cuts/**/*.otio'.",
    ),
]
BatchFolder = Annotated[
    Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where answers are kept and everything goes.")
]
SceneKind = Annotated[
    Literal["whole", "markers", "gaps", "shots"] | None,
    typer.Option(
        "--scenes",
        metavar="whole|markers|gaps|shots",
        rich_help_panel=WANTED,
        help="One cue for the part, or one for each marker, stretch between gaps, or cluster of shots.",
    ),
]
ProductionName = Annotated[
    str,
    typer.Option(
        "--production", metavar="NAME", rich_help_panel=WANTED, help="Production, for the cue sheet."
    ),
]
RepeatDistance = Annotated[
    str,
    typer.Option(
        "--no-repeat",
        metavar="N|all",
        rich_help_panel=_RULES,
        help="A track comes again only N timelines later: 0 at once, 1 not within a timeline, all never.",
    ),
]
FamilyWeight = Annotated[
    float,
    typer.Option(
        "--family",
        metavar="0..1",
        min=0.0,
        max=1.0,
        rich_help_panel=_RULES,
        help="How much likeness to the music of the same episode counts beside the score.",
    ),
]
LowestScore = Annotated[
    float | None,
    typer.Option(
        "--min-score",
        metavar="-1..1",
        min=-1.0,
        max=1.0,
        rich_help_panel=_RULES,
        help="Place nothing rather than a track below this score.",
    ),
]
Abstain = Annotated[
    bool,
    typer.Option(
        "--abstain",
        metavar=FLAG,
        rich_help_panel=_RULES,
        help="Place nothing where the library says that nothing in it fits the words.",
    ),
]
AllowedLicences = Annotated[
    list[str] | None,
    typer.Option(
        "--licence",
        metavar="NAME",
        rich_help_panel=_RULES,
        help="Place only these licences; may be repeated.",
    ),
]
RefusedLicences = Annotated[
    list[str] | None,
    typer.Option(
        "--no-licence",
        metavar="NAME",
        rich_help_panel=_RULES,
        help="Never place this licence, such as 'unknown'.",
    ),
]
LongestSilence = Annotated[
    float | None,
    typer.Option(
        "--longest-silence",
        metavar="SECONDS",
        min=0.0,
        rich_help_panel=_RULES,
        help="How much of a scene may stay silent.",
    ),
]
NoLoops = Annotated[
    bool,
    typer.Option("--no-loops", metavar=FLAG, rich_help_panel=_RULES, help="Never repeat a track to fill."),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", metavar=FLAG, rich_help_panel=_RUN, help="Go on with what is in the folder."),
]
ShardName = Annotated[
    str | None,
    typer.Option(
        "--shard",
        metavar="I/N",
        rich_help_panel=_RUN,
        help="Only answer share I of N, counted from 1; a run without it chooses and writes.",
    ),
]
JobCount = Annotated[
    int,
    typer.Option("--jobs", "-j", metavar="N", min=1, max=64, rich_help_panel=_RUN, help="Units at a time."),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="ADDRESS|auto|local",
        rich_help_panel=_RUN,
        help="Answer on this Ray cluster, a worker for each processor, or each GPU with --device cuda.",
    ),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", metavar=FLAG, rich_help_panel=_RUN, help="Look at everything, write nothing."),
]
FailurePolicy = Annotated[
    Literal["any", "all", "never"],
    typer.Option(
        "--fail-on",
        metavar="any|all|never",
        rich_help_panel=_RUN,
        help="When failed timelines make the command fail.",
    ),
]
NoReview = Annotated[
    bool, typer.Option("--no-review", metavar=FLAG, rich_help_panel=_RUN, help="Write no review page.")
]
CandidateCount = Annotated[
    int,
    typer.Option(
        "--candidates",
        metavar="N",
        min=1,
        max=1000,
        rich_help_panel=_ENGINE,
        help="Tracks to choose from, for each scene.",
    ),
]
SceneLength = Annotated[
    int,
    typer.Option(
        "--scene-length",
        metavar="SECONDS",
        min=1,
        rich_help_panel=_ENGINE,
        help="About how long clusters of shots are.",
    ),
]


def repeat_distance(text: str) -> int | Literal["all"]:
    """Return what ``--no-repeat`` says. Raises InvalidRequest (BAD_REPEAT)."""
    from temptrack.errors import InvalidRequest

    if text == "all":
        return "all"
    if text.isdecimal():
        return int(text)
    raise InvalidRequest(
        f"'{text}' is no number of timelines.", reason="BAD_REPEAT", hint="Say --no-repeat 3, or all."
    )


def share(text: str) -> tuple[int, int]:
    """Return (i, n) of what ``--shard`` says. Raises InvalidRequest (BAD_SHARD)."""
    from temptrack.errors import InvalidRequest

    first, _, count = text.partition("/")
    if first.isdecimal() and count.isdecimal():
        return int(first), int(count)
    raise InvalidRequest(
        f"'{text}' is no shard.", reason="BAD_SHARD", hint="Count from 1: --shard 1/8 to --shard 8/8."
    )
