"""Writes the table of benchmarks/README.md from results/*.json: no figure there is typed by hand."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.page import README, filled
from benchmarks.speed.measure import RESULTS, ROOT

Row = tuple[str, str, str]


def write_table() -> None:
    """Put the table into the README between its two marks."""
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {README.relative_to(ROOT)}")


def with_table(page: str) -> str:
    """Return the page with the table as the results say it."""
    return filled(page, "speed", "python -m benchmarks.speed.run table", f"{tables()}\n")


def tables() -> str:
    """Return one table for each result that is there."""
    makers = {
        "picture": _picture,
        "prompts": _prompts,
        "vectors": _vectors,
        "indexing": _indexing,
        "companion": _companion,
        "models": _models,
    }
    parts = []
    for name, maker in makers.items():
        path = RESULTS / f"speed-{name}.json"
        if path.is_file():
            result = json.loads(path.read_text(encoding="utf-8"))
            rows = "\n".join(f"| {what} | {figure} | {span} |" for what, figure, span in maker(result))
            parts.append(f"{_heading(path, result)}\n\n| what | median | range |\n|---|---|---|\n{rows}\n")
    return "\n".join(parts)


def _heading(path: Path, result: dict[str, Any]) -> str:
    machine = result["machine"]
    what = "; ".join(
        f"{key}: {value}" for key, value in result["what"].items() if isinstance(value, str | int)
    )
    return (
        f"**{path.name}**, {result['measured_at'][:10]}, commit {result['commit'][:10]}, "
        f"{machine['cores']} cores of {machine['cpu']}, load {_load(result)}. {what}."
    )


def _load(result: dict[str, Any]) -> str:
    if "load" in result:
        loads = list(result["load"].values())
    else:
        groups = result.get("ways") or result["workers"]
        loads = [
            run[at]
            for group in groups.values()
            for run in group["runs"]
            for at in ("load_before", "load_after")
        ]
    return f"{min(loads):.1f} to {max(loads):.1f}"


def _picture(result: dict[str, Any]) -> Iterator[Row]:
    for way, figures in result["ways"].items():
        yield _row(f"{way}: clock time, s", figures["wall_s"], 1)
        yield _row(f"{way}: processor time, s", figures["cpu_s"], 1)
        yield _row(f"{way}: peak memory, MB", figures["peak_mb"], 0)
    for way, ratios in result["times_faster"].items():
        yield _row(f"times faster than {way}, clock", ratios["wall_s"], 1)
        yield _row(f"times faster than {way}, processor", ratios["cpu_s"], 1)
    for way, same in result["same"].items():
        yield f"same ten as {way}", f"{same['same_ten']} of {same['prompts']} prompts", ""
        more = same["more_prompts"]
        yield f"same ten as {way}, more prompts", f"{more['same_ten']} of {more['prompts']} prompts", ""
        yield f"same first as {way}", f"{same['same_first']} of {same['prompts']} prompts", ""
        shared = same["shared_of_ten"]
        low, high = (
            pick(shared[label] for label in shared if label != "picture only") for pick in (min, max)
        )
        yield f"shared of the ten with {way}, by prompt", "", f"{low} to {high}"
        yield f"shared of the ten with {way}, picture only", f"{shared['picture only']} of 10", ""
        yield _row(f"cosine of segments with {way}", same["cosine_of_segments"], 3)


def _prompts(result: dict[str, Any]) -> Iterator[Row]:
    for kind, places in result["latency_ms"].items():
        for where, times in places.items():
            span = f"{times['min']:.1f} to {times['max']:.1f}"
            yield f"{kind}, {where}: p50, ms", f"{times['p50']:.1f}", span
            yield f"{kind}, {where}: p95, ms", f"{times['p95']:.1f}", ""
    for kind, times in result["processor_ms"].items():
        span = f"{times['min']:.1f} to {times['max']:.1f}"
        yield f"{kind}, in process: processor time p50, ms", f"{times['p50']:.1f}", span
        yield f"{kind}, in process: processor time p95, ms", f"{times['p95']:.1f}", ""
    for stage, mean_ms in result["stages_ms"].items():
        yield f"in process, with a filter: {stage}, mean ms", f"{mean_ms:.1f}", ""
    yield "loading the library, s", f"{result['library_load_s']:.1f}", ""
    yield "in process: peak memory, MB", f"{result['memory']['in process']['peak_mb']:.0f}", ""
    yield _row("server: peak memory, MB", result["memory"]["server_peak_mb"], 0)


def _vectors(result: dict[str, Any]) -> Iterator[Row]:
    for what, key in (("search", "latency_ms"), ("search, processor time", "processor_ms")):
        for kind, times in result[key].items():
            yield _row(f"{what} {kind}, ms", times, 0)
            yield f"{what} {kind}: p95, ms", f"{times['p95']:.0f}", ""
    yield _row(f"one look at {result['matrix_gb']:.2f} GB of vectors, ms", result["product_ms"], 0)
    for kind, times in result["server_ms"].items():
        yield _row(f"whole suggestion by a server, {kind}, ms", times, 0)
        yield f"whole suggestion by a server, {kind}: p95, ms", f"{times['p95']:.0f}", ""
    for kind, found in result["recall"].items():
        what = f"of the best {found['best']} of {found['queries']} queries {kind}, found"
        yield what, f"{100 * found['recall']:.1f} %", f"{found['same_order']} in the same order"
    yield "loading the library, s", f"{result['library_load_s']:.1f}", ""
    yield "loading the library, processor time, s", f"{result['library_load_core_s']:.1f}", ""
    yield "memory of the library, MB", f"{result['memory']['held_mb']}", ""
    yield "peak memory: in process, MB", f"{result['memory']['process']['peak_mb']:.0f}", ""
    yield "peak memory: server, MB", f"{result['memory']['server_peak_mb']}", ""
    yield "on disk, MB", f"{result['disk_mb']}", ""
    yield (
        f"adding {result['added']['tracks']} tracks in one commit, s",
        f"{result['added']['insert_s']:.2f}",
        "",
    )


def _companion(result: dict[str, Any]) -> Iterator[Row]:
    yield _row("from start to ready, clock, s", result["ready"]["wall_s"], 2)
    yield _row("from start to ready, processor time, s", result["ready"]["cpu_s"], 2)
    yield _row("from start to the first answer, clock, s", result["first_answer"]["wall_s"], 2)
    yield _row("from start to the first answer, processor time, s", result["first_answer"]["cpu_s"], 2)
    yield _row("next prompt, same picture, clock, ms", result["next_prompt"]["wall_ms"], 1)
    yield "next prompt, same picture, clock p95, ms", f"{result['next_prompt']['wall_ms']['p95']:.1f}", ""
    yield _row("next prompt, same picture, processor time, mean ms", result["next_prompt"]["cpu_ms"], 1)


def _models(result: dict[str, Any]) -> Iterator[Row]:
    for way, figures in result["figures"].items():
        for name, figure in figures.items():
            yield _row(f"{way}: {name.replace('_', ' ')}", figure, 1)
    for what, ratio in result["ratios"].items():
        yield what, f"{ratio:.2f}", ""


def _indexing(result: dict[str, Any]) -> Iterator[Row]:
    for workers, figures in result["workers"].items():
        by = f"{workers} worker{'s' if workers != '1' else ''}"
        yield _row(f"{by}: tracks a core-second", figures["tracks_per_core_second"], 3)
        yield _row(f"{by}: times realtime, clock", figures["times_realtime"], 0)
        yield _row(f"{by}: times realtime a core", figures["times_realtime_per_core"], 0)
        yield _row(f"{by}: peak memory, MB", figures["peak_mb"], 0)
    stages = next(iter(result["workers"].values()))["core_seconds_by_stage"]
    for stage, seconds in sorted(stages.items(), key=lambda item: -float(item[1]["median"])):
        yield _row(f"1 worker: {stage}, core-s for all tracks", seconds, 2)


def _row(what: str, figures: dict[str, float], digits: int) -> Row:
    span = f"{figures['min']:.{digits}f} to {figures['max']:.{digits}f}"
    return what, f"{figures['median']:.{digits}f}", span
