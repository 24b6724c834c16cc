import subprocess
import sys

import pytest

HEAVY = (
    "PIL",
    "av",
    "google.protobuf",
    "grpc",
    "jinja2",
    "lancedb",
    "librosa",
    "numpy",
    "onnxruntime",
    "opentimelineio",
    "pyarrow",
    "tokenizers",
)

PROBE = """
import sys
sys.argv = ["temptrack", *sys.argv[1:]]
from temptrack.cli.main import run
try:
    run()
except SystemExit as end:
    assert end.code == 0, end.code
print("LOADED", *sorted(sys.modules))
"""


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["suggest", "--help"], ["library", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *words], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert "temptrack.cli.suggest" in loaded
    assert sorted(loaded & set(HEAVY)) == []
