"""Pseudonyms: the same patient gives the same key, and the key gives no patient.

HMAC-SHA256 under a secret of the site, apart for each place that gives out ids (two EHRs, and two
servers or organisations of one client, may use one id for two people) and for each kind, so that no key
can be compared across them.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cds_service.core.errors import UnavailableError


_SHORTEST = 32


class Pseudonyms:
    """Keys for patients and clinicians under one secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def patient(self, place: tuple[str, ...], patient_id: str) -> str:
        """The key of a patient; ``place`` is where the id holds."""
        return self._key("patient", *place, patient_id)

    def clinician(self, place: tuple[str, ...], user_id: str) -> str:
        """The key of a user (``Type/id``)."""
        return self._key("clinician", *place, user_id)

    def _key(self, *parts: str) -> str:
        return hmac.new(self._secret, "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def site_secret(given: str, beside: Path | None) -> bytes:
    """The secret of the site: as set, else the one kept in the file ``beside`` the database.

    The file is made at first use, readable by its owner only. Losing it makes old keys useless, nothing
    more.

    Raises:
        ValueError: What was set is too short, or nothing was and there is no place for a file.
        UnavailableError: The file can be neither read nor written, or holds no whole secret.
    """
    if given:
        if len(given) < _SHORTEST:
            raise ValueError(f"CDS_SITE_SECRET has fewer than {_SHORTEST} characters.")
        return given.encode()
    if beside is None:
        raise ValueError(
            "CDS_SITE_SECRET has to be set where the database is no file of this machine."
        )
    try:
        return _kept(beside)
    except OSError as problem:
        raise UnavailableError(
            f"The secret of this site cannot be kept ({type(problem).__name__})."
        ) from None


def _kept(file: Path) -> bytes:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _whole(file.read_bytes())
    with os.fdopen(handle, "wb") as opened:
        secret = secrets.token_hex(_SHORTEST).encode()
        opened.write(secret)
    return secret


def _whole(secret: bytes) -> bytes:
    """A file that is just being written, or was on a full disk, holds less; anybody could guess that."""
    if len(secret) < _SHORTEST:
        raise UnavailableError(
            f"The file with the secret of this site has fewer than {_SHORTEST} characters."
        )
    return secret
