"""What a username may be: a person's name in addresses, seen by everybody."""

from __future__ import annotations

from django.core.validators import MaxLengthValidator, MinLengthValidator, RegexValidator
from django.utils.translation import gettext_lazy as _

SHORTEST, LONGEST = 3, 30

# Latin letters only: names that look alike in two scripts would let people pose as others.
# Who writes another script has the display name for that.
validators = [
    MinLengthValidator(SHORTEST),
    MaxLengthValidator(LONGEST),
    RegexValidator(
        r"\A[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?\Z",
        _(
            "Use letters from a to z, digits, dots, dashes and underscores; "
            "not a dot or dash at either end."
        ),
    ),
]
