"""The keys of each kind of object in version 2026-05-27.dahlia, and what new ones begin with."""

from __future__ import annotations

import copy
from typing import Any

_KEYS = {
    "account": """
        business_profile business_type capabilities charges_enabled controller country
        created default_currency details_submitted email external_accounts
        future_requirements metadata payouts_enabled requirements settings tos_acceptance
        type
    """,
    "balance_transaction": """
        amount available_on balance_type created currency description exchange_rate fee
        fee_details net reporting_category source status type
    """,
    "billing_portal.configuration": """
        active application business_profile created default_return_url features is_default
        livemode login_page metadata name updated
    """,
    "billing_portal.session": """
        configuration created customer customer_account flow livemode locale on_behalf_of
        return_url url
    """,
    "charge": """
        amount amount_captured amount_refunded application application_fee
        application_fee_amount balance_transaction billing_details
        calculated_statement_descriptor captured created currency customer description
        disputed failure_balance_transaction failure_code failure_message fraud_details
        livemode metadata on_behalf_of outcome paid payment_intent payment_method
        payment_method_details receipt_email receipt_number receipt_url refunded review
        shipping source source_transfer statement_descriptor statement_descriptor_suffix
        status transfer_data transfer_group
    """,
    "checkout.session": """
        adaptive_pricing after_expiration allow_promotion_codes amount_subtotal
        amount_total automatic_tax billing_address_collection cancel_url
        client_reference_id client_secret collected_information consent consent_collection
        created currency currency_conversion custom_fields custom_text customer
        customer_account customer_creation customer_details customer_email discounts
        expires_at integration_identifier invoice invoice_creation livemode locale
        managed_payments metadata mode origin_context payment_intent payment_link
        payment_method_collection payment_method_configuration_details
        payment_method_options payment_method_types payment_status permissions
        phone_number_collection recovered_from saved_payment_method_options setup_intent
        shipping_address_collection shipping_cost shipping_options status submit_type
        subscription success_url total_details ui_mode url wallet_options
    """,
    "customer": """
        address balance created currency default_source delinquent description discount
        email invoice_prefix invoice_settings livemode metadata name next_invoice_sequence
        phone preferred_locales shipping tax_exempt test_clock
    """,
    "dispute": """
        amount balance_transactions charge created currency enhanced_eligibility_types
        evidence evidence_details is_charge_refundable livemode metadata payment_intent
        payment_method_details reason status
    """,
    "event": """
        api_version created data livemode pending_webhooks request type
    """,
    "invoice": """
        account_country account_name account_tax_ids amount_due amount_overpaid
        amount_paid amount_remaining amount_shipping application attempt_count attempted
        auto_advance automatic_tax automatically_finalizes_at billing_reason
        collection_method created currency custom_fields customer customer_account
        customer_address customer_email customer_name customer_phone customer_shipping
        customer_tax_exempt customer_tax_ids default_payment_method default_source
        default_tax_rates description discounts due_date effective_at ending_balance
        footer from_invoice hosted_invoice_url invoice_pdf issuer last_finalization_error
        latest_revision lines livemode metadata next_payment_attempt number on_behalf_of
        parent payment_settings period_end period_start post_payment_credit_notes_amount
        pre_payment_credit_notes_amount receipt_number rendering shipping_cost
        shipping_details starting_balance statement_descriptor status status_transitions
        subscription subtotal subtotal_excluding_tax test_clock total
        total_discount_amounts total_excluding_tax total_pretax_credit_amounts total_taxes
        webhooks_delivered_at
    """,
    "invoice_payment": """
        amount_paid amount_requested created currency invoice is_default livemode payment
        status status_transitions
    """,
    "invoiceitem": """
        amount currency customer customer_account date description discountable discounts
        invoice livemode metadata net_amount parent period pricing proration
        proration_details quantity quantity_decimal tax_rates test_clock
    """,
    "item": """
        adjustable_quantity amount_discount amount_subtotal amount_tax amount_total
        currency description metadata price quantity
    """,
    "line_item": """
        amount currency description discount_amounts discountable discounts invoice
        livemode metadata parent period pretax_credit_amounts pricing quantity
        quantity_decimal subscription subtotal taxes
    """,
    "payment_intent": """
        amount amount_capturable amount_details amount_received application
        application_fee_amount automatic_payment_methods canceled_at cancellation_reason
        capture_method client_secret confirmation_method created currency customer
        customer_account description excluded_payment_method_types last_payment_error
        latest_charge livemode managed_payments metadata next_action on_behalf_of
        payment_method payment_method_configuration_details payment_method_options
        payment_method_types processing receipt_email review setup_future_usage shipping
        source statement_descriptor statement_descriptor_suffix status transfer_data
        transfer_group
    """,
    "payment_method": """
        allow_redisplay billing_details card created customer customer_account livemode
        metadata type
    """,
    "plan": """
        active aggregate_usage amount amount_decimal billing_scheme created currency
        interval interval_count livemode metadata meter nickname product tiers_mode
        transform_usage trial_period_days usage_type
    """,
    "price": """
        active billing_scheme created currency custom_unit_amount livemode lookup_key
        metadata nickname product recurring tax_behavior tiers_mode transform_quantity
        type unit_amount unit_amount_decimal
    """,
    "product": """
        active created default_price description images livemode marketing_features
        metadata name package_dimensions shippable statement_descriptor tax_code type
        unit_label updated url
    """,
    "refund": """
        amount balance_transaction charge created currency customer customer_account
        destination_details metadata payment_intent payment_method reason receipt_number
        source_transfer_reversal status transfer_reversal
    """,
    "setup_intent": """
        application automatic_payment_methods cancellation_reason client_secret created
        customer customer_account description flow_directions last_setup_error
        latest_attempt livemode mandate metadata next_action on_behalf_of payment_method
        payment_method_configuration_details payment_method_options payment_method_types
        single_use_mandate status usage
    """,
    "subscription": """
        application application_fee_percent automatic_tax billing_cycle_anchor
        billing_cycle_anchor_config billing_mode billing_schedules billing_thresholds
        cancel_at cancel_at_period_end canceled_at cancellation_details collection_method
        created currency customer customer_account days_until_due default_payment_method
        default_source default_tax_rates description discounts ended_at invoice_settings
        items latest_invoice livemode managed_payments metadata
        next_pending_invoice_item_invoice on_behalf_of pause_collection payment_settings
        pending_invoice_item_interval pending_setup_intent pending_update schedule
        start_date status test_clock transfer_data trial_end trial_settings trial_start
    """,
    "subscription_item": """
        billing_thresholds created current_period_end current_period_start discounts
        metadata plan price quantity subscription tax_rates
    """,
    "subscription_schedule": """
        application billing_mode canceled_at completed_at created current_phase customer
        customer_account default_settings end_behavior livemode metadata phases
        released_at released_subscription status subscription test_clock
    """,
    "webhook_endpoint": """
        api_version application created description enabled_events livemode metadata
        status url
    """,
}

