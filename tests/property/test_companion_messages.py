"""Whatever a plugin sends, the companion goes on, and answers what can be answered once."""

import io
import logging
from collections import Counter
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from panel.framing import Decoder, encode
from temptrack.companion.methods import PLACES
from temptrack.companion.server import CompanionServer

ODD = (
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
)
METHODS = st.sampled_from([*PLACES, "$/cancelRequest", "fly", ""]) | ODD
PARAMS = ODD | st.dictionaries(st.sampled_from(["id", "library", "protocol", "progress_token"]), ODD)
FIELDS = {"id": ODD, "method": METHODS, "params": PARAMS, "jsonrpc": st.just("2.0") | ODD, "result": ODD}
MESSAGES = st.fixed_dictionaries({}, optional=FIELDS)


@example([{"id": 1, "method": "$/cancelRequest"}])
@example([{"id": False, "method": "libraries"}])
@given(st.lists(MESSAGES, max_size=6))
def test_no_message_stops_the_companion(messages: list[dict[str, Any]]) -> None:
    last = {"jsonrpc": "2.0", "id": "last", "method": "libraries"}
    pipe = io.BytesIO()
    sent = b"".join(map(encode, [*messages, last, {"jsonrpc": "2.0", "method": "exit"}]))
    server = CompanionServer(io.BytesIO(sent), _Open(pipe), end=lambda: None)
    logging.disable(logging.WARNING)
    try:
        server.serve()
    finally:
        server.close()
        logging.disable(logging.NOTSET)
    answers = Decoder().feed(pipe.getvalue())
    assert answers[-1]["id"] == "last"
    assert answers[-1]["error"]["data"]["reason"] == "NOT_INITIALIZED"
    for answer in answers:
        assert answer["error"]["message"]
        assert answer["error"]["code"] != -32603
    asked = Counter(
        str(message["id"])
        for message in messages
        if isinstance(message.get("method"), str) and type(message.get("id")) in (int, str)
    )
    assert asked <= Counter(str(answer["id"]) for answer in answers)


class _Open(io.BufferedWriter):
    """A pipe whose content outlives it."""

    def __init__(self, held: io.BytesIO) -> None:
        super().__init__(_Raw(held))


class _Raw(io.RawIOBase):
    def __init__(self, held: io.BytesIO) -> None:
        self._held = held

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._held.write(data)
