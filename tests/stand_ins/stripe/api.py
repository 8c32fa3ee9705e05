"""Answers requests to /v1: the key, the version, idempotency, parameters and the work itself."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from contextlib import suppress

from tests.stand_ins.http_server import Exchange
from tests.stand_ins.stripe import answers, parameters, routes
from tests.stand_ins.stripe.account import API_VERSION, Account, Thing
from tests.stand_ins.stripe.behaviours import Answer
from tests.stand_ins.stripe.clock import DAY
from tests.stand_ins.stripe.refusals import Refusal, missing

_PREFIXES = ("sk_test_", "rk_test_", "sk_live_", "rk_live_")


def work(account: Account, exchange: Exchange, key: str | None) -> Answer:
    """Do what the request says, once, and give the answer; the account's lock is held."""
    headers = {"request-id": f"req_{secrets.token_hex(7)}", "stripe-version": API_VERSION}
    try:
        account.livemode = _check_key(exchange.headers, key)
        _check_version(exchange.headers)
        return _once(account, exchange, headers)
    except Refusal as refusal:
        return Answer(refusal.status, json.dumps(refusal.body).encode(), headers)


def earlier(account: Account, exchange: Exchange) -> Answer:
    """The object of the path as it was before its last change."""
    given = exchange.path.rsplit("/", 1)[-1]
    thing = account.before.get(given) or account.find(given)
    if thing is None:
        return Answer(404, json.dumps(missing("object", given).body).encode())
    params = parameters.read(exchange.query)
    expand = list(params.get("expand", {}).values())
    return Answer(200, json.dumps(answers.shown(account, thing, expand)).encode())


def form(exchange: Exchange) -> str:
    """The parameters as they were sent."""
    return exchange.body.decode() if exchange.method == "POST" else exchange.query


def _once(account: Account, exchange: Exchange, headers: dict[str, str]) -> Answer:
    """A POST with an idempotency key is done once a day; then its answer is repeated."""
    name = exchange.headers.get("idempotency-key")
    account.request = {"id": headers["request-id"], "idempotency_key": name}
    if name is None or exchange.method != "POST":
        return Answer(200, _handle(account, exchange), headers)
    headers["idempotency-key"] = name
    digest = hashlib.sha256(f"{exchange.path}\n{form(exchange)}".encode()).hexdigest()
    known = account.answers.get(name)
    if known and known["at"] > account.now - DAY:
        _check_same(known, digest, name)
        headers |= {"idempotent-replayed": "true", "original-request": known["request"]}
        return Answer(known["status"], known["body"].encode(), headers)
    status, body = _tried(account, exchange)
    account.answers[name] = {
        "at": account.now,
        "digest": digest,
        "request": headers["request-id"],
        "status": status,
        "body": body.decode(),
    }
    return Answer(status, body, headers)


def _tried(account: Account, exchange: Exchange) -> tuple[int, bytes]:
    """Declined cards are remembered too; a request that was wrong may be sent again, corrected."""
    try:
        return 200, _handle(account, exchange)
    except Refusal as refusal:
        if refusal.status != 402:
            raise
        return refusal.status, json.dumps(refusal.body).encode()


def _handle(account: Account, exchange: Exchange) -> bytes:
    route, given = routes.find(exchange.method, exchange.path.removeprefix("/v1/"))
    params = parameters.check(parameters.read(form(exchange)), route.params)
    expand = params.get("expand", [])
    for path in expand:
        _check_depth(path)
    thing = route.handler(account, params, given)
    return json.dumps(answers.shown(account, thing, expand)).encode()


def _check_depth(path: str) -> None:
    if path.count(".") > 3:
        raise Refusal(400, f"You cannot expand more than 4 levels of a property: {path}")


def _check_key(headers: dict[str, str], wanted: str | None) -> bool:
    """Whether the key is of live mode."""
    kind, _space, given = headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        with suppress(ValueError):
            given = base64.b64decode(given).decode().partition(":")[0]
    if not given:
        raise Refusal(401, "You did not provide an API key.")
    prefix = given[: len(_PREFIXES[0])]
    tail = (wanted or given)[len(prefix) :]
    if prefix not in _PREFIXES or given[len(prefix) :] != tail:
        raise Refusal(401, f"Invalid API Key provided: {prefix}{'*' * 8}{given[-4:]}")
    return "live" in prefix


def _check_version(headers: dict[str, str]) -> None:
    given = headers.get("stripe-version", API_VERSION)
    if given != API_VERSION:
        raise Refusal(
            400, f"Invalid Stripe API version: {given}. This stand-in speaks {API_VERSION}."
        )


def _check_same(known: Thing, digest: str, name: str) -> None:
    if known["digest"] != digest:
        raise Refusal(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{name}' if you meant to execute a "
            "different request.",
            kind="idempotency_error",
        )
