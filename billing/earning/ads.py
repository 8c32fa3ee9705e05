"""Advertisements that were watched in an app, told by Google's server to ours.

Google calls this server-side verification (https://developers.google.com/admob/android/ssv): a GET
whose query ends in ``&signature=…&key_id=…``. Who watched it is told by a token of ours, which the
app hands to the advertisement. The amount that the call names is not believed.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.core import signing
from django.db import IntegrityError

from accounts.models import User
from billing.earning import ad_keys, rewards
from billing.models import CreditEntry

OLDEST_SECONDS = 3600
LONGEST_QUERY = 8000

SIGNED = re.compile(
    r"(?P<text>[^#]+?)&signature=(?P<signature>[\w-]+={0,2})&key_id=(?P<key_id>\d{1,20})",
    re.ASCII,
)

Pairs = list[tuple[str, str]]


class NotBelieved(Exception):
    """The call is not from Google, or not meant for us. The text is for whoever sets things up."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One advertisement that somebody watched to its end."""

    ad_unit: str
    transaction_id: str
    user_id: str
    timestamp: str

    @property
    def age(self) -> float:
        """Seconds since then."""
        return time.time() - int(self.timestamp) / 1000

    def check(self) -> None:
        """Raise NotBelieved where it was elsewhere, too long ago, or without a proper name."""
        if self.ad_unit not in settings.AD_REWARD_UNITS:
            raise NotBelieved(f"The ad unit {self.ad_unit[:40]!r} is not one of ours.")
        if not re.fullmatch(r"[\w-]{1,100}", self.transaction_id, re.ASCII):
            raise NotBelieved("The transaction_id is not one.")
        if not re.fullmatch(r"\d{1,15}", self.timestamp, re.ASCII):
            raise NotBelieved("The timestamp is not one.")
        if abs(self.age) > OLDEST_SECONDS:
            raise NotBelieved("The timestamp is too old.")


def is_offered() -> bool:
    """Whether the operator shows advertisements at all."""
    return bool(settings.AD_REWARD_UNITS)


def token(user: User) -> str:
    """What an app gives to the advertisement as ``user_id``. Holds no character that an address
    would have to write otherwise."""
    return _signer().sign(str(user.pk))


def accept(query: str) -> CreditEntry | None:
    """Give the reward that the query of a call tells of, once for its ``transaction_id``.

    None where the person has had enough for now. Raises NotBelieved, or ad_keys.KeysUnavailable
    when it is worth trying again.
    """
    watched = _watched(_verified(query))
    watched.check()
    user = _user(watched.user_id)
    if not user.is_trusted:
        return None
    reference = f"ad:{watched.transaction_id}"
    try:
        return rewards.pay(user=user, kind=rewards.Kind.AD, reference=reference)
    except (rewards.NotEarned, IntegrityError):
        return None  # enough for now; or the same advertisement was another person's


def _verified(query: str) -> Pairs:
    """What Google signed, as names and values. Raises NotBelieved."""
    parts = SIGNED.fullmatch(query) if len(query) <= LONGEST_QUERY else None
    if parts is None:
        raise NotBelieved("The query does not end in signature and key_id.")
    try:
        key = ad_keys.public_key(parts["key_id"])
        signature = base64.urlsafe_b64decode(parts["signature"].rstrip("=") + "==")
    except ad_keys.UnknownKey:
        raise NotBelieved("The key_id is not known.") from None
    except ValueError:
        raise NotBelieved("The signature is not base64.") from None
    for text, pairs in _readings(parts["text"]):
        try:
            key.verify(signature, text.encode(), ECDSA(SHA256()))
        except InvalidSignature:
            continue
        return pairs
    raise NotBelieved("The signature is wrong.")


def _readings(text: str) -> Iterator[tuple[str, Pairs]]:
    """What may have been signed, with the pairs that it says.

    Google's description says the query as it came; its own library (RewardedAdsVerifier of Tink)
    verifies it after decoding. Each reading is split as it was signed: one that was decoded is not
    decoded again, so a value with "&" in it can only add a name twice, which is refused.
    """
    yield text, parse_qsl(text, keep_blank_values=True)
    plain = unquote(text)
    yield plain, [_pair(each) for each in plain.split("&")]


def _pair(text: str) -> tuple[str, str]:
    name, _equals, value = text.partition("=")
    return name, value


def _watched(pairs: Pairs) -> Watched:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise NotBelieved("A name stands there twice.")
    try:
        return Watched(**{name: values[name] for name in Watched.__slots__})
    except KeyError as missing:
        raise NotBelieved(f"There is no {missing.args[0]}.") from None


def _user(signed: str) -> User:
    try:
        return User.objects.get(pk=int(_signer().unsign(signed)), is_active=True)
    except (signing.BadSignature, User.DoesNotExist):
        raise NotBelieved("The user_id is not a token of ours.") from None


def _signer() -> signing.Signer:
    return signing.Signer(sep=".", salt="billing.earning.ads")
