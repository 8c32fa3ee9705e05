from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import mirror, welcome  # noqa: F401 - `welcome` registers its receivers
        from billing.earning import referrals  # noqa: F401 - registers its receiver

        mirror.prepare()
