"""Credits that are earned instead of bought: a bonus a day, codes, friends, advertisements."""

from billing.earning.page import Panel, panel

__all__ = ["Panel", "panel"]
