import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCHEMAS = sorted((ROOT / "docs" / "reference" / "json").glob("*.schema.json"))


def test_the_reference_says_what_the_code_does() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "generate_reference.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_every_schema_is_closed_over_its_own_definitions(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    used = set(json.dumps(schema).split('"#/$defs/')[1:])
    assert {name.partition('"')[0] for name in used} <= set(schema.get("$defs", {}))


def test_the_json_of_a_suggestion_keeps_its_names() -> None:
    schema = json.loads((ROOT / "docs/reference/json/suggest.schema.json").read_text(encoding="utf-8"))
    assert set(schema["$defs"]["Suggestion"]["properties"]) >= {
        "rank",
        "track",
        "score",
        "excerpt",
        "fit",
        "reasons",
    }
    assert set(schema["$defs"]["Track"]["properties"]) >= {"id", "path", "title", "artist", "licence"}
    assert set(schema["properties"]) >= {
        "schema_version",
        "suggestions",
        "prompt",
        "library",
        "scope",
        "inserted",
    }


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--version"], 0), (["suggest", "--nope"], 2), (["timeline", "/no/cut.otio"], 3)],
)
def test_exit_codes_reach_the_shell(words: list[str], code: int) -> None:
    command = [sys.executable, "-c", "from temptrack.cli.main import run; run()", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, done.stderr
