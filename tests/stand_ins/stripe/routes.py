"""The table of endpoints: method, path, declared parameters, and what answers."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stripe import params as declared
from stripe.params import billing_portal as portal_params
from stripe.params import checkout as checkout_params

from tests.stand_ins.stripe import (
    answers,
    catalogue,
    checkout,
    customers,
    invoices,
    payments,
    portal,
    refunds,
    subscriptions,
)
from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.refusals import declined, missing, wrong

Handler = Callable[[Account, Thing, str], Thing]


@dataclass(frozen=True, slots=True)
class Route:
    """``{id}`` in a path stands for an object's id; ``kind`` says of what."""

    method: str
    path: str
    params: Any
    handler: Handler
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        text = re.escape(self.path).replace(r"\{id\}", r"([^/]+)")
        object.__setattr__(self, "pattern", re.compile(text))


def find(method: str, path: str) -> tuple[Route, str]:
    """The route of a request and the id in its path."""
    for route in ROUTES:
        match = route.pattern.fullmatch(path) if route.method == method else None
        if match:
            return route, (match.groups() or ("",))[0]
    raise missing_url(method, path)


def missing_url(method: str, path: str) -> Exception:
    """Nothing is served there."""
    message = f"Unrecognized request URL ({method}: /v1/{path})."
    refusal = missing("url", path)
    refusal.body["error"] |= {"message": message}
    return refusal


def _retrieve(kind: str) -> Handler:
    def handle(account: Account, params: Thing, given: str) -> Thing:
        return account.get(kind, given)

    return handle


def _list(kind: str, path: str) -> Handler:
    def handle(account: Account, params: Thing, given: str) -> Thing:
        return answers.listed(account, kind, params, url=f"/v1/{path}")

    return handle


def _plain(create: Callable[[Account, Thing], Thing]) -> Handler:
    return lambda account, params, given: create(account, params)


def _on(kind: str, act: Callable[[Account, Thing], Thing]) -> Handler:
    return lambda account, params, given: act(account, account.get(kind, given))


def _facts(kind: str, event: str = "") -> Handler:
    """Metadata and description of things that change in nothing else."""

    def handle(account: Account, params: Thing, given: str) -> Thing:
        thing = account.get(kind, given)
        values = catalogue.without_expand(params)
        if "metadata" in values:
            values["metadata"] = catalogue.merged(thing["metadata"], values["metadata"])
        return account.change(thing, *([event] if event else []), **values)

    return handle


def _customer(account: Account, params: Thing, given: str) -> Thing:
    gone = account.find(given) or {}
    return gone if gone.get("deleted") else account.get("customer", given)


def delete_customer(account: Account, params: Thing, given: str) -> Thing:
    """Their subscriptions end with them."""
    account.get("customer", given)
    for subscription in list(account.all("subscription", customer=given)):
        if subscription["status"] != "canceled":
            subscriptions.cancel(account, subscription)
    return customers.delete(account, given)


def _delete_product(account: Account, params: Thing, given: str) -> Thing:
    thing = account.get("product", given)
    if next(account.all("price", product=given), None):
        raise wrong("This product cannot be deleted because it has one or more prices.")
    account.tell("product.deleted", thing)
    del account.objects[given]
    return {"id": given, "object": "product", "deleted": True}


def _session_items(account: Account, params: Thing, given: str) -> Thing:
    session = account.get("checkout.session", given)
    url = f"/v1/checkout/sessions/{given}/line_items"
    return answers.page(checkout.items_of(account, session), params, url=url)


def _invoice_lines(account: Account, params: Thing, given: str) -> Thing:
    invoice = account.get("invoice", given)
    return answers.page(invoice["lines"]["data"], params, url=invoice["lines"]["url"])


def _pay_invoice(account: Account, params: Thing, given: str) -> Thing:
    invoice = account.get("invoice", given)
    subscription = account.find(invoices.subscription_of(invoice))
    fails = bool(subscription and subscriptions.will_fail(account, subscription["id"]))
    invoices.pay(account, invoice, will_fail=fails)
    if subscription:
        subscriptions.recovered(account, subscription)
    return invoice


def _create_intent(account: Account, params: Thing, given: str) -> Thing:
    names = ("customer", "description", "metadata", "payment_method", "receipt_email")
    values = {name: params[name] for name in (*names, "setup_future_usage") if name in params}
    intent = payments.intend(
        account, amount=params["amount"], currency=params["currency"].lower(), **values
    )
    return _confirm(account, params, intent["id"]) if params.get("confirm") else intent


