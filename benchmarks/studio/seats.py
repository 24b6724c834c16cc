"""Seats of a studio that ask one server all at once, and what became of every call."""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from benchmarks.studio.malformed import Malformed
from benchmarks.studio.premises import CHANNEL_OPTIONS, Premises
from benchmarks.studio.questions import Question, WrongAnswerError
from google.rpc import status_pb2

from temptrack.wire.status import error_of

PATIENCE_S = 120.0
"""Deadline of calls that are meant to be answered; one that ends by it is no answer, and is told."""

HURRIED_S = 0.05
_DETAILS_KEY = "grpc-status-details-bin"
_KEPT_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Mix:
    """What part of all calls goes wrong in which way.

    Attributes:
        cancelled: the seat goes away before the answer.
        hurried: it waits 50 ms.
        malformed: the call is wrong.
        pause_s: mean time that a seat thinks before each call.
        cancel_after_s: mean time after which it goes away.
    """

    cancelled: float = 0.20
    hurried: float = 0.05
    malformed: float = 0.02
    pause_s: float = 0.0
    cancel_after_s: float = 1.0


@dataclass(slots=True)
class Tally:
    """What became of the calls.

    Attributes:
        started: calls by fate.
        ended: (fate, status) of every call that ended, counted.
        latency_ms: of calls that were let be and answered, by kind.
        faults: calls that ended otherwise than they may, in words; the first some.
        fault_count: how many there were.
        wrong_count: how many of those were answers that the engine in this process does not give.
        checked: answers that were compared with it.
        exact: how many of those were equal to the last bit.
        largest_difference: of features and scores.
        pictures: encoded in calls that were answered.
    """

    started: dict[str, int] = field(default_factory=dict)
    ended: dict[tuple[str, str], int] = field(default_factory=dict)
    latency_ms: dict[str, list[float]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0
    wrong_count: int = 0
    checked: int = 0
    exact: int = 0
    largest_difference: float = 0.0
    pictures: int = 0

    @property
    def lost(self) -> int:
        """Calls that never ended."""
        return sum(self.started.values()) - sum(self.ended.values())

    def begin(self, fate: str) -> None:
        """Count a call that starts."""
        self.started[fate] = self.started.get(fate, 0) + 1

    def end(self, fate: str, status: str) -> None:
        """Count a call that ended."""
        self.ended[fate, status] = self.ended.get((fate, status), 0) + 1

    def fault(self, words: str) -> None:
        """Note a call that ended otherwise than it may."""
        self.fault_count += 1
        if len(self.faults) < _KEPT_FAULTS:
            self.faults.append(words)


class Seats:
    """So many seats with a connection and a token each, which ask until the time is over."""

    def __init__(
        self,
        premises: Premises,
        questions: Sequence[Question],
        malformed: Sequence[Malformed],
        mix: Mix,
        *,
        seed: int,
    ) -> None:
        """Prepare the seats; nothing is asked yet."""
        self._premises = premises
        self._questions = questions
        self._malformed = malformed
        self._mix = mix
        self._seed = seed
        self._over_at = 0.0
        self.tally = Tally()

    async def ask(self, seconds: float) -> Tally:
        """Ask for so many seconds, each seat once at least, and return what became of all calls."""
        self._over_at = time.monotonic() + seconds
        credentials = grpc.ssl_channel_credentials(self._premises.ca)
        async with asyncio.TaskGroup() as group:
            for number, token in enumerate(self._premises.tokens):
                group.create_task(self._sit(number, token, credentials))
        return self.tally

    def stop(self) -> None:
        """Begin no further calls."""
        self._over_at = time.monotonic()

    async def _sit(self, number: int, token: str, trust: grpc.ChannelCredentials) -> None:
        draw = random.Random(f"{self._seed}:{number}")
        async with grpc.aio.secure_channel(self._premises.address, trust, CHANNEL_OPTIONS) as channel:
            while True:
                if self._mix.pause_s:
                    left_s = max(0.0, self._over_at - time.monotonic())
                    await asyncio.sleep(min(left_s, draw.expovariate(1 / self._mix.pause_s)))
                await self._one_call(channel, token, draw)
                if time.monotonic() >= self._over_at:
                    return

    async def _one_call(self, channel: grpc.aio.Channel, token: str, draw: random.Random) -> None:
        mix, lot = self._mix, draw.random()
        if lot < mix.malformed:
            await self._malformed_call(channel, token, draw.choice(self._malformed))
        elif lot < mix.malformed + mix.hurried:
            await self._good_call(channel, token, draw.choice(self._questions), "hurried", limit_s=HURRIED_S)
        elif lot < mix.malformed + mix.hurried + mix.cancelled:
            after_s = draw.expovariate(1 / mix.cancel_after_s)
            await self._good_call(
                channel, token, draw.choice(self._questions), "cancelled", cancel_after_s=after_s
            )
        else:
            await self._good_call(channel, token, draw.choice(self._questions), "let be")

    async def _good_call(
        self,
        channel: grpc.aio.Channel,
        token: str,
        question: Question,
        fate: str,
        *,
        limit_s: float = PATIENCE_S,
        cancel_after_s: float | None = None,
    ) -> None:
        self.tally.begin(fate)
        began = time.perf_counter()
        call = _call(channel, question.method, question.request, token, limit_s)
        leaving = None
        if cancel_after_s is not None:
            leaving = asyncio.get_running_loop().call_later(cancel_after_s, call.cancel)
        status, answer = await _outcome(call)
        if leaving is not None:
            leaving.cancel()
        self.tally.end(fate, status)
        if answer is not None:
            self._check(question, answer)
            if fate == "let be":
                times = self.tally.latency_ms.setdefault(question.kind, [])
                times.append((time.perf_counter() - began) * 1000)
        elif status != {"hurried": "DEADLINE_EXCEEDED", "cancelled": "CANCELLED"}.get(fate):
            self.tally.fault(f"{question.kind}, {fate}: {status} {await call.details()}")

    async def _malformed_call(self, channel: grpc.aio.Channel, token: str, wrong: Malformed) -> None:
        self.tally.begin("malformed")
        call = _call(channel, wrong.method, wrong.request, wrong.token or token, PATIENCE_S)
        status, _answer = await _outcome(call)
        self.tally.end("malformed", status)
        found = (status, await _reason(call))
        if found != wrong.refusal:
            self.tally.fault(f"{wrong.name}: {found}, not {wrong.refusal}")

    def _check(self, question: Question, answer: bytes) -> None:
        self.tally.checked += 1
        self.tally.pictures += question.pictures
        try:
            off = question.truth.difference(answer)
        except WrongAnswerError as error:
            self.tally.wrong_count += 1
            self.tally.fault(f"{question.kind}: {error}")
            return
        self.tally.exact += off == 0
        self.tally.largest_difference = max(self.tally.largest_difference, off)


_Call = grpc.aio.UnaryUnaryCall[bytes, bytes]


def _call(channel: grpc.aio.Channel, method: str, request: bytes, token: str, limit_s: float) -> _Call:
    # Bytes in, bytes out: what a seat spends on its side is not the server's.
    make: Any = channel.unary_unary(method)
    call: _Call = make(request, timeout=limit_s, metadata=(("authorization", f"Bearer {token}"),))
    return call


async def _outcome(call: _Call) -> tuple[str, bytes | None]:
    try:
        answer = await call
    except (grpc.aio.AioRpcError, asyncio.CancelledError):
        if not call.done():
            raise
        return (await call.code()).name, None
    return "OK", answer


async def _reason(call: _Call) -> str:
    for key, value in await call.trailing_metadata() or ():
        if key == _DETAILS_KEY:
            told = error_of(status_pb2.Status.FromString(value))
            return told.reason if told is not None else ""
    return ""
