"""Who gets in, over real sockets: TLS, certificates, tokens, rights, and what is written down about it."""

import json
import logging
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import grpc
import pytest

from support.certificates import Studio, studio
from support.fake_server import fake_workings
from support.planted_tracks import planted, planted_library
from support.serving import PATIENCE_S, DoubleSuggester, no_index, running, serving
from temptrack import errors
from temptrack.client.connection import Connection
from temptrack.client.credentials import Credentials, credentials_for, keep_credentials
from temptrack.client.library_client import LibraryClient
from temptrack.client.remote import RemoteSuggester
from temptrack.companion.engines import ServerEngines
from temptrack.seat.checks import examine
from temptrack.server.callers import RIGHT_OF_CALL
from temptrack.server.options import ServerOptions
from temptrack.server.tokens import TokenStore
from temptrack.server.workings import Workings
from temptrack.suggest.cue_report import CueReport
from temptrack.suggest.types import Query
from temptrack_api.v1 import bundle_pb2, library_pb2, suggestion_pb2

QUERY = Query(library="stock", prompt="calm")


@pytest.fixture
def rules(tmp_path: Path) -> Studio:
    return studio(tmp_path / "certificates")


@pytest.fixture
def tokens(tmp_path: Path) -> TokenStore:
    return TokenStore(tmp_path / "tokens.json")


def options(**given: object) -> ServerOptions:
    return ServerOptions.model_validate({"listen": "127.0.0.1:0", "drain_s": 0, **given})


def with_tls(rules: Studio, **given: object) -> ServerOptions:
    certificate, key = rules.pair("127.0.0.1")
    return options(tls_certificate=certificate, tls_key=key, **given)


def asks(address: str, credentials: Credentials | None = None) -> str:
    """Return the reason for which a seat gets no answer, or an empty string."""
    with RemoteSuggester(address, deadline_s=PATIENCE_S, credentials=credentials) as remote:
        try:
            remote.suggest(QUERY)
        except errors.TemptrackError as error:
            return error.reason
    return ""


def test_a_seat_that_trusts_the_studio_talks_to_it_and_no_other_does(rules: Studio, tmp_path: Path) -> None:
    with serving(DoubleSuggester(), options=with_tls(rules)) as address:
        assert asks(address, rules.seat()) == ""
        stranger = studio(tmp_path / "other").seat()
        assert asks(address, stranger) == "TLS_REFUSED"
        assert asks(address, Credentials()) in ("UNREACHABLE", "TLS_REFUSED", "NOT_TEMPTRACK")


def test_a_certificate_of_another_name_or_past_its_time_is_not_trusted(rules: Studio) -> None:
    for names, expired in ((("studio.example",), False), (("127.0.0.1",), True)):
        certificate, key = rules.pair(*names, expired=expired)
        served = options(tls_certificate=certificate, tls_key=key)
        with serving(DoubleSuggester(), options=served) as address:
            assert asks(address, rules.seat()) == "TLS_REFUSED"


def test_a_seat_that_expects_tls_sends_nothing_to_a_server_without(rules: Studio) -> None:
    double = DoubleSuggester()
    with serving(double) as address:
        assert asks(address, rules.seat(token="tt_x_secret")) == "TLS_REFUSED"
    assert double.queries == []


def test_with_client_certificates_only_those_the_studio_vouches_for_get_in(
    rules: Studio, tmp_path: Path
) -> None:
    served = with_tls(rules, tls_client_ca=rules.ca)
    with serving(DoubleSuggester(), options=served) as address:
        assert asks(address, rules.seat("suite-3")) == ""
        assert asks(address, rules.seat()) != ""
        forged = studio(tmp_path / "other").seat("suite-3")
        assert asks(address, forged.model_copy(update={"ca": str(rules.ca)})) != ""


def test_a_renewed_certificate_is_taken_without_a_restart(rules: Studio) -> None:
    served = with_tls(rules)
    with serving(DoubleSuggester(), options=served) as address:
        assert asks(address, rules.seat()) == ""
        renewed = studio(rules.folder / "renewed")
        for old, new in zip(rules.pair("127.0.0.1"), renewed.pair("127.0.0.1"), strict=True):
            os.replace(new, old)
            os.utime(old, (1, 1))
        assert asks(address, renewed.seat()) == ""


def test_files_that_are_no_pair_are_refused_at_start(rules: Studio) -> None:
    certificate, _ = rules.pair("127.0.0.1")
    _, other_key = rules.pair("127.0.0.1", file="other")
    workings = Workings(load=lambda _shelf: DoubleSuggester(), index_folders=no_index)
    for key in (other_key, rules.folder / "gone.key"):
        with (
            pytest.raises(errors.InvalidRequest) as caught,
            running(options(tls_certificate=certificate, tls_key=key), workings),
        ):
            pass
        assert caught.value.reason == "TLS_FILES"


