"""What a person wants by default: the look of the site, and what the studio begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accounts.models import User

Offer = Mapping[str, Sequence[tuple[str, object]]]
"""For each of ``USUAL`` the values with their labels, of whoever knows what there is to choose."""

LOOK = ("theme", "language")
USUAL = ("default_model", "default_size", "default_quality", "default_visibility")


def change(*, user: User, **wishes: str) -> None:
    """Save all of them. The caller checked each against what is offered today; who uses one later
    checks again, because models, sizes and languages come and go."""
    for name in (*LOOK, *USUAL):
        setattr(user, name, wishes[name])
    user.save(update_fields=[*LOOK, *USUAL])
