"""One part of the benchmark in a process of its own: ``python -m bench.part NAME [--quick]``.

The environment says which database and which Redis; ``python -m bench`` sets it.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

from bench import table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.part", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    django.setup()
    import config.celery  # noqa: F401 - the tasks of this process go to its broker

    call_command("migrate", verbosity=0)
    part = importlib.import_module(f"bench.{options.name}")
    table.hand_over(part.measure(Path(settings.VAR_DIR), quick=options.quick))


if __name__ == "__main__":
    main()
