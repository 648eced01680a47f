"""The laws of the house hold, and each of them, broken on purpose, is caught."""

import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db.models import CASCADE, ForeignKey, Q
from django.template import engines

from maillage.core import retention
from maillage.core.access import RULES, Rule
from maillage.core.doors import Door, access_page, doors, openapi_page, walk
from maillage.core.management.commands.write_docs import PAGES
from maillage.demo import urls as demo_urls
from maillage.directory.models import Service, Structure
from maillage.territories.models import Commune
from tests import laws

LINTER = Path(sys.executable).with_name("lint-imports")


def test_no_relation_points_upstairs():
    """Except the tools' to the swappable user: who wrote a line, who placed a hold."""
    climbing = laws.climbing(laws.house_models())
    assert [found for found in climbing if not re.fullmatch(r"core\.\w+\.\w+ → actors\.User", found)] == []


def test_a_relation_that_climbs_is_caught():
    class Climber:
        class _meta:  # noqa: N801
            label, app_label = "territories.Climber", "territories"

            @staticmethod
            def get_fields():
                field = ForeignKey(Service, on_delete=CASCADE)
                field.name, field.concrete, field.is_relation, field.related_model = "service", True, True, Service
                return [field]

    assert laws.climbing([Climber]) == ["territories.Climber.service → directory.Service"]


def test_every_door_has_a_lock():
    assert laws.without_lock([*doors(), *walk(demo_urls.urlpatterns, "demonstration/")]) == []


def test_a_door_without_a_lock_is_caught():
    assert laws.without_lock([Door("secret/", "secret", None)]) == ["/secret/"]


def test_rooms_borrow_only_what_is_on_the_counter():
    assert laws.borrowed_behind_the_counter(laws.imports()) == []


def test_borrowing_behind_the_counter_is_caught():
    pairs = [("maillage.home.views", "maillage.directory.forms"), ("maillage.home.views", "maillage.directory.models")]
    assert laws.borrowed_behind_the_counter(pairs) == ["maillage.home.views ← maillage.directory.forms"]


def test_templates_stay_at_home():
    assert laws.strangers_in_templates(laws.templates()) == []
    assert laws.inline_code(laws.templates()) == []


def test_a_template_that_visits_another_room_is_caught():
    text = '{% extends "layout/base.html" %}{% include "directory/parts/place.html" %}'
    assert laws.strangers_in_templates([("home", "front.html", text)])
    assert laws.inline_code([("home", "front.html", "<p onclick=x>")])


def test_the_glossary_knows_every_model():
    glossary = (settings.BASE_DIR / "docs/glossary.md").read_text(encoding="utf-8")
    assert laws.missing_from_glossary(laws.house_models(), glossary) == []
    assert laws.missing_from_glossary([Commune], "") == ["Commune"]


def test_a_rule_reaches_other_tables_only_through_subqueries(db):
    assert laws.joining_many_rows(RULES.values(), laws.readers()) == []


def test_a_rule_that_joins_many_rows_is_caught():
    rule = Rule("directory", "leaky", "Une phrase.", Structure, lambda reader: Q(services__name="x"))
    assert laws.joining_many_rows([rule], [None]) == ["directory.Structure: services__name"]


def test_only_the_clock_asks_the_time():
    assert laws.asking_the_time(laws.sources()) == []
    assert laws.asking_the_time([("home/views.py", "x = timezone.now()")])


def test_files_and_functions_stay_small_enough_to_read():
    assert laws.too_long(laws.sources()) == []
    assert laws.long_functions(laws.sources()) == []
    assert laws.too_long([("a.py", "x\n" * 401)]) == ["a.py"]


def test_names_say_what_they_mean():
    assert laws.badly_named(laws.sources()) == []
    assert laws.badly_named([("home/utils.py", "def open_dossier(): ...")]) == [
        "home/utils.py",
        "home/utils.py: open_dossier",
    ]


def test_every_module_says_what_belongs_in_it():
    assert laws.without_opening_line(laws.sources()) == []
    assert laws.without_opening_line([("home/views.py", "x = 1")]) == ["home/views.py"]


