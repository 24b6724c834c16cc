"""What people see of a batch, and what programs see of it by the exit code."""

from collections.abc import Iterator

from temptrack.batch.report import BatchReport, FailedRow
from temptrack.cli.screen import answers, notes

_NOTES_SHOWN = 6

_IN_WORDS = {
    "placed": "with music",
    "nothing-fits": "where nothing fits well enough",
    "ruled-out": "where the rules left nothing",
    "no-candidate": "where no track passes the conditions",
}


def show_batch(report: BatchReport, *, dry_run: bool, shard: bool) -> None:
    """Say what a batch did, what is worth knowing about it, and what failed.

    Args:
        report: what it did.
        dry_run: whether it only looked.
        shard: whether it was a share of the plan.
    """
    console, aside = answers(), notes()
    for line in _done(report, dry_run=dry_run, shard=shard):
        console.print(line, markup=False, soft_wrap=True)
    for note in report.notes[:_NOTES_SHOWN]:
        aside.print(f"Note: {note}", style="yellow", markup=False, soft_wrap=True)
    if len(report.notes) > _NOTES_SHOWN:
        aside.print(f"Note: {len(report.notes) - _NOTES_SHOWN} more; --json says all.", style="yellow")
    for first, count in _failures(report):
        others = f" and {count - 1} more" if count > 1 else ""
        text = f"Failed: {first.timeline}{others} ({first.reason}): {first.message} {first.hint}".strip()
        aside.print(text, style="red", markup=False, soft_wrap=True)


def exit_code(report: BatchReport, fail_on: str) -> int:
    """Return what a batch exits with.

    Args:
        report: what it did.
        fail_on: "any", "all" or "never": when failed timelines make the command fail.

    Returns:
        The class of the first failure, or 0.
    """
    if not report.failed or fail_on == "never":
        return 0
    if fail_on == "all" and len(report.failed) < report.in_shard:
        return 0
    return report.failed[0].exit_code


def _done(report: BatchReport, *, dry_run: bool, shard: bool) -> Iterator[str]:
    requests = f"{report.in_shard} of {report.rows} requests"
    if dry_run:
        missing = report.in_shard - report.known - len(report.failed)
        yield f"{requests}: {report.known} answered already, {missing} to ask."
        return
    if not report.complete:
        yield f"{requests}: {report.asked} answered now, {report.known} before."
        if shard:
            yield "→ When all shards are done, run it once without --shard, with --resume."
        return
    came_to = ", ".join(f"{count} {_IN_WORDS[outcome]}" for outcome, count in report.outcomes.items())
    yield f"{report.rows} requests, {report.scenes} scenes: {came_to or 'nothing'}."
    yield f"✓ {len(report.timelines)} timelines in {report.folder}/timelines"
    for path in report.files:
        yield f"✓ {path}"
    if report.told:
        yield f"✓ {report.told} cues written down by the server"
    if report.untold:
        yield f"→ The server was not told of {report.untold} cues: run it once more, with --resume."


def _failures(report: BatchReport) -> list[tuple[FailedRow, int]]:
    """Return each failure once, in order, with how many requests it hit."""
    same: dict[tuple[str, str], list[FailedRow]] = {}
    for failed in report.failed:
        same.setdefault((failed.reason, failed.message), []).append(failed)
    return [(found[0], len(found)) for found in same.values()]
