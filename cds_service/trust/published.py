"""Keys whose private part is published: whoever reads the documents can sign with them (SB-04).

Good for trials, and for nothing else. Known by issuer and by the thumbprint of the key (RFC 7638).
"""

from __future__ import annotations


_ISSUERS = frozenset({"https://sandbox.cds-hooks.org"})
# The suites of Inferno sign as `{address of the suite}/custom/crd_server`, wherever they run.
_ISSUER_ENDINGS = ("/custom/crd_server",)
THUMBPRINTS = {
    "-UtOymI2Z0XB5SZogEZu3s5oMyQ4YaewHtR9huroTQs": "the example in the CDS Hooks specification",
    "s9fOe-KDYD1myZ8YCzleUqJQgrYZL49kVijBxhnZvZc": "the CDS Hooks sandbox",
    "RBFgQFFUIf4hfG8iUUZrf3vFZ_V2r3YRGPx9nKJXk5M": "the Inferno CRD test kit (EC)",
    "Q7fgcIzqt0bVAKsWaw_FyUFSDDpOTfsGdGtjJmAnzFY": "the Inferno CRD test kit (RSA)",
}


def is_test_issuer(issuer: str) -> bool:
    """Tokens of this issuer are signed with a published key."""
    plain = issuer.rstrip("/").lower()
    return plain in _ISSUERS or plain.endswith(_ISSUER_ENDINGS)
