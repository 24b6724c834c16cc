import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from temptrack import errors
from temptrack.server.tokens import TokenStore

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def at(path: Path, moment: datetime) -> TokenStore:
    return TokenStore(path, now=lambda: moment)


def test_a_token_is_known_again_with_what_it_allows(path: Path) -> None:
    text = TokenStore(path).create("suite-3", right="index", libraries=["stock", "archive"])
    kept = TokenStore(path).check(text)
    assert (kept.name, kept.right, kept.libraries) == ("suite-3", "index", ("stock", "archive"))


def test_what_is_kept_is_private_and_does_not_let_anybody_in(path: Path) -> None:
    store = TokenStore(path)
    text = store.create("suite-3")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    content = path.read_text()
    assert text.split("_", 2)[2] not in content
    (kept,) = store.list()
    for stolen in (kept.sha256, f"tt_{kept.id}_{kept.sha256}"):
        with pytest.raises(errors.Unauthenticated):
            store.check(stolen)
    assert kept.sha256 not in repr(kept)


def test_no_two_tokens_are_alike(path: Path) -> None:
    store = TokenStore(path)
    texts = {store.create("same name") for _ in range(20)}
    assert len(texts) == 20
    assert min(map(len, texts)) > 43


def test_a_token_ends_at_its_time_and_not_before(path: Path) -> None:
    text = at(path, NOW).create("suite-3", expires_at=NOW + timedelta(days=1))
    at(path, NOW + timedelta(hours=23, minutes=59)).check(text)
    with pytest.raises(errors.Unauthenticated) as caught:
        at(path, NOW + timedelta(days=1)).check(text)
    assert caught.value.reason == "TOKEN_EXPIRED"


def test_revoking_ends_one_token_for_every_process_and_leaves_the_others(path: Path) -> None:
    serving, admin = TokenStore(path), TokenStore(path)
    lost, other = admin.create("lost"), admin.create("other")
    serving.check(lost)
    admin.revoke(lost.split("_")[1])
    with pytest.raises(errors.Unauthenticated) as caught:
        serving.check(lost)
    assert caught.value.reason == "TOKEN_REVOKED"
    serving.check(other)
    assert [token.revoked_at is not None for token in admin.list()] == [True, False]


def test_a_token_that_is_not_there_cannot_be_revoked(path: Path) -> None:
    with pytest.raises(errors.NotFound):
        TokenStore(path).revoke("12345678")


@pytest.mark.parametrize("name", ["", "x" * 65])
def test_a_token_needs_a_name(path: Path, name: str) -> None:
    with pytest.raises(errors.InvalidRequest):
        TokenStore(path).create(name)
    assert not path.exists()


def test_many_processes_make_tokens_at_once_and_none_is_lost(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda number: TokenStore(path).create(f"seat {number}"), range(24)))
    store = TokenStore(path)
    assert len(store.list()) == 24
    for text in texts:
        store.check(text)
    assert sorted(file.name for file in path.parent.iterdir()) == ["tokens.json", "tokens.json.lock"]
