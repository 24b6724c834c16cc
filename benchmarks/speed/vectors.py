"""A million tracks: loading them, what they take, and exact search, against brute force in float64."""

import argparse
import json
import os
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from benchmarks.speed.measure import TEMPTRACK, WORK, quantile, run_process, spread, write_result
from benchmarks.speed.planted import Planter, planted_library
from benchmarks.speed.prompts import FILTER, ask_all, picture_of, queries, serving

from temptrack.client.remote import RemoteSuggester
from temptrack.home import ENVIRONMENT_VARIABLE
from temptrack.library.preferences import TempoPreference
from temptrack.library.reader import WORDS_WEIGHT, LanceReader
from temptrack.library.store import LibraryStore
from temptrack.library.types import TrackFilter
from temptrack.model.bundles import load_bundle
from temptrack.model.types import Matrix, Vector

LIBRARY = "planted"
WINDOWS = 2
ROWS_A_COMMIT = 20_000
LIMIT = 50
_CHECKED = 10
_COMMITTED = 256
_PREFERENCE = TempoPreference(90, 110, 1.0)

Double = npt.NDArray[np.float64]


def measure(*, tracks: int, rounds: int) -> None:
    """Measure and write results/speed-vectors.json.

    Args:
        tracks: size of the planted library; planting a million takes minutes and 7 GB, and is kept.
        rounds: searches of each kind.
    """
    home = WORK / f"home-vectors-{tracks}"
    os.environ[ENVIRONMENT_VARIABLE] = str(home)
    bundle = load_bundle()
    planted_library(LIBRARY, tracks, bundle, windows=WINDOWS, rows_a_commit=ROWS_A_COMMIT)
    python = str(Path(TEMPTRACK).with_name("python"))
    command = [python, "-m", "benchmarks.speed.vectors", "--rounds", str(rounds)]
    load_before = os.getloadavg()[0]
    searched = run_process([*command, "search"])
    print(f"searched: {searched.as_dict()}", flush=True)
    recalled = run_process([*command, "recall"])
    print(f"compared: {recalled.output}", flush=True)
    written = run_process([*command, "write", "--tracks", str(tracks)])
    served, server_peak_mb = _through_a_server()
    write_result(
        "vectors",
        {
            "what": {
                "tracks": tracks,
                "embed_dim": bundle.embed_dim,
                "passing_the_filter": searched.output["considered"],
                "filter": FILTER.model_dump(exclude_defaults=True, mode="json"),
                "windows": f"{WINDOWS} a track, read for those found only",
                "searches": f"the best {LIMIT}, queries of seeded noise",
                "server": "`temptrack serve` on loopback, whole suggestions to 48 prompts, first not counted",
            },
            "disk_mb": round(sum(file.stat().st_size for file in home.rglob("*") if file.is_file()) / 2**20),
            "library_load_s": searched.output["load_s"],
            "library_load_core_s": searched.output["load_core_s"],
            "memory": {
                "process": searched.as_dict(),
                "held_mb": searched.output["held_mb"],
                "server_peak_mb": round(server_peak_mb),
            },
            "latency_ms": {kind: _latency(values) for kind, values in searched.output["ms"].items()},
            "processor_ms": {kind: _latency(values) for kind, values in searched.output["cpu_ms"].items()},
            "product_ms": _latency(searched.output["product_ms"]),
            "matrix_gb": searched.output["matrix_gb"],
            "server_ms": {kind: _latency(values) for kind, values in served.items()},
            "recall": recalled.output,
            "added": written.output,
            "load": {"before": round(load_before, 2), "after": round(os.getloadavg()[0], 2)},
        },
    )


def _latency(values: Sequence[float]) -> dict[str, float]:
    p50, p95 = round(quantile(values, 0.5), 2), round(quantile(values, 0.95), 2)
    return {**spread(values), "p50": p50, "p95": p95}


def _through_a_server() -> tuple[dict[str, list[float]], float]:
    """Return milliseconds of suggestions by kind, and the server's peak of memory in MB."""
    bundle = load_bundle()
    asked = queries(picture_of(bundle.frame_encoder_id, bundle.video_dim))
    times: dict[str, list[float]] = {}
    peaks_mb = []
    os.environ["TEMPTRACK_SERVER_LIBRARIES"] = json.dumps([LIBRARY])
    for kind in ("without a filter", "with a filter"):
        # Each asks a server that never heard the prompts.
        with serving() as (address, watch), RemoteSuggester(address) as remote:
            times[kind], _ = ask_all(remote, asked[kind])
            peaks_mb.append(watch.stop())
        print(f"server, {kind}: {_latency(times[kind])}", flush=True)
    return times, max(peaks_mb)


