"""A real PostgreSQL server for the tests: Debian's, started on a free port in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

from tests.functional.server import free_port
from tests.installing import install, require


_ROOT = os.geteuid() == 0


def server_programs() -> Path | None:
    """The folder of initdb and postgres; installed first where that is possible."""
    if _found() is None:
        install("postgresql")
    return _found()


def _found() -> Path | None:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if places:
        return places[-1].parent
    return Path(on_path).resolve().parent if on_path else None


@contextmanager
def postgres() -> Iterator[int]:
    """The port of a running server, with the superuser `cds` and no password, on loopback."""
    programs = server_programs()
    require("postgresql", "PostgreSQL", present=programs is not None)
    assert programs is not None
    with tempfile.TemporaryDirectory(prefix="cds-postgres-") as folder:
        data, port = Path(folder) / "data", free_port()
        if _ROOT:  # the server refuses to run as root
            shutil.chown(folder, "postgres")
        _run(programs / "initdb", "-D", data, "-U", "cds", "-A", "trust", "-E", "UTF8", "-N")
        options = (
            f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        )
        _run(programs / "pg_ctl", "-D", data, "-o", options, "-l", data / "log", "-w", "start")
        try:
            yield port
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(*command: object) -> None:
    words = [str(word) for word in command]
    if _ROOT:
        words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, cwd="/")


def new_database(port: int) -> str:
    """URL of a fresh, empty database."""
    name = f"t{uuid4().hex}"
    address = f"host=127.0.0.1 port={port} user=cds"
    with psycopg.connect(f"{address} dbname=postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"postgresql+psycopg://cds@127.0.0.1:{port}/{name}"
