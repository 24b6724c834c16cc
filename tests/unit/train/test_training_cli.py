"""The command line of training: light to ask for help, plain in what it refuses."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from support.pairs import tiny, training_pairs
from temptrack.errors import InvalidRequest
from temptrack_train.cli.main import app
from temptrack_train.training.fit import fit
from temptrack_train.training.sweep import SweepResult, parse_variations, sweep_table
from temptrack_train.training.watching import OnScreen


@pytest.mark.parametrize("words", [[], ["fit"], ["sweep"], ["features"], ["synthesize"], ["evaluate"]])
def test_help_loads_no_torch(words: list[str]) -> None:
    script = (
        "import sys\n"
        "from temptrack_train.cli.main import app\n"
        f"code = app({[*words, '--help']!r}, standalone_mode=False)\n"
        "heavy = {'torch', 'scipy', 'open_clip', 'onnxruntime', 'transformers'} & set(sys.modules)\n"
        "sys.exit(f'loaded {heavy}' if heavy else code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Usage:" in done.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["fit", "vimll"], "There is no system 'vimll'"),
        (["fit", "viml", "--set", "loss.temperature"], "is not key=value"),
        (["fit", "viml", "--set", "loss.temperature=-1"], "loss.temperature"),
        (["sweep", "mvpt", "--vary", "loss.temperature="], "is not key=a,b,c"),
    ],
)
def test_a_wrong_request_is_one_sentence_and_exit_code_2_or_3(words: list[str], says: str) -> None:
    done = CliRunner().invoke(app, words)
    assert done.exit_code in (2, 3)
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_values_of_a_sweep_are_yaml() -> None:
    found = parse_variations(["loss.temperature=0.03,0.3", "model.words.fusion.kind=gated,concat_mlp"])
    assert found == {"loss.temperature": [0.03, 0.3], "model.words.fusion.kind": ["gated", "concat_mlp"]}
    with pytest.raises(InvalidRequest, match="key=a,b,c"):
        parse_variations(["loss.temperature"])


def test_a_sweep_s_table_shows_mean_and_deviation(tmp_path: Path) -> None:
    runs = [
        fit(tiny("mvpt", training__seed=seed, training__epochs=1), training_pairs(), tmp_path / str(seed))
        for seed in (0, 1)
    ]
    result = SweepResult({"loss.temperature": 0.3}, runs)
    values = [run.figures["video_to_music_r10"] for run in runs]
    assert result.mean("video_to_music_r10") == sum(values) / 2
    assert result.spread("video_to_music_r10") == pytest.approx(abs(values[0] - values[1]) / 2**0.5)
    console = Console(file=io.StringIO(), width=160)
    console.print(sweep_table([result]))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert f"{sum(values) / 2:.1f} ±" in shown
    assert "video_to_music_median_rank" in shown


def test_progress_shows_loss_recall_and_the_best_epoch(tmp_path: Path) -> None:
    text = io.StringIO()
    with OnScreen(Console(file=text, width=160)) as watcher:
        summary = fit(tiny("viml"), training_pairs(), tmp_path, watcher=watcher)
    lines = text.getvalue().splitlines()
    assert lines[0].startswith("viml, seed 0: picture and words fused")
    assert len(lines) == 1 + summary.epochs
    assert "video_to_music R@10" in lines[1]
    assert "video_text_to_music R@10" in lines[1]
    marked = [number for number, line in enumerate(lines[1:], start=1) if line.rstrip().endswith("best")]
    assert marked[-1] == summary.best_epoch
