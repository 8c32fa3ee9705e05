"""Amounts in templates: ``{{ payment.amount|money:payment.currency }}``."""

from __future__ import annotations

from django import template

from billing.money import written

register = template.Library()
register.filter("money", written)
