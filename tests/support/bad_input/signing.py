"""Those who may not use a server, and options with which none starts."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from fractions import Fraction

from support.bad_input.case import Case, Outcome, Place, command, served
from support.bad_input.servers import encodes, pictures
from support.bombs import png_bomb
from support.certificates import studio
from support.fake_server import fake_workings
from support.serving import PATIENCE_S, DoubleSuggester, running, serving
from temptrack.client.connection import Connection
from temptrack.client.credentials import Credentials
from temptrack.client.library_client import LibraryClient
from temptrack.client.remote import RemoteSuggester
from temptrack.server.options import ServerOptions
from temptrack.server.tokens import TokenStore
from temptrack.suggest.cue_report import CueReport
from temptrack.suggest.types import Query

QUERY = Query(library="stock", prompt="calm")


def shows(token: Callable[[TokenStore], str | None], **given: object) -> Callable[[Place], Outcome]:
    """Ask a server that wants tokens, with one."""

    def attempt(place: Place) -> object:
        store = TokenStore(place.folder / "tokens.json")
        shown = token(store)
        options = ServerOptions.model_validate(
            {
                "listen": "127.0.0.1:0",
                "drain_s": 0,
                "require_token": True,
                "tokens_file": store.path,
                **given,
            }
        )
        with ExitStack() as stack:
            address = stack.enter_context(serving(DoubleSuggester(), options=options))
            remote = stack.enter_context(RemoteSuggester(address, credentials=Credentials(token=shown)))
            remote.suggest(QUERY)
            return remote.suggest(QUERY)

    return served(attempt)


def expired(store: TokenStore) -> str:
    return store.create("suite-3", expires_at=datetime(2026, 1, 31, tzinfo=UTC))


def revoked(store: TokenStore) -> str:
    text = store.create("suite-3")
    store.revoke(text.split("_")[1])
    return text


def damaged(store: TokenStore) -> str:
    store.path.write_text("{")
    return "tt_12345678_x"


def uses(
    right: str, call: Callable[[LibraryClient], object], libraries: tuple[str, ...] = ()
) -> Callable[[Place], Outcome]:
    """Use the libraries of a server with a token of a right."""

    def attempt(place: Place) -> object:
        place.stock()
        store = TokenStore(place.folder / "tokens.json")
        token = store.create("suite-3", right=right, libraries=libraries)  # type: ignore[arg-type]
        options = ServerOptions(listen="127.0.0.1:0", drain_s=0, require_token=True, tokens_file=store.path)
        with running(options, fake_workings()) as address:
            connection = Connection(address, deadline_s=PATIENCE_S, credentials=Credentials(token=token))
            try:
                return call(LibraryClient(connection))
            finally:
                connection.close()

    return served(attempt)


def strange_authority(place: Place) -> object:
    certificate, key = studio(place.folder / "a").pair("127.0.0.1")
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, tls_certificate=certificate, tls_key=key)
    with (
        serving(DoubleSuggester(), options=options) as address,
        RemoteSuggester(address, credentials=studio(place.folder / "b").seat()) as remote,
    ):
        return remote.suggest(QUERY)


def plain_words_to_tls(place: Place) -> object:
    certificate, key = studio(place.folder / "a").pair("127.0.0.1")
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, tls_certificate=certificate, tls_key=key)
    with (
        serving(DoubleSuggester(), options=options) as address,
        RemoteSuggester(address, credentials=Credentials()) as remote,
    ):
        return remote.suggest(QUERY)


def readable_token(_place: Place) -> object:
    return Connection("studio:7353", credentials=Credentials(token="tt_12345678_x"))


def lost_authority(place: Place) -> object:
    return Connection("studio:7353", credentials=Credentials(ca=str(place.folder / "gone.pem")))


def certificate_alone(place: Place) -> object:
    return Connection("studio:7353", credentials=Credentials(certificate=place.folder / "seat.pem"))


def damaged_servers(place: Place) -> object:
    from temptrack import home

    home.home_folder().mkdir(parents=True, exist_ok=True)
    (home.home_folder() / "servers.json").write_text("[")
    return Connection("studio:7353")


def report_without_length(place: Place) -> object:
    with place.remote() as remote:
        return remote.report_cue(CueReport("stock", "t1", "inserted", Fraction(0), Fraction(0)))


def huge_picture(place: Place) -> Outcome:
    return encodes(pictures(png_bomb(30_000)))(place)


def configured(content: str) -> Callable[[Place], Outcome]:
    """Serve with a configuration file."""

    def provoke(place: Place) -> Outcome:
        place.write("server.toml", content)
        return command("serve", "--config", "FOLDER/server.toml")(place)

    return provoke


SIGNING = (
    Case("no token where one is wanted", shows(lambda _store: None)),
    Case("a token made up", shows(lambda _store: "tt_12345678_x")),
    Case("a token past its time", shows(expired)),
    Case("a token that was revoked", shows(revoked)),
    Case("any token where those of the server are damaged", shows(damaged)),
    Case(
        "a second call where one is allowed",
        shows(lambda store: store.create("suite-3"), calls_per_s=0.001, calls_burst=1),
    ),
    Case(
        "indexing with the right to ask", uses("suggest", lambda client: client.remove_tracks("stock", ["t"]))
    ),
    Case("deleting with the right to index", uses("index", lambda client: client.delete_library("stock"))),
    Case(
        "a library that is not of the token",
        uses("admin", lambda client: client.library("stock"), ("other",)),
    ),
    Case("a server that an unknown authority vouches for", served(strange_authority)),
    Case("a server with TLS, asked without", served(plain_words_to_tls)),
    Case("a token that would travel readable", served(readable_token)),
    Case("an authority whose file is gone", served(lost_authority)),
    Case("a certificate without its key", served(certificate_alone)),
    Case("damaged notes about servers", served(damaged_servers)),
    Case("a report of a cue of no length", served(report_without_length)),
    Case("a picture of 30000 x 30000 pixels", huge_picture),
    Case(
        "tokens to the whole network without TLS",
        command("serve", "--listen", "0.0.0.0:7353", "--require-token"),
    ),
    Case(
        "a certificate that is not there",
        command("serve", "--tls-certificate", "FOLDER/no.pem", "--tls-key", "FOLDER/no.key"),
    ),
    Case("a certificate without a key to serve with", command("serve", "--tls-certificate", "FOLDER/no.pem")),
    Case("an option that is none", configured("queue_limt = 3\n")),
    Case("a queue of less than nothing", configured("queue_limit = -1\n")),
    Case("a configuration that is no TOML", configured("listen = [\n")),
    Case("a configuration that is not there", command("serve", "--config", "FOLDER/no.toml")),
    Case("an audit log in a place that is a file", command("serve", "--audit-log", "CUT/audit.jsonl")),
    Case("revoking a token that is not there", command("token", "revoke", "12345678")),
    Case("a token for nobody", command("token", "create", "")),
    Case("a token that ended yesterday", command("token", "create", "suite-3", "--expires", "2020-01-31")),
    Case("a login at a server that is not there", command("login", "127.0.0.1:1", "--without-token")),
)