def test_only_a_good_token_gets_in_and_a_revoked_one_no_longer(tokens: TokenStore) -> None:
    served = options(require_token=True, tokens_file=tokens.path)
    good = tokens.create("suite-3")
    old = tokens.create("old", expires_at=datetime.now(UTC) - timedelta(days=1))
    with serving(DoubleSuggester(), options=served) as address:
        assert asks(address, Credentials(token=good)) == ""
        assert asks(address, Credentials()) == "TOKEN_MISSING"
        assert asks(address, Credentials(token=old)) == "TOKEN_EXPIRED"
        for wrong in ("", "tt", good[:-1], good[:-1] + "x", good.replace("tt_", "xx_"), "Bearer " + good):
            assert asks(address, Credentials(token=wrong or "-")) == "TOKEN_UNKNOWN"
        tokens.revoke(good.split("_")[1])
        assert asks(address, Credentials(token=good)) == "TOKEN_REVOKED"


def test_health_needs_no_token(tokens: TokenStore) -> None:
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    served = options(require_token=True, tokens_file=tokens.path)
    with serving(DoubleSuggester(), options=served) as address, grpc.insecure_channel(address) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_a_damaged_file_of_tokens_lets_nobody_in(tokens: TokenStore) -> None:
    good = tokens.create("suite-3")
    served = options(require_token=True, tokens_file=tokens.path)
    with serving(DoubleSuggester(), options=served) as address:
        tokens.path.write_text('{"tokens": [')
        assert asks(address, Credentials(token=good)) == "TOKENS_CORRUPT"


@pytest.fixture
def studio_address(tokens: TokenStore, tmp_path: Path) -> Iterator[str]:
    for name in ("stock", "secret"):
        planted_library([planted(0)], name=name)
    served = options(
        require_token=True,
        tokens_file=tokens.path,
        allow_roots=(tmp_path,),
        audit_log=tmp_path / "log" / "audit.jsonl",
    )
    with running(served, fake_workings()) as address:
        yield address


def connected(address: str, token: str) -> Connection:
    return Connection(address, deadline_s=PATIENCE_S, credentials=Credentials(token=token))


def test_a_token_is_good_for_its_libraries_and_shows_no_other(
    studio_address: str, tokens: TokenStore
) -> None:
    token = tokens.create("suite-3", right="admin", libraries=["stock"])
    client = LibraryClient(connected(studio_address, token))
    assert [library.name for library in client.list_libraries()] == ["stock"]
    assert len(list(client.tracks("stock"))) == 1
    # What is there and what is not are refused alike.
    for name in ("secret", "no-such-library"):
        for call in (client.library, client.delete_library, client.create_library):
            with pytest.raises(errors.Forbidden) as caught:
                call(name)
            assert caught.value.reason == "LIBRARY_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("right", "allowed"), [("suggest", 0), ("index", 1), ("admin", 2)], ids=["suggest", "index", "admin"]
)
def test_rights_hold_those_before_them_and_no_more(
    studio_address: str, tokens: TokenStore, tmp_path: Path, right: str, allowed: int
) -> None:
    token = tokens.create("somebody", right=right)  # type: ignore[arg-type]
    client = LibraryClient(connected(studio_address, token))
    assert client.library("stock").track_count == 1
    calls: list[Callable[[], object]] = [
        lambda: client.remove_tracks("stock", ["none"]),
        lambda: client.create_library("new"),
    ]
    for rank, call in enumerate(calls, start=1):
        if rank <= allowed:
            call()
        else:
            with pytest.raises(errors.Forbidden) as caught:
                call()
            assert caught.value.reason == "RIGHT_MISSING"


def test_every_call_has_a_right_and_names_its_library_where_it_has_one() -> None:
    services = [
        service
        for file in (suggestion_pb2, library_pb2, bundle_pb2)
        for service in file.DESCRIPTOR.services_by_name.values()
    ]
    calls = {
        f"/{service.full_name}/{method.name}": method for service in services for method in service.methods
    }
    assert set(calls) == set(RIGHT_OF_CALL)
    without_library = {"GetBundle", "EncodeSegment", "ListLibraries"}
    for method in calls.values():
        fields = {field.name for field in method.input_type.fields}
        assert bool(fields & {"library", "name"}) is (method.name not in without_library)


