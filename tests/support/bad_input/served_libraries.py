"""Libraries of a server, and what a caller may not do with them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from support.bad_input.case import Case, Outcome, Place, served
from support.fake_bundle import FakeBundle
from support.fake_server import fake_workings
from support.planted_tracks import planted
from support.serving import PATIENCE_S, running
from temptrack.client.connection import Connection
from temptrack.client.library_client import LibraryClient
from temptrack.library.ingest import index_folders
from temptrack.library.report import IndexReport
from temptrack.library.store import LibraryStore
from temptrack.server.options import ServerOptions
from temptrack_api.v1 import library_pb2, library_pb2_grpc


@contextmanager
def libraries(root: Path) -> Iterator[tuple[Connection, LibraryClient]]:
    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, allow_roots=(root,))
    with running(options, fake_workings()) as address:
        connection = Connection(address, deadline_s=PATIENCE_S)
        try:
            yield connection, LibraryClient(connection)
        finally:
            connection.close()


def indexes(folder: str) -> Callable[[Place], Outcome]:
    def attempt(place: Place) -> object:
        place.stock()
        with libraries(place.folder) as (_, client):
            return client.index("stock", [folder.replace("FOLDER", str(place.folder))])

    return served(attempt)


def lists(**fields: object) -> Callable[[Place], Outcome]:
    def attempt(place: Place) -> object:
        place.stock(2)
        with libraries(place.folder) as (connection, _):
            stub = library_pb2_grpc.LibraryServiceStub(connection.channel)
            request = library_pb2.ListTracksRequest(library="stock", **fields)  # type: ignore[arg-type]
            return connection.call(stub.ListTracks, request)

    return served(attempt)


def lost_sound(place: Place) -> object:
    store = place.stock(1)
    with libraries(place.folder) as (_, client):
        return client.audio("stock", store.reader().tracks()[0].id)


def indexes_nothing(place: Place) -> object:
    place.stock()
    with libraries(place.folder) as (_, client):
        return client.index("stock", [])


def removes_nothing(place: Place) -> object:
    place.stock()
    with libraries(place.folder) as (_, client):
        return client.remove_tracks("stock", [])


def page_of_a_list_that_changed(place: Place) -> object:
    store = place.stock(3)
    with libraries(place.folder) as (connection, _):
        stub = library_pb2_grpc.LibraryServiceStub(connection.channel)
        first = connection.call(stub.ListTracks, library_pb2.ListTracksRequest(library="stock", page_size=1))
        store.insert([planted(9)])
        token = first.next_page_token
        return connection.call(
            stub.ListTracks, library_pb2.ListTracksRequest(library="stock", page_token=token)
        )


def deletes_what_is_indexed(place: Place) -> None:
    place.stock()
    running_already, done = threading.Event(), threading.Event()

    def index(store: LibraryStore, *_others: object) -> IndexReport:
        running_already.set()
        done.wait(PATIENCE_S)
        return index_folders(store, [place.folder], FakeBundle, workers=0)

    options = ServerOptions(listen="127.0.0.1:0", drain_s=0, allow_roots=(place.folder,))
    with (
        running(options, replace(fake_workings(), index_folders=index)) as address,
        closing(Connection(address, deadline_s=PATIENCE_S)) as connection,
    ):
        client = LibraryClient(connection)
        other = threading.Thread(target=client.index, args=("stock", [str(place.folder)]))
        other.start()
        try:
            assert running_already.wait(PATIENCE_S)
            client.delete_library("stock")
        finally:
            done.set()
            other.join(PATIENCE_S)


LIBRARIES = (
    Case("a folder outside what the server may read", indexes("/etc")),
    Case("a relative folder to index at a server", indexes("music")),
    Case("a folder that the server does not have", indexes("FOLDER/no")),
    Case("no folder to index at a server", served(indexes_nothing)),
    Case("no tracks to remove at a server", served(removes_nothing)),
    Case("deleting a library while a server indexes it", served(deletes_what_is_indexed)),
    Case("a page of a list that changed", served(page_of_a_list_that_changed)),
    Case("a page token made up", lists(page_token="next, please")),
    Case("pages of a million tracks", lists(page_size=1_000_000)),
    Case("sound of a track whose file is gone", served(lost_sound)),
)
