"""What becomes of a test that lacks something: skipped at a desk, failed where nothing may be lacking."""

import os
from typing import NoReturn

import pytest

# Set by .ci/run: the first where reference material lies beside the checkout, the second always.
REFERENCE_REQUIRED = "TEMPTRACK_REQUIRE_REFERENCE"
PROGRAMS_REQUIRED = "TEMPTRACK_REQUIRE_PROGRAMS"


def lacking(why: str, *, required: str) -> NoReturn:
    """Skip the test, or fail it where this variable says that nothing of the kind may be lacking."""
    if os.environ.get(required):
        pytest.fail(why)
    pytest.skip(why)
