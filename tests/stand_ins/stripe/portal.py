"""The billing portal: its configurations and sessions, and what people do there."""

from __future__ import annotations

from typing import Any

from tests.stand_ins.stripe import subscriptions
from tests.stand_ins.stripe.account import Account, Thing
from tests.stand_ins.stripe.catalogue import merged, without_expand
from tests.stand_ins.stripe.refusals import wrong

_FEATURES: Thing = {
    "customer_update": {"allowed_updates": [], "enabled": False},
    "invoice_history": {"enabled": False},
    "payment_method_update": {"enabled": False, "payment_method_configuration": None},
    "subscription_cancel": {
        "cancellation_reason": {"enabled": False, "options": []},
        "enabled": False,
        "mode": "at_period_end",
        "proration_behavior": "none",
    },
    "subscription_update": {
        "billing_cycle_anchor": None,
        "default_allowed_updates": [],
        "enabled": False,
        "products": [],
        "proration_behavior": "none",
        "schedule_at_period_end": {"conditions": []},
        "trial_update_behavior": "end_trial",
    },
}
_PROFILE = dict.fromkeys(("headline", "privacy_policy_url", "terms_of_service_url"))


def configure(account: Account, params: Thing, configuration: str | None = None) -> Thing:
    """POST billing_portal/configurations, and /ID."""
    old = configuration and account.get("billing_portal.configuration", configuration)
    thing = old or account.make(
        "billing_portal.configuration",
        business_profile=_PROFILE,
        features=_FEATURES,
        login_page={"enabled": False, "url": None},
    )
    values = without_expand(params)
    features = values.get("features", {})
    values["features"] = {
        name: known | _filled(features.get(name, {})) for name, known in thing["features"].items()
    }
    values["business_profile"] = thing["business_profile"] | values.get("business_profile", {})
    values["metadata"] = merged(thing["metadata"], values.get("metadata", {}))
    values["login_page"] = thing["login_page"] | values.get("login_page", {})
    if old:
        return account.change(
            thing, "billing_portal.configuration.updated", **values, updated=account.now
        )
    return account.add(
        thing | values | {"updated": account.now}, "billing_portal.configuration.created"
    )


def open_session(account: Account, params: Thing) -> Thing:
    """POST billing_portal/sessions."""
    customer = account.get("customer", params.get("customer"), param="customer")
    known = account.all("billing_portal.configuration", is_default=True)
    configuration = params.get("configuration") or next((each["id"] for each in known), None)
    if configuration is None:
        raise wrong(
            "No configuration provided and your test mode default configuration has not been "
            "created. Provide a configuration or create your default."
        )
    account.get("billing_portal.configuration", configuration, param="configuration")
    session = account.make(
        "billing_portal.session",
        configuration=configuration,
        customer=customer["id"],
        flow=params.get("flow_data"),
        locale=params.get("locale"),
        return_url=params.get("return_url"),
    )
    session["url"] = f"{account.base_url}/portal/{session['id']}"
    return account.add(session, "billing_portal.session.created")


def plans(account: Account, session: Thing) -> list[Thing]:
    """The prices among which people may switch."""
    configuration = account.get("billing_portal.configuration", session["configuration"])
    update = configuration["features"]["subscription_update"]
    names = [name for each in update["products"] or [] for name in each["prices"]]
    return [account.get("price", name) for name in names] if update["enabled"] else []


def switch(account: Account, session: Thing, subscription: Thing, price: str) -> None:
    """Change the plan: at once, or at the end of the period where the configuration says so."""
    if price not in {each["id"] for each in plans(account, session)}:
        raise wrong("This plan is not offered here.")
    configuration = account.get("billing_portal.configuration", session["configuration"])
    update = configuration["features"]["subscription_update"]
    item = subscription["items"]["data"][0]
    wanted: Thing = {"id": item["id"], "price": price, "quantity": item["quantity"]}
    if item["price"]["id"] == price:
        return
    if _waits(update, item["price"], account.get("price", price)):
        subscriptions.schedule(account, subscription, [wanted])
        return
    subscriptions.release(account, subscription)
    subscriptions.switch(account, subscription, [wanted], update["proration_behavior"])


def _waits(update: Thing, old: Thing, new: Thing) -> bool:
    conditions = {each["type"] for each in update["schedule_at_period_end"]["conditions"]}
    months = {"day": 1 / 30, "week": 7 / 30, "month": 1, "year": 12}
    lengths = [
        months[price["recurring"]["interval"]] * price["recurring"]["interval_count"]
        for price in (old, new)
    ]
    is_less = new["unit_amount"] / lengths[1] < old["unit_amount"] / lengths[0]
    return ("decreasing_item_amount" in conditions and is_less) or (
        "shortening_interval" in conditions and lengths[1] < lengths[0]
    )


def _filled(given: Any) -> Thing:
    """An empty text stands for an empty list."""
    return {name: [] if value == "" else value for name, value in given.items()}