def _confirm(account: Account, params: Thing, given: str) -> Thing:
    intent = account.get("payment_intent", given)
    if intent["status"] in ("succeeded", "canceled", "processing"):
        raise wrong(
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
        )
    method = account.find(params.get("payment_method") or intent["payment_method"])
    if subscriptions.will_fail(account, intent["customer"] or ""):
        payments.fail(account, intent, method)
        raise declined(payment_intent=intent)
    payments.succeed(account, intent, method)
    return intent


def _cancel_intent(account: Account, params: Thing, given: str) -> Thing:
    intent = account.get("payment_intent", given)
    if intent["status"] in ("succeeded", "canceled"):
        raise wrong("You cannot cancel this PaymentIntent.", code="payment_intent_unexpected_state")
    return payments.cancel(account, intent, params.get("cancellation_reason"))


def _cancel_schedule(account: Account, params: Thing, given: str) -> Thing:
    schedule = account.get("subscription_schedule", given)
    subscription = account.get("subscription", schedule["subscription"])
    subscriptions.release(account, subscription)
    return schedule


def create_endpoint(account: Account, params: Thing, given: str = "") -> Thing:
    """POST webhook_endpoints: the only answer that shows the secret."""
    values = catalogue.without_expand(params)
    values["metadata"] = catalogue.merged({}, values.get("metadata", {}))
    endpoint = account.add(account.make("webhook_endpoint", **values))
    secret = account.secrets[endpoint["id"]] = f"whsec_{secrets.token_urlsafe(24)}"
    return endpoint | {"secret": secret}


def _update_endpoint(account: Account, params: Thing, given: str) -> Thing:
    endpoint = account.get("webhook_endpoint", given)
    values = catalogue.without_expand(params)
    if "disabled" in values:
        values["status"] = "disabled" if values.pop("disabled") else "enabled"
    if "metadata" in values:
        values["metadata"] = catalogue.merged(endpoint["metadata"], values["metadata"])
    return account.change(endpoint, **values)


def _delete_endpoint(account: Account, params: Thing, given: str) -> Thing:
    account.get("webhook_endpoint", given)
    del account.objects[given]
    return {"id": given, "object": "webhook_endpoint", "deleted": True}


def _account(account: Account, params: Thing, given: str) -> Thing:
    found = next(account.all("account"), None)
    return found or account.add(account.make("account"))


def _readable(path: str, kind: str, retrieve: Any, list_: Any = None) -> list[Route]:
    routes = [Route("GET", f"{path}/{{id}}", retrieve, _retrieve(kind))]
    return [*routes, Route("GET", path, list_, _list(kind, path))] if list_ else routes


def _close_dispute(account: Account, dispute: Thing) -> Thing:
    return refunds.close(account, dispute, won=False)


