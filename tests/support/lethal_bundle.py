"""A bundle that ends the process that reads a certain word with it."""

import os
import signal
from collections.abc import Sequence

from support.fake_bundle import FakeBundle
from temptrack.model.types import Matrix

WORD = "lethal"


class LethalBundle(FakeBundle):
    def encode_text(self, texts: Sequence[str]) -> Matrix:
        if any(WORD in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_text(texts)
