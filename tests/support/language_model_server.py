"""A language model for tests: a real HTTP server that speaks the OpenAI API and completes analogies by rule.

It answers from the last tags of the question alone, so equal questions have equal answers. Troubles can be
put in line before: each is met by one call.
"""

import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Trouble = Literal[
    "failing", "busy", "junk", "no_choices", "no_text", "hang_up", "stall", "refused", "no_key", "no_model"
]
_STATUS = {"failing": 500, "busy": 429, "refused": 400, "no_key": 401, "no_model": 404}
_LAST_TAGS = re.compile(r"Instruments: (.*)\nGenres: (.*)\nMoods: (.*)\nDescription:$")


def answer_to(question: str) -> str:
    """Write a plain description of the last tags of a question."""
    found = _LAST_TAGS.search(question)
    if not found:
        return "I do not understand."
    instruments, genres, moods = ([] if group == "none" else group.split(", ") for group in found.groups())
    feel = f"{', '.join(moods)} " if moods else ""
    style = f"{', '.join(genres)} " if genres else ""
    playing = f" with {', '.join(instruments)}" if instruments else ""
    return f"Some {feel}{style}piece{playing}."


class LanguageModelServer:
    """What the server does and saw.

    Attributes:
        url: where its API begins.
        asked: bodies of all calls, in the order they came.
        troubles: what the next calls meet instead of an answer, first come first served.
        invents: words added to every answer.
        stalled: set to let stalled calls go.
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.troubles: deque[Trouble] = deque()
        self.invents = ""
        self.stalled = threading.Event()
        self._taking = threading.Lock()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def next_trouble(self, body: dict[str, Any]) -> Trouble | None:
        """Note a call and return what it meets."""
        with self._taking:
            self.asked.append(body)
            return self.troubles.popleft() if self.troubles else None


@contextmanager
def language_model() -> Iterator[LanguageModelServer]:
    """Run a server for the time of a block."""
    server = LanguageModelServer()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.stalled.set()
        server.http.shutdown()
        thread.join()
        server.http.server_close()


def _handler(server: LanguageModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            trouble = server.next_trouble(body)
            if trouble == "hang_up":
                self.close_connection = True
            elif trouble == "stall":
                server.stalled.wait(30)
                self.close_connection = True
            elif trouble in _STATUS:
                self._send(_STATUS[trouble], {"error": {"message": f"trouble: {trouble}"}})
            elif trouble == "junk":
                self._send(200, "<html>not json", content_type="text/html")
            else:
                self._send(200, _completion(self.path, body, server.invents, trouble))

        def _send(self, status: int, body: object, content_type: str = "application/json") -> None:
            content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            if status in (429, 500):
                self.send_header("Retry-After", "0.01")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    return Handler


def _completion(path: str, body: dict[str, Any], invents: str, trouble: Trouble | None) -> dict[str, Any]:
    chat = path.endswith("/chat/completions")
    question = body["messages"][-1]["content"] if chat else body["prompt"]
    text = None if trouble == "no_text" else f"{answer_to(question)}{invents}"
    said = {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
    choices = [] if trouble == "no_choices" else [{"index": 0, "finish_reason": "stop", **said}]
    kind = "chat.completion" if chat else "text_completion"
    return {"id": "1", "object": kind, "created": 0, "model": body["model"], "choices": choices}
