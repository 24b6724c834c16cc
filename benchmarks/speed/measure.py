"""Runs what is measured in processes of its own and writes what came out of it.

A process of its own has a peak of memory and processor seconds of its own. Clock time suffers from whatever
else the machine does; processor time much less. Both are kept, with the load around every run.
"""

import importlib.metadata
import json
import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
WORK = ROOT / ".cache" / "speed"
TEMPTRACK = str(Path(sys.executable).parent / "temptrack")
PACKAGES = ("av", "lancedb", "librosa", "numpy", "onnxruntime", "opentimelineio", "pillow", "temptrack")
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """One process that was measured, with all of its children.

    Attributes:
        wall_s: clock time.
        cpu_s: processor time, user and system.
        peak_mb: most memory of all of them together (proportional set size), looked at every 50 ms.
        load_before: load average of the last minute at the start.
        load_after: the same at the end.
        output: the JSON that the process printed.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    load_before: float
    load_after: float
    output: Any

    def as_dict(self) -> dict[str, float]:
        """Return the figures without the output."""
        return {
            "wall_s": round(self.wall_s, 3),
            "cpu_s": round(self.cpu_s, 3),
            "peak_mb": round(self.peak_mb, 1),
            "load_before": self.load_before,
            "load_after": self.load_after,
        }


def run_process(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Run:
    """Run a command that prints one JSON document, and measure it.

    Raises:
        RuntimeError: the command failed; its last words are in the message.
    """
    load_before = os.getloadavg()[0]
    started = time.perf_counter()
    with subprocess.Popen(
        list(command),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
    ) as process:
        watch = MemoryWatch(process.pid)
        # communicate() would reap the process and with it the record of its processor time.
        words = _Drain(process.stderr)
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - started
        peak_mb = watch.stop()
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}: {words.text()[-2000:]}")
    return Run(
        wall_s=wall_s,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mb=peak_mb,
        load_before=round(load_before, 2),
        load_after=round(os.getloadavg()[0], 2),
        output=json.loads(printed),
    )


class MemoryWatch:
    """Looks at the memory of a process and its children until told to stop."""

    def __init__(self, pid: int) -> None:
        """Start looking at a process."""
        self._pid = pid
        self._peak_mb = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Stop looking and return the peak in MB (2**20 bytes)."""
        self._done.set()
        self._thread.join()
        return self._peak_mb

    def _look(self) -> None:
        while not self._done.wait(_LOOK_EVERY_S):
            self._peak_mb = max(self._peak_mb, held_mb(self._pid))


class _Drain:
    """Reads a pipe to its end beside everything else, so that its writer never waits."""

    def __init__(self, pipe: Any) -> None:
        self._parts: list[str] = []
        self._thread = threading.Thread(target=lambda: self._parts.append(pipe.read()), daemon=True)
        self._thread.start()

    def text(self) -> str:
        self._thread.join()
        return "".join(self._parts)


def held_mb(pid: int) -> float:
    """Return the memory a process and all of its children hold now, in MB (2**20 bytes).

    Pages that several processes share count once: a process that has just forked holds nothing of its own.
    """
    return sum(_held_kb(each) for each in set(_family(pid))) / 1024


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        for children in Path(f"/proc/{each}/task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text().split()]
            except OSError:
                continue  # it ended meanwhile
    return found


def _held_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(line.split()[1])


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return median, lowest, highest and count."""
    return {
        "median": round(statistics.median(values), 4),
        "min": round(min(values), 4),
        "max": round(max(values), 4),
        "count": len(values),
    }


def summary(runs: Sequence[Run]) -> dict[str, Any]:
    """Return the spread of every figure of some runs, and the runs themselves."""
    rows = [run.as_dict() for run in runs]
    figures = ("wall_s", "cpu_s", "peak_mb")
    return {**{name: spread([row[name] for row in rows]) for name in figures}, "runs": rows}


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def machine() -> dict[str, Any]:
    """Return what it was measured on."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = "none"
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": _cpu_name(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(memory / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": versions,
    }


def write_result(name: str, figures: Mapping[str, Any]) -> Path:
    """Write results/speed-NAME.json with the machine, the commit and the time."""
    return replace_result(name, measured(f"speed-{name}", f"python -m benchmarks.speed.run {name}", figures))


def measured(benchmark: str, command: str, figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures with what every result says beside them: command, time, commit and machine."""
    return {
        "benchmark": benchmark,
        "command": command.strip(),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": git("rev-parse", "HEAD"),
        "changed_files": len(git("status", "--porcelain", "--", "backend").splitlines()),
        "machine": machine(),
        **figures,
    }


def read_result(name: str) -> dict[str, Any]:
    """Return what results/speed-NAME.json says."""
    result: dict[str, Any] = json.loads((RESULTS / f"speed-{name}.json").read_text(encoding="utf-8"))
    return result


def replace_result(name: str, document: Mapping[str, Any]) -> Path:
    """Write a whole result."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"speed-{name}.json"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {path.relative_to(ROOT)}", flush=True)
    return path


def git(*words: str) -> str:
    """Return what a command of git says about this repository."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor()
