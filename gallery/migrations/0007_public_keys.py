"""Which keys of files strangers have seen in addresses, so that these can be taken back."""

from django.db import migrations, models


def _key_is_public(*, default: bool) -> migrations.AddField:
    return migrations.AddField(
        model_name="image",
        name="key_is_public",
        field=models.BooleanField(
            default=default,
            editable=False,
            help_text="An address with this key was shown to strangers.",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("gallery", "0006_mine")]

    operations = [
        # Of pictures that are there already nobody knows, so they count as shown.
        migrations.SeparateDatabaseAndState(
            database_operations=[_key_is_public(default=True)],
            state_operations=[_key_is_public(default=False)],
        ),
        migrations.AddField(
            model_name="image",
            name="revoked_key",
            field=models.CharField(
                default="",
                editable=False,
                help_text="Files under it are to be removed.",
                max_length=32,
            ),
        ),
        migrations.AddIndex(
            model_name="image",
            index=models.Index(
                models.F("created_at"),
                condition=models.Q(
                    models.Q(("is_listed", False), ("key_is_public", True)),
                    models.Q(("revoked_key", ""), _negated=True),
                    _connector="OR",
                ),
                name="image_to_revoke",
            ),
        ),
    ]
