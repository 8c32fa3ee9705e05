"""Where Stripe tells us what happened. Verified and stored here; a worker does the rest."""

from __future__ import annotations

import logging
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing import inbox

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def stripe_webhook(request: HttpRequest, endpoint: UUID | None = None) -> HttpResponse:
    """200 once the event is stored or was known, 400 for what Stripe did not sign.

    Nothing that is not signed is stored, so junk fills no table. ``endpoint`` is how dj-stripe
    addresses webhooks that it made; any secret of ours is good at any address.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > inbox.LARGEST:
        return HttpResponse("Too large.", status=413, content_type="text/plain")
    try:
        event = inbox.verified(request.body, request.headers.get("Stripe-Signature", ""))
        inbox.receive(event, ip=request.META.get("REMOTE_ADDR") or "::")
    except inbox.NotGenuine as error:
        logger.warning("A delivery to the webhook was refused: %s", error)
        return HttpResponse(str(error), status=400, content_type="text/plain")
    return HttpResponse("Thank you.", content_type="text/plain")
