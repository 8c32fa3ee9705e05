"""People with verified addresses and credits enough, made quickly and with a right ledger."""

from __future__ import annotations

from allauth.account.models import EmailAddress

from accounts.models import User
from billing.models import CreditAccount, CreditEntry

CREDITS = 100_000


def people(count: int) -> list[User]:
    names = [f"bench{number}" for number in range(count)]
    users = User.objects.bulk_create(
        User(username=name, email=f"{name}@example.com") for name in names
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    CreditAccount.objects.bulk_create(
        CreditAccount(user_id=user.pk, balance=CREDITS) for user in users
    )
    CreditEntry.objects.bulk_create(
        CreditEntry(
            account_id=user.pk,
            kind=CreditEntry.Kind.GRANT,
            delta=CREDITS,
            reference=f"bench:{user.pk}",
            reason="for the benchmark",
        )
        for user in users
    )
    return users
