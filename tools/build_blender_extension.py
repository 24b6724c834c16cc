"""Builds the zip of the Blender extension and has Blender's own tool validate it; needs no Blender program.

Usage: build_blender_extension.py FOLDER PYTHON, where PYTHON has bpy installed (the tool is part of it).
"""

import subprocess
import sys
from pathlib import Path

from temptrack.cli.install.extension import build_extension


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    folder, python = Path(sys.argv[1]), Path(sys.argv[2])
    path = build_extension(folder)
    answer = validate(path, python)
    print(answer.stdout, answer.stderr, sep="", end="")
    if answer.returncode == 0:
        print(f"built and validated {path}")
    return answer.returncode


def validate(path: Path, python: Path) -> subprocess.CompletedProcess[str]:
    """Run Blender's validation of an extension, with the tags that extensions.blender.org takes.

    Args:
        path: the zip.
        python: a Python that has bpy installed.
    """
    (scripts,) = python.parent.parent.glob("lib/python3.*/site-packages/bpy/*/scripts")
    tool = scripts / "addons_core" / "bl_pkg" / "cli" / "blender_ext.py"
    tags = scripts / "modules" / "_bpy_internal" / "extensions" / "tags.py"
    return subprocess.run(
        [python, tool, "validate", "--valid-tags", tags, path], capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
