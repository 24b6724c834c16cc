"""The commands of those who run a studio server, and of seats that sign in."""

import json
import stat
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from temptrack import errors, home
from temptrack.cli.main import app
from temptrack.server import telemetry
from temptrack.server.options import ServerOptions
from temptrack.server.settings import read_options
from temptrack.server.tls import server_credentials
from temptrack.server.tokens import TokenStore


def run(*words: str, given: str | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(words), input=given)
    return result.exit_code, result.stdout, result.stderr


def test_a_token_is_printed_once_and_then_only_listed_and_revoked() -> None:
    code, token, note = run(
        "token", "create", "suite-3", "--right", "index", "-l", "stock", "--expires", "90d"
    )
    assert code == 0
    assert "cannot be shown again" in note
    kept = TokenStore().check(token.strip())
    assert (kept.right, kept.libraries) == ("index", ("stock",))

    code, listed, _ = run("token", "list")
    assert code == 0
    assert "suite-3" in listed
    assert "stock" in listed
    assert token.strip().split("_", 2)[2] not in listed
    assert "sha256" not in run("token", "list", "--json")[1]

    assert run("token", "revoke", kept.id)[0] == 0
    assert "revoked" in run("token", "list")[1]
    assert run("token", "revoke", "no-such-id")[0] == 3


@pytest.mark.parametrize("expires", ["yesterday", "2020-01-31", "5x", ""])
def test_a_time_that_is_none_makes_no_token(expires: str) -> None:
    code, out, _ = run("token", "create", "suite-3", "--expires", expires)
    assert (code, out) == (2, "")
    assert not TokenStore().list()


def test_tokens_can_be_kept_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text(f'tokens_file = "{tmp_path / "elsewhere.json"}"\n')
    assert run("token", "create", "suite-3", "--config", str(file))[0] == 0
    assert len(TokenStore(tmp_path / "elsewhere.json").list()) == 1
    assert not TokenStore().list()


def test_what_config_show_prints_is_a_file_that_is_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text('listen = "127.0.0.1:9"\nqueue_limit = 5\nallow_roots = ["/music"]\n')
    code, shown, _ = run("config", "show", str(file))
    assert code == 0
    told = tomllib.loads(shown)
    assert ServerOptions.model_validate(told) == ServerOptions(
        listen="127.0.0.1:9", queue_limit=5, allow_roots=(Path("/music"),)
    )
    for name in ServerOptions.model_fields:
        assert f"{name} =" in shown
    as_json = json.loads(run("config", "show", str(file), "--json")[1])
    assert as_json["queue_limit"] == 5


def test_config_check_says_what_would_be_served(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text(f'allow_roots = ["{tmp_path}"]\n')
    code, told, _ = run("config", "check", str(file))
    assert code == 0
    assert "127.0.0.1:7353" in told
    assert "nobody signs in" in told
    assert str(tmp_path) in told


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("queue_limit = -1\n", "BAD_OPTION"),
        ('listen = "0.0.0.0:7353"\n', "LISTEN_BEYOND_LOOPBACK"),
        ('listen = "0.0.0.0:7353"\nrequire_token = true\n', "TOKENS_WITHOUT_TLS"),
        ('allow_roots = ["FOLDER/gone"]\n', "ROOT_NOT_FOUND"),
        ('tls_certificate = "/no.pem"\ntls_key = "/no.key"\n', "TLS_FILES"),
        ("listen = [\n", "CONFIG_SYNTAX"),
    ],
)
def test_config_check_finds_what_serve_would_refuse(
    tmp_path: Path, content: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would go on writing to a stream that is closed after the command.
    monkeypatch.setattr(telemetry, "configure_log", lambda *_given: None)
    file = tmp_path / "server.toml"
    file.write_text(content.replace("FOLDER", str(tmp_path)))
    checked = run("config", "check", str(file))
    served = run("serve", "--config", str(file))
    assert checked == served
    assert checked[0] != 0
    with pytest.raises(errors.TemptrackError) as caught:
        all_of(file)
    assert caught.value.reason == reason
    assert caught.value.hint in checked[2]


def all_of(file: Path) -> None:
    options = read_options(file)
    options.address()
    options.roots()
    server_credentials(options)


def test_a_login_that_fails_keeps_nothing() -> None:
    code, _, told = run("login", "127.0.0.1:1", given="tt_12345678_secret\n")
    assert code == 5
    assert "secret" not in told
    assert not (home.home_folder() / "servers.json").exists()
    assert run("logout", "127.0.0.1:1")[0] == 0


def test_health_of_a_server_that_is_not_there_is_told_by_the_exit_code() -> None:
    assert run("health", "127.0.0.1:1")[0] == 5


def test_kept_credentials_are_private() -> None:
    from temptrack.client.credentials import Credentials, keep_credentials

    keep_credentials("127.0.0.1:1", Credentials(token="tt_x"))
    assert stat.S_IMODE((home.home_folder() / "servers.json").stat().st_mode) == 0o600
