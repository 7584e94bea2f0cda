"""Tokens for the benchmark: signed beforehand, each used once, as a client would.

The load generator takes the next one for each request. The same requests go to the service in mode
`open`, which does not look at them, so that the difference is what looking costs.
"""

from __future__ import annotations

from pathlib import Path

from tests.functional.trust.signer import Signer, clients_file, jwt_settings


PATH = "/cds-services/leg-pain-patient-view"
ALGORITHMS = ("ES384", "RS384")
# More than the service answers in a second on any machine that this was run on.
_PER_SECOND = 1_500
# Threads of the generator take every second token each.
_LUA = """
local threads = 0
function setup(thread)
  thread:set("first", threads)
  threads = threads + 1
end
function init(args)
  local file = io.open("{body}", "rb")
  wrk.body = file:read("*a")
  file:close()
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  tokens, used = {{}}, 0
  local number = 0
  for line in io.lines("{tokens}") do
    if number % 2 == first then tokens[#tokens + 1] = line end
    number = number + 1
  end
end
function request()
  used = used + 1
  wrk.headers["Authorization"] = "Bearer " .. (tokens[used] or "none-left")
  return wrk.format()
end
"""


class Callers:
    """One client for each algorithm, known to the service by the settings."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signers = {alg: Signer(f"urn:{alg}", alg=alg, life=3_600) for alg in ALGORITHMS}
        self._scripts = 0

    @property
    def settings(self) -> dict[str, str]:
        """Of a service in mode `jwt` that knows them."""
        entries = [signer.entry(alg) for alg, signer in self._signers.items()]
        return jwt_settings(clients_file(self._folder, *entries))

    def script(self, algorithm: str, body: Path, seconds: int) -> Path:
        """A script of the load generator, with tokens for one run of two threads."""
        self._scripts += 1
        tokens = self._folder / f"tokens-{self._scripts}"
        signer = self._signers[algorithm]
        signed = (signer.token(PATH) for _ in range(seconds * _PER_SECOND))
        tokens.write_text("\n".join(signed) + "\n")
        script = self._folder / f"tokens-{self._scripts}.lua"
        script.write_text(_LUA.format(body=body, tokens=tokens))
        return script
