"""`temptrack batch`: music for many timelines at once."""

from typing import TYPE_CHECKING, Annotated

import typer

from temptrack.cli import batch_options as given
from temptrack.cli.choices import (
    AsJson,
    BundleName,
    DeviceName,
    MediaPlaces,
    SamplingName,
    ServerAddress,
    balance,
    library_name,
    prompt_words,
)

if TYPE_CHECKING:
    from temptrack.batch.answering import Opener
    from temptrack.batch.report import BatchReport
    from temptrack.batch.run import Batch


def batch(
    plan: given.PlanName,
    out: given.BatchFolder,
    library: Annotated[str, library_name(given.WANTED)] = "",
    prompt: Annotated[str, prompt_words(given.WANTED)] = "",
    text_weight: Annotated[float | None, balance(given.WANTED)] = None,
    scenes: given.SceneKind = None,
    production: given.ProductionName = "",
    media: MediaPlaces = None,
    no_repeat: given.RepeatDistance = "1",
    family: given.FamilyWeight = 0.0,
    min_score: given.LowestScore = None,
    abstain: given.Abstain = False,
    licence: given.AllowedLicences = None,
    no_licence: given.RefusedLicences = None,
    longest_silence: given.LongestSilence = None,
    no_loops: given.NoLoops = False,
    resume: given.Resume = False,
    shard: given.ShardName = None,
    jobs: given.JobCount = 1,
    ray: given.RayAddress = None,
    dry_run: given.DryRun = False,
    fail_on: given.FailurePolicy = "any",
    no_review: given.NoReview = False,
    candidates: given.CandidateCount = 50,
    scene_length: given.SceneLength = 60,
    sampling: SamplingName = "standard",
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
    from temptrack.cli.batch_report import exit_code

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
            no_repeat=given.repeat_distance(no_repeat),
            family=family,
            min_score=min_score,
            abstain=abstain,
            licences=tuple(licence or ()),
            no_licences=tuple(no_licence or ()),
            longest_silence_s=longest_silence,
            loops=not no_loops,
        ),
        settings=Settings(candidates=candidates, scene_s=scene_length, sampling=Sampling(sampling)),
        shard=given.share(shard) if shard is not None else None,
        review=not no_review,
        resume=resume,
    )
    opener = Opener(server, bundle, device)
    report = _run(ordered, opener, jobs=jobs, ray=ray, dry_run=dry_run, as_json=as_json)
    code = exit_code(report, fail_on)
    if code:
        raise typer.Exit(code)


def _run(
    ordered: "Batch", opener: "Opener", *, jobs: int, ray: str | None, dry_run: bool, as_json: bool
) -> "BatchReport":
    from temptrack.batch.answering import in_threads
    from temptrack.batch.on_ray import on_ray
    from temptrack.batch.run import run_batch
    from temptrack.cli.batch_report import show_batch
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
        show_batch(report, dry_run=dry_run, shard=ordered.shard is not None)
    return report
