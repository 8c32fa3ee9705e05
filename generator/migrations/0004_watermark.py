"""Requests for pictures whose copies show the name of the site."""


from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('generator', '0003_mine'),
    ]

    operations = [
        migrations.AddField(
            model_name='generation',
            name='watermark',
            field=models.BooleanField(default=False, help_text='Copies show the name of the site in a corner.', verbose_name='watermark'),
        ),
    ]
