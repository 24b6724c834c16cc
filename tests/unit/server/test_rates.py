import pytest

from temptrack import errors
from temptrack.server.rates import Rates


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def allowed(rates: Rates, caller: str, calls: int) -> int:
    passed = 0
    for _ in range(calls):
        try:
            rates.take(caller)
        except errors.Overloaded:
            continue
        passed += 1
    return passed


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    clock = Clock()
    rates = Rates(2.0, burst=5, clock=clock)
    assert allowed(rates, "ann", 20) == 5
    clock.now_s += 1.5
    assert allowed(rates, "ann", 20) == 3
    clock.now_s += 3600
    assert allowed(rates, "ann", 20) == 5


def test_callers_do_not_spend_each_others_calls() -> None:
    rates = Rates(1.0, burst=3, clock=Clock())
    assert allowed(rates, "ann", 10) == 3
    assert allowed(rates, "bob", 10) == 3


def test_who_comes_back_when_told_to_is_let_in() -> None:
    clock = Clock()
    rates = Rates(4.0, burst=1, clock=clock)
    rates.take("ann")
    with pytest.raises(errors.Overloaded) as caught:
        rates.take("ann")
    clock.now_s += float(caught.value.metadata["retry_after_s"])
    rates.take("ann")


def test_without_a_rate_nobody_is_held() -> None:
    assert allowed(Rates(None, burst=1), "ann", 1000) == 1000
