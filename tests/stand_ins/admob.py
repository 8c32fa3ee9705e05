"""AdMob at the wire: the list of its public keys, and calls signed as its servers sign them.

The form is that of https://developers.google.com/admob/android/ssv: parameters in alphabetical
order, an ECDSA signature (P-256, SHA-256, ASN.1) in web-safe base64, then the key's number.
"""

from __future__ import annotations

import base64
import time
import uuid
from typing import Any
from urllib.parse import quote, unquote

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.stand_ins.http_server import Exchange, HttpServer

UNIT = "2747237135"


class AdMobStandIn(HttpServer):
    """Serves its keys at ``keys_url`` and counts who asks. ``status`` and ``document`` let it
    misbehave."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.asked = 0
        self.status = 200
        self.document: Any = None
        self.private_keys: dict[int, ec.EllipticCurvePrivateKey] = {}
        self.new_key(3335741209)

    @property
    def keys_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/admob/reward/verifier-keys.json"

    def new_key(self, key_id: int) -> None:
        self.private_keys[key_id] = ec.generate_private_key(ec.SECP256R1())

    async def answer(self, exchange: Exchange) -> None:
        self.asked += 1
        document = self._published() if self.document is None else self.document
        await exchange.send_json(self.status, document)

    def query(self, user_id: str, *, signs_decoded: bool = False, **changes: str) -> str:
        """The query of a call for an advertisement that was watched just now."""
        fields = {
            "ad_network": "5450213213286189855",
            "ad_unit": UNIT,
            "reward_amount": "1",
            "reward_item": "Reward",
            "timestamp": str(int(time.time() * 1000)),
            "transaction_id": uuid.uuid4().hex,
            "user_id": user_id,
            **changes,
        }
        text = "&".join(f"{name}={quote(fields[name], safe='')}" for name in sorted(fields))
        return self.signed(text, signs_decoded=signs_decoded)

    def signed(self, text: str, *, signs_decoded: bool = False) -> str:
        """``text`` with what Google appends to it, signed with the newest key."""
        key_id, key = list(self.private_keys.items())[-1]
        signed = unquote(text) if signs_decoded else text
        signature = key.sign(signed.encode(), ec.ECDSA(SHA256()))
        encoded = base64.urlsafe_b64encode(signature).decode().rstrip("=")
        return f"{text}&signature={encoded}&key_id={key_id}"

    def _published(self) -> dict[str, Any]:
        return {"keys": [_published(*each) for each in self.private_keys.items()]}


def _published(key_id: int, key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    inner = "".join(pem.splitlines()[1:-1])
    return {"keyId": key_id, "pem": pem, "base64": inner}
