"""A connection to a server is shared by several calls; one that fails takes no other down with it."""

import pytest

from temptrack.client import remote
from temptrack.companion.engines import ServerEngines
from temptrack.errors import InvalidRequest, Unavailable


class Connection:
    made: list["Connection"]

    def __init__(self, _address: str, *, credentials: object) -> None:
        self.is_open = True
        self.made.append(self)

    def close(self) -> None:
        self.is_open = False


@pytest.fixture(name="made")
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    monkeypatch.setattr(Connection, "made", [], raising=False)
    monkeypatch.setattr(remote, "RemoteSuggester", Connection)
    return Connection.made


def test_a_call_that_finds_the_server_gone_does_not_cut_off_the_others(made: list[Connection]) -> None:
    engines = ServerEngines("127.0.0.1:1")
    with engines.suggester("stock"):
        with pytest.raises(Unavailable), engines.suggester("stock"):
            raise Unavailable("No server answers.")
        assert made[0].is_open, "the first call still uses it"
        with engines.suggester("stock"):
            assert len(made) == 2, "the next question takes another connection"
    assert [each.is_open for each in made] == [False, True]
    engines.close()
    assert [each.is_open for each in made] == [False, False]


def test_a_connection_stays_when_only_the_question_was_wrong(made: list[Connection]) -> None:
    engines = ServerEngines("127.0.0.1:1")
    with pytest.raises(InvalidRequest), engines.suggester("stock"):
        raise InvalidRequest("no")
    with engines.suggester("stock"):
        assert [each.is_open for each in made] == [True]
    engines.close()
