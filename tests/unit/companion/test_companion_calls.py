import pytest

from temptrack.companion.calls import Call, Calls
from temptrack.companion.messages import Message, Nothing
from temptrack.errors import Cancelled, NotFound


def ignore(_method: str, _params: Message) -> None:
    pass


def test_a_cancelled_call_is_answered_at_once_and_never_again() -> None:
    calls, call = Calls(), Call(0, None, ignore)
    calls.add(7, call)
    assert calls.cancel(7) is True
    assert call.future.result()["error"]["data"]["reason"] == "CANCELLED"
    call.succeed(Nothing())
    call.fail(NotFound("late"))
    assert call.future.result()["error"]["code"] == -32800
    with pytest.raises(Cancelled):
        call.stop_if_cancelled()
    assert calls.cancel(7) is False


def test_an_answered_call_cannot_be_cancelled() -> None:
    calls, call = Calls(), Call(0, None, ignore)
    calls.add("a", call)
    call.succeed(Nothing())
    assert calls.cancel("a") is False
    assert call.future.result() == {"result": {}}


def test_progress_is_told_only_to_who_asked_for_it_and_still_waits() -> None:
    told: list[tuple[str, Message]] = []
    silent = Call(0, None, lambda *news: told.append(news))
    silent.progress("picture", "Looking", 1, 2)
    assert told == []
    call = Call(1, "t", lambda *news: told.append(news))
    call.progress("picture", "Looking", 1, 2)
    call.cancel()
    call.progress("picture", "Looking", 2, 2)
    assert [(method, params.model_dump()) for method, params in told] == [
        (
            "$/progress",
            {"token": "t", "value": {"stage": "picture", "text": "Looking", "done": 1, "total": 2}},
        )
    ]


def test_all_but_one_are_cancelled() -> None:
    calls = Calls()
    made = [Call(number, None, ignore) for number in range(3)]
    for number, call in enumerate(made):
        calls.add(number, call)
    calls.cancel_all(but=made[1])
    assert [call.is_cancelled for call in made] == [True, False, True]
