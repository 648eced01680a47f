"""Take in a source's file: every good row, none of the bad, the same result however often it is run or killed."""

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

from data_inclusion.schema import v1
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from maillage.core import clock, journal
from maillage.core.inserting import insert_new
from maillage.core.memory import settled_memory
from maillage.core.rows import Row
from maillage.core.tabular import UnreadableFile, read_text
from maillage.directory import data_inclusion, data_inclusion_files, france_services
from maillage.directory.actions.changing import changes_between, values_of
from maillage.directory.actions.import_report import Report, Tally
from maillage.directory.actions.indexing import announce, index_services
from maillage.directory.choices import RunState, SourceFormat, Through
from maillage.directory.data_inclusion import (
    OWN_SERVICE_FIELDS,
    OWN_STRUCTURE_FIELDS,
    SERVICE_FIELDS,
    STRUCTURE_FIELDS,
    Rejected,
)
from maillage.directory.models import ImportRun, Record, RecordChange, Service, Source, Structure

BATCH, FEW_AT_ONCE = 1_000, 500
WITHDRAWN = "withdrawn_at"
FileRows = tuple[Iterable[Row], Iterable[Row]]
"""The structures and the services of a file, each read as often as wanted."""
WIDE_LOSS, FEW = 0.5, 20  # More than half of a source gone at once is a cut file until someone says otherwise.

CHECKS = 1  # To raise when `data_inclusion.check` refuses more than it did: what is known is then checked again.
RULES = f"{version('data-inclusion-schema')}/{CHECKS}"
FIRST_RULES = "1.0.10/1"  # Fingerprints made under these do not name them.
UNDER_RULES = "" if RULES == FIRST_RULES else RULES
CANONICAL = json.JSONEncoder(sort_keys=True, default=str)


@dataclass(frozen=True, eq=False)
class Kind:
    """How one kind of record crosses the border."""

    model: type[Structure] | type[Service]
    schema: type[v1.Structure] | type[v1.Service]
    names: dict[str, str]
    own: dict[str, str]


@dataclass(frozen=True, eq=False, slots=True)
class Sent:
    """A row as the source sent it, its values in the words of the standard, and the fingerprint of what they say."""

    row: Row
    record: dict[str, Any]
    uid: str
    fingerprint: str


STRUCTURES = Kind(Structure, v1.Structure, STRUCTURE_FIELDS, OWN_STRUCTURE_FIELDS)
SERVICES = Kind(Service, v1.Service, SERVICE_FIELDS, OWN_SERVICE_FIELDS)


def import_file(
    path: Path, *, source: Source, dry_run: bool = False, by: Any = None, accept_losses: bool = False
) -> Report:
    """Read a file of the source's format and bring the directory in line with it.

    Raises UnreadableFile when the file as a whole cannot be read: nothing has changed then. Rows are committed by
    batches; killed at any moment, the next run ends in the same state. A dry run computes it all and keeps nothing.
    """
    if not dry_run:
        return _run(_read_or_say(path, source), source, by=by, accept_losses=accept_losses)
    rows = _read(path, source)
    report = Report(source.name, is_dry=True)
    with transaction.atomic():
        _take(source, *rows, report=report, accept_losses=accept_losses)
        transaction.set_rollback(True)
    return report


def import_records(
    structures: Iterable[dict[str, Any]], services: Iterable[dict[str, Any]], *, source: Source
) -> Report:
    """The same, from data·inclusion records already in memory."""
    rows = [Row(n, r) for n, r in enumerate(structures, 1)], [Row(n, r) for n, r in enumerate(services, 1)]
    return _run(rows, source, by=None, accept_losses=False)


def _read(path: Path, source: Source) -> FileRows:
    if source.format == SourceFormat.FRANCE_SERVICES:
        text = read_text(path)
        as_of = france_services.list_date(path.name) or dt.date.fromtimestamp(path.stat().st_mtime)
        return france_services.read(text, path.name, as_of=as_of)
    return data_inclusion_files.read(path)


def _read_or_say(path: Path, source: Source) -> FileRows:
    """The file's rows; a file that cannot be read is written down for whoever keeps the directory, then refused."""
    try:
        return _read(path, source)
    except UnreadableFile as refused:
        if not source._state.adding:
            _finish(ImportRun(source=source), RunState.REFUSED, sentence=refused.sentence)
        raise


