"""Callers who may not, certificates that do not hold, and clocks that jump."""

import os
import socket
import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self

from support.certificates import Studio, studio
from support.faults.calls import QUERY, options
from support.faults.fault import Fault, FaultPlace, bad_input, refused
from support.serving import PATIENCE_S, DoubleSuggester, serving
from temptrack import errors
from temptrack.client.credentials import Credentials
from temptrack.client.remote import RemoteSuggester
from temptrack.server import tokens
from temptrack.server.options import ServerOptions
from temptrack.server.tokens import TokenStore


def ask(address: str, shown: Credentials) -> object:
    with RemoteSuggester(address, deadline_s=PATIENCE_S, credentials=shown) as remote:
        return remote.suggest(QUERY)


def with_tls(rules: Studio, *names: str, expired: bool = False, **given: object) -> ServerOptions:
    certificate, key = rules.pair(*(names or ("127.0.0.1",)), expired=expired)
    return options(tls_certificate=certificate, tls_key=key, **given)


def untrusted(
    make: Callable[[Studio], ServerOptions], show: Callable[[Studio, FaultPlace], Credentials]
) -> Callable[[FaultPlace], errors.TemptrackError]:
    """Ask a server that one of both ends must not trust; nothing of the question may arrive."""

    def provoke(place: FaultPlace) -> errors.TemptrackError:
        rules, double = studio(place.folder / "studio"), DoubleSuggester()
        with serving(double, options=make(rules)) as address:
            error = refused(lambda: ask(address, show(rules, place)))
        assert double.queries == []
        return error

    return provoke


def old_tls(place: FaultPlace) -> str:
    """Greet with TLS 1.1, the newest that is too old."""
    rules = studio(place.folder / "studio")
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(rules.ca)
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    with warnings.catch_warnings():
        # Python would rather not, either.
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with serving(DoubleSuggester(), options=with_tls(rules)) as address:
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), PATIENCE_S) as plain:
            try:
                old.wrap_socket(plain, server_hostname=host).close()
                told = "let in"
            except (ssl.SSLError, ConnectionError):
                told = "a handshake that the server breaks off"
        ask(address, rules.seat())
    return told


def half_renewed(place: FaultPlace) -> None:
    """Put a new certificate in place, ask, then its key."""
    rules, renewed = studio(place.folder / "studio"), studio(place.folder / "renewed")
    with serving(DoubleSuggester(), options=with_tls(rules)) as address:
        (certificate, key), new = rules.pair("127.0.0.1"), renewed.pair("127.0.0.1")
        ask(address, rules.seat())
        os.replace(new[0], certificate)
        ask(address, rules.seat())
        os.replace(new[1], key)
        os.utime(key, (1, 1))
        ask(address, renewed.seat())


def moved_to(date: datetime) -> type[datetime]:
    """Return a clock that stands at a date, in place of the server's."""

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            assert tz is UTC
            return cls.fromtimestamp(date.timestamp(), tz)

    return Moved


def clock_ahead(place: FaultPlace) -> errors.TemptrackError:
    store = TokenStore(place.folder / "tokens.json")
    token = store.create("suite-3", expires_at=datetime(2100, 1, 31, tzinfo=UTC))
    served = options(require_token=True, tokens_file=store.path)
    with serving(DoubleSuggester(), options=served) as address:
        place.patch.setattr(tokens, "datetime", moved_to(datetime(2100, 2, 1, tzinfo=UTC)))
        error = refused(lambda: ask(address, Credentials(token=token)))
        place.patch.setattr(tokens, "datetime", datetime)
        ask(address, Credentials(token=token))
    return error


def clock_behind(place: FaultPlace) -> None:
    store = TokenStore(place.folder / "tokens.json")
    now = datetime.now(UTC)
    token = store.create("suite-3", expires_at=now - timedelta(days=1))
    served = options(require_token=True, tokens_file=store.path)
    with serving(DoubleSuggester(), options=served) as address:
        assert refused(lambda: ask(address, Credentials(token=token))).reason == "TOKEN_EXPIRED"
        place.patch.setattr(tokens, "datetime", moved_to(now - timedelta(days=2)))
        ask(address, Credentials(token=token))
        place.patch.setattr(tokens, "datetime", datetime)
        assert refused(lambda: ask(address, Credentials(token=token))).reason == "TOKEN_EXPIRED"
        store.revoke(token.split("_")[1])
        place.patch.setattr(tokens, "datetime", moved_to(now - timedelta(days=2)))
        assert refused(lambda: ask(address, Credentials(token=token))).reason == "TOKEN_REVOKED"


def revoked_at_work(place: FaultPlace) -> errors.TemptrackError:
    """Revoke a token between two calls of one connection."""
    store = TokenStore(place.folder / "tokens.json")
    token = store.create("suite-3")
    served = options(require_token=True, tokens_file=store.path)
    with (
        serving(DoubleSuggester(), options=served) as address,
        RemoteSuggester(address, deadline_s=PATIENCE_S, credentials=Credentials(token=token)) as remote,
    ):
        remote.suggest(QUERY)
        store.revoke(token.split("_")[1])
        error = refused(lambda: remote.suggest(QUERY))
        ask(address, Credentials(token=store.create("suite-3")))
    return error


