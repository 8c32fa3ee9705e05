"""Settings of a broker that takes each message for lost after a second."""

from config.settings import *  # noqa: F403
from config.settings import CELERY_BROKER_TRANSPORT_OPTIONS as OPTIONS

CELERY_BROKER_TRANSPORT_OPTIONS = {
    **OPTIONS,
    "visibility_timeout": 1,
    "unacked_restore_limit": 100,
}
