"""A page that is only read changes nothing, however the writing is disguised."""

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from maillage.core import clock, journal
from maillage.core.models import Intention, JournalLine
from maillage.core.readonly import RefuseWritesOnRead, WriteOnRead, may_run

NOW = timezone.now()


def ask(view, method="GET"):
    return RefuseWritesOnRead(view)(RequestFactory().generic(method, "/"))


def sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def kept(db):
    return Intention.objects.create(key="kept", done_at=clock.now())


# -- Through a request --------------------------------------------------------------------------------------------


WAYS_TO_WRITE = {
    "create": lambda: Intention.objects.create(key="new", done_at=NOW),
    "create many": lambda: Intention.objects.bulk_create([Intention(key="new", done_at=NOW)]),
    "create or ignore": lambda: Intention.objects.bulk_create(
        [Intention(key="a", done_at=NOW)], ignore_conflicts=True
    ),
    "get or create": lambda: Intention.objects.get_or_create(key="new", defaults={"done_at": NOW}),
    "update": lambda: Intention.objects.update(done_at=NOW),
    "update many": lambda: Intention.objects.bulk_update(Intention.objects.all(), ["done_at"]),
    "save": lambda: Intention.objects.get(key="kept").save(),
    "delete": lambda: Intention.objects.get(key="kept").delete(),
    "delete all": lambda: Intention.objects.all().delete(),
    "delete raw": lambda: Intention.objects.all()._raw_delete("default"),
    "raw insert": lambda: sql("INSERT INTO core_intention VALUES ('new', '2026-03-09')"),
    "raw, lower case, spaced": lambda: sql("\n\t  insert\n into\tcore_intention values ('new', '2026-03-09')"),
    "raw, after a comment": lambda: sql("/* only reading */ -- really\nDELETE FROM core_intention"),
    "raw, a query that inserts": lambda: sql(
        "WITH x AS (SELECT key || '2', done_at FROM core_intention) INSERT INTO core_intention SELECT * FROM x"
    ),
    "raw, many": lambda: _many("INSERT INTO core_intention VALUES (%s, '2026-03-09')", [["x"], ["y"]]),
    "a table made": lambda: sql("CREATE TABLE new (a int)"),
    "a table dropped": lambda: sql("DROP TABLE core_intention"),
    "a table altered": lambda: sql("ALTER TABLE core_intention RENAME TO other"),
}


def _many(statement, rows):
    with connection.cursor() as cursor:
        cursor.executemany(statement, rows)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("way", WAYS_TO_WRITE)
def test_a_page_that_is_read_cannot_write(kept, way, method):
    with pytest.raises(WriteOnRead), transaction.atomic():
        ask(lambda request: WAYS_TO_WRITE[way](), method)
    assert [(intention.key, intention.done_at) for intention in Intention.objects.all()] == [("kept", kept.done_at)]


@pytest.mark.parametrize("way", WAYS_TO_WRITE)
def test_the_same_by_post_is_what_post_is_for(kept, way):
    def writes(request):
        WAYS_TO_WRITE[way]()
        return HttpResponse("written")

    assert ask(writes, "POST").content == b"written"


def test_what_was_allowed_before_a_refusal_is_undone_with_it(kept):
    def reads_then_writes(request):
        with transaction.atomic():
            journal.record(None, "read", kept)
            Intention.objects.all().delete()

    with pytest.raises(WriteOnRead):
        ask(reads_then_writes)
    assert Intention.objects.exists()
    assert not JournalLine.objects.exists()


def test_swallowing_the_refusal_does_not_write_either(kept):
    def stubborn(request):
        for way in WAYS_TO_WRITE.values():
            with pytest.raises(WriteOnRead), transaction.atomic():
                way()
        return HttpResponse("tried")

    assert ask(stubborn).content == b"tried"
    assert list(Intention.objects.values_list("key", flat=True)) == ["kept"]


