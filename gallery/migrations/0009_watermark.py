"""Pictures whose copies show the name of the site."""


from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('gallery', '0008_pages'),
    ]

    operations = [
        migrations.AddField(
            model_name='image',
            name='watermark',
            field=models.BooleanField(default=False, editable=False, help_text='Copies show the name of the site in a corner; the original does not.', verbose_name='watermark'),
        ),
    ]
