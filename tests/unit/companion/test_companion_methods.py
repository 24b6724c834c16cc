import pytest
from pydantic import BaseModel

from temptrack.companion.faults import UnknownMethod
from temptrack.companion.methods import PLACES, method_of, place_of


@pytest.mark.parametrize("name", PLACES)
def test_every_method_is_where_its_place_says_and_is_documented(name: str) -> None:
    method = method_of(name)
    assert method.run.__doc__
    for message in (method.params, method.result):
        assert issubclass(message, BaseModel)
        assert message.__doc__


def test_every_group_lists_only_methods_with_a_place() -> None:
    groups = {place.group for place in PLACES.values()}
    listed = {
        name
        for group in groups
        for name in __import__(group, fromlist=["METHODS"]).METHODS  # a group is imported by its first call
    }
    assert listed == set(PLACES)


def test_another_method_is_unknown() -> None:
    with pytest.raises(UnknownMethod, match="'fly'"):
        place_of("fly")
