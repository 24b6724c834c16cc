"""Seats that ask replicas without pause: `python replica_seats.py SEED ADDRESS ADDRESS…`.

Every seat is a thread with a connection of its own. What to ask comes from the seed. For every answer a line
of JSON goes out: who asked what, and the answer's digest or the reason why there is none. They end when
standard input is closed.
"""

import hashlib
import json
import os
import random
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np

from support.planted_tracks import planted
from support.replicas import named
from temptrack.client.remote import RemoteSuggester
from temptrack.errors import TemptrackError
from temptrack.media.types import Frames
from temptrack.suggest.cue_report import CueReport
from temptrack.suggest.types import Query, Suggester

SEATS = 2
PROMPTS = ("calm piano", "a storm at sea", "hopeful, slow", "no drums, dark")
PICTURES = 2


def main() -> None:
    seed, *addresses = sys.argv[1:]
    over = threading.Event()
    with named(addresses) as name:
        seats = [threading.Thread(target=work, args=(name, f"{seed}-{seat}", over)) for seat in range(SEATS)]
        for seat in seats:
            seat.start()
        sys.stdin.read()
        over.set()
        for seat in seats:
            seat.join()


def work(address: str, seat: str, over: threading.Event) -> None:
    """Ask until it is over; a call under way then still gets its answer."""
    chance = random.Random(seat)
    with RemoteSuggester(address) as remote:
        for number in numbers(over):
            question = chance.choice([*PROMPTS, *range(PICTURES), f"report {seat} {number}"])
            try:
                told = {"answer": answer(remote, question)}
            except TemptrackError as error:
                told = {"reason": error.reason, "message": str(error)}
            line = json.dumps({"seat": seat, "question": question, **told})
            os.write(1, f"{line}\n".encode())


def numbers(over: threading.Event) -> Iterator[int]:
    number = 0
    while not over.is_set():
        yield number
        number += 1


def answer(suggester: Suggester, question: str | int) -> str:
    """Return the digest of an answer: equal digests, equal answers."""
    if isinstance(question, int):
        size_px = suggester.info().frame_size_px
        return digest(suggester.encode_segment(picture(question, size_px), [1]).values.tobytes())
    if question.startswith("report"):
        assert isinstance(suggester, RemoteSuggester)
        return str(suggester.report_cue(report(question)))
    asked = Query(library="stock", prompt=question, limit=10)
    return digest(suggester.suggest(asked).model_dump_json().encode())


def picture(number: int, size_px: int) -> Frames:
    """Return a segment of one frame of noise, always the same for a number."""
    noise = np.random.default_rng(number).integers(0, 256, (1, size_px, size_px, 3))
    return noise.astype(np.uint8)


def report(name: str) -> CueReport:
    """Return the report of a cue on a timeline of this name."""
    return CueReport(
        library="stock",
        track_id=planted(0).id,
        action="inserted",
        timeline=name,
        record_start_s=Fraction(0),
        record_duration_s=Fraction(10),
    )


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


if __name__ == "__main__":
    main()
