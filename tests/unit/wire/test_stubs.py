"""The stubs, the tool that makes them and the floors of the dependencies belong together."""

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

ROOT = Path(__file__).parents[3]
STUBS = ROOT / "backend" / "temptrack_api" / "v1"


def tools_version() -> str:
    text = (ROOT / "proto" / "requirements.txt").read_text()
    version: str
    (version,) = re.findall(r"^grpcio-tools==(\S+)$", text, flags=re.MULTILINE)
    return version


def floors() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["server"]]
    return dict(line.split(">=") for line in lines)


def test_the_service_stubs_are_of_the_pinned_tool_and_grpcio_is_at_least_that() -> None:
    for stub in STUBS.glob("*_pb2_grpc.py"):
        (version,) = re.findall(r"GRPC_GENERATED_VERSION = '(\S+)'", stub.read_text())
        assert version == tools_version(), stub.name
    found = floors()
    for package in ("grpcio", "grpcio-health-checking", "grpcio-status", "grpcio-reflection"):
        assert found[package] == tools_version(), package


def test_protobuf_is_at_least_what_the_message_stubs_are_of() -> None:
    for stub in STUBS.glob("*_pb2.py"):
        (version,) = re.findall(r"# Protobuf Python Version: (\S+)", stub.read_text())
        assert version == floors()["protobuf"], stub.name


def test_every_proto_file_has_its_stubs_and_no_stub_is_left_over() -> None:
    names = {path.stem for path in (ROOT / "proto" / "temptrack_api" / "v1").glob("*.proto")}
    wanted = {f"{name}_pb2{ending}" for name in names for ending in (".py", ".pyi", "_grpc.py")}
    assert {path.name for path in STUBS.glob("*_pb2*")} == wanted


def test_a_seat_installs_what_the_client_imports() -> None:
    lines = requires("temptrack") or []
    base = {re.split(r"[<>=!~ ;\[]", line)[0] for line in lines if "extra ==" not in line}
    assert {"grpcio", "grpcio-status", "protobuf", "pillow", "numpy", "googleapis-common-protos"} <= base
