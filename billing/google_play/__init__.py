"""Subscriptions that are sold by Google Play: Google knows the truth, we read it and follow."""
