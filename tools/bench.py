"""The benchmark: the service against the floor, in one run, on one machine.

Both run under gunicorn with two workers of the same kind and get the same requests. Quote the
ratios, never the absolute figures: machines are noisy.

    python -m tools.bench [--seconds 10]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tools.bench_requests import benchmark_requests


ROOT = Path(__file__).resolve().parent.parent
PATH = "/cds-services/leg-pain-patient-view"
SERVERS = {"floor": "tools.bench_floor:app", "service": "cds_service.app:create_app()"}
CONCURRENCY = (1, 8, 32)
_LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("{body}", "rb")
wrk.body = file:read("*a")
file:close()
"""


class Figures(NamedTuple):
    """What one run of the load generator showed."""

    per_second: float
    p50: str
    p99: str
    errors: int


def main() -> int:
    """Print the table; exit code 1 when a server answered with errors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=10)
    seconds = parser.parse_args().seconds
    if shutil.which("wrk") is None:
        print(
            "The benchmark needs the load generator wrk. Debian: apt-get install wrk; macOS: brew install wrk."
        )
        return 2
    with tempfile.TemporaryDirectory() as folder, _servers() as ports:
        return _table(Path(folder), ports, seconds)


def _table(folder: Path, ports: dict[str, int], seconds: int) -> int:
    failures = 0
    print(f"{'request':<10}{'conc.':>6}  {'floor req/s':>12} {'p50':>8} {'p99':>8}  ", end="")
    print(f"{'service req/s':>13} {'p50':>8} {'p99':>8}  {'ratio':>6}")
    for name, body in benchmark_requests().items():
        script = _script(folder, name, body)
        for server in SERVERS:
            _load(ports[server], script, 8, 2)  # warm up
        for concurrency in CONCURRENCY:
            floor = _load(ports["floor"], script, concurrency, seconds)
            service = _load(ports["service"], script, concurrency, seconds)
            failures += floor.errors + service.errors
            ratio = service.per_second / floor.per_second
            print(
                f"{name:<10}{concurrency:>6}  {floor.per_second:>12.0f} {floor.p50:>8} {floor.p99:>8}  "
                f"{service.per_second:>13.0f} {service.p50:>8} {service.p99:>8}  {ratio:>6.2f}"
            )
    if failures:
        print(f"{failures} answers were errors")
    return 1 if failures else 0


def _script(folder: Path, name: str, body: bytes) -> Path:
    body_file = folder / f"{name}.json"
    body_file.write_bytes(body)
    script = folder / f"{name}.lua"
    script.write_text(_LUA.format(body=body_file))
    return script


def _load(port: int, script: Path, concurrency: int, seconds: int) -> Figures:
    threads = 1 if concurrency == 1 else 2
    command = [
        "wrk",
        f"-t{threads}",
        f"-c{concurrency}",
        f"-d{seconds}s",
        "--latency",
        "-s",
        str(script),
    ]
    command.append(f"http://127.0.0.1:{port}{PATH}")
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return Figures(
        per_second=float(_found(r"Requests/sec:\s+([\d.]+)", printed)),
        p50=_found(r"\s50%\s+(\S+)", printed),
        p99=_found(r"\s99%\s+(\S+)", printed),
        errors=int(_found(r"Non-2xx or 3xx responses: (\d+)", printed, "0")),
    )


def _found(pattern: str, text: str, default: str = "") -> str:
    match = re.search(pattern, text)
    if match is None and not default:
        raise ValueError(f"wrk printed no {pattern}")
    return match[1] if match else default


@contextmanager
def _servers() -> Iterator[dict[str, int]]:
    """Floor and service under gunicorn, two gthread workers each; stopped at the end."""
    ports = {name: _free_port() for name in SERVERS}
    running = [_start(SERVERS[name], port) for name, port in ports.items()]
    try:
        for port in ports.values():
            _wait(port)
        yield ports
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=10)


def _start(application: str, port: int) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--preload",
        "-w2",
        "--threads",
        "4",
        "-k",
        "gthread",
    ]
    command += ["--log-level", "warning", "-b", f"127.0.0.1:{port}", application]
    environment = os.environ | {"CDS_ALLOW_AS_OF": "true", "CDS_LOG_LEVEL": "WARNING"}
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def _wait(port: int) -> None:
    for _ in range(150):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"no server on port {port}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
