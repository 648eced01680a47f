"""Search reads columns mapped in memory: one narrow row per service replaces the tables of words and codes."""

from django.db import migrations, models


def redo_everything(apps, schema_editor):
    """Entries had none of what columns need: they are written again as soon as the migrations are over."""
    apps.get_model("directory", "SearchEntry").objects.all().delete()
    apps.get_model("directory", "SearchState").objects.create(pk=1, is_to_rebuild=True)


class Migration(migrations.Migration):
    dependencies = [("directory", "0005_published_in_part")]

    operations = [
        migrations.CreateModel(
            name="SearchState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("written", models.BigIntegerField(default=0, verbose_name="dernière révision écrite")),
                ("said", models.BigIntegerField(default=0, verbose_name="dernière révision annoncée")),
                ("is_to_rebuild", models.BooleanField(default=False, verbose_name="tout est à réécrire")),
            ],
            options={"verbose_name": "état de la recherche", "verbose_name_plural": "états de la recherche"},
        ),
        migrations.RunPython(redo_everything, migrations.RunPython.noop),
        migrations.DeleteModel("SearchTerm"),
        migrations.DeleteModel("SearchFacet"),
        migrations.RemoveIndex("searchentry", "entry_point"),
        migrations.RemoveIndex("searchentry", "entry_remote"),
        migrations.RemoveField("searchentry", "is_zoned"),
        migrations.RemoveField("searchentry", "cost"),
        migrations.AddField(
            "searchentry", "structure_key",
            models.BigIntegerField(default=0, verbose_name="numéro de la structure"), preserve_default=False,
        ),
        migrations.AddField(
            "searchentry", "lot",
            models.BigIntegerField(default=0, verbose_name="ce que le tirage du jour mélange"), preserve_default=False,
        ),
        migrations.AddField(
            "searchentry", "holiday_zone",
            models.CharField(blank=True, default="", max_length=10, verbose_name="zone des jours fériés"), preserve_default=False,
        ),
        migrations.AddField("searchentry", "is_listed", models.BooleanField(default=True, verbose_name="est montré")),
        migrations.AddField("searchentry", "codes", models.TextField(blank=True, default="", verbose_name="codes"), preserve_default=False),
        migrations.AddField("searchentry", "own_words", models.TextField(blank=True, default="", verbose_name="mots de son nom"), preserve_default=False),
        migrations.AddField("searchentry", "structure_words", models.TextField(blank=True, default="", verbose_name="mots du nom de sa structure"), preserve_default=False),
        migrations.AddField("searchentry", "words", models.TextField(blank=True, default="", verbose_name="mots de ses textes"), preserve_default=False),
        migrations.AddField(
            "searchentry", "revision",
            models.BigIntegerField(db_index=True, default=0, verbose_name="écrite à la révision"), preserve_default=False,
        ),
    ]
