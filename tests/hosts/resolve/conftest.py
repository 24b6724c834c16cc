from collections.abc import Callable, Iterator

import pytest

from support.resolve_double import Application

MakeApp = Callable[..., Application]


@pytest.fixture
def make_app() -> Iterator[MakeApp]:
    """Makes a Resolve; at the end nothing undocumented may have been asked of any."""
    made: list[Application] = []

    def make(version: tuple[int, int, int] = (20, 3, 0), *, studio: bool = True) -> Application:
        made.append(Application(version, studio=studio))
        return made[-1]

    yield make
    assert [name for app in made for name in app.undocumented] == []
