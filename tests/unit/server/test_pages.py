import pytest

from temptrack import errors
from temptrack.server.pages import page

ITEMS = list(range(250))


@pytest.mark.parametrize("size", [1, 100, 249, 250, 251, 1000])
def test_pages_hold_everything_once_and_in_order(size: int) -> None:
    found: list[int] = []
    token, calls = "", 0
    while calls == 0 or token:
        some, token = page(ITEMS, size=size, token=token, edition="7")
        found.extend(some)
        calls += 1
    assert found == ITEMS
    assert calls == -(-len(ITEMS) // size)


def test_without_a_size_a_page_has_a_hundred() -> None:
    some, token = page(ITEMS, size=0, token="", edition="1")
    assert (len(some), token) == (100, "100.1")


def test_an_empty_list_is_one_page() -> None:
    assert page([], size=10, token="", edition="1") == ([], "")


@pytest.mark.parametrize("size", [-1, 1001])
def test_a_size_out_of_range_is_refused(size: int) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        page(ITEMS, size=size, token="", edition="1")
    assert str(size) in caught.value.message


@pytest.mark.parametrize(
    "token", ["x", "1", "1.", ".1", "-1.1", "1.1.1", "\u0661.1", "1.a-1", f"1.{'A' * 32}-1", f"1.{'a' * 32}-"]
)
def test_a_token_of_somebody_else_is_refused(token: str) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        page(ITEMS, size=10, token=token, edition="1")
    assert caught.value.reason == "PAGE_TOKEN"


@pytest.mark.parametrize(
    ("before", "now"), [("1", "2"), (f"{'a' * 32}-3", f"{'b' * 32}-3"), ("3", f"{'b' * 32}-3")]
)
def test_a_token_of_another_state_asks_to_start_again(before: str, now: str) -> None:
    _, token = page(ITEMS, size=10, token="", edition=before)
    with pytest.raises(errors.NotReady) as caught:
        page(ITEMS, size=10, token=token, edition=now)
    assert caught.value.reason == "PAGE_EXPIRED"
