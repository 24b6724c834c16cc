"""What a seat of a studio has to install and load to ask a server."""

import subprocess
import sys

ENGINE = (
    "torch",
    "onnxruntime",
    "lancedb",
    "pyarrow",
    "librosa",
    "numba",
    "av",
    "opentimelineio",
    "tokenizers",
)


def test_the_client_loads_nothing_of_the_engine() -> None:
    program = (
        "import sys, temptrack.client.remote, temptrack.client.library_client\n"
        f"print(sorted(set({ENGINE!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
