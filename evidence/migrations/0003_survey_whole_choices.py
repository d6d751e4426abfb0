from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0002_search")]

    operations = [
        migrations.AddField(
            model_name="surveyquestion",
            name="whole_choices",
            field=models.JSONField(default=list),
        ),
    ]
