"""A CDS client of our own: keys, key sets, and a fresh token for each request, right or wrong as wished.

Everybody who calls the service in mode `jwt` uses it: battery, fuzzing, benchmark.
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any
from uuid import uuid4

from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry


Json = dict[str, Any]
BASE = "https://cds.example.org"
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}


def new_key(alg: str) -> ECKey | RSAKey:
    """A private key that fits an algorithm."""
    return ECKey.generate_key(_CURVES[alg]) if alg in _CURVES else RSAKey.generate_key(2048)


class Signer:
    """One client: its issuer, its address of keys, its private key."""

    def __init__(
        self,
        issuer: str,
        *,
        jku: str = "",
        kid: str = "key-1",
        alg: str = "ES384",
        key: ECKey | RSAKey | None = None,
        life: int = 300,
    ) -> None:
        self.issuer = issuer
        self.jku = jku
        self.kid = kid
        self.alg = alg
        self.key = key or new_key(alg)
        self.life = life

    @property
    def jwk(self) -> Json:
        """The public key, as it stands in a key set."""
        public: Json = dict(self.key.as_dict(private=False))
        return public | {"kid": self.kid, "use": "sig", "alg": self.alg}

    @property
    def key_set(self) -> Json:
        """A key set with this one key."""
        return {"keys": [self.jwk]}

    def header(self, **changes: Any) -> Json:
        """The header of a token; ``...`` takes a member away."""
        whole = {"alg": self.alg, "typ": "JWT", "kid": self.kid} | (
            {"jku": self.jku} if self.jku else {}
        )
        return _changed(whole, changes)

    def claims(self, path: str, **changes: Any) -> Json:
        """The claims of a token for the address ``path`` of the service."""
        now = int(time.time())
        whole = {
            "iss": self.issuer,
            "aud": BASE + path,
            "exp": now + self.life,
            "iat": now,
            "jti": str(uuid4()),
        }
        return _changed(whole, changes)

    def token(self, path: str, header: Json | None = None, **claims: Any) -> str:
        """A signed token for ``path``, with members changed."""
        return self.signed(self.header(**(header or {})), self.claims(path, **claims))

    def signed(self, header: Any, claims: Any) -> str:
        """Whatever header and claims, signed with the key and the algorithm of this client.

        Bytes are taken as they are.
        """
        return sign(header, claims, self.alg, self.key)

    def authorization(self, path: str, header: Json | None = None, **claims: Any) -> dict[str, str]:
        """The header that carries a fresh token for ``path``."""
        return {"Authorization": f"Bearer {self.token(path, header, **claims)}"}

    def entry(self, name: str, **members: Any) -> Json:
        """This client in a clients file; keys inline unless it has an address of keys."""
        keys = {"jku": self.jku} if self.jku else {"keys": self.key_set}
        return {"name": name, "issuer": self.issuer} | keys | members


def sign(header: Any, claims: Any, alg: str, key: Any) -> str:
    """A compact JWS."""
    signing_input = f"{_part(header)}.{_part(claims)}"
    if isinstance(key, bytes):  # a shared secret, which the library refuses to make of a public key
        digest = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}[alg]
        signature = hmac.digest(key, signing_input.encode(), digest)
    else:
        signature = JWSRegistry.algorithms[alg].sign(signing_input.encode(), key)
    return f"{signing_input}.{_base64(signature)}"


def clients_file(folder: Path, *entries: Json) -> Path:
    """A clients file with ``entries`` (JSON is YAML)."""
    path = folder / "clients.yaml"
    path.write_text(json.dumps({"clients": list(entries)}), encoding="utf-8")
    return path


def jwt_settings(file: Path, **settings: str) -> dict[str, str]:
    """What the environment of a service in mode `jwt` needs."""
    return {
        "CDS_AUTH_MODE": "jwt",
        "CDS_PUBLIC_URL": BASE,
        "CDS_CLIENTS_FILE": str(file),
        "CDS_JWKS_ALLOW_HTTP": "true",
        "CDS_LOG_LEVEL": "WARNING",
    } | settings


def _changed(whole: Json, changes: Json) -> Json:
    return {name: value for name, value in (whole | changes).items() if value is not ...}


def _part(value: Any) -> str:
    return _base64(value if isinstance(value, bytes) else json.dumps(value).encode())


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
