"""The wiring. The Celery app is made here, so that every task in this process belongs to it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
