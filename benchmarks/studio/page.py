"""Writes the studio's tables of the page of benchmarks from results: `python -m benchmarks.studio.page`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.page import README, filled
from benchmarks.speed.measure import RESULTS, ROOT

COMMAND = "python -m benchmarks.studio.page"
Row = tuple[str, str]


def main() -> None:
    README.write_text(with_studio(README.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {README.relative_to(ROOT)}")


def with_studio(page: str) -> str:
    """Return the page with the tables as the results say it."""
    return filled(page, "studio", COMMAND, f"{tables(RESULTS)}\n")


def tables(results: Path) -> str:
    """Return one table for each result that is in a folder."""
    makers = {"load": _load, "throughput": _throughput, "peers": _peers}
    parts = []
    for name, maker in makers.items():
        path = results / f"studio-{name}.json"
        if path.is_file():
            result = json.loads(path.read_text(encoding="utf-8"))
            rows = "\n".join(f"| {what} | {figure} |" for what, figure in maker(result))
            parts.append(f"{_heading(path, result)}\n\n| what | figure |\n|---|---|\n{rows}\n")
    return "\n".join(parts)


def _heading(path: Path, result: dict[str, Any]) -> str:
    machine, load = result["machine"], result["load"]
    what = "; ".join(
        f"{name}: {value}" for name, value in result["what"].items() if isinstance(value, str | int | float)
    )
    ran_on = f"{machine['cores']} cores of {machine['cpu']}"
    return (
        f"**{path.name}**, {result['measured_at'][:10]}, commit {result['commit'][:10]}, "
        f"{ran_on}, load {load['before']:.1f} to {load['after']:.1f}. {what}."
    )


def _load(result: dict[str, Any]) -> Iterator[Row]:
    for name, phase in result["phases"].items():
        yield f"{name}: calls", str(sum(phase["calls"].values()))
        for ended, count in phase["ended"].items():
            yield f"{name}: {ended}", str(count)
        yield f"{name}: answers compared", str(phase["checked"])
        yield f"{name}: wrong answers", str(phase["wrong"])
        yield f"{name}: answers equal to the last bit", str(phase["equal_to_the_last_bit"])
        yield f"{name}: calls without an end", str(phase["lost"])
        yield f"{name}: calls that ended as they may not", str(phase["faults"])
        yield f"{name}: most calls waiting", str(phase["most"]["waiting"])
        for kind, times in phase["latency_ms"].items():
            p50, p95, p99 = (f"{times[share] / 1000:.2f}" for share in ("p50", "p95", "p99"))
            yield f"{name}: {kind}, p50 / p95 / p99, s", f"{p50} / {p95} / {p99}"
    memory = result["memory"]
    if memory["grows"] is not None:
        low, high = memory["interval_95"]
        yield "memory, MB a minute, 95 % interval", f"{memory['slope_mb_a_minute']} ({low} to {high})"
        held = memory["blocks_mb"]
        yield "memory at the start and the end of that half, MB", f"{held[0]}, {held[-1]}"
        yield "memory grows beyond noise", "yes" if memory["grows"] else "no"


def _throughput(result: dict[str, Any]) -> Iterator[Row]:
    for way, shares in result["share_of_bare"].items():
        for name, share in shares.items():
            yield f"share of bare ONNX Runtime, {way.upper()}, {name}", f"{share:.3f}"
    for way, figures in result["pictures_a_second"].items():
        yield f"pictures a second, {way}", _spread(figures, 1)
    for way, figures in result["processor_ms_a_picture"].items():
        yield f"processor time of a picture, {way}, ms", _spread(figures, 2)
    for way, figures in result["suggesting"].items():
        latency = f"{figures['p50_ms']} / {figures['p95_ms']}"
        yield f"suggesting, {way}: p50 / p95, ms", latency
        yield f"suggesting, {way}: a second", str(figures["a_second"])
        yield f"suggesting, {way}: processor time, ms", str(figures["processor_ms"])
    for way, share in result.get("share_of_the_ceiling", {}).items():
        yield f"share of the arithmetic ceiling, {way}", f"{share:.4f}"


def _peers(result: dict[str, Any]) -> Iterator[Row]:
    for way, figures in result["pictures_a_core_second"].items():
        yield f"{way}: pictures a core-second", _spread(figures, 2)
        yield f"{way}: times open_clip", f"{result['times_open_clip'][way]:.2f}"


def _spread(figures: dict[str, float], digits: int) -> str:
    return f"{figures['median']:.{digits}f} ({figures['min']:.{digits}f} to {figures['max']:.{digits}f})"


if __name__ == "__main__":
    main()