@settled_memory()
def _run(rows: FileRows, source: Source, *, by: Any, accept_losses: bool) -> Report:
    source.save()
    for killed in source.runs.filter(state=RunState.RUNNING):
        _finish(killed, RunState.REFUSED, sentence="Interrompu avant sa fin, puis repris.")
    run = ImportRun.objects.create(source=source)
    report = Report(source.name)
    try:
        _take(source, *rows, report=report, accept_losses=accept_losses)
    finally:  # Said once, whole or not: what was committed is in the directory.
        announce()
    report.rejects_file = _keep_rejects(report.rejected, run)
    with journal.act():
        run.counts = {"structures": vars(report.structures), "services": vars(report.services)}
        run.rejects_file = report.rejects_file
        _finish(run, RunState.FINISHED, sentence=report.summary())
        rejected = len(report.rejected)
        journal.record(by, "directory.imported", run, source=source.pk, changes=report.changes, rejected=rejected)
    return report


def _finish(run: ImportRun, state: RunState, *, sentence: str) -> None:
    run.state, run.sentence, run.finished_at = state, sentence, clock.now()
    run.save()


def _take(
    source: Source, structures: Iterable[Row], services: Iterable[Row], *, report: Report, accept_losses: bool
) -> None:
    source.save()
    seen: dict[Kind, set[str]] = {}
    for kind, rows, tally in ((STRUCTURES, structures, report.structures), (SERVICES, services, report.services)):
        present = _take_rows(kind, source, rows, tally, report)
        if any(None not in row.values for row in rows):  # Else the file says nothing of this kind.
            seen[kind] = present
    if seen:
        _withdraw_vanished(source, seen, report, accept_losses=accept_losses)


def _take_rows(kind: Kind, source: Source, rows: Iterable[Row], tally: Tally, report: Report) -> set[str]:
    """Take the good rows, batch by batch; the identifiers present in the file, good rows or bad."""
    seen: set[str] = set()
    left = iter(rows)
    while batch := [_sent(row) for row in islice(left, BATCH)]:
        tally.read += len(batch)
        _take_batch(kind, source, batch, seen, tally=tally, report=report)
    return seen


def _sent(row: Row) -> Sent:
    record = data_inclusion.clean(row.values)
    return Sent(row, record, str(record.get("id") or ""), fingerprint_of(record))


@transaction.atomic
def _take_batch(
    kind: Kind, source: Source, batch: list[Sent], seen: set[str], *, tally: Tally, report: Report
) -> None:
    """What is kept as sent needs nothing more: it was right when it was taken in. The rest is checked, then saved."""
    kept = _kept_as_sent(kind, source, {sent.uid: sent.fingerprint for sent in batch})
    good = []
    for sent in batch:
        is_twice = sent.uid in seen
        seen.add(sent.uid)
        if not is_twice and kept.get(sent.uid) == sent.fingerprint:
            tally.unchanged += 1
            continue
        problems = data_inclusion.check(sent.row, sent.record, kind.schema)
        if not problems and is_twice:
            once = "un identifiant présent une seule fois dans le fichier"
            problems = [Rejected(sent.row.line, sent.uid, "id", sent.uid, once)]
        report.rejected += [replace(problem, row=sent.row.values) for problem in problems]
        if not problems:
            good.append(sent)
    if good:
        _save_batch(kind, source, good, tally=tally, report=report)


def _kept_as_sent(kind: Kind, source: Source, sent: dict[str, str]) -> dict[str, str]:
    """Of these identifiers and fingerprints, those that this source has sent before just so, and that still stand."""
    # By their identifiers alone: offered the source too, SQLite reads all that it ever sent, for each batch.
    facts = ("uid", "fingerprint", "source", "withdrawn_at", "local_edits")
    things = kind.model._base_manager.filter(uid__in=sent).values_list(*facts)
    return {
        uid: fingerprint
        for uid, fingerprint, owner, withdrawn_at, edits in things
        if owner == source.pk and (withdrawn_at is None or WITHDRAWN in edits)
    }


