"""What a new installation offers: three tiers and three ways to earn. Administrators change them."""

from django.db import migrations

TIERS = [
    {
        "slug": "free",
        "name": "Free",
        "rank": 0,
        "images_per_request": 5,
        "jobs_at_once": 10,
        "images_per_day": 100,
        "max_pixels": 2048 * 2048,
        "watermark": "on",
    },
    {
        "slug": "basic",
        "name": "Basic",
        "rank": 10,
        "images_per_request": 8,
        "jobs_at_once": 20,
        "images_per_day": 500,
        "max_pixels": 3840 * 2160,
        "monthly_credits": 200,
    },
    {
        "slug": "premium",
        "name": "Premium",
        "rank": 20,
        "images_per_request": 10,
        "jobs_at_once": 40,
        "images_per_day": None,
        "max_pixels": 3840 * 2160,
        "monthly_credits": 700,
    },
]

REWARDS = [
    {"kind": "daily", "credits": 1, "per_day": 1},
    {"kind": "referral", "credits": 20, "per_day": 10, "in_total": 50},
    {"kind": "ad", "credits": 1, "per_day": 5},
]


def fill(apps, schema_editor):
    for model, rows in (("Tier", TIERS), ("Reward", REWARDS)):
        objects = apps.get_model("billing", model).objects.using(schema_editor.connection.alias)
        objects.bulk_create([objects.model(**row) for row in rows])


class Migration(migrations.Migration):
    dependencies = [("billing", "0003_money")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
