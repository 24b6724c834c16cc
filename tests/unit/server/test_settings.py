from pathlib import Path

import pytest

from temptrack import errors
from temptrack.server.settings import read_options


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "server.toml"


def test_the_command_weighs_more_than_the_environment_and_that_more_than_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text('listen = "127.0.0.1:1"\nthreads = 1\nqueue_limit = 1\n')
    monkeypatch.setenv("TEMPTRACK_SERVER_THREADS", "2")
    monkeypatch.setenv("TEMPTRACK_SERVER_QUEUE_LIMIT", "2")
    options = read_options(file, queue_limit=3, listen=None)
    assert (options.listen, options.threads, options.queue_limit) == ("127.0.0.1:1", 2, 3)


def test_lists_come_from_files_and_from_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text('allow_roots = ["/music", "/more"]\n')
    assert read_options(file).allow_roots == (Path("/music"), Path("/more"))
    monkeypatch.setenv("TEMPTRACK_SERVER_ALLOW_ROOTS", '["/other"]')
    assert read_options(file).allow_roots == (Path("/other"),)


def test_the_environment_may_name_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text("queue_limit = 7\n")
    monkeypatch.setenv("TEMPTRACK_SERVER_CONFIG", str(file))
    assert read_options(None).queue_limit == 7


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("queue_limt = 7\n", "queue_limt"),
        ("queue_limit = -1\n", "queue_limit"),
        ('device = "gpu"\n', "device"),
        ('tls_certificate = "a.pem"\n', "tls_key"),
        ('require_gpu = true\ndevice = "cpu"\n', "require_gpu"),
        ("gpus = []\n", "gpus"),
        ("deadline_s = 0\n", "deadline_s"),
    ],
)
def test_a_wrong_option_is_named(file: Path, content: str, named: str) -> None:
    file.write_text(content)
    with pytest.raises(errors.InvalidRequest) as caught:
        read_options(file)
    assert caught.value.reason == "BAD_OPTION"
    assert named in caught.value.message


def test_a_misspelt_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPTRACK_SERVER_LISTN", "127.0.0.1:1")
    with pytest.raises(errors.InvalidRequest) as caught:
        read_options(None)
    assert "TEMPTRACK_SERVER_LISTN" in caught.value.message


def test_what_is_no_toml_is_told(file: Path) -> None:
    file.write_text("listen = \n")
    with pytest.raises(errors.InvalidRequest) as caught:
        read_options(file)
    assert caught.value.reason == "CONFIG_SYNTAX"


def test_a_file_that_is_not_there_is_told(file: Path) -> None:
    with pytest.raises(errors.NotFound) as caught:
        read_options(file)
    assert str(file) in caught.value.message
