"""The files under deploy/ say what the program understands. Images are not built here."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from support.lacking import PROGRAMS_REQUIRED, lacking
from temptrack.client import credentials
from temptrack.server.settings import PREFIX, read_options

DEPLOY = Path(__file__).parents[3] / "deploy"
MANIFESTS = list(yaml.safe_load_all((DEPLOY / "kubernetes" / "temptrack.yaml").read_text()))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def of_kind(kind: str) -> Any:
    (found,) = [manifest for manifest in MANIFESTS if manifest["kind"] == kind]
    return found


def container() -> Any:
    (found,) = of_kind("Deployment")["spec"]["template"]["spec"]["containers"]
    return found


def environments() -> dict[str, dict[str, str]]:
    pods = {item["name"]: item["value"] for item in container()["env"] if "value" in item}
    return {"kubernetes": pods, "compose": COMPOSE["services"]["server"]["environment"]}


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest["kind"])
@pytest.mark.parametrize("version", ["1.31", "1.37"])
def test_kubernetes_takes_each_manifest(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize(
    "command",
    [
        ("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"),
        ("hadolint", "container/Containerfile"),
    ],
    ids=lambda command: command[0],
)
def test_containers_are_described_as_their_tools_take_it(command: tuple[str, ...]) -> None:
    program, *rest = command
    tool = Path(sys.executable).parent / program
    done = subprocess.run([tool, *rest], cwd=DEPLOY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["kubernetes", "compose"])
def test_the_server_takes_the_environment_and_would_listen(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = environments()[name]
    for key, value in told.items():
        monkeypatch.setenv(key, value)
    options = read_options(None)
    assert options.signs_in
    assert options.tls_certificate is not None
    assert str(options.address()) == "0.0.0.0:7353"
    others = {key for key in told if not key.startswith(PREFIX)}
    assert others == {credentials.CA_VARIABLE}


def test_the_example_file_is_taken_and_would_listen() -> None:
    options = read_options(DEPLOY / "server.toml")
    assert options.signs_in
    assert str(options.address()) == "0.0.0.0:7353"


def test_every_place_gives_the_server_time_to_drain(monkeypatch: pytest.MonkeyPatch) -> None:
    drain_s = read_options(DEPLOY / "server.toml").drain_s
    unit = (DEPLOY / "systemd" / "temptrack.service").read_text()
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[0]) > drain_s
    pods = of_kind("Deployment")["spec"]["template"]["spec"]
    assert pods["terminationGracePeriodSeconds"] > 5 + float(environments()["kubernetes"][PREFIX + "DRAIN_S"])
    assert int(COMPOSE["services"]["server"]["stop_grace_period"].removesuffix("s")) > drain_s


def test_seats_reach_every_replica_by_one_name() -> None:
    service = of_kind("Service")["spec"]
    assert service["clusterIP"] == "None"
    labels = of_kind("Deployment")["spec"]["template"]["metadata"]["labels"]
    assert service["selector"].items() <= labels.items()
    ports = {port["name"] for port in container()["ports"]}
    assert {port["targetPort"] for port in service["ports"]} <= ports


def test_what_is_mounted_is_there() -> None:
    pods = of_kind("Deployment")["spec"]["template"]["spec"]
    assert {mount["name"] for mount in container()["volumeMounts"]} == {
        volume["name"] for volume in pods["volumes"]
    }
    claims = {
        v["persistentVolumeClaim"]["claimName"] for v in pods["volumes"] if "persistentVolumeClaim" in v
    }
    assert claims == {of_kind("PersistentVolumeClaim")["metadata"]["name"]}


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        lacking("systemd-analyze is not installed", required=PROGRAMS_REQUIRED)
    text = (DEPLOY / "systemd" / "temptrack.service").read_text()
    unit = tmp_path / "temptrack.service"
    unit.write_text(text.replace("/opt/temptrack/bin/temptrack", sys.executable))
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_what_watches_the_server_finds_its_metrics() -> None:
    told = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yaml").read_text())
    (job,) = told["scrape_configs"]
    port = environments()["compose"][PREFIX + "METRICS_LISTEN"].rpartition(":")[2]
    assert job["static_configs"][0]["targets"] == [f"server:{port}"]
    assert "server" in COMPOSE["services"]