def _save_batch(kind: Kind, source: Source, batch: list[Sent], *, tally: Tally, report: Report) -> None:
    locked = kind.model._base_manager.select_for_update()  # A correction being saved waits, then sees it is stale.
    known = {thing.uid: thing for thing in locked.filter(uid__in=[sent.uid for sent in batch])}
    hidden = _hidden(kind, known.values())
    parents = _parents(batch) if kind is SERVICES else {}
    created, updated, passed, changes = [], [], [], []
    for sent in batch:
        thing = known.get(sent.uid)
        if problem := _misplaced(sent, thing, source, parents, kind):
            report.rejected.append(replace(problem, row=sent.row.values))
        elif thing is None:
            created.append(_filled(kind.model(source=source, uid=sent.uid), kind, sent, parents))
        elif _stands(thing) and thing.received == sent.record:  # The rules changed, not what was sent: it passed them.
            thing.fingerprint = sent.fingerprint
            passed.append(thing)
        else:
            tally.kept_edits += len(thing.local_edits.keys() - {"updated_on"})
            before = values_of(thing, _told(kind))
            updated.append(_filled(thing, kind, sent, parents))
            changes += changes_between(thing, before, through=Through.IMPORT, hidden=thing.pk in hidden)
    tally.created += len(created)
    tally.updated += len(updated)
    tally.unchanged += len(passed)
    _restamp(kind, passed)
    _write(kind, created, updated, is_dry=report.is_dry)
    RecordChange.objects.bulk_create(changes, batch_size=BATCH)


def _restamp(kind: Kind, passed: list[Any]) -> None:
    kind.model._base_manager.bulk_update(passed, ["fingerprint"], batch_size=FEW_AT_ONCE)


def _stands(thing: Record) -> bool:
    """Not withdrawn, or by someone here, which the source has not learnt yet."""
    return not thing.is_withdrawn or WITHDRAWN in thing.local_edits


def _told(kind: Kind) -> set[str]:
    """The fields whose past is kept: a date that moves by itself is not one."""
    return {*kind.names.values(), *kind.own.values(), WITHDRAWN} - {"uid", "updated_on", "producer"}


def _hidden(kind: Kind, known: Iterable[Any]) -> set[int]:
    """Those of these records whose address is confidential."""
    if kind is STRUCTURES:
        return {thing.pk for thing in known if thing.is_address_confidential}
    known = list(known)
    confidential = Structure.objects.filter(is_address_confidential=True)
    homes = set(confidential.filter(pk__in={thing.structure_id for thing in known}).values_list("pk", flat=True))
    return {thing.pk for thing in known if thing.structure_id in homes}


def _parents(batch: list[Sent]) -> dict[str, int]:
    wanted = {sent.record["structure_id"] for sent in batch}
    return dict(Structure.objects.filter(uid__in=wanted).values_list("uid", "pk"))


def _misplaced(
    sent: Sent, thing: Record | None, source: Source, parents: dict[str, int], kind: Kind
) -> Rejected | None:
    line, uid = sent.row.line, sent.uid
    if thing is not None and thing.source_id != source.pk:
        right = f"une fiche de cette source : celle-ci appartient à « {thing.source_id} »"
        return Rejected(line, uid, "id", uid, right)
    if kind is SERVICES and sent.record["structure_id"] not in parents:
        parent = sent.record["structure_id"]
        return Rejected(line, uid, "structure_id", parent, data_inclusion.RIGHT["structure_id"])
    return None


def fingerprint_of(record: dict[str, Any]) -> str:
    """The content of a record, whatever the order of its keys and lists, and the rules it was checked by."""
    content = {
        key: sorted(value, key=str) if isinstance(value, list) else value
        for key, value in record.items()
        if value is not None
    }
    return hashlib.sha256(f"{UNDER_RULES}{CANONICAL.encode(content)}".encode()).hexdigest()


def _filled(thing: Any, kind: Kind, sent: Sent, parents: dict[str, int]) -> Any:
    """The record with what the source says, save for the fields someone corrected here."""
    record = sent.record
    said = data_inclusion.to_fields(record, kind.names) | data_inclusion.own_fields(record, kind.own)
    for name, value in said.items():
        if name == "updated_on" or name not in thing.local_edits:
            setattr(thing, name, value)
    if thing.local_edits:  # Checked here since: the record is as fresh as its last correction.
        thing.updated_on = max(thing.updated_on, *map(dt.date.fromisoformat, thing.local_edits.values()))
    if kind is SERVICES:
        thing.structure_id = parents[record["structure_id"]]
    thing.received = record
    thing.fingerprint, thing.imported_at = sent.fingerprint, clock.now()
    if WITHDRAWN not in thing.local_edits:  # Closed here, at its structure's word: its source has not learnt it yet.
        thing.withdrawn_at = None
    return thing


