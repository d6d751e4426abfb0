from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("groups", "0007_adopted_on"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importupload",
            name="kind",
            field=models.CharField(
                choices=[
                    ("groups", "Groups"),
                    ("assessments", "Past assessments"),
                    ("evidence", "Evidence of unmet need"),
                    ("papers", "Papers"),
                    ("work", "Pieces of work"),
                ],
                max_length=20,
            ),
        ),
    ]
