import pytest

from temptrack import errors
from temptrack.wire.address import parse_address


@pytest.mark.parametrize(
    ("text", "written", "is_loopback"),
    [
        ("127.0.0.1:80", "127.0.0.1:80", True),
        ("127.8.8.8:80", "127.8.8.8:80", True),
        (" localhost:7353 ", "localhost:7353", True),
        ("[::1]:80", "[::1]:80", True),
        ("::1", "[::1]:7353", True),
        ("studio", "studio:7353", False),
        ("0.0.0.0:0", "0.0.0.0:0", False),
        ("[::]:65535", "[::]:65535", False),
        ("10.0.0.4:7353", "10.0.0.4:7353", False),
        ("localhost.example.com:1", "localhost.example.com:1", False),
    ],
)
def test_addresses_are_read(text: str, written: str, is_loopback: bool) -> None:
    address = parse_address(text)
    assert str(address) == written
    assert address.is_loopback is is_loopback


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":80",
        "host:",
        "host:http",
        "host:-1",
        "host:65536",
        "host:\u0663",
        "http://host:80",
        "a b:1",
        "1:2:3",
        "[::1",
        "[::1]80",
    ],
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(errors.InvalidRequest) as caught:
        parse_address(text)
    assert repr(text) in caught.value.message
    assert "127.0.0.1:7353" in caught.value.hint
