"""For pages that came with the sharing of pictures: files by their bytes, deleted ones in order."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0007_public_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="image", index=models.Index(F("sha256"), name="image_bytes")
        ),
        migrations.AddIndex(
            model_name="image",
            index=models.Index(
                F("user"),
                F("deleted_at").desc(),
                F("id").desc(),
                condition=Q(("deleted_at__isnull", False)),
                name="image_of_user_deleted",
            ),
        ),
        migrations.AlterField(
            model_name="image",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="images",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
