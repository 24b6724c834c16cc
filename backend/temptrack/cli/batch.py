"""`temptrack batch`: music for many timelines at once."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from temptrack.cli.choices import FLAG, AsJson, BundleName, DeviceName, MediaPlaces, ServerAddress

if TYPE_CHECKING:
    from temptrack.batch.answering import Opener
    from temptrack.batch.report import BatchReport, FailedRow
    from temptrack.batch.run import Batch

_WANTED = "What is wanted, where the plan does not say"
_RULES = "Rules over all timelines"
_RUN = "How it runs"
_ENGINE = "Engine"


def batch(
    plan: Annotated[
        str,
        typer.Argument(
            metavar="PLAN",
            help="Plan (.csv, .jsonl, .yaml), a folder of timelines, or a pattern such as 'cuts/**/*.otio'.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FOLDER", help="Where answers are kept and everything goes."),
    ],
    library: Annotated[
        str,
        typer.Option("--library", "-l", metavar="NAME", rich_help_panel=_WANTED, help="Library to search."),
    ] = "",
    prompt: Annotated[
        str,
        typer.Option(
            "--prompt", "-p", metavar="WORDS", rich_help_panel=_WANTED, help="What it should sound like."
        ),
    ] = "",
    text_weight: Annotated[
        float | None,
        typer.Option(
            metavar="0..1",
            min=0.0,
            max=1.0,
            rich_help_panel=_WANTED,
            help="0 only the picture, 1 only the words.",
        ),
    ] = None,
    scenes: Annotated[
        Literal["whole", "markers", "gaps", "shots"] | None,
        typer.Option(
            metavar="whole|markers|gaps|shots",
            rich_help_panel=_WANTED,
            help="One cue for the part, or one for each marker, stretch between gaps, or cluster of shots.",
        ),
    ] = None,
    production: Annotated[
        str, typer.Option(metavar="NAME", rich_help_panel=_WANTED, help="Production, for the cue sheet.")
    ] = "",
    media: MediaPlaces = None,
    no_repeat: Annotated[
        str,
        typer.Option(
            metavar="N|all",
            rich_help_panel=_RULES,
            help="A track comes again only N timelines later: 0 at once, 1 not within a timeline, all never.",
        ),
    ] = "1",
    family: Annotated[
        float,
        typer.Option(
            metavar="0..1",
            min=0.0,
            max=1.0,
            rich_help_panel=_RULES,
            help="How much likeness to the music of the same episode counts beside the score.",
        ),
    ] = 0.0,
    min_score: Annotated[
        float | None,
        typer.Option(
            metavar="-1..1",
            min=-1.0,
            max=1.0,
            rich_help_panel=_RULES,
            help="Place nothing rather than a track below this score.",
        ),
    ] = None,
    abstain: Annotated[
        bool,
        typer.Option(
            "--abstain",
            metavar=FLAG,
            rich_help_panel=_RULES,
            help="Place nothing where the library says that nothing in it fits the words.",
        ),
    ] = False,
    licence: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", rich_help_panel=_RULES, help="Place only these licences; may be repeated."
        ),
    ] = None,
    no_licence: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", rich_help_panel=_RULES, help="Never place this licence, such as 'unknown'."
        ),
    ] = None,
    longest_silence: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", min=0.0, rich_help_panel=_RULES, help="How much of a scene may stay silent."
        ),
    ] = None,
    no_loops: Annotated[
        bool,
        typer.Option(
            "--no-loops", metavar=FLAG, rich_help_panel=_RULES, help="Never repeat a track to fill."
        ),
    ] = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", metavar=FLAG, rich_help_panel=_RUN, help="Go on with what is in the folder."
        ),
    ] = False,
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            rich_help_panel=_RUN,
            help="Only answer share I of N, counted from 1; a run without it chooses and writes.",
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", "-j", metavar="N", min=1, max=64, rich_help_panel=_RUN, help="Units at a time."
        ),
    ] = 1,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS|auto|local",
            rich_help_panel=_RUN,
            help="Answer on this Ray cluster, a worker for each processor, or each GPU with --device cuda.",
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", metavar=FLAG, rich_help_panel=_RUN, help="Look at everything, write nothing."
        ),
    ] = False,
    fail_on: Annotated[
        Literal["any", "all", "never"],
        typer.Option(
            metavar="any|all|never",
            rich_help_panel=_RUN,
            help="When failed timelines make the command fail.",
        ),
    ] = "any",
    no_review: Annotated[
        bool, typer.Option("--no-review", metavar=FLAG, rich_help_panel=_RUN, help="Write no review page.")
    ] = False,
    candidates: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            max=1000,
            rich_help_panel=_ENGINE,
            help="Tracks to choose from, for each scene.",
        ),
    ] = 50,
    scene_length: Annotated[
        int,
        typer.Option(
            metavar="SECONDS", min=1, rich_help_panel=_ENGINE, help="About how long clusters of shots are."
        ),
    ] = 60,
    sampling: Annotated[
        Literal["standard", "paper", "fast"],
        typer.Option(metavar="standard|paper|fast", rich_help_panel=_ENGINE, help="Frames looked at."),
    ] = "standard",
    as_json: AsJson = False,
    server: ServerAddress = None,
    bundle: BundleName = None,
    device: DeviceName = "auto",
) -> None:
    """Find music for many timelines: copies with cues, suggestions, cue sheets, credits and a review page.

    Stopped at any moment, the same command with `--resume` goes on and ends with the same files. On a farm,
    run shards with `--shard I/N` on one shared folder, then once without.
    """
    from temptrack import Sampling
    from temptrack.batch.answering import Opener
    from temptrack.batch.plan import read_plan
    from temptrack.batch.reading import Settings
    from temptrack.batch.rules import Rules
    from temptrack.batch.run import Batch

    wanted = {
        "library": library,
        "prompt": prompt.strip(),
        "text_weight": text_weight,
        "scenes": scenes,
        "production": production,
        "media": tuple(folder.absolute() for folder in media or ()),
    }
    ordered = Batch(
        read_plan(plan, defaults=wanted, leave_out=out),
        out,
        rules=Rules(
            no_repeat=_repeat(no_repeat),
            family=family,
            min_score=min_score,
            abstain=abstain,
            licences=tuple(licence or ()),
            no_licences=tuple(no_licence or ()),
            longest_silence_s=longest_silence,
            loops=not no_loops,
        ),
        settings=Settings(candidates=candidates, scene_s=scene_length, sampling=Sampling(sampling)),
        shard=_shard(shard) if shard is not None else None,
        review=not no_review,
        resume=resume,
    )
    opener = Opener(server, bundle, device)
    report = _run(ordered, opener, jobs=jobs, ray=ray, dry_run=dry_run, as_json=as_json)
    code = _exit_code(report, fail_on)
    if code:
        raise typer.Exit(code)


def _run(
    ordered: "Batch", opener: "Opener", *, jobs: int, ray: str | None, dry_run: bool, as_json: bool
) -> "BatchReport":
    from temptrack.batch.answering import in_threads
    from temptrack.batch.on_ray import on_ray
    from temptrack.batch.run import run_batch
    from temptrack.cli.progress import stopping
    from temptrack.cli.screen import print_json
    from temptrack.cli.steady_progress import steps

    with stopping() as stop, steps({"asking": "Asking", "writing": "Writing"}, quiet=as_json) as told:
        report = run_batch(
            ordered,
            opener,
            spread=in_threads(jobs) if ray is None else on_ray(ray, gpu=opener.device == "cuda"),
            dry_run=dry_run,
            progress=told,
            cancelled=stop.is_set,
        )
    if as_json:
        print_json(report)
    else:
        _show(report, dry_run=dry_run, shard=ordered.shard is not None)
    return report


def _show(report: "BatchReport", *, dry_run: bool, shard: bool) -> None:
    from temptrack.cli.screen import answers, notes

    console, aside = answers(), notes()

    def say(text: str) -> None:
        console.print(text, markup=False, soft_wrap=True)

    if dry_run:
        missing = report.in_shard - report.known - len(report.failed)
        say(
            f"{report.in_shard} of {report.rows} requests: {report.known} answered already, {missing} to ask."
        )
    elif not report.complete:
        say(
            f"{report.in_shard} of {report.rows} requests: {report.asked} answered now, "
            f"{report.known} before."
        )
        if shard:
            say("→ When all shards are done, run it once without --shard, with --resume.")
    else:
        came_to = ", ".join(f"{count} {_in_words(outcome)}" for outcome, count in report.outcomes.items())
        say(f"{report.rows} requests, {report.scenes} scenes: {came_to or 'nothing'}.")
        say(f"✓ {len(report.timelines)} timelines in {report.folder}/timelines")
        for path in report.files:
            say(f"✓ {path}")
        if report.told:
            say(f"✓ {report.told} cues written down by the server")
        if report.untold:
            say(f"→ The server was not told of {report.untold} cues: run it once more, with --resume.")
    for note in report.notes[:_NOTES_SHOWN]:
        aside.print(f"Note: {note}", style="yellow", markup=False, soft_wrap=True)
    if len(report.notes) > _NOTES_SHOWN:
        aside.print(f"Note: {len(report.notes) - _NOTES_SHOWN} more; --json says all.", style="yellow")
    for first, count in _failures(report):
        others = f" and {count - 1} more" if count > 1 else ""
        text = f"Failed: {first.timeline}{others} ({first.reason}): {first.message} {first.hint}".strip()
        aside.print(text, style="red", markup=False, soft_wrap=True)


def _failures(report: "BatchReport") -> "list[tuple[FailedRow, int]]":
    """Return each failure once, in order, with how many requests it hit."""
    same: dict[tuple[str, str], list[FailedRow]] = {}
    for failed in report.failed:
        same.setdefault((failed.reason, failed.message), []).append(failed)
    return [(found[0], len(found)) for found in same.values()]


_NOTES_SHOWN = 6


def _in_words(outcome: str) -> str:
    return {
        "placed": "with music",
        "nothing-fits": "where nothing fits well enough",
        "ruled-out": "where the rules left nothing",
        "no-candidate": "where no track passes the conditions",
    }[outcome]


def _exit_code(report: "BatchReport", fail_on: str) -> int:
    """Return the class of the first failure where the policy makes it the command's."""
    if not report.failed or fail_on == "never":
        return 0
    if fail_on == "all" and len(report.failed) < report.in_shard:
        return 0
    return report.failed[0].exit_code


def _repeat(text: str) -> "int | Literal['all']":
    from temptrack.errors import InvalidRequest

    if text == "all":
        return "all"
    if text.isdecimal():
        return int(text)
    raise InvalidRequest(
        f"'{text}' is no number of timelines.", reason="BAD_REPEAT", hint="Say --no-repeat 3, or all."
    )


def _shard(text: str) -> tuple[int, int]:
    from temptrack.errors import InvalidRequest

    first, _, count = text.partition("/")
    if first.isdecimal() and count.isdecimal():
        return int(first), int(count)
    raise InvalidRequest(
        f"'{text}' is no shard.", reason="BAD_SHARD", hint="Count from 1: --shard 1/8 to --shard 8/8."
    )
