"""The Celery app: two queues, `generate` waits on the network and `images` burns CPU.

How a worker stops (invariant W3): on SIGTERM it takes no more messages, gives those that it had
fetched back to the queue, finishes what it runs, and ends. A worker that is killed before it is
done loses nothing either: the row keeps the truth, its lease runs out, and another takes over.
"""

from __future__ import annotations

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

from config.heartbeat import Heartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

TRANSPORT_ALIASES["redis"] = "config.broker:Transport"

app = Celery("easel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add(Heartbeat)
