"""The journal and its seals refuse update, delete and truncate, in the database itself; the throttle gets its table."""

from django.core.management import call_command
from django.db import migrations

TABLES = {"core_journalline": "seq = NEW.seq", "core_journalsegment": "id = NEW.id OR month = NEW.month"}


def sqlite(table: str) -> list[str]:
    """REPLACE deletes without waking the delete trigger (unless recursive_triggers is on): it has its own."""
    refuse = "BEGIN SELECT RAISE(ABORT, 'journal: append only'); END"
    taken = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {TABLES[table]})"
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {taken} {refuse}",
    ]


def postgresql(table: str) -> list[str]:
    refuse = "EXECUTE FUNCTION core_append_only()"
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
    ]


FUNCTION = """
CREATE OR REPLACE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'journal: append only'; END $$
"""


def protect(apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute(FUNCTION)
    make = postgresql if editor.connection.vendor == "postgresql" else sqlite
    for table in TABLES:
        for statement in make(table):
            editor.execute(statement)


def unprotect(apps, editor):
    on_postgresql = editor.connection.vendor == "postgresql"
    for table in TABLES:
        for name in ("change", "truncate") if on_postgresql else ("update", "delete", "replace"):
            editor.execute(f"DROP TRIGGER {table}_no_{name}" + (f" ON {table}" if on_postgresql else ""))


def make_throttle_table(apps, editor):
    call_command("createcachetable", "core_throttle", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [
        migrations.RunPython(protect, unprotect),
        migrations.RunPython(make_throttle_table, migrations.RunPython.noop),
    ]