def test_the_guard_leaves_with_the_request(kept):
    ask(lambda request: HttpResponse())
    with pytest.raises(WriteOnRead), transaction.atomic():
        ask(lambda request: Intention.objects.all().delete())
    Intention.objects.all().delete()


def test_a_reading_is_written_in_the_journal(db, alice):
    ask(lambda request: journal.record(alice, "read", "thing:1"))
    ask(lambda request: _acted(alice))
    assert JournalLine.objects.count() == 2
    assert journal.verify() is None


def _acted(alice):
    with journal.act():
        journal.record(alice, "read", "thing:2")


def test_a_session_may_begin_on_a_page_that_is_read(client, alice):
    def remembers(request):
        client.session["x"] = 1
        client.session.save()
        return HttpResponse()

    client.force_login(alice)
    assert ask(remembers).status_code == 200


def test_the_pages_of_the_house_are_read_under_guard(client, db):
    for name in ("home:front", "directory:search"):
        assert client.get(reverse(name)).status_code == 200


def test_queries_of_every_shape_pass(kept):
    def reads(request):
        every = Intention.objects.all()
        list(every.union(every.filter(key="a")))
        list(every.filter(key__in=every.values("key")).select_for_update())
        list(every.iterator(chunk_size=1))
        list(every.filter(key="INSERT INTO x; DELETE FROM y"))
        every.aggregate(n=Count("key"))
        every.explain()
        with transaction.atomic(), transaction.atomic():
            every.exists()
        connection.introspection.table_names()
        sql("SELECT 1 -- ; DELETE FROM x")
        sql("/* who: alice */ SELECT ';' || 'DELETE FROM x; it''s'")
        return HttpResponse("read")

    with transaction.atomic():
        assert ask(reads).content == b"read"


# -- Statement by statement ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "select 1;",
        "  (SELECT a FROM b) UNION (SELECT c FROM d)",
        "/* x */ SELECT 1",
        "-- x\nSELECT 1",
        "SELECT ';'",
        "SELECT 'it''s; DELETE FROM x'",
        r"SELECT E'it\'s; DELETE FROM x'",
        'SELECT "insert", "into", "delete" FROM "update"',
        "SELECT replace(a, 'b', 'c'), updated_on, deleted_at FROM t",
        "SELECT a FROM b FOR UPDATE",
        "SELECT a FROM b FOR NO KEY UPDATE SKIP LOCKED",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "WITH RECURSIVE x AS (VALUES (1)) SELECT * FROM x",
        "VALUES (1)",
        "EXPLAIN SELECT 1",
        "EXPLAIN QUERY PLAN SELECT 1",
        "SAVEPOINT s1",
        "RELEASE SAVEPOINT s1",
        "ROLLBACK TO SAVEPOINT s1",
        "BEGIN IMMEDIATE",
        "SET LOCAL statement_timeout = 5",
        "SET CONSTRAINTS ALL IMMEDIATE",
        "PRAGMA table_info(core_intention)",
        'PRAGMA foreign_key_check("core_intention")',
        "SELECT pg_advisory_xact_lock(1)",
        'INSERT INTO "core_journalline" ("seq") VALUES (%s)',
        "INSERT INTO core_throttle (cache_key) VALUES ('; DELETE FROM x')",
        'INSERT INTO "django_session" ("a") VALUES (1) ON CONFLICT ("a") DO UPDATE SET "a" = 2',
        'UPDATE "django_session" SET "update" = 1',
        "update  core_throttle set value = 1",
        'DELETE FROM "core_throttle"',
        "DELETE FROM core_throttle;",
        "",
        ";",
        "-- nothing",
    ],
)
def test_reading_and_the_three_excepted_tables_pass(statement):
    assert may_run(statement)


