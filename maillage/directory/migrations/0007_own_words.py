import django.db.models.deletion
import maillage.core.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0006_search_in_columns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='LexiconStamp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('stamp', models.CharField(max_length=32, verbose_name='tirage')),
            ],
            options={
                'verbose_name': 'version des mots du Département',
                'verbose_name_plural': 'versions des mots du Département',
            },
        ),
        migrations.CreateModel(
            name='WordAsker',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='empreinte du jour')),
                ('day', models.DateField(db_index=True, verbose_name='jour')),
            ],
            options={
                'verbose_name': "mot déjà compté aujourd'hui",
                'verbose_name_plural': "mots déjà comptés aujourd'hui",
            },
        ),
        migrations.CreateModel(
            name='WordCount',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name='empreinte du mois')),
                ('month', models.DateField(db_index=True, verbose_name='mois')),
                ('times', models.PositiveSmallIntegerField(verbose_name='fois')),
            ],
            options={
                'verbose_name': 'mot trop rare pour être lu',
                'verbose_name_plural': 'mots trop rares pour être lus',
            },
        ),
        migrations.CreateModel(
            name='UnknownWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True, verbose_name='empreinte')),
                ('word', models.CharField(blank=True, editable=False, max_length=25, verbose_name='mot')),
                ('times', models.PositiveIntegerField(default=0, verbose_name='fois')),
                ('first_month', models.DateField(verbose_name='depuis le mois de')),
                ('last_month', models.DateField(verbose_name='dernier mois')),
                ('later_month', models.DateField(blank=True, null=True, verbose_name='remis à plus tard en')),
                ('is_ignored', models.BooleanField(default=False, verbose_name="n'est pas un besoin")),
            ],
            options={
                'verbose_name': "mot que personne n'a compris",
                'verbose_name_plural': "mots que personne n'a compris",
                'ordering': ['-times', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('is_ignored', False), models.Q(('times', 0), ('word', '')), _connector='OR'), name='ignored_word_has_no_text')],
            },
        ),
        migrations.CreateModel(
            name='OwnExpression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('expression', models.CharField(max_length=120, verbose_name='expression')),
                ('is_exact', models.BooleanField(default=False, verbose_name='les petits mots comptent')),
                ('thematiques', models.JSONField(blank=True, default=list, verbose_name='thématiques')),
                ('publics', models.JSONField(blank=True, default=list, verbose_name='publics')),
                ('urgency', models.CharField(blank=True, max_length=20, verbose_name='urgence')),
                ('key', models.CharField(editable=False, max_length=300, verbose_name='clé de lecture')),
                ('added_at', models.DateTimeField(default=maillage.core.clock.now, editable=False, verbose_name='ajoutée le')),
                ('changed_at', models.DateTimeField(default=maillage.core.clock.now, editable=False, verbose_name='changée le')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retirée le')),
                ('added_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ajoutée par')),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changée par')),
            ],
            options={
                'verbose_name': 'expression du Département',
                'verbose_name_plural': 'expressions du Département',
                'ordering': ['expression', 'pk'],
                'constraints': [models.UniqueConstraint(models.F('key'), condition=models.Q(('withdrawn_at__isnull', True)), name='own_expression_once')],
            },
        ),
    ]
