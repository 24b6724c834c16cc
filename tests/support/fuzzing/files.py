"""Files that came from elsewhere or were damaged: plans, manifests, configuration, tokens, sign-ins."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.fuzzing.target import Reader, Target, after_a_byte, after_a_line, at_start
from temptrack import home
from temptrack.batch.plan import read_plan
from temptrack.client.credentials import credentials_for
from temptrack.model.manifest import read_manifest, verify_files
from temptrack.server.settings import read_options
from temptrack.server.tokens import TokenStore

_ENDINGS = (".csv", ".jsonl", ".yaml")


def _plan_seeds() -> Iterator[bytes]:
    """Yield a byte that chooses the ending, and a plan."""
    yield b"\0timeline,library,prompt,tags,bpm,in,out\ncut.otio,stock,calm piano,piano;sad,90-120,1s,20s\n"
    yield b'\1{"timeline": "cut.otio", "library": "stock", "episode": 3, "tags": ["piano"]}\n'
    items = b"- timeline: cut.otio\n  prompt: &p calm\n- {timeline: '*.otio', prompt: *p}\n"
    yield b"\2defaults:\n  library: stock\nitems:\n" + items


@contextmanager
def _plans(scratch: Path) -> Iterator[Reader]:
    folder = scratch / "plans"
    folder.mkdir()
    (folder / "cut.otio").write_text("{}")

    def read(data: bytes) -> object:
        path = folder / f"plan{_ENDINGS[data[0] % len(_ENDINGS)] if data else '.csv'}"
        path.write_bytes(data[1:])
        plan = read_plan(path, defaults={"library": "stock"})
        for row in plan.rows:
            assert row.part is not None
            assert row.where is not None
        return plan

    yield read


def _manifest_seeds() -> Iterator[bytes]:
    spec = {"name": "x", "dtype": "float32", "shape": ["n", 8]}
    graph = {"file": "g.onnx", "inputs": [spec], "outputs": [spec]}
    manifest = {
        "format": 1,
        "id": "tiny",
        "embed_dim": 8,
        "files": [{"file": "g.onnx", "sha256": "0" * 64, "size_bytes": 1}],
        "graphs": {"frame_encoder": graph},
        "frames": {
            "size_px": 16,
            "resize": "shorter-side-then-centre-crop",
            "interpolation": "area",
            "colour": "rgb",
            "mean": [0, 0, 0],
            "std": [1, 1, 1],
        },
        "text": {"tokenizer": "t.json", "max_tokens": 8},
        "audio": {"rate_hz": 8000, "window_samples": 80, "fft_size": 64, "hop": 32, "mel_bins": 8},
        "tags": [{"name": "piano", "group": "instrument", "threshold": 0.5}],
        "x_null": "zeros",
        "licence": "Apache-2.0",
        "origins": [],
        "training": "none",
        "code_version": "0",
    }
    yield json.dumps(manifest).encode()
    yield b'{"format": 2}'


@contextmanager
def _manifests(scratch: Path) -> Iterator[Reader]:
    def read(data: bytes) -> object:
        (scratch / "manifest.json").write_bytes(data)
        manifest, digest = read_manifest(scratch)
        verify_files(scratch, manifest)
        return digest

    yield read


def _config_seeds() -> Iterator[bytes]:
    yield b'listen = "127.0.0.1:7353"\ndeadline_s = 30.0\nallow_roots = ["/music"]\nqueue_limit = 10\n'
    yield b'audit_log = "/var/log/audit.jsonl"\ncalls_per_s = 5\nrequire_token = true\n[x]\ny = 1\n'


@contextmanager
def _configs(scratch: Path) -> Iterator[Reader]:
    path = scratch / "server.toml"

    def read(data: bytes) -> object:
        path.write_bytes(data)
        options = read_options(path)
        options.address()
        return options

    yield read


def _token_seeds() -> Iterator[bytes]:
    """Yield a token as it is shown, a line break, and the file of tokens."""
    token = {
        "id": "0a1b2c3d",
        "name": "edit",
        "sha256": "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b",
        "right": "suggest",
        "libraries": ["stock"],
        "created_at": "2026-01-01T00:00:00Z",
    }
    for change in ({}, {"expires_at": "2026-02-01T00:00:00Z"}, {"revoked_at": "2026-02-01T00:00:00+02:00"}):
        yield b"tt_0a1b2c3d_secret\n" + json.dumps({"format": 1, "tokens": [{**token, **change}]}).encode()


@contextmanager
def _tokens(scratch: Path) -> Iterator[Reader]:
    path = scratch / "tokens.json"

    def read(data: bytes) -> object:
        shown, _, kept = data.partition(b"\n")
        path.write_bytes(kept)
        store = TokenStore(path)
        store.list()
        return store.check(shown.decode("latin-1"))

    yield read


def _sign_in_seeds() -> Iterator[bytes]:
    """Yield an address, a line break, and the file of sign-ins."""
    yield b'127.0.0.1:7353\n{"127.0.0.1:7353": {"token": "tt_a_b", "ca": "system"}}'
    yield b'[::1]:80\n{"[::1]:80": {"certificate": "/a.pem", "key": "/b.pem"}}'


@contextmanager
def _sign_ins(scratch: Path) -> Iterator[Reader]:
    def read(data: bytes) -> object:
        address, _, kept = data.partition(b"\n")
        (scratch / "servers.json").write_bytes(kept)
        return credentials_for(address.decode("utf-8", "surrogateescape"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(home.ENVIRONMENT_VARIABLE, str(scratch))
        yield read


_JSON = (
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"1e999",
    b"-1",
    b'"\\ud800"',
    b"[[[[[[[[",
    b'"format"',
    b'"files"',
    b'"../x"',
)
_YAML = (
    b"&a",
    b"*a",
    b"!!python/object/apply:os.system",
    b"<<:",
    b"- ",
    b": ",
    b"!!binary",
    b"!!timestamp",
    b"? ",
)

TARGETS = (
    Target(
        "plans",
        _plans,
        _plan_seeds,
        words=(*_JSON, *_YAML, b";", b",", b'"', b"timeline", b"items", b"0x", b"1:30"),
        share=60,
        json_start=after_a_byte,
    ),
    Target("manifests", _manifests, _manifest_seeds, words=_JSON, share=60, json_start=at_start),
    Target(
        "configs",
        _configs,
        _config_seeds,
        words=(b"listen", b" = ", b'"""', b"[[", b"]]", b"inf", b"nan", b"1979-05-27"),
        share=20,
    ),
    Target("tokens", _tokens, _token_seeds, words=(*_JSON, b"tt_", b"_"), share=40, json_start=after_a_line),
    Target(
        "sign-ins",
        _sign_ins,
        _sign_in_seeds,
        words=(*_JSON, b"[::1]:", b":7353"),
        share=40,
        json_start=after_a_line,
    ),
)
