"""How long a model usually takes, measured from what it did lately."""

from __future__ import annotations

from statistics import median

from generator.models import Generation, ImageModel, State

SAMPLE = 100
"""Generations of a model that the median is taken from."""


def measure() -> None:
    """Write each model's median duration in seconds into its row."""
    for model in ImageModel.objects.filter(is_active=True):
        done = (
            Generation.objects.filter(model=model, state=State.SUCCEEDED, finished_at__isnull=False)
            .order_by("-finished_at")
            .only("started_at", "finished_at")[:SAMPLE]
        )
        seconds = [generation.seconds for generation in done if generation.seconds is not None]
        if seconds:
            usual = max(1, round(median(seconds)))
            ImageModel.objects.filter(pk=model.pk).exclude(usual_seconds=usual).update(
                usual_seconds=usual
            )