def _write(kind: Kind, created: list[Any], updated: list[Any], *, is_dry: bool) -> None:
    insert_new(created)
    for thing in updated:
        thing.version += 1
    extra = ["structure"] if kind is SERVICES else []
    kept = ("received", "fingerprint", "imported_at", "withdrawn_at", "version")
    names = {*kind.names.values(), *kind.own.values(), *kept, *extra}
    kind.model._base_manager.bulk_create(  # Twenty times faster than bulk_update on records this wide.
        updated, update_conflicts=True, unique_fields=["pk"], update_fields=sorted(names - {"uid"})
    )
    if is_dry:  # Nothing of it will be searched: the row that indexers share is left to who corrects.
        return
    if kind is SERVICES:
        written = Service.objects.filter(uid__in=[thing.uid for thing in (*created, *updated)])
        index_services(written, is_announced=False)
    elif updated:
        written = Service.objects.filter(structure__in=[thing.pk for thing in updated])
        index_services(written, is_announced=False)


@transaction.atomic
def _withdraw_vanished(source: Source, seen: dict[Kind, set[str]], report: Report, *, accept_losses: bool) -> None:
    """What the source no longer lists is marked withdrawn, never deleted."""
    lost: dict[Kind, list[int]] = {STRUCTURES: [], SERVICES: []}
    for kind, uids in seen.items():
        present = kind.model._base_manager.filter(source=source, withdrawn_at__isnull=True)
        gone = [pk for pk, uid in present.values_list("pk", "uid") if uid not in uids]
        if not accept_losses and len(gone) > FEW and len(gone) > WIDE_LOSS * (len(gone) + len(uids)):
            report.warning = (
                f"Ce fichier ne contient plus {len(gone)} fiches déjà connues : il est peut-être coupé. "
                "Rien n'a été retiré. Si c'est bien voulu, relancez avec --accept-losses."
            )
            continue
        tally = report.structures if kind is STRUCTURES else report.services
        tally.withdrawn += len(gone)
        _withdraw(kind, gone)
        lost[kind] = gone
    if not report.is_dry:  # Last, and once: whoever indexes takes services first, then the row all share.
        orphans = Q(structure__in=lost[STRUCTURES]) | Q(pk__in=lost[SERVICES])
        index_services(Service._base_manager.filter(orphans), is_announced=False)


def _withdraw(kind: Kind, gone: list[int]) -> None:
    now, changes = clock.now(), []
    things = kind.model._base_manager.filter(pk__in=gone)
    owners = things.values_list("pk", "structure" if kind is SERVICES else "pk")
    for pk, structure in owners:
        service = pk if kind is SERVICES else None
        change = RecordChange(structure_id=structure, service_id=service, field=WITHDRAWN, after=now, at=now)
        change.through = Through.IMPORT
        changes.append(change)
    RecordChange.objects.bulk_create(changes, batch_size=BATCH)
    things.update(withdrawn_at=now)


def _keep_rejects(rejected: list[Rejected], run: ImportRun) -> str:
    """Rejected rows, whole, in a CSV that a spreadsheet opens, for whoever must correct them."""
    if not rejected:
        return ""
    folder = settings.VAR_DIR / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.source_id}-{run.pk}-refus.csv"
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as page:
        writer = csv.writer(page, delimiter=";")
        writer.writerow(["ligne", "identifiant", "champ", "valeur", "ce qu'il faut", "la ligne entière (JSON)"])
        for r in rejected:
            whole = json.dumps({str(key): value for key, value in r.row.items()}, ensure_ascii=False, default=str)
            writer.writerow([r.line, *map(_harmless, (r.uid, r.field, r.value, r.right, whole))])
    return str(path)


def _harmless(value: str) -> str:
    """A cell that a spreadsheet will not take for a formula."""
    return f"'{value}" if value[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} else value
