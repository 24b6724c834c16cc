"""Messages survive whatever pieces the pipe gives them in, on both sides of it."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylsp_jsonrpc.streams import JsonRpcStreamWriter

from panel.framing import Decoder, FramingError, encode
from temptrack.companion.framing import MessageReader

TEXT = st.text(st.characters(codec=None))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
MESSAGES = st.lists(st.dictionaries(TEXT, VALUES, max_size=4), max_size=4)


@given(messages=MESSAGES, data=st.data())
def test_any_chunking_gives_the_same_messages(messages: list[dict[str, Any]], data: st.DataObject) -> None:
    sent = b"".join(map(encode, messages))
    decoder, received = Decoder(), []
    while sent:
        size = data.draw(st.integers(1, len(sent)))
        received += decoder.feed(sent[:size])
        sent = sent[size:]
    assert received == messages


@given(messages=MESSAGES)
def test_the_companion_reads_what_the_panel_writes(messages: list[dict[str, Any]]) -> None:
    received: list[Any] = []
    pipe = io.BytesIO(b"".join(map(encode, messages)))
    MessageReader(pipe).listen(received.append, lambda: received.append("refused"))
    assert received == messages


@given(messages=MESSAGES)
def test_the_panel_reads_what_the_companion_writes(messages: list[dict[str, Any]]) -> None:
    pipe = io.BytesIO()
    writer = JsonRpcStreamWriter(pipe)
    for message in messages:
        writer.write(message)
    assert Decoder().feed(pipe.getvalue()) == messages


@given(st.binary(min_size=1).filter(lambda data: b"\r\n\r\n" not in data and b"content" not in data.lower()))
def test_a_stray_print_is_noticed(noise: bytes) -> None:
    with pytest.raises(FramingError):
        Decoder().feed(noise + b"\r\n\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: 2\r\n\r\n[]",
        b"Content-Length: 1\r\n\r\n{",
        b"Content-Length: many\r\n\r\n{}",
        b"Content-Length: 99999999999\r\n\r\n",
        b"x" * 5000,
    ],
)
def test_what_is_no_message_is_noticed(data: bytes) -> None:
    with pytest.raises(FramingError):
        Decoder().feed(data)