def tokens_damaged_at_work(place: FaultPlace) -> errors.TemptrackError:
    store = TokenStore(place.folder / "tokens.json")
    token = Credentials(token=store.create("suite-3"))
    served = options(require_token=True, tokens_file=store.path)
    with serving(DoubleSuggester(), options=served) as address:
        whole = store.path.read_bytes()
        store.path.write_bytes(whole[: len(whole) // 2])
        error = refused(lambda: ask(address, token))
        store.path.write_bytes(whole)
        ask(address, token)
    return error


_TRUST = "tests/integration/test_serving_trust.py::"
_NEW_TOKEN = "with a new token: `temptrack token create`, then `temptrack login`"
_NO_WORD = "when both ends have what they need; nothing of the question was sent"

TLS = (
    Fault(
        "a server with TLS, asked without",
        "a seat that was not told of TLS",
        bad_input("a server with TLS, asked without"),
        _NO_WORD,
    ),
    Fault(
        "a server without TLS where a seat expects it",
        "a downgrade: the seat has a CA and a token",
        untrusted(lambda _rules: options(), lambda rules, _place: rules.seat(token="tt_12345678_x")),
        _NO_WORD,
        shown_by=_TRUST + "test_a_seat_that_expects_tls_sends_nothing_to_a_server_without",
    ),
    Fault("a version of TLS that is too old", "a greeting with TLS 1.1", old_tls, "with TLS 1.2 or newer"),
    Fault(
        "a server that an unknown authority vouches for",
        "the seat trusts another CA",
        untrusted(with_tls, lambda _rules, place: studio(place.folder / "other").seat()),
        _NO_WORD,
    ),
    Fault(
        "a certificate past its time",
        "of yesterday",
        untrusted(lambda rules: with_tls(rules, expired=True), lambda rules, _place: rules.seat()),
        "with a new certificate; the server takes it without a restart",
    ),
    Fault(
        "a certificate of another name",
        "studio.example in place of the address",
        untrusted(lambda rules: with_tls(rules, "studio.example"), lambda rules, _place: rules.seat()),
        "with a certificate of the name that seats call",
    ),
    Fault(
        "a client certificate of another authority",
        "where every seat must show one",
        untrusted(
            lambda rules: with_tls(rules, tls_client_ca=rules.ca),
            lambda rules, place: (
                studio(place.folder / "other").seat("suite-3").model_copy(update={"ca": str(rules.ca)})
            ),
        ),
        "with a certificate of the studio's own",
    ),
    Fault(
        "no client certificate where one is wanted",
        "the seat has a CA only",
        untrusted(lambda rules: with_tls(rules, tls_client_ca=rules.ca), lambda rules, _place: rules.seat()),
        "with a certificate of the studio's own",
    ),
    Fault(
        "a certificate renewed by half",
        "the new certificate lies there, its key not yet",
        half_renewed,
        "by itself: the old pair serves on until the new one is whole",
    ),
    Fault(
        "a token on its way to another machine without TLS",
        "by the client",
        bad_input("a token that would travel readable"),
        "with a CA; the token was not sent",
    ),
)

TOKENS = (
    Fault("no token", "where one is wanted", bad_input("no token where one is wanted"), _NEW_TOKEN),
    Fault("a token made up", "tt_12345678_x", bad_input("a token made up"), _NEW_TOKEN),
    Fault(
        "a token of odd shape",
        "cut off, one letter changed, another prefix, empty",
        None,
        _NEW_TOKEN,
        shown_by=_TRUST + "test_only_a_good_token_gets_in_and_a_revoked_one_no_longer",
        caller="UNAUTHENTICATED TOKEN_UNKNOWN",
        admin="info: Refused TOKEN_UNKNOWN; temptrack_sign_in_refused_total{reason=TOKEN_UNKNOWN}",
    ),
    Fault("a token past its time", "of last January", bad_input("a token past its time"), _NEW_TOKEN),
    Fault(
        "a stolen token, revoked while it is used",
        "between two calls of one connection",
        revoked_at_work,
        _NEW_TOKEN,
        lost="what the thief was told until then: a token is good from any machine until it is revoked",
    ),
    Fault(
        "a token of another library",
        "a library that is there, and one that is not, are refused alike",
        bad_input("a library that is not of the token"),
        "with a token that names the library",
        shown_by=_TRUST + "test_a_token_is_good_for_its_libraries_and_shows_no_other",
    ),
    Fault(
        "a right too small to index",
        "a token to suggest with",
        bad_input("indexing with the right to ask"),
        "with a token of that right",
        shown_by=_TRUST + "test_rights_hold_those_before_them_and_no_more",
    ),
    Fault(
        "a right too small to delete",
        "a token to index with",
        bad_input("deleting with the right to index"),
        "with a token of that right",
    ),
    Fault(
        "tokens damaged while a server runs",
        "the file is cut in half",
        tokens_damaged_at_work,
        "by itself, once the file is whole again; until then nobody gets in",
    ),
    Fault(
        "the clock of a server jumps ahead",
        "past the end of a token; the clock of the test stands in for the system's",
        clock_ahead,
        "by itself, once the clock is right; deadlines and rates use a clock that never jumps",
    ),
    Fault(
        "the clock of a server falls behind",
        "two days, to before a token ended; the clock of the test stands in for the system's",
        clock_behind,
        "by itself, once the clock is right; a revoked token stays revoked",
        lost="for so long, tokens that had ended are good again",
    ),
)
