"""Bad plans of batches, and bad places for what they make."""

import json
from collections.abc import Callable

from typer.testing import CliRunner

from support.bad_input.case import NONE, Case, Outcome, Place, command
from support.fake_bundle import FakeBundle
from temptrack.cli.main import app
from temptrack.seat import engine


def plan(name: str, content: str | bytes, *words: str) -> Callable[[Place], Outcome]:
    def prepare(place: Place) -> None:
        place.stock(2)
        place.write(name, content)
        _ = place.cut

    return command("batch", f"FOLDER/{name}", "-l", "stock", "-o", "FOLDER/out", *words, prepare=prepare)


def row(columns: str, cells: str) -> Callable[[Place], Outcome]:
    return plan("plan.csv", f"timeline,{columns}\ncut.otio,{cells}\n")


def failing(*words: str) -> Callable[[Place], Outcome]:
    """Run a batch of one row that comes to nothing; what the report says about it."""

    def provoke(place: Place) -> Outcome:
        place.stock(2)
        place.patch.setattr(engine, "open_bundle", lambda *_names, **_options: FakeBundle())
        out = place.folder / "out"
        plan = ("batch", str(place.cut), "-l", "stock", "-p", "calm", "-o", str(out), "--no-review", "--json")
        result = CliRunner().invoke(app, [*plan, *words])
        (failed,) = json.loads(result.stdout)["failed"]
        return Outcome(
            "command", failed["reason"], failed["message"], failed["hint"], str(result.exit_code), NONE
        )

    return provoke


def answered(place: Place) -> None:
    place.stock(2)
    place.write("out/answers/00/0.json", "{}")


PLANS = (
    Case("a plan that is not there", command("batch", "FOLDER/no.csv", "-l", "stock", "-o", "FOLDER/out")),
    Case("a folder without timelines", command("batch", "FOLDER", "-l", "stock", "-o", "FOLDER/out")),
    Case("a plan without a library", command("batch", "CUT", "-p", "calm", "-o", "FOLDER/out")),
    Case("a spreadsheet without a column for timelines", plan("plan.csv", "cut,prompt\na,b\n")),
    Case("a plan that is not text", plan("plan.csv", b"timeline\n\xff\xfe\n")),
    Case("a plan in broken JSON", plan("plan.jsonl", '{"timeline": "cut.otio"\n')),
    Case("a plan in broken YAML", plan("plan.yaml", "items: [")),
    Case("a plan in YAML that would run code", plan("plan.yaml", "!!python/object/apply:os.getcwd []")),
    Case("a column that is unknown", row("promt", "calm")),
    Case("a tempo in words in a plan", row("bpm", "fast")),
    Case("a balance in a plan out of range", row("text_weight", "2")),
    Case("a way to find scenes that is unknown", row("scenes", "cuts")),
    Case("a part named twice in a plan", row("in,marker", "1s,chase")),
    Case("scenes by markers of a timeline without any", failing("--scenes", "markers")),
    Case("a pattern in a plan that fits nothing", plan("plan.csv", "timeline\nno*.otio\n")),
    Case("shard 0 of 2", command("batch", "CUT", "-l", "stock", "-o", "FOLDER/out", "--shard", "0/2")),
    Case("a shard in words", command("batch", "CUT", "-l", "stock", "-o", "FOLDER/out", "--shard", "first")),
    Case(
        "a distance between repeats in words",
        plan("plan.csv", "timeline\ncut.otio\n", "--no-repeat", "often"),
    ),
    Case(
        "a folder that holds an earlier batch",
        command("batch", "CUT", "-l", "stock", "-o", "FOLDER/out", prepare=answered),
    ),
    Case(
        "a Ray cluster that is not there",
        command(
            "batch",
            "CUT",
            "-l",
            "stock",
            "-o",
            "FOLDER/out",
            "--ray",
            "nowhere",
            prepare=lambda place: place.stock(2),
        ),
    ),
    Case("a batch on a library that is not there", command("batch", "CUT", "-l", "nope", "-o", "FOLDER/out")),
)
