"""What several integration tests share because it is dear to make."""

import pytest

from support.real_library import RealLibrary
from support.real_library import real_library as open_real_library


@pytest.fixture(scope="session")
def real_library() -> RealLibrary:
    """Index real music once a session, or take what an earlier session indexed."""
    return open_real_library()
