"""Bells of the gallery; they ring on the `images` queue, which burns CPU."""

from __future__ import annotations

import uuid

from celery import shared_task


@shared_task(name="gallery.tasks.render_image", ignore_result=True)
def render_image(image_id: str) -> None:
    from gallery import publishing

    publishing.publish(uuid.UUID(image_id))


@shared_task(name="gallery.tasks.sweep_renditions", ignore_result=True)
def sweep_renditions() -> None:
    from gallery import publishing

    publishing.sweep()


@shared_task(name="gallery.tasks.revoke_keys", ignore_result=True)
def revoke_keys() -> None:
    from gallery import revoking

    revoking.revoke_due()


@shared_task(name="gallery.tasks.purge_deleted", ignore_result=True)
def purge_deleted() -> None:
    from gallery import deleting

    deleting.purge()
