"""Sends inputs by the million to whatever reads bytes of strangers, led by what of our code they reach.

    python tools/fuzz.py pictures otio --inputs 20000
    python tools/fuzz.py --inputs 1000000 --results benchmarks/results/fuzz.json

Each target runs in a process of its own under atheris (libFuzzer). An input that escapes is kept in the
folder of findings and the run goes on; one that hangs, or that takes a process down, is kept too, and the
target begins again with what was left of its share.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "plugins")]

MOST_SECONDS = 20
"""How long one input may take."""

MOST_MB = 3072
"""How much memory a process may hold; libraries that are loaded take several hundred of it."""

_GUIDING = ["temptrack", "panel", "yaml", "zipfile", "tomllib", "PIL", "csv"]
_NOTE_EVERY = 500
_RESTARTS = 20


def main() -> int:
    """Share the inputs out and run the targets one after the other."""
    parser = argparse.ArgumentParser(description="Fuzz what reads bytes of strangers.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all where none is named")
    parser.add_argument(
        "--inputs", type=int, default=100_000, help="shared out over the targets by their speed"
    )
    parser.add_argument(
        "--findings", type=Path, default=ROOT / ".cache" / "fuzz", help="where escapes are kept"
    )
    parser.add_argument("--scratch", type=Path, help="folder for small files; best in memory")
    parser.add_argument(
        "--reference", type=Path, help="folder of reference data, whose timelines are seeds too"
    )
    parser.add_argument("--results", type=Path, help="write counts, times and outcomes to this file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.alone:
        # Nothing of ours may be imported yet: it would not say which of it an input reaches.
        return _fuzz(args.targets[0], args)
    from support.fuzzing.targets import TARGETS

    chosen = args.targets or list(TARGETS)
    unknown = sorted(set(chosen) - set(TARGETS))
    if unknown:
        parser.error(f"no such target: {', '.join(unknown)}; there are {', '.join(TARGETS)}")
    shares = sum(TARGETS[name].share for name in chosen)
    began_s, results = time.perf_counter(), {}
    load_before = round(os.getloadavg()[0], 2)
    for name in chosen:
        inputs = -(-args.inputs * TARGETS[name].share // shares)
        results[name] = _run(name, inputs, args)
        print(name, json.dumps(results[name]), flush=True)
    escaped = sum(len(each["escaped"]) + each["died"] for each in results.values())
    if args.results is not None:
        whole = {
            "inputs": sum(each["inputs"] for each in results.values()),
            "escapes": escaped,
            "wall_s": round(time.perf_counter() - began_s, 1),
            "most_seconds": MOST_SECONDS,
            "most_mb": MOST_MB,
            "targets": results,
        }
        _write(args.results, {**_circumstances(load_before), **whole})
    return 1 if escaped else 0


def _run(name: str, inputs: int, args: argparse.Namespace) -> dict[str, Any]:
    """Run one target in processes of its own until it has had its inputs."""
    began_s, found = time.perf_counter(), _nothing()
    for attempt in range(_RESTARTS):
        left = inputs - found["inputs"]
        if left <= 0:
            break
        with tempfile.TemporaryDirectory(dir=args.scratch) as folder:
            told = Path(folder) / "told.json"
            command = [sys.executable, __file__, name, "--inputs", str(left), "--alone", str(told)]
            command += ["--findings", str(args.findings), "--seed", str(args.seed + attempt)]
            command += ["--reference", str(args.reference)] if args.reference else []
            with (Path(folder) / "log.txt").open("wb") as log:
                code = subprocess.run(command, stdout=log, stderr=log, check=False).returncode
            if code:
                sys.stderr.write((Path(folder) / "log.txt").read_text(errors="replace")[-3000:])
            news = json.loads(told.read_text()) if told.exists() else _nothing()
            _add(found, news, died=code != 0)
            if not news["inputs"]:
                break
    found["outcomes"] = dict(sorted(found["outcomes"].items()))
    return {**found, "wall_s": round(time.perf_counter() - began_s, 1)}


def _nothing() -> dict[str, Any]:
    return {"inputs": 0, "escaped": {}, "died": 0, "slowest_s": 0.0, "peak_mb": 0, "outcomes": {}}


def _add(found: dict[str, Any], told: dict[str, Any], *, died: bool) -> None:
    found["inputs"] += told["inputs"]
    found["died"] += died
    for key in ("slowest_s", "peak_mb"):
        found[key] = max(found[key], told[key])
    for key in ("escaped", "outcomes"):
        found[key] = dict(Counter(found[key]) + Counter(told[key]))


def _fuzz(name: str, args: argparse.Namespace) -> int:
    """Be the process of one target. Ends the process, whatever threads of the target still do."""
    import atheris

    with atheris.instrument_imports(include=_GUIDING):
        from support.fuzzing import json_trees
        from support.fuzzing.inputs import samples_of, seeds_of
        from support.fuzzing.judge import EscapedError, Judge, judging
        from support.fuzzing.targets import TARGETS
    target, folder = TARGETS[name], args.alone.parent
    corpus, scratch, findings = folder / "corpus", folder / "scratch", args.findings / name
    for each in (corpus, scratch, findings):
        each.mkdir(parents=True, exist_ok=True)
    samples = samples_of(target, args.reference) if args.reference else []
    for number, data in enumerate([*seeds_of(target), *samples]):
        (corpus / f"seed-{number:03d}").write_bytes(data)
    words = folder / "words.txt"
    words.write_text("".join(f'"{_escaped_word(word)}"\n' for word in target.words))
    outcomes: Counter[str] = Counter()
    escapes: Counter[str] = Counter()

    def reader(judge: Judge) -> Callable[[bytes], None]:
        def one(data: bytes) -> None:
            try:
                outcomes[judge.judge(data)] += 1
            except EscapedError as escape:
                escapes[escape.signature] += 1
                if escapes[escape.signature] == 1:
                    _keep(findings, escape, data)
            done = outcomes.total() + escapes.total()
            if done % _NOTE_EVERY == 0 or done >= args.inputs:
                _write(args.alone, _told(judge, outcomes, escapes))
            if done >= args.inputs:
                os._exit(0)

        return one

    def changed(data: bytes, most: int, seed: int) -> bytes:
        # Half of what is JSON stays JSON.
        if target.json_start is not None and seed % 2:
            data = json_trees.changed(data, target.json_start(data), seed)
            return data if len(data) <= most else data[:most]
        mutated: bytes = atheris.Mutate(data, most)
        return mutated

    options = [f"-artifact_prefix={findings}/", f"-timeout={MOST_SECONDS}", f"-rss_limit_mb={MOST_MB}"]
    options += [
        f"-seed={args.seed}",
        "-verbosity=0",
        "-detect_leaks=0",
    ]
    options += [f"-dict={words}"] if target.words else []
    with judging(target, scratch) as judge:
        atheris.Setup([name, *options, str(corpus)], reader(judge), custom_mutator=changed)
        atheris.Fuzz()
    return 0


def _told(judge: Any, outcomes: Counter[str], escapes: Counter[str]) -> dict[str, Any]:
    return {
        "inputs": outcomes.total() + escapes.total(),
        "outcomes": dict(outcomes),
        "escaped": dict(escapes),
        "slowest_s": round(judge.slowest_s, 3),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _keep(findings: Path, escape: Exception, data: bytes) -> None:
    name = "".join(mark if mark.isalnum() else "-" for mark in str(escape).partition(": ")[0])
    (findings / name).write_bytes(data)
    (findings / f"{name}.txt").write_text(str(escape), errors="replace")


def _escaped_word(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def _write(path: Path, told: dict[str, Any]) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(told, indent=2) + "\n")
    os.replace(partial, path)


def _circumstances(load_before: float) -> dict[str, Any]:
    from importlib.metadata import version

    from benchmarks.speed.measure import machine

    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    described = machine()
    described["packages"]["atheris"] = version("atheris")
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": described,
        "commit": commit,
        "load_before": load_before,
        "load_after": round(os.getloadavg()[0], 2),
    }


if __name__ == "__main__":
    sys.exit(main())