def test_what_was_inserted_fetched_and_changed_is_written_down_with_who_did_it(
    studio_address: str, tokens: TokenStore, tmp_path: Path
) -> None:
    token = tokens.create("jane", right="admin")
    seat = Credentials(token=token)
    connection = connected(studio_address, token)
    client = LibraryClient(connection)
    (track,) = client.tracks("stock")
    report = CueReport(
        library="stock",
        track_id=track.id,
        action="inserted",
        timeline="Épisode 3",
        host="resolve",
        record_start_s=Fraction(1001, 24),
        record_duration_s=Fraction(10),
        query_digest="q" * 64,
    )
    with RemoteSuggester(studio_address, deadline_s=PATIENCE_S, credentials=seat) as remote:
        assert remote.report_cue(report)
    client.create_library("new")
    client.delete_library("new")

    lines = [json.loads(line) for line in (tmp_path / "log" / "audit.jsonl").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["cue-inserted", "library-created", "library-deleted"]
    assert {line["caller"] for line in lines} == {"jane"}
    cue = lines[0]
    assert (cue["track_id"], cue["title"], cue["licence"]) == (track.id, track.title, track.licence)
    assert (cue["timeline"], cue["host"], cue["record_start_s"]) == ("Épisode 3", "resolve", "1001/24")
    assert datetime.fromisoformat(cue["at"]).tzinfo is not None


def test_a_report_about_no_track_is_refused_and_without_a_log_nothing_is_kept(
    studio_address: str, tokens: TokenStore
) -> None:
    report = CueReport("stock", "none", "removed", Fraction(0), Fraction(1))
    seat = Credentials(token=tokens.create("jane"))
    with (
        RemoteSuggester(studio_address, credentials=seat) as remote,
        pytest.raises(errors.NotFound),
    ):
        remote.report_cue(report)


def test_tokens_never_reach_a_log(
    tokens: TokenStore, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    good, wrong = tokens.create("suite-3"), tokens.create("gone")
    tokens.revoke(wrong.split("_")[1])
    served = options(require_token=True, tokens_file=tokens.path)
    with caplog.at_level(logging.DEBUG), serving(DoubleSuggester(), options=served) as address:
        asks(address, Credentials(token=good))
        asks(address, Credentials(token=wrong))
        asks(address, Credentials(token="tt_12345678_nonsense-that-is-secret"))
    told = caplog.text + "".join(capfd.readouterr()) + repr(Credentials(token=good))
    for secret in (good.split("_", 2)[2], wrong.split("_", 2)[2], "nonsense-that-is-secret"):
        assert secret not in told
    assert secret not in tokens.path.read_text()


def test_a_caller_of_too_many_calls_is_held_and_another_is_not(tokens: TokenStore) -> None:
    served = options(require_token=True, tokens_file=tokens.path, calls_per_s=0.001, calls_burst=2)
    busy, calm = (Credentials(token=tokens.create(name)) for name in ("busy", "calm"))
    with serving(DoubleSuggester(), options=served) as address:
        assert [asks(address, busy) for _ in range(3)] == ["", "", "RATE"]
        assert asks(address, calm) == ""


def test_what_login_kept_is_shown_from_then_on_and_to_no_other_server(tokens: TokenStore) -> None:
    served = options(require_token=True, tokens_file=tokens.path)
    with serving(DoubleSuggester(), options=served) as address:
        assert asks(address) == "TOKEN_MISSING"
        keep_credentials(address, Credentials(token=tokens.create("suite-3")))
        assert asks(address) == ""
        assert credentials_for("127.0.0.1:1") == Credentials()
        assert keep_credentials(address, None)
        assert asks(address) == "TOKEN_MISSING"


def test_a_plugin_shows_the_token_of_its_settings(tokens: TokenStore) -> None:
    served = options(require_token=True, tokens_file=tokens.path)
    token = tokens.create("plugin")
    with serving(DoubleSuggester(), options=served) as address:
        engines = ServerEngines(address, token)
        assert [library.name for library in engines.libraries()] == ["stock"]
        engines.close()
        told = examine(server=address, bundle=None, device="cpu", token=token)
        assert [check.state for check in told if check.name == "server"] == ["ok"]
        stranger = ServerEngines(address)
        with pytest.raises(errors.Unauthenticated):
            stranger.libraries()
        stranger.close()


def test_a_token_is_not_sent_readable_to_another_machine() -> None:
    seat = Credentials(token="tt_12345678_x")
    with pytest.raises(errors.Forbidden) as caught:
        Connection("studio:7353", credentials=seat)
    assert caught.value.reason == "TOKEN_NEEDS_TLS"
    Connection("studio:7353", credentials=seat.model_copy(update={"insecure_no_tls": True})).close()
