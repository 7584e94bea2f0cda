"""Static files under URLs that hold a hash of the content, so that browsers may keep them."""

from __future__ import annotations

import mimetypes
from hashlib import sha256
from pathlib import Path

import msgspec


FOLDER = Path(__file__).parents[1] / "static"
_KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_KEPT = {*_KINDS, ".png", ".woff2"}


class Asset(msgspec.Struct, frozen=True):
    """One file, as it is sent."""

    content: bytes
    mimetype: str


class Assets:
    """Every static file, read once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._urls: dict[str, str] = {}
        self._files: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix in _KEPT:
                self._add(path.relative_to(folder).as_posix(), path)

    def _add(self, name: str, path: Path) -> None:
        content = path.read_bytes()
        stem, _, ending = name.rpartition(".")
        hashed = f"{stem}.{sha256(content).hexdigest()[:12]}.{ending}"
        kind = (
            _KINDS.get(path.suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        )
        self._urls[name] = hashed
        self._files[hashed] = Asset(content, kind)

    def url(self, name: str) -> str:
        """Address of a file; a name that does not exist is a bug of the template."""
        return f"/static/{self._urls[name]}"

    def get(self, hashed: str) -> Asset | None:
        """The file behind an address."""
        return self._files.get(hashed)
