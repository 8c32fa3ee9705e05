"""Try every part for real, and say what to do about those that fail."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from billing import gateway, setting_up
from config import health, heartbeat
from generator.models import ImageModel
from generator.providers.registry import configured_providers, provider_for


class Trouble(Exception):
    """A part does not work; the text says what to do."""


class Command(BaseCommand):
    help = "Try database, broker, worker, storage and provider; exit with 1 if one fails."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        parts: list[tuple[str, Callable[[], str], str]] = [
            ("settings", _settings, "Mend what is named above; docs/settings.md explains each."),
            ("database", health.try_database, "Check DATABASE_URL, and that the server runs."),
            ("migrations", _migrations, "Run `python manage.py migrate`."),
            ("broker", health.try_broker, "Check REDIS_URL, and that Redis runs."),
            ("worker", _worker, "Start the worker processes; see Procfile or `make run`."),
            ("storage", health.try_storage, "Check MEDIA_ROOT or the AWS_ variables."),
            ("catalogue", _catalogue, "Activate a model in the admin."),
        ]
        parts += [
            (f"provider {name}", provider_for(name).check, "Check the key and the address.")
            for name in configured_providers()
        ]
        if gateway.is_configured():
            parts.append(("stripe", setting_up.check, "Run `manage.py setup_stripe`."))
        failed = [name for name, attempt, advice in parts if not self._try(name, attempt, advice)]
        if failed:
            self.stderr.write(self.style.ERROR(f"Not well: {', '.join(failed)}."))
            sys.exit(1)
        self.stdout.write(self.style.SUCCESS("All is well."))

    def _try(self, name: str, attempt: Callable[[], str], advice: str) -> bool:
        try:
            finding = attempt()
        except Exception as error:
            # Every part has its own exceptions; here each means the same: it does not work.
            text = str(error) or type(error).__name__
            self.stdout.write(self.style.ERROR(f"✗ {name}: {text}"))
            self.stdout.write(f"  {advice}")
            return False
        self.stdout.write(f"✓ {name}: {finding}")
        return True


def _settings() -> str:
    found = [message for message in checks.run_checks() if not message.is_silenced()]
    serious = [message for message in found if message.is_serious()]
    if serious:
        raise Trouble(" ".join(f"{message.msg} {message.hint or ''}" for message in serious))
    hints = "; ".join(f"{message.msg} {message.hint or ''}".strip() for message in found)
    return hints or f"{settings.SITE_URL}, {'local' if settings.DEBUG else 'production'}"


def _migrations() -> str:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise Trouble(f"{len(missing)} migrations are not applied")
    return "all applied"


def _worker() -> str:
    workers = heartbeat.alive()
    served = {queue for worker in workers for queue in worker.queues}
    if missing := {"generate", "images"} - served:
        raise Trouble(f"no worker serves {' and '.join(sorted(missing))}")
    return ", ".join(f"{worker.name} ({', '.join(worker.queues)})" for worker in workers)


def _catalogue() -> str:
    names = [model.name for model in ImageModel.objects.active()]
    if not names:
        raise Trouble("no model is active for the providers that have a key")
    return ", ".join(names)
