"""Google Play's API, its token endpoint and its certificates, on this machine and at our command.

In tests::

    with GooglePlayStandIn() as play:
        play.subscribe("token-1", account_id=identity.account_id(alice))
        play.renew("token-1")
        play.next(Broken(status=500))

Formats: https://developers.google.com/android-publisher/api-ref/rest/v3/purchases.subscriptionsv2
and https://developer.android.com/google/play/billing/rtdn-reference
"""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.stand_ins.http_server import Exchange, HttpServer

PACKAGE = "com.example.easel"
ROBOT = "easel@example.iam.gserviceaccount.com"
PUSHER = "pubsub@example.iam.gserviceaccount.com"
KEY_ID = "key-1"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""Whom the library's assertion is for, wherever it is sent."""
PREFIX = f"/androidpublisher/v3/applications/{PACKAGE}/purchases/"
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Broken:
    """How one answer goes wrong: a status, a body as it is, or silence for some seconds."""

    status: int = 200
    body: bytes = b""
    seconds: float = 0


@dataclass(slots=True)
class Purchase:
    """A subscription as Google knows it."""

    product: str
    account_id: str
    order: str
    expires_at: datetime
    state: str = "ACTIVE"
    renewals: int = 0
    price: tuple[str, str, int] = ("USD", "9", 990_000_000)
    replaces: str = ""
    is_test: bool = False
    is_acknowledged: bool = False
    acknowledgements: int = 0
    extra: dict[str, Any] = field(default_factory=dict)
    item_extra: dict[str, Any] = field(default_factory=dict)

    @property
    def order_id(self) -> str:
        return f"{self.order}..{self.renewals - 1}" if self.renewals else self.order

    def as_json(self) -> dict[str, Any]:
        currency, units, nanos = self.price
        item = {
            "productId": self.product,
            "expiryTime": self.expires_at.isoformat().replace("+00:00", "Z"),
            "autoRenewingPlan": {
                "recurringPrice": {"currencyCode": currency, "units": units, "nanos": nanos},
                **({"autoRenewEnabled": True} if self.state == "ACTIVE" else {}),
            },
            "offerDetails": {"basePlanId": "monthly"},
            **({} if self.state == "PENDING" else {"latestSuccessfulOrderId": self.order_id}),
            **self.item_extra,
        }
        word = "ACKNOWLEDGED" if self.is_acknowledged else "PENDING"
        return {
            "kind": "androidpublisher#subscriptionPurchaseV2",
            "regionCode": "US",
            "subscriptionState": f"SUBSCRIPTION_STATE_{self.state}",
            "latestOrderId": self.order_id,
            "acknowledgementState": f"ACKNOWLEDGEMENT_STATE_{word}",
            "externalAccountIdentifiers": {"obfuscatedExternalAccountId": self.account_id},
            "lineItems": [item],
            **({"linkedPurchaseToken": self.replaces} if self.replaces else {}),
            **({"testPurchase": {}} if self.is_test else {}),
            **self.extra,
        }