def _queries(count: int, dim: int) -> Matrix:
    rows = np.random.default_rng(11).standard_normal((count, dim), dtype=np.float32)
    unit: Matrix = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _search(rounds: int) -> dict[str, Any]:
    store = LibraryStore.open(LIBRARY)
    held_before_mb = _held_mb()
    started, working = time.perf_counter(), time.process_time()
    reader = store.reader()
    load_s, load_core_s = time.perf_counter() - started, time.process_time() - working
    held_mb = _held_mb() - held_before_mb
    every = _queries(rounds + 1, reader.embedding(reader.tracks()[0].id).shape[0])
    anything = TrackFilter()
    kinds: dict[str, Callable[[Vector], object]] = {
        "without a filter": lambda query: reader.search(query, where=anything, limit=LIMIT, distinct=True),
        "with a filter": lambda query: reader.search(query, where=FILTER, limit=LIMIT, distinct=True),
        "without a filter, a tempo preferred": lambda query: reader.search(
            query, where=anything, limit=LIMIT, distinct=True, preferences=[_PREFERENCE]
        ),
        "with a filter, a tempo preferred": lambda query: reader.search(
            query, where=FILTER, limit=LIMIT, distinct=True, preferences=[_PREFERENCE]
        ),
    }
    times_ms: dict[str, list[float]] = {kind: [] for kind in kinds}
    cpu_ms: dict[str, list[float]] = {kind: [] for kind in kinds}
    for number, query in enumerate(every):
        for kind, search in kinds.items():
            clock, worked = _timed(lambda search=search, query=query: search(query))  # type: ignore[misc]
            # The first takes pages and threads that the others find ready.
            if number:
                times_ms[kind].append(clock)
                cpu_ms[kind].append(worked)
    matrix = reader._vectors._fused._matrix
    product_ms = [_timed(lambda query=query: matrix @ query)[0] for query in every]  # type: ignore[misc]
    return {
        "load_s": round(load_s, 2),
        "load_core_s": round(load_core_s, 2),
        "held_mb": round(held_mb),
        "considered": reader.count(FILTER),
        "ms": times_ms,
        "cpu_ms": cpu_ms,
        "product_ms": product_ms,
        "matrix_gb": round(matrix.nbytes / 1e9, 3),
    }


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    started, working = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - started) * 1000, (time.process_time() - working) * 1000


def _held_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


def _recall() -> dict[str, Any]:
    """Compare what searches find with brute force over the table itself."""
    store = LibraryStore.open(LIBRARY)
    reader = store.reader()
    every = _queries(_CHECKED, reader.embedding(reader.tracks()[0].id).shape[0])
    found = {
        "without a filter": _found(reader, every, TrackFilter()),
        "with a filter": _found(reader, every, FILTER),
    }
    del reader
    ids, cosines, passes = _brute_force(store.uri, every.astype(np.float64))
    result = {}
    for kind, allowed in {"without a filter": np.ones(len(ids), bool), "with a filter": passes}.items():
        rows = np.flatnonzero(allowed)
        wanted = [ids[rows[np.argsort(-cosines[rows, query])[:LIMIT]]].tolist() for query in range(_CHECKED)]
        shared = [
            len(set(ours) & set(theirs)) / LIMIT for ours, theirs in zip(found[kind], wanted, strict=True)
        ]
        result[kind] = {
            "recall": sum(shared) / _CHECKED,
            "same_order": sum(ours == theirs for ours, theirs in zip(found[kind], wanted, strict=True)),
            "queries": _CHECKED,
            "best": LIMIT,
        }
    return result


def _found(reader: LanceReader, every: Matrix, where: TrackFilter) -> list[list[str]]:
    return [[hit.track_id for hit in reader.search(query, where=where, limit=LIMIT)] for query in every]


def _brute_force(uri: str, every: Double) -> tuple[npt.NDArray[Any], Double, npt.NDArray[np.bool_]]:
    """Return ids, [rows, queries] cosines in float64, and which rows pass the filter, by other code."""
    table = lancedb.connect(uri).open_table("tracks")
    columns = ["id", "embedding", "words_embedding", "tempo_bpm", "duration_s", "vocals", "licence"]
    ids, cosines, passes = [], [], []
    for batch in table.search().select(columns).limit(None).to_batches(8192):
        sound, words = (_unit(batch[name]) for name in ("embedding", "words_embedding"))
        both = sound + WORDS_WEIGHT * words
        cosines.append(both / np.linalg.norm(both, axis=1, keepdims=True) @ every.T)
        ids.append(batch["id"].to_numpy(zero_copy_only=False))
        tempo = pc.and_kleene(
            pc.greater_equal(batch["tempo_bpm"], FILTER.tempo_min_bpm),
            pc.less_equal(batch["tempo_bpm"], FILTER.tempo_max_bpm),
        )
        long_enough = pc.greater_equal(batch["duration_s"], FILTER.duration_min_s)
        licensed = pc.not_equal(batch["licence"], FILTER.licences_not[0])
        both_known = pc.and_kleene(pc.and_kleene(tempo, long_enough), pc.invert(batch["vocals"]))
        passes.append(pc.and_kleene(both_known, licensed).fill_null(False).to_numpy(False))
    return np.concatenate(ids), np.concatenate(cosines), np.concatenate(passes)


def _unit(vectors: pa.ListArray) -> Double:
    rows = vectors.flatten().to_numpy(zero_copy_only=False).reshape(len(vectors), -1).astype(np.float64)
    unit: Double = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def _write(tracks: int) -> dict[str, Any]:
    """Add some tracks to so many, as indexing does, and take them out again."""
    store = LibraryStore.open(LIBRARY)
    rows = Planter(load_bundle(), WINDOWS).rows(tracks, _COMMITTED)
    started = time.perf_counter()
    store.insert(rows)
    inserted_s = time.perf_counter() - started
    started = time.perf_counter()
    store.remove([row.id for row in rows])
    return {
        "tracks": _COMMITTED,
        "insert_s": round(inserted_s, 2),
        "remove_s": round(time.perf_counter() - started, 2),
    }


def main() -> None:
    """Measure one thing in this process and print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("search", "recall", "write"))
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--tracks", type=int)
    words = parser.parse_args()
    if words.what == "search":
        found = _search(words.rounds)
    elif words.what == "recall":
        found = _recall()
    else:
        found = _write(words.tracks)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
