"""The demo model: pictures drawn by rules on this machine, from the words of a prompt; no AI."""

from generator.providers.demo.provider import DemoProvider

__all__ = ["DemoProvider"]
