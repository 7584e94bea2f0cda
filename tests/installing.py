"""What tests stand on and have to install, by one process at a time: the suite runs in several."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def alone(name: str) -> Iterator[None]:
    """No other process of the suite does the same meanwhile."""
    with (Path(tempfile.gettempdir()) / f"cds-tests-{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def require(package: str, what: str, *, present: bool) -> None:
    """Fail in CI, and skip elsewhere, unless ``what`` is there."""
    if present:
        return
    message = f"no {what}: install Debian's package {package}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def install(package: str) -> None:
    """Install a Debian package, where we are root and there is apt."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    commands = (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
    )
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with alone("apt"):
        for command in commands:
            subprocess.run(command, check=False, env=environment, **quiet)
