"""Fixtures that every test can name."""

from tests.cast import _fresh_memory, alice, bob, carol, fresh_cache, openai

__all__ = ["_fresh_memory", "alice", "bob", "carol", "fresh_cache", "openai"]