class GooglePlayStandIn(HttpServer):
    """Serves while its context is open. :attr:`calls` tells what was asked, in order."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.purchases: dict[str, Purchase] = {}
        self.gone: set[str] = set()
        self.voided: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.page_size = 1000
        self._page = 0
        self._broken: deque[Broken] = deque()
        self._broken_for_good: Broken | None = None
        self._access_tokens: set[str] = set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def certs_url(self) -> str:
        return f"{self.base_url}/oauth2/v1/certs"

    def credentials(self) -> str:
        """The service account's key, as the Cloud console hands it out."""
        return json.dumps(
            {
                "type": "service_account",
                "project_id": "example",
                "private_key_id": KEY_ID,
                "private_key": _pem(_private_key()),
                "client_email": ROBOT,
                "token_uri": f"{self.base_url}/token",
            }
        )

    # -- what happens at Google ------------------------------------------------------------------

    def subscribe(
        self, token: str, *, account_id: str, product: str = "easel.basic", **fields: Any
    ) -> Purchase:
        number = len(self.purchases) + 1
        values = {
            "order": f"GPA.3333-4137-0319-{number:05}",
            "expires_at": datetime.now(UTC).replace(microsecond=0) + MONTH,
            **fields,
        }
        self.purchases[token] = Purchase(product=product, account_id=account_id, **values)
        return self.purchases[token]

    def renew(self, token: str) -> str:
        """The next month is paid; its order's id."""
        purchase = self.purchases[token]
        purchase.renewals += 1
        purchase.state = "ACTIVE"
        purchase.expires_at = max(purchase.expires_at, datetime.now(UTC)) + MONTH
        return purchase.order_id

    def become(self, token: str, state: str) -> None:
        self.purchases[token].state = state

    def expire(self, token: str) -> None:
        self.purchases[token].state = "EXPIRED"
        self.purchases[token].expires_at = datetime.now(UTC) - timedelta(seconds=1)

    def void(self, token: str, order_id: str, *, reason: int = 7) -> None:
        """The money of an order went back."""
        self.voided.append(
            {
                "kind": "androidpublisher#voidedPurchase",
                "purchaseToken": token,
                "orderId": order_id,
                "purchaseTimeMillis": str(int(time.time() * 1000) - 1000),
                "voidedTimeMillis": str(int(time.time() * 1000)),
                "voidedSource": 0,
                "voidedReason": reason,
            }
        )

    def revoke(self, token: str) -> str:
        """Ended at once and refunded; the order's id."""
        order_id = self.purchases[token].order_id
        self.expire(token)
        self.void(token, order_id)
        return order_id

    def next(self, *broken: Broken) -> None:
        self._broken.extend(broken)

    def from_now_on(self, broken: Broken | None) -> None:
        self._broken_for_good = broken

    def sign_out(self) -> None:
        """Every access token ends before its time."""
        self._access_tokens.clear()

    # -- what Pub/Sub sends ----------------------------------------------------------------------

    def bearer(self, **claims: Any) -> str:
        """The token that Pub/Sub signs its pushes with."""
        now = int(time.time())
        values = {
            "iss": "https://accounts.google.com",
            "aud": "http://127.0.0.1:8000/billing/google-play/notifications/",
            "email": PUSHER,
            "email_verified": True,
            "sub": "113774264463038321964",
            "iat": now,
            "exp": now + 3600,
            **claims,
        }
        return jwt.encode(values, _private_key(), algorithm="RS256", headers={"kid": KEY_ID})

    # -- the wire --------------------------------------------------------------------------------

    async def answer(self, exchange: Exchange) -> None:
        self.calls.append(f"{exchange.method} {exchange.path}")
        if exchange.path == "/oauth2/v1/certs":
            await exchange.send_json(200, {KEY_ID: _certificate()})
        elif exchange.path == "/token":
            await self._token(exchange)
        elif broken := (self._broken.popleft() if self._broken else self._broken_for_good):
            await asyncio.sleep(broken.seconds)
            await exchange.send(broken.status, [broken.body], content_type="text/html")
        elif exchange.headers.get("authorization") not in self._access_tokens:
            await _refuse(exchange, 401, "UNAUTHENTICATED")
        elif not exchange.path.startswith(PREFIX):
            await _refuse(exchange, 404, "NOT_FOUND")
        else:
            await self._api(exchange, exchange.path.removeprefix(PREFIX))

    async def _token(self, exchange: Exchange) -> None:
        form = {name: values[0] for name, values in parse_qs(exchange.body.decode()).items()}
        try:
            claims = jwt.decode(
                form["assertion"],
                _private_key().public_key(),
                algorithms=["RS256"],
                audience=AUDIENCE,
                issuer=ROBOT,
            )
        except (jwt.PyJWTError, KeyError):
            await exchange.send_json(400, {"error": "invalid_grant"})
            return
        if claims["scope"] != "https://www.googleapis.com/auth/androidpublisher":
            await exchange.send_json(400, {"error": "invalid_scope"})
            return
        access = f"ya29.{len(self.calls)}"
        self._access_tokens.add(f"Bearer {access}")
        answer = {"access_token": access, "expires_in": 3599, "token_type": "Bearer"}
        await exchange.send_json(200, answer)

    def _next_page(self) -> dict[str, Any]:
        """The stand-in reads no query, so pages follow each other whatever token comes."""
        page = self.voided[self._page : self._page + self.page_size]
        self._page += self.page_size
        if self._page < len(self.voided):
            return {
                "voidedPurchases": page,
                "tokenPagination": {"nextPageToken": f"page-{self._page}"},
            }
        self._page = 0
        return {"voidedPurchases": page} if page else {}

    async def _api(self, exchange: Exchange, path: str) -> None:
        if path == "voidedpurchases":
            await exchange.send_json(200, self._next_page())
            return
        kind, _slash, rest = path.partition("/")
        token = rest.rpartition("/")[2].removesuffix(":acknowledge")
        purchase = self.purchases.get(token)
        if token in self.gone:
            await _refuse(exchange, 410, "PURCHASE_TOKEN_EXPIRED")
        elif purchase is None:
            await _refuse(exchange, 404, "NOT_FOUND")
        elif kind == "subscriptionsv2" and exchange.method == "GET":
            await exchange.send_json(200, purchase.as_json())
        elif kind == "subscriptions" and rest.startswith(f"{purchase.product}/tokens/"):
            purchase.is_acknowledged = True
            purchase.acknowledgements += 1
            await exchange.send(204, [])
        else:
            await _refuse(exchange, 400, "INVALID_ARGUMENT")


def push(notice: dict[str, Any], *, package: str = PACKAGE) -> dict[str, Any]:
    """What Pub/Sub posts."""
    whole = {"version": "1.0", "packageName": package, "eventTimeMillis": "1503349566168", **notice}
    data = base64.b64encode(json.dumps(whole).encode()).decode()
    return {
        "message": {"attributes": {}, "data": data, "messageId": "136969346945"},
        "subscription": "projects/example/subscriptions/easel",
    }


async def _refuse(exchange: Exchange, status: int, word: str) -> None:
    error = {"code": status, "message": "The stand-in refuses.", "status": word}
    await exchange.send_json(status, {"error": error})


@lru_cache(maxsize=1)
def _private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache(maxsize=1)
def a_forgers_key() -> rsa.RSAPrivateKey:
    """A key that no certificate of ours vouches for."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@lru_cache(maxsize=1)
def _certificate() -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_private_key().public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(_private_key(), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()
