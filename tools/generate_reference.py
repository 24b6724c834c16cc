"""Writes docs/reference: commands and their JSON from the code, bad input and faults from tested tables.

Run without arguments to write the files; with --check to fail, naming each file that differs.
"""

import sys
from pathlib import Path

from reference.bad_input import bad_input_page
from reference.command_json import JSON_OF_COMMANDS, json_page, schema_text
from reference.commands import commands_page
from reference.companion import companion_page, companion_schema
from reference.faults import faults_page
from reference.panel_errors import panel_errors_page

FOLDER = Path(__file__).parents[1] / "docs" / "reference"


def main() -> int:
    files = {
        "commands.md": commands_page(),
        "json.md": json_page(),
        "bad-input.md": bad_input_page(),
        "faults.md": faults_page(),
        "companion-protocol.md": companion_page(),
        "companion-protocol.schema.json": companion_schema(),
        "panel-errors.md": panel_errors_page(),
        **{f"json/{name}.schema.json": schema_text(model) for name, (model, _) in JSON_OF_COMMANDS.items()},
    }
    if sys.argv[1:] == ["--check"]:
        return check(files)
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    for name, text in files.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def check(files: dict[str, str]) -> int:
    differing = [
        name
        for name, text in files.items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    known = {str(path.relative_to(FOLDER)) for path in (FOLDER / "json").glob("*.schema.json")}
    stale = sorted(known - set(files))
    for name in [*differing, *stale]:
        print(f"docs/reference/{name} differs from the code; run python tools/generate_reference.py")
    return 1 if differing or stale else 0


if __name__ == "__main__":
    sys.exit(main())
