"""The categories that a new installation starts with; administrators change them freely."""

from django.db import migrations

CATEGORIES = [
    ("landscape", "Landscape"),
    ("people", "People"),
    ("animals", "Animals"),
    ("architecture", "Architecture"),
    ("abstract", "Abstract"),
    ("fantasy", "Fantasy"),
    ("science-fiction", "Science fiction"),
    ("food", "Food"),
    ("product", "Product"),
    ("pattern", "Pattern"),
    ("illustration", "Illustration"),
]


def add(apps, schema_editor):
    Category = apps.get_model("gallery", "Category")
    for position, (slug, name) in enumerate(CATEGORIES):
        Category.objects.get_or_create(slug=slug, defaults={"name": name, "position": position})


class Migration(migrations.Migration):
    dependencies = [("gallery", "0001_initial")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
