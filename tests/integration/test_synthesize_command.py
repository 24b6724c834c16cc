"""The command `synthesize`, over tags of a file, over sound, and as its guide says."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from support.language_model_server import language_model
from support.tones import music, write_audio
from temptrack.errors import InvalidRequest, TemptrackError
from temptrack.home import DEFAULT_BUNDLE
from temptrack_train.cli.synthesize import synthesize
from temptrack_train.synthesis.lexicon import Lexicon
from temptrack_train.synthesis.run import read_texts

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "synthesize-text.md"
EXECUTED = re.compile(r"<!-- executed: synthesize -->\n```console\n(.*?)```", re.DOTALL)

TAGS = """track_id,tags
one,piano:0.9;strings:0.7;calm:0.6;classical:0.5
two,electric guitar:0.9;drum kit:0.8;energetic:0.7;rock:0.9
three,drum machine;synth bass;house;happy;kazoo
four,kazoo
"""


def command(arguments: Sequence[str | Path]) -> Result:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("synthesize")(synthesize)
    app.callback()(lambda: None)
    result = CliRunner().invoke(app, ["synthesize", *map(str, arguments)])
    if isinstance(result.exception, TemptrackError):
        raise result.exception
    return result


@pytest.fixture
def tags(tmp_path: Path) -> Path:
    path = tmp_path / "tags.csv"
    path.write_text(TAGS)
    return path


def test_three_recipes_over_a_file_of_tags(tags: Path, tmp_path: Path) -> None:
    out = tmp_path / "texts"
    result = command(["tags", "data2text", "prompt2text", "--tags", tags, "--out", out])
    assert result.exit_code == 0, result.output
    for row in ("tag recall", "tag precision", "distinct-2", "words, mean"):
        assert row in result.output
    for recipe in ("tags", "data2text", "prompt2text"):
        assert set(read_texts(out / recipe)) == {"one", "two", "three"}
        manifest = json.loads((out / recipe / "manifest.json").read_text())
        assert manifest["unknown_tags"] == {"kazoo": 2}
        failure = json.loads((out / recipe / "failures.jsonl").read_text())
        assert (failure["track_id"], failure["failure"]["reason"]) == ("four", "NO_TAGS")
    stored = (out / "prompt2text" / "inputs" / "lexicon.toml").read_bytes()
    assert stored == Lexicon.load().content


def test_figures_as_json_and_a_limit(tags: Path, tmp_path: Path) -> None:
    result = command(["tags", "--tags", tags, "--out", tmp_path / "texts", "--limit", "2", "--json"])
    figures = json.loads(result.output)["recipes"]["tags"]
    assert figures["tracks"] == 2
    assert figures["kept"]["tag_recall"] == 1.0


def test_the_same_seed_writes_the_same_and_another_needs_another_folder(tags: Path, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        command(["prompt2text", "--tags", tags, "--out", tmp_path / folder, "--seed", "4"])
    first, second = (tmp_path / folder / "prompt2text" / "texts.jsonl" for folder in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    with pytest.raises(TemptrackError, match="seed"):
        command(["prompt2text", "--tags", tags, "--out", tmp_path / "a", "--seed", "5"])


def test_real_sound_is_tagged_by_the_bundle_that_ships(tmp_path: Path) -> None:
    for number in range(2):
        write_audio(tmp_path / "music" / f"{number}.flac", music(21.0, bpm=90 + 40 * number, seed=number))
    (tmp_path / "music" / "broken.flac").write_bytes(b"no sound at all")
    out = tmp_path / "texts"
    heard = ["--music", str(tmp_path / "music"), "--threshold", "0.1", "--min-recall", "1"]
    result = command(["data2text", *heard, "--out", out])
    assert result.exit_code == 0, result.output
    texts = read_texts(out / "data2text")
    failures = [json.loads(line) for line in (out / "data2text" / "failures.jsonl").read_text().splitlines()]
    assert "broken.flac" in {failure["track_id"] for failure in failures}
    assert set(texts) | {failure["track_id"] for failure in failures} == {"0.flac", "1.flac", "broken.flac"}
    manifest = json.loads((out / "data2text" / "manifest.json").read_text())
    assert manifest["settings"]["tagger"].startswith(f"{DEFAULT_BUNDLE}-")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([], "one place"),
        (["--tags", "tags.csv", "--planted", "3"], "one place"),
        (["--planted", "3", "--endpoint", "http://localhost:1/v1"], "Which model"),
        (["--planted", "3", "--model", "nowhere"], "no model in"),
        (["--planted", "3", "--descriptions", "nowhere.csv"], "no file of descriptions"),
    ],
)
def test_options_that_do_not_fit_say_why(options: Sequence[str], why: str, tmp_path: Path) -> None:
    with pytest.raises(TemptrackError, match=why) as raised:
        command(["prompt2text", "--out", tmp_path / "texts", *options])
    assert raised.value.hint
    assert isinstance(raised.value, InvalidRequest) or raised.value.reason.endswith("NOT_FOUND")
    assert not (tmp_path / "texts").exists()


def test_every_command_of_the_guide_works_in_order(tmp_path: Path) -> None:
    page = GUIDE.read_text("utf-8")
    blocks = re.findall(r"```(?:csv|jsonl)\n(.*?)```", page, re.DOTALL)
    for name, content in zip(("tags.csv", "tags.jsonl", "descriptions.csv"), blocks, strict=True):
        (tmp_path / name).write_text(content)
    for number in range(2):
        write_audio(
            tmp_path / "MUSIC_FOLDER" / f"{number}.flac", music(11.0, bpm=90 + 40 * number, seed=number)
        )
    commands = [
        line[2:] for block in EXECUTED.findall(page) for line in block.splitlines() if line.startswith("$ ")
    ]
    assert len(commands) >= 4
    program = [sys.executable, "-c", "from temptrack_train.cli.main import run; run()"]
    with language_model() as server:
        for line in commands:
            name, *arguments = shlex.split(line.replace("http://localhost:8000/v1", server.url))
            assert name == "temptrack-train"
            done = subprocess.run(
                [*program, *arguments],
                cwd=tmp_path,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        assert server.asked
    for folder in ("texts", "texts-llm"):
        assert read_texts(tmp_path / folder / "prompt2text")
