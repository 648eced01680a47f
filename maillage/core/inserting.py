"""Writing many new rows at once, for imports the size of a country."""

from collections.abc import Sequence

from django.db import connection, models

# What a model holds in these fields is what the database takes. The ORM looks at each value again, several times: a
# third of the time of a whole import, by its profile.
TAKEN_AS_THEY_ARE = (
    models.BooleanField, models.CharField, models.FloatField, models.ForeignKey, models.IntegerField, models.TextField,
)  # fmt: skip


def insert_new(things: Sequence[models.Model]) -> None:
    """Insert these things, all of one model, in one go; as `bulk_create`, without giving them their key.

    Their values are of the type of their field already; no field of the model is one that fills itself on saving.
    """
    if not things:
        return
    meta, quoted = type(things[0])._meta, connection.ops.quote_name
    fields = [field for field in meta.concrete_fields if field is not meta.auto_field]
    columns = [
        (field.attname, None if isinstance(field, TAKEN_AS_THEY_ARE) else field.get_db_prep_save) for field in fields
    ]
    names, marks = ", ".join(quoted(str(field.column)) for field in fields), ", ".join(["%s"] * len(fields))
    rows = (
        [getattr(thing, name) if prepare is None else prepare(getattr(thing, name), connection)
         for name, prepare in columns]
        for thing in things
    )  # fmt: skip
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # It answers each row of an INSERT; to a COPY, once.
            with cursor.copy(f"COPY {quoted(meta.db_table)} ({names}) FROM STDIN") as door:
                for row in rows:
                    door.write_row(row)
        else:
            cursor.executemany(f"INSERT INTO {quoted(meta.db_table)} ({names}) VALUES ({marks})", list(rows))