_SESSIONS = "checkout/sessions"
_PORTAL = "billing_portal/configurations"
ROUTES = [
    Route("GET", "account", declared.AccountRetrieveCurrentParams, _account),
    Route("POST", "customers", declared.CustomerCreateParams, _plain(customers.create)),
    Route("POST", "customers/{id}", declared.CustomerUpdateParams, customers.update),
    Route("DELETE", "customers/{id}", declared.CustomerDeleteParams, delete_customer),
    Route("GET", "customers/{id}", declared.CustomerRetrieveParams, _customer),
    Route("GET", "customers", declared.CustomerListParams, _list("customer", "customers")),
    Route("POST", "products", declared.ProductCreateParams, _plain(catalogue.create_product)),
    Route("POST", "products/{id}", declared.ProductUpdateParams, catalogue.update_product),
    Route("DELETE", "products/{id}", declared.ProductDeleteParams, _delete_product),
    *_readable("products", "product", declared.ProductRetrieveParams, declared.ProductListParams),
    Route("POST", "prices", declared.PriceCreateParams, _plain(catalogue.create_price)),
    Route("POST", "prices/{id}", declared.PriceUpdateParams, catalogue.update_price),
    *_readable("prices", "price", declared.PriceRetrieveParams, declared.PriceListParams),
    Route("POST", _SESSIONS, checkout_params.SessionCreateParams, _plain(checkout.create)),
    Route(
        "POST",
        f"{_SESSIONS}/{{id}}",
        checkout_params.SessionUpdateParams,
        _facts("checkout.session"),
    ),
    Route(
        "POST",
        f"{_SESSIONS}/{{id}}/expire",
        checkout_params.SessionExpireParams,
        _on("checkout.session", checkout.expire),
    ),
    Route(
        "GET",
        f"{_SESSIONS}/{{id}}/line_items",
        checkout_params.SessionLineItemListParams,
        _session_items,
    ),
    *_readable(
        _SESSIONS,
        "checkout.session",
        checkout_params.SessionRetrieveParams,
        checkout_params.SessionListParams,
    ),
    Route("POST", "payment_intents", declared.PaymentIntentCreateParams, _create_intent),
    Route(
        "POST", "payment_intents/{id}", declared.PaymentIntentUpdateParams, _facts("payment_intent")
    ),
    Route("POST", "payment_intents/{id}/confirm", declared.PaymentIntentConfirmParams, _confirm),
    Route(
        "POST", "payment_intents/{id}/cancel", declared.PaymentIntentCancelParams, _cancel_intent
    ),
    *_readable(
        "payment_intents",
        "payment_intent",
        declared.PaymentIntentRetrieveParams,
        declared.PaymentIntentListParams,
    ),
    Route("POST", "charges/{id}", declared.ChargeUpdateParams, _facts("charge", "charge.updated")),
    *_readable("charges", "charge", declared.ChargeRetrieveParams, declared.ChargeListParams),
    Route("POST", "refunds", declared.RefundCreateParams, _plain(refunds.create)),
    Route("POST", "refunds/{id}", declared.RefundUpdateParams, _facts("refund", "refund.updated")),
    *_readable("refunds", "refund", declared.RefundRetrieveParams, declared.RefundListParams),
    Route(
        "POST", "invoices/{id}", declared.InvoiceUpdateParams, _facts("invoice", "invoice.updated")
    ),
    Route("POST", "invoices/{id}/pay", declared.InvoicePayParams, _pay_invoice),
    Route(
        "POST",
        "invoices/{id}/void",
        declared.InvoiceVoidInvoiceParams,
        _on("invoice", invoices.void),
    ),
    Route("GET", "invoices/{id}/lines", declared.InvoiceLineItemListParams, _invoice_lines),
    *_readable("invoices", "invoice", declared.InvoiceRetrieveParams, declared.InvoiceListParams),
    *_readable(
        "invoice_payments",
        "invoice_payment",
        declared.InvoicePaymentRetrieveParams,
        declared.InvoicePaymentListParams,
    ),
    Route("POST", "subscriptions", declared.SubscriptionCreateParams, _plain(subscriptions.create)),
    Route("POST", "subscriptions/{id}", declared.SubscriptionUpdateParams, subscriptions.update),
    Route(
        "DELETE",
        "subscriptions/{id}",
        declared.SubscriptionCancelParams,
        _on("subscription", subscriptions.cancel),
    ),
    *_readable(
        "subscriptions",
        "subscription",
        declared.SubscriptionRetrieveParams,
        declared.SubscriptionListParams,
    ),
    Route(
        "POST",
        "subscription_schedules/{id}/release",
        declared.SubscriptionScheduleReleaseParams,
        _cancel_schedule,
    ),
    *_readable(
        "subscription_schedules",
        "subscription_schedule",
        declared.SubscriptionScheduleRetrieveParams,
        declared.SubscriptionScheduleListParams,
    ),
    Route(
        "POST", "disputes/{id}/close", declared.DisputeCloseParams, _on("dispute", _close_dispute)
    ),
    *_readable("disputes", "dispute", declared.DisputeRetrieveParams, declared.DisputeListParams),
    *_readable(
        "balance_transactions",
        "balance_transaction",
        declared.BalanceTransactionRetrieveParams,
        declared.BalanceTransactionListParams,
    ),
    *_readable(
        "payment_methods",
        "payment_method",
        declared.PaymentMethodRetrieveParams,
        declared.PaymentMethodListParams,
    ),
    Route("POST", _PORTAL, portal_params.ConfigurationCreateParams, _plain(portal.configure)),
    Route("POST", f"{_PORTAL}/{{id}}", portal_params.ConfigurationUpdateParams, portal.configure),
    *_readable(
        _PORTAL,
        "billing_portal.configuration",
        portal_params.ConfigurationRetrieveParams,
        portal_params.ConfigurationListParams,
    ),
    Route(
        "POST",
        "billing_portal/sessions",
        portal_params.SessionCreateParams,
        _plain(portal.open_session),
    ),
    Route("POST", "webhook_endpoints", declared.WebhookEndpointCreateParams, create_endpoint),
    Route("POST", "webhook_endpoints/{id}", declared.WebhookEndpointUpdateParams, _update_endpoint),
    Route(
        "DELETE", "webhook_endpoints/{id}", declared.WebhookEndpointDeleteParams, _delete_endpoint
    ),
    *_readable(
        "webhook_endpoints",
        "webhook_endpoint",
        declared.WebhookEndpointRetrieveParams,
        declared.WebhookEndpointListParams,
    ),
    *_readable("events", "event", declared.EventRetrieveParams, declared.EventListParams),
]