@pytest.mark.parametrize(
    "statement",
    [
        # Disguises of a plain write
        'INSERT INTO "directory_service" VALUES (1)',
        "insert into directory_service values (1)",
        "/* x */ INSERT INTO directory_service VALUES (1)",
        "-- SELECT\nINSERT INTO directory_service VALUES (1)",
        "/* SELECT */DELETE/**/FROM/**/directory_service",
        "\n\t UPDATE\tdirectory_service SET a = 1",
        "REPLACE INTO directory_service VALUES (1)",
        "INSERT OR REPLACE INTO directory_service VALUES (1)",
        "UPDATE OR IGNORE directory_service SET a = 1",
        "UPDATE ONLY directory_service SET a = 1",
        "MERGE INTO directory_service USING x ON true WHEN MATCHED THEN DELETE",
        # Tables that look like the excepted ones
        'INSERT INTO "core_journalline_old" VALUES (1)',
        'INSERT INTO "Core_JournalLine" VALUES (1)',
        'INSERT INTO "other"."core_journalline" VALUES (1)',
        'INSERT INTO "core_journalline"."x" VALUES (1)',
        "INSERT INTO core_journalline.x VALUES (1)",
        "DELETE FROM core_journalsegment",
        # A second statement behind the first
        "SELECT 1; DELETE FROM directory_service",
        "SELECT ';'; DELETE FROM directory_service",
        "SELECT ''';'; DELETE FROM directory_service; --'",
        r"SELECT E'\''; DELETE FROM directory_service; --'",
        "/* ; */ SELECT 1 /* ' */; DELETE FROM directory_service /* ' */",
        'INSERT INTO "core_journalline" VALUES (1); DELETE FROM directory_service',
        "SAVEPOINT s; TRUNCATE directory_service",
        # A write inside a query
        "WITH x AS (DELETE FROM directory_service RETURNING 1) SELECT * FROM x",
        "WITH x AS (UPDATE ONLY directory_service SET a = 1 RETURNING 1) SELECT * FROM x",
        'WITH x AS (UPDATE "public"."directory_service" SET a = 1 RETURNING 1) SELECT * FROM x',
        "WITH x AS (SELECT 1) INSERT OR REPLACE INTO directory_service SELECT * FROM x",
        "WITH x AS (SELECT 1) MERGE INTO directory_service USING x ON true WHEN MATCHED THEN DELETE",
        "WITH x AS (DELETE FROM directory_service RETURNING 1) INSERT INTO core_journalline SELECT * FROM x",
        "INSERT INTO core_journalline WITH x AS (DELETE FROM directory_service RETURNING 1) SELECT * FROM x",
        "SELECT 1 INTO new_table",
        "SELECT * INTO TEMP new_table FROM directory_service",
        "SELECT nextval('directory_service_id_seq')",
        "SELECT \"setval\" ('directory_service_id_seq', 1)",
        "SELECT setval('directory_service_id_seq', 1)",
        "EXPLAIN ANALYZE DELETE FROM directory_service",
        "EXPLAIN (ANALYSE, BUFFERS) CREATE TABLE x AS SELECT 1",
        "DECLARE c CURSOR FOR DELETE FROM directory_service RETURNING 1",
        # Everything that is not data
        "CREATE TABLE x (a int)",
        "CREATE INDEX x ON directory_service (a)",
        "DROP TABLE directory_service",
        "DROP TRIGGER core_journalline_no_delete",
        "ALTER TABLE directory_service RENAME TO x",
        "TRUNCATE directory_service",
        "TRUNCATE core_journalline",
        "COPY directory_service FROM STDIN",
        "COPY directory_service TO PROGRAM 'sh'",
        "CALL something()",
        "DO $$ BEGIN DELETE FROM directory_service; END $$",
        "PREPARE p AS DELETE FROM directory_service",
        "EXECUTE p",
        "GRANT ALL ON directory_service TO public",
        "LOCK TABLE directory_service",
        "REFRESH MATERIALIZED VIEW x",
        "VACUUM",
        "ATTACH DATABASE 'x' AS y",
        "PRAGMA user_version=3",
        "PRAGMA user_version(3)",
        "PRAGMA foreign_keys = OFF",
        "PRAGMA writable_schema=1",
        "PRAGMA optimize",
        "gibberish",
    ],
)
def test_any_other_statement_is_refused(statement):
    assert not may_run(statement)