def test_the_access_page_is_what_the_code_does():
    written = (settings.BASE_DIR / "docs/access.md").read_text(encoding="utf-8")
    assert written == access_page(), "Run `make docs`."


@pytest.mark.parametrize("name", ["workflows.md", "deadlines.md", "processing.md"])
def test_the_pages_of_states_delays_and_processing_are_what_the_code_does(name):
    written = (settings.BASE_DIR / "docs" / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "Run `make docs`."


def test_states_change_only_by_their_table():
    assert laws.moving_by_hand(laws.sources()) == []


@pytest.mark.parametrize(
    "line",
    [
        'slip.state = "signed"',
        'slip.state, slip.note = "signed", ""',
        'Slip.objects.filter(pk=1).update(state="signed")',
        'Slip.objects.create(state="signed")',
        'Slip.objects.update_or_create(pk=1, defaults={"state": "signed"})',
        'Slip.objects.bulk_update(slips, ["state"])',
        'setattr(slip, "state", "signed")',
    ],
)
def test_a_state_moved_by_hand_is_caught(line):
    assert laws.moving_by_hand([("home/views.py", line)]) == ["home/views.py:1"]
    assert laws.moving_by_hand([("home/views.py", 'found = slips.filter(state="signed")[0].state')]) == []


def test_every_model_says_how_long_it_is_kept():
    assert retention.undeclared(apps.get_models()) == []


def test_a_model_that_does_not_say_how_long_it_is_kept_is_caught(monkeypatch):
    monkeypatch.delitem(retention.KEPT, ("SESSIONS", "sessions.Session"))
    assert "sessions.Session" in retention.undeclared(apps.get_models())


def test_the_api_has_not_changed_unseen():
    written = (settings.BASE_DIR / "docs/openapi.json").read_text(encoding="utf-8")
    assert written == openapi_page(), "Run `make docs`."


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_model_that_changes_without_its_migration_is_caught(db, monkeypatch):
    monkeypatch.setattr(Commune._meta.get_field("name"), "max_length", 101)
    with pytest.raises(SystemExit):
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_an_undefined_template_variable_fails_the_test_that_meets_it():
    with pytest.raises(pytest.fail.Exception, match="nobody_defined_me"):
        engines["django"].from_string("{{ nobody_defined_me }}").render({})


def test_a_warning_is_an_error():
    with pytest.raises(UserWarning):
        warnings.warn("a dependency says something", stacklevel=1)


BREACHES = {
    "a room looks up": ("maillage/territories/models.py", "from maillage.directory import models as up\n", "Floors"),
    "a drawer looks up": (
        "maillage/directory/models.py",
        "from maillage.directory import views as up\n",
        "Drawers of the directory",
    ),
    "a room knows the roof": ("maillage/home/views.py", "from config import urls as roof\n", "The roof"),
    "a cycle": ("maillage/core/clock.py", "from maillage.actors import models as up\n", "No cycles"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_an_import_that_breaks_a_contract_is_caught(tmp_path, breach):
    file, line, contract = BREACHES[breach]
    for room in ("maillage", "config"):
        shutil.copytree(
            settings.BASE_DIR / room, tmp_path / room, ignore=shutil.ignore_patterns("*.html", "*.css", "__pycache__")
        )
    shutil.copy(settings.BASE_DIR / "pyproject.toml", tmp_path)
    with (tmp_path / file).open("a", encoding="utf-8") as page:
        page.write(line)

    done = subprocess.run([LINTER, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 1, done.stdout
    assert any(row.startswith(contract) and "BROKEN" in row for row in done.stdout.splitlines()), done.stdout


def test_the_number_of_a_record_is_written_for_machines():
    """« 1 234 », with its blank, finds nothing: a form or an anchor needs 1234. A list of keys is made of texts."""
    bare = re.compile(r"\{\{[^}|]*\.pk *\}\}")
    pages = [
        page
        for page in (settings.BASE_DIR / "maillage").rglob("*.html")
        if bare.search(page.read_text(encoding="utf-8"))
    ]
    assert [str(page.relative_to(settings.BASE_DIR)) for page in pages] == []
