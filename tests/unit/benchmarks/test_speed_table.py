import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.page import README
from benchmarks.speed.measure import held_mb, quantile, run_process
from benchmarks.speed.table import with_table

ROOT = Path(__file__).parents[3]


def test_the_page_says_what_the_results_say() -> None:
    page = README.read_text(encoding="utf-8")
    assert page == with_table(page)


def test_every_result_says_what_it_was_measured_on() -> None:
    found = sorted((ROOT / "benchmarks" / "results").glob("speed-*.json"))
    assert [path.stem for path in found] == [
        "speed-batches",
        "speed-companion",
        "speed-indexing",
        "speed-models",
        "speed-picture",
        "speed-prompts",
        "speed-vectors",
    ]
    for path in found:
        result = json.loads(path.read_text(encoding="utf-8"))
        assert result["benchmark"] == path.stem
        assert len(result["commit"]) == 40
        assert result["machine"]["cores"] > 0


def test_quantiles_are_values_that_were_measured() -> None:
    values = [float(value) for value in range(1, 101)]
    assert (quantile(values, 0.5), quantile(values, 0.95), quantile(values, 1.0)) == (50.0, 95.0, 100.0)
    assert quantile([3.0], 0.95) == 3.0


def test_the_output_and_the_processor_time_of_a_process_are_kept() -> None:
    run = run_process([sys.executable, "-c", "print([sum(range(10**6))])"])
    assert run.output == [499999500000]
    assert run.cpu_s > 0


def test_the_memory_of_children_counts() -> None:
    child = "kept = bytearray(80 * 2**20); print('there', flush=True); input()"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        assert held_mb(process.pid) > 80
        process.communicate("\n")


def test_a_process_that_fails_is_told_with_its_last_words() -> None:
    with pytest.raises(RuntimeError, match="no luck"):
        run_process([sys.executable, "-c", "raise SystemExit('no luck')"])
