"""The scheduler: it rings only for tasks that exist."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.tasks import clear_sessions
from config.celery import app


@pytest.mark.django_db  # dj-stripe looks into its tables when its checks run
def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert scheduled
    assert scheduled <= set(app.tasks)


@pytest.mark.django_db
def test_expired_sessions_are_cleared_away_and_others_stay() -> None:
    now = timezone.now()
    Session.objects.create(session_key="old", session_data="", expire_date=now - timedelta(days=1))
    Session.objects.create(session_key="new", session_data="", expire_date=now + timedelta(days=1))

    clear_sessions()

    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
