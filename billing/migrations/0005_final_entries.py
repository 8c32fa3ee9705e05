"""The database refuses to change or delete entries; see billing/finality.py."""

from django.db import migrations

from billing.finality import protect, unprotect


class Migration(migrations.Migration):
    dependencies = [("billing", "0004_tiers")]
    operations = [migrations.RunPython(protect, unprotect)]
