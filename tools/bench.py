"""The benchmark: the service against the floor, in one run, on one machine.

Both run under gunicorn with the same configuration (docker/gunicorn.conf.py), two workers and four
threads each, and get the same requests. Quote the ratios, never the absolute figures: machines are
noisy. The ratio of processor time per request suffers least from what else the machine does.

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
from tools.bench_tokens import ALGORITHMS, Callers


ROOT = Path(__file__).resolve().parent.parent
PATH = "/cds-services/leg-pain-patient-view"
SERVERS = {
    "floor": "tools.bench_floor:app",
    "service": "cds_service.app:create_app()",
    "without memory": "cds_service.app:create_app()",
    "with tokens": "cds_service.app:create_app()",
}
CONCURRENCY = (1, 8, 32)
_LUA = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open("{body}", "rb")
wrk.body = file:read("*a")
file:close()
"""


class Server(NamedTuple):
    """A gunicorn master and the port of its workers."""

    port: int
    process: subprocess.Popen[bytes]

    def cpu_seconds(self) -> float:
        """Processor time that the workers have used so far; 0 where there is no /proc (macOS)."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        workers = children.read_text().split() if children.exists() else []
        ticks = [Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split() for pid in workers]
        return sum(int(t[11]) + int(t[12]) for t in ticks) / os.sysconf("SC_CLK_TCK")


class Figures(NamedTuple):
    """What one run of the load generator showed."""

    per_second: float
    p50: str
    p99: str
    errors: int
    cpu_ms: float


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
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        callers = Callers(folder)
        with _servers(folder, callers) as servers:
            return _table(folder, servers, callers, seconds)


def _table(folder: Path, servers: dict[str, Server], callers: Callers, seconds: int) -> int:
    failures = 0
    print(
        f"{'request':<10}{'conc.':>6}  {'floor req/s':>12} {'p50':>8} {'p99':>8} {'cpu':>7}  ",
        end="",
    )
    print(f"{'service req/s':>13} {'p50':>8} {'p99':>8} {'cpu':>7}  {'ratio':>6} {'of cpu':>7}")
    for name, body in benchmark_requests().items():
        script = _script(folder, name, body)
        for server in SERVERS.keys() - {"with tokens"}:
            _load(servers[server], script, 8, 2)  # warm up
        for concurrency in CONCURRENCY:
            floor = _load(servers["floor"], script, concurrency, seconds)
            service = _load(servers["service"], script, concurrency, seconds)
            failures += floor.errors + service.errors
            print(_row(name, concurrency, floor, service))
        bare = _load(servers["without memory"], script, 8, seconds)
        kept = _load(servers["service"], script, 8, seconds)
        failures += bare.errors + kept.errors
        print(_row_of_memory(name, bare, kept))
        for algorithm in ALGORITHMS:
            failures += _tokens(servers, callers, name, folder / f"{name}.json", algorithm, seconds)
    if failures:
        print(f"{failures} answers were errors")
    return 1 if failures else 0


def _row(name: str, concurrency: int, floor: Figures, service: Figures) -> str:
    ratio = service.per_second / floor.per_second
    of_cpu = floor.cpu_ms / service.cpu_ms
    return (
        f"{name:<10}{concurrency:>6}  {floor.per_second:>12.0f} {floor.p50:>8} {floor.p99:>8} "
        f"{floor.cpu_ms:>5.2f}ms  {service.per_second:>13.0f} {service.p50:>8} {service.p99:>8} "
        f"{service.cpu_ms:>5.2f}ms  {ratio:>6.2f} {of_cpu:>7.2f}"
    )


def _row_of_memory(name: str, bare: Figures, kept: Figures) -> str:
    return (
        f"{name:<10}{8:>6}  memory costs: throughput {kept.per_second / bare.per_second:.2f} of that "
        f"without, processor time {kept.cpu_ms / bare.cpu_ms:.2f} of that without"
    )


def _tokens(
    servers: dict[str, Server],
    callers: Callers,
    name: str,
    body: Path,
    algorithm: str,
    seconds: int,
) -> int:
    """Print what tokens of one algorithm cost; how many answers were errors."""
    _load(servers["with tokens"], callers.script(algorithm, body, 2), 8, 2)  # warm up
    script = callers.script(algorithm, body, seconds)
    unseen = _load(servers["service"], script, 8, seconds)
    seen = _load(servers["with tokens"], script, 8, seconds)
    print(
        f"{name:<10}{8:>6}  {algorithm} tokens cost: throughput "
        f"{seen.per_second / unseen.per_second:.2f} of that without, processor time "
        f"{seen.cpu_ms / unseen.cpu_ms:.2f} of that without ({seen.cpu_ms - unseen.cpu_ms:.2f} ms)"
    )
    return unseen.errors + seen.errors


def _script(folder: Path, name: str, body: bytes) -> Path:
    body_file = folder / f"{name}.json"
    body_file.write_bytes(body)
    script = folder / f"{name}.lua"
    script.write_text(_LUA.format(body=body_file))
    return script


def _load(server: Server, script: Path, concurrency: int, seconds: int) -> Figures:
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
    command.append(f"http://127.0.0.1:{server.port}{PATH}")
    before = server.cpu_seconds()
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    spent = server.cpu_seconds() - before
    requests = int(_found(r"(\d+) requests in", printed))
    return Figures(
        per_second=float(_found(r"Requests/sec:\s+([\d.]+)", printed)),
        p50=_found(r"\s50%\s+(\S+)", printed),
        p99=_found(r"\s99%\s+(\S+)", printed),
        errors=int(_found(r"Non-2xx or 3xx responses: (\d+)", printed, "0")),
        cpu_ms=1000 * spent / requests,
    )


def _found(pattern: str, text: str, default: str = "") -> str:
    match = re.search(pattern, text)
    if match is None and not default:
        raise ValueError(f"wrk printed no {pattern}")
    return match[1] if match else default


@contextmanager
def _servers(folder: Path, callers: Callers) -> Iterator[dict[str, Server]]:
    """Floor and service under gunicorn, two gthread workers each; stopped at the end."""
    settings = {
        "service": {"CDS_DATABASE_URL": f"sqlite:///{folder / 'cds.sqlite3'}"},
        "with tokens": callers.settings
        | {"CDS_DATABASE_URL": f"sqlite:///{folder / 'jwt.sqlite3'}"},
    }
    running = {
        name: _start(application, settings.get(name, {"CDS_DATABASE_URL": "off"}))
        for name, application in SERVERS.items()
    }
    try:
        for server in running.values():
            _wait(server.port)
        yield running
    finally:
        for server in running.values():
            server.process.terminate()
        for server in running.values():
            server.process.wait(timeout=10)


def _start(application: str, settings: dict[str, str]) -> Server:
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "docker/gunicorn.conf.py"]
    command += ["-w2", "--threads", "4", "-b", f"127.0.0.1:{port}", application]
    environment = os.environ | {
        "CDS_ALLOW_AS_OF": "true",
        "CDS_LOG_LEVEL": "WARNING",
        **settings,
    }
    return Server(port, subprocess.Popen(command, cwd=ROOT, env=environment))


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
