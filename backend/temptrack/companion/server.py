"""Reads requests from a pipe, has them done side by side, and writes the answers."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from typing import Any, BinaryIO, TypeGuard

from pydantic import ValidationError
from pylsp_jsonrpc.endpoint import Endpoint
from pylsp_jsonrpc.streams import JsonRpcStreamWriter

from temptrack.companion.calls import Call, Calls, Outcome
from temptrack.companion.desk import Desk
from temptrack.companion.faults import bad_params, error_object
from temptrack.companion.framing import MessageReader
from temptrack.companion.heavy import import_heavy
from temptrack.companion.messages import Message
from temptrack.companion.methods import method_of, place_of
from temptrack.errors import InvalidRequest

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 16
"""Requests worked on at once; most of them wait for a disk or a server."""


class CompanionServer:
    """One connection to one plugin."""

    def __init__(self, messages_in: BinaryIO, messages_out: BinaryIO, end: Callable[[], None]) -> None:
        """Prepare to serve.

        Args:
            messages_in: what the plugin writes.
            messages_out: what the plugin reads.
            end: ends the process from any thread, when the host is gone.
        """
        self._reader = MessageReader(messages_in)
        self._writer = JsonRpcStreamWriter(messages_out)
        self._endpoint = Endpoint(_Methods(self._begin), self._writer.write, max_workers=1)
        self._calls = Calls()
        self._order = count()
        self._workers = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="request")
        self.desk = Desk(self._calls, self._notify, end)

    def serve(self) -> None:
        """Answer requests until `exit` comes or the pipe ends.

        Raises:
            InvalidRequest: the messages cannot be told apart any more (BAD_FRAMING); the plugin was told.
        """
        try:
            self._reader.listen(self._take, lambda: self._refuse(None))
        except InvalidRequest as error:
            self._answer(None, error)
            raise

    def close(self) -> None:
        """Stop whatever runs; threads that are in the middle of something are not waited for."""
        self.desk.close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _take(self, message: Any) -> None:
        method = message.get("method") if isinstance(message, dict) else None
        asks = isinstance(message, dict) and "id" in message
        if not isinstance(method, str) or (asks and not _is_id(message["id"])):
            self._refuse(message)
        elif method == "exit":
            self._reader.close()
        elif method == "$/cancelRequest" and not asks:
            # The library's own would only stop what has not begun, and leave that unanswered.
            number = _params_of(message).get("id")
            if _is_id(number):
                self._calls.cancel(number)
        elif asks:
            params = _params_of(message)
            token = params.pop("progress_token", None)
            call = Call(next(self._order), token if isinstance(token, int | str) else None, self._notify)
            self._calls.add(message["id"], call)
            self._endpoint.consume({**message, "jsonrpc": "2.0", "params": (call, params)})
        else:
            log.warning("Unknown notification %r", method)

    def _begin(self, name: str, call: Call, params: dict[str, Any]) -> Future[Outcome]:
        try:
            is_quick = place_of(name).is_quick
            if name != "initialize":
                _ = self.desk.agreed
        except Exception as error:
            call.fail(error)
            return call.future
        if is_quick:
            self._run(name, call, params)
        else:
            self._workers.submit(self._run_heavy, name, call, params)
        return call.future

    def _run_heavy(self, name: str, call: Call, params: dict[str, Any]) -> None:
        try:
            import_heavy((*self.desk.engines.modules, *place_of(name).needs))
        except Exception as error:
            call.fail(error)
        else:
            self._run(name, call, params)

    def _run(self, name: str, call: Call, params: dict[str, Any]) -> None:
        try:
            method = method_of(name)
            try:
                checked = method.params.model_validate(params)
            except ValidationError as error:
                raise bad_params(name, error) from error
            call.stop_if_cancelled()
            call.succeed(method.run(self.desk, checked, call))
        except BaseException as error:
            # Whatever was raised is the answer: a request without one would leave its panel waiting.
            call.fail(error)

    def _notify(self, method: str, params: Message) -> None:
        self._endpoint.notify(method, params.model_dump(mode="json"))

    def _refuse(self, message: Any) -> None:
        if isinstance(message, dict) and ("result" in message or "error" in message):
            log.warning("An answer to nothing that was asked: %.200s", message)
            return
        wrong = InvalidRequest(
            "That is no JSON-RPC request.",
            reason="BAD_PARAMS",
            hint="Send objects with 'jsonrpc', 'id', 'method' and 'params', one a message.",
        )
        number = message.get("id") if isinstance(message, dict) else None
        number = number if _is_id(number) else None
        self._answer(number, wrong)

    def _answer(self, number: int | str | None, error: InvalidRequest) -> None:
        self._writer.write({"jsonrpc": "2.0", "id": number, "error": error_object(error).model_dump()})


class _Methods:
    """What the endpoint looks methods up in: every name leads to the one way in."""

    def __init__(self, begin: Callable[[str, Call, dict[str, Any]], Future[Outcome]]) -> None:
        self._begin = begin

    def __getitem__(self, name: str) -> Callable[[tuple[Call, dict[str, Any]]], Future[Outcome]]:
        return lambda asked: self._begin(name, *asked)


def _is_id(value: object) -> TypeGuard[int | str]:
    # JSON's true and false are no numbers, though Python counts with them.
    return isinstance(value, int | str) and not isinstance(value, bool)


def _params_of(message: dict[str, Any]) -> dict[str, Any]:
    params = message.get("params")
    return dict(params) if isinstance(params, dict) else {}
