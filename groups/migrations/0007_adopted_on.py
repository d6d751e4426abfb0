from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('groups', '0006_jobs'),
    ]

    operations = [
        migrations.AddField(
            model_name='credentialfile',
            name='adopted_on',
            field=models.DateField(blank=True, null=True, verbose_name='adopted on'),
        ),
    ]
