"""The command line with the bundle that needs no weights; run as a script, a process of its own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.fake_bundle import FakeBundle
from temptrack.cli.main import app
from temptrack.seat import engine

if __name__ == "__main__":
    engine.open_bundle = lambda *_args, **_options: FakeBundle()
    app()
