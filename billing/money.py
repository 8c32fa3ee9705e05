"""Amounts of money as people write them. Everywhere else they are integers of the smallest unit."""

from __future__ import annotations

from decimal import Decimal

from babel.core import Locale
from babel.numbers import format_currency
from django.utils.translation import get_language, to_locale
from djstripe.settings import djstripe_settings


def decimal(cents: int, currency: str) -> Decimal:
    """Units of the currency: 500 US cents are 5; yen have nothing smaller."""
    whole = currency.lower() in djstripe_settings.ZERO_DECIMAL_CURRENCIES
    return Decimal(cents) / (1 if whole else 100)


def written(cents: int, currency: str) -> str:
    """The amount in the reader's language, such as ``$5.00`` or ``US$5.00``."""
    locale = Locale.parse(to_locale(get_language() or "en"))
    amount = decimal(cents, currency)
    return str(format_currency(amount, currency.upper(), locale=locale, currency_digits=True))
