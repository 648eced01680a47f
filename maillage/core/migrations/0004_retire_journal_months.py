"""A line of the journal may go once its sealed month is marked as retired; the marks, like seals, only take inserts."""

from importlib import import_module

from django.db import migrations

before = import_module("maillage.core.migrations.0002_append_only")

RETIRED = """EXISTS (
    SELECT 1 FROM core_journalretirement JOIN core_journalsegment ON core_journalsegment.id = segment_id
    WHERE OLD.seq BETWEEN first_seq AND last_seq
)"""
FUNCTION = f"""
CREATE OR REPLACE FUNCTION core_retired_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF TG_OP = 'DELETE' AND {RETIRED} THEN RETURN OLD; END IF;
    RAISE EXCEPTION 'journal: append only';
END $$
"""
MARKS = "core_journalretirement"
ON_POSTGRESQL = [
    FUNCTION,
    "DROP TRIGGER core_journalline_no_change ON core_journalline",
    "CREATE TRIGGER core_journalline_no_change BEFORE UPDATE OR DELETE ON core_journalline "
    "FOR EACH ROW EXECUTE FUNCTION core_retired_only()",
    *before.postgresql(MARKS),
]
REFUSE = "BEGIN SELECT RAISE(ABORT, 'journal: append only'); END"
TAKEN = f"EXISTS (SELECT 1 FROM {MARKS} WHERE id = NEW.id OR segment_id = NEW.segment_id)"
ON_SQLITE = [
    "DROP TRIGGER core_journalline_no_delete",
    f"CREATE TRIGGER core_journalline_no_delete BEFORE DELETE ON core_journalline WHEN NOT {RETIRED} {REFUSE}",
    f"CREATE TRIGGER {MARKS}_no_update BEFORE UPDATE ON {MARKS} {REFUSE}",
    f"CREATE TRIGGER {MARKS}_no_delete BEFORE DELETE ON {MARKS} {REFUSE}",
    f"CREATE TRIGGER {MARKS}_no_replace BEFORE INSERT ON {MARKS} WHEN {TAKEN} {REFUSE}",
]


def let_retired_lines_go(apps, editor):
    for statement in ON_POSTGRESQL if editor.connection.vendor == "postgresql" else ON_SQLITE:
        editor.execute(statement)


def protect(apps, editor):
    """Every trigger of the journal, as this migration leaves them."""
    before.protect(apps, editor)
    let_retired_lines_go(apps, editor)


def unprotect(apps, editor):
    """No trigger at all."""
    before.unprotect(apps, editor)
    drop_from(MARKS, editor)


def drop_from(table, editor):
    on_postgresql = editor.connection.vendor == "postgresql"
    for name in ("change", "truncate") if on_postgresql else ("update", "delete", "replace"):
        editor.execute(f"DROP TRIGGER {table}_no_{name}" + (f" ON {table}" if on_postgresql else ""))


def keep_every_line(apps, editor):
    unprotect(apps, editor)
    before.protect(apps, editor)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_workflows_deadlines_retention_breaches")]
    operations = [migrations.RunPython(let_retired_lines_go, keep_every_line)]
