"""Generate the gRPC stubs from proto/, or with --check compare them with the committed ones.

Run by `make stubs` and `make stubs-check` with the interpreter of an environment of its own
(proto/requirements.txt), because the stubs must come from the oldest supported grpcio-tools.
"""

import argparse
import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROTO = ROOT / "proto"
COMMITTED = ROOT / "backend"
PACKAGE = Path("temptrack_api/v1")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where stubs are stale")
    if not parser.parse_args().check:
        for stale in (COMMITTED / PACKAGE).glob("*_pb2*"):
            stale.unlink()
        generate(COMMITTED)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        differing = differences(Path(folder) / PACKAGE, COMMITTED / PACKAGE)
    for name in differing:
        print(f"{PACKAGE / name} is not what proto/ says")
    if differing:
        print("Run `make stubs` and commit the result.")
    return 1 if differing else 0


def generate(out: Path) -> None:
    sources = [str(path) for path in sorted((PROTO / PACKAGE).glob("*.proto"))]
    command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={PROTO}"]
    command += [f"--{kind}_out={out}" for kind in ("python", "pyi", "grpc_python")]
    subprocess.run(command + sources, check=True)
    (out / PACKAGE / "__init__.py").write_text(
        '"""Generated from proto/temptrack_api/v1 by `make stubs`."""\n'
    )


def differences(made: Path, committed: Path) -> list[str]:
    names = {path.name for folder in (made, committed) for path in folder.glob("*.py*")}
    return sorted(
        name
        for name in names
        if not (made / name).is_file()
        or not (committed / name).is_file()
        or not filecmp.cmp(made / name, committed / name, shallow=False)
    )


if __name__ == "__main__":
    sys.exit(main())