_NO_ADDRESS = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
_OFF = {"enabled": False}
_NO_TAX = {"disabled_reason": None, "enabled": False, "liability": None, "provider": None}
_SELF = {"type": "self"}
_REQUIREMENTS: dict[str, Any] = {
    "alternatives": [],
    "current_deadline": None,
    "currently_due": [],
    "disabled_reason": None,
    "errors": [],
    "eventually_due": [],
    "past_due": [],
    "pending_verification": [],
}

_BEGINNINGS: dict[str, dict[str, Any]] = {
    "account": {
        "business_profile": {"name": "Practice", "url": None, "support_email": None},
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True,
        "controller": {"type": "account"},
        "country": "US",
        "default_currency": "usd",
        "details_submitted": True,
        "email": "practice@example.com",
        "external_accounts": {"object": "list", "data": [], "has_more": False, "url": "/v1"},
        "future_requirements": _REQUIREMENTS,
        "metadata": {},
        "payouts_enabled": True,
        "requirements": _REQUIREMENTS,
        "settings": {
            "branding": {"icon": None, "logo": None},
            "dashboard": {"display_name": "Practice", "timezone": "Etc/UTC"},
            "payments": {"statement_descriptor": "PRACTICE"},
        },
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "standard",
    },
    "balance_transaction": {"balance_type": "payments", "fee_details": [], "status": "available"},
    "billing_portal.configuration": {"active": True, "is_default": False, "metadata": {}},
    "billing_portal.session": {},
    "charge": {
        "amount_captured": 0,
        "amount_refunded": 0,
        "captured": False,
        "disputed": False,
        "fraud_details": {},
        "metadata": {},
        "paid": False,
        "refunded": False,
    },
    "checkout.session": {
        "adaptive_pricing": _OFF,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [],
        "custom_text": dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        "discounts": [],
        "managed_payments": _OFF,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": _OFF,
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    },
    "customer": {
        "balance": 0,
        "delinquent": False,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    },
    "dispute": {
        "balance_transactions": [],
        "enhanced_eligibility_types": [],
        "is_charge_refundable": False,
        "metadata": {},
    },
    "event": {"pending_webhooks": 0},
    "invoice": {
        "account_country": "US",
        "account_name": "Practice",
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {**_NO_TAX, "status": None},
        "collection_method": "charge_automatically",
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "issuer": _SELF,
        "metadata": {},
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "draft",
        "status_transitions": dict.fromkeys(
            ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
        ),
        "total_discount_amounts": [],
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    },
    "invoice_payment": {
        "is_default": True,
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    },
    "invoiceitem": {
        "discountable": True,
        "discounts": [],
        "metadata": {},
        "proration": False,
        "tax_rates": [],
    },
    "item": {"amount_discount": 0, "amount_tax": 0, "metadata": {}},
    "line_item": {
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "metadata": {},
        "pretax_credit_amounts": [],
        "taxes": [],
    },
    "payment_intent": {
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic",
        "confirmation_method": "automatic",
        "managed_payments": _OFF,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    },
    "payment_method": {
        "allow_redisplay": "limited",
        "billing_details": {
            "address": _NO_ADDRESS,
            "email": None,
            "name": None,
            "phone": None,
            "tax_id": None,
        },
        "metadata": {},
        "type": "card",
    },
    "plan": {
        "active": True,
        "billing_scheme": "per_unit",
        "metadata": {},
        "usage_type": "licensed",
    },
    "price": {
        "active": True,
        "billing_scheme": "per_unit",
        "metadata": {},
        "tax_behavior": "unspecified",
        "type": "one_time",
    },
    "product": {
        "active": True,
        "images": [],
        "marketing_features": [],
        "metadata": {},
        "type": "service",
    },
    "refund": {
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": {},
        "status": "succeeded",
    },
    "setup_intent": {"metadata": {}, "payment_method_types": ["card"], "usage": "off_session"},
    "subscription": {
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_mode": {"flexible": None, "type": "classic"},
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": _SELF},
        "managed_payments": _OFF,
        "metadata": {},
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "status": "active",
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    },
    "subscription_item": {"discounts": [], "metadata": {}, "quantity": 1, "tax_rates": []},
    "subscription_schedule": {
        "billing_mode": {"flexible": None, "type": "classic"},
        "end_behavior": "release",
        "metadata": {},
        "phases": [],
        "status": "active",
    },
    "webhook_endpoint": {"metadata": {}, "status": "enabled"},
}


def keys(kind: str) -> set[str]:
    """What every object of the kind has."""
    return {"id", "object", *_KEYS[kind].split()}


def blank(kind: str) -> dict[str, Any]:
    """A new object of the kind, with null for what nothing is known of."""
    return dict.fromkeys(sorted(keys(kind))) | copy.deepcopy(_BEGINNINGS.get(kind, {}))
