"""Take in a source's file: every good row, none of the bad, the same result however often it is run or killed."""

import csv
import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from data_inclusion.schema import v1
from django.conf import settings
from django.db import transaction

from maillage.core import clock, journal
from maillage.core.tabular import Row, UnreadableFile, read_text
from maillage.directory import data_inclusion, france_services
from maillage.directory.actions.changing import changes_between, values_of
from maillage.directory.actions.indexing import index_services
from maillage.directory.choices import RunState, SourceFormat, Through
from maillage.directory.data_inclusion import (
    OWN_SERVICE_FIELDS,
    OWN_STRUCTURE_FIELDS,
    SERVICE_FIELDS,
    STRUCTURE_FIELDS,
    Rejected,
)
from maillage.directory.models import ImportRun, Record, RecordChange, Service, Source, Structure

BATCH = 500
WITHDRAWN = "withdrawn_at"
WIDE_LOSS, FEW = 0.5, 20  # More than half of a source gone at once is a cut file until someone says otherwise.


@dataclass
class Tally:
    """What happened to one kind of record."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    kept_edits: int = 0


@dataclass
class Report:
    """What an import did, and what it refused."""

    source: str
    structures: Tally = field(default_factory=Tally)
    services: Tally = field(default_factory=Tally)
    rejected: list[Rejected] = field(default_factory=list)
    rejects_file: str = ""
    warning: str = ""

    @property
    def changes(self) -> int:
        return sum(t.created + t.updated + t.withdrawn for t in (self.structures, self.services))

    def summary(self) -> str:
        """The report without what the rejected rows held: it is kept, and shown to people who read no record."""
        return " ".join(line for line in self.lines() if not line.startswith("  "))[:2_000]

    def lines(self) -> Iterator[str]:
        """The report as a person reads it."""
        for noun, e, mis, tally in (
            ("structures", "e", "mises", self.structures),
            ("services", "", "mis", self.services),
        ):
            yield (
                f"{noun} : {tally.read} lu{e}s, {tally.created} ajouté{e}s, {tally.updated} {mis} à jour, "
                f"{tally.unchanged} inchangé{e}s, {tally.withdrawn} retiré{e}s."
            )
        if kept := self.structures.kept_edits + self.services.kept_edits:
            s = "s" if kept > 1 else ""
            yield f"{kept} champ{s} corrigé{s} ici, gardé{s}."
        if self.warning:
            yield self.warning
        if self.rejected:
            s = "s" if len(self.rejected) > 1 else ""
            where = self.rejects_file or "(rien : essai à blanc)"
            yield f"{len(self.rejected)} ligne{s} refusée{s}, gardée{s} dans {where} :"
            yield from (f"  {rejected}" for rejected in self.rejected[:20])
            if len(self.rejected) > 20:
                yield f"  … et {len(self.rejected) - 20} autres."
        elif not self.changes:
            yield "Rien n'a changé."


@dataclass(frozen=True, eq=False)
class Kind:
    """How one kind of record crosses the border."""

    model: type[Structure] | type[Service]
    schema: type[v1.Structure] | type[v1.Service]
    names: dict[str, str]
    own: dict[str, str]


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
    with transaction.atomic():
        report = _take(source, *rows, accept_losses=accept_losses)
        transaction.set_rollback(True)
    return report


def import_records(
    structures: Iterable[dict[str, Any]], services: Iterable[dict[str, Any]], *, source: Source
) -> Report:
    """The same, from data·inclusion records already in memory."""
    rows = [Row(n, r) for n, r in enumerate(structures, 1)], [Row(n, r) for n, r in enumerate(services, 1)]
    return _run(rows, source, by=None, accept_losses=False)


def _read(path: Path, source: Source) -> tuple[list[Row], list[Row]]:
    text = read_text(path)
    if source.format == SourceFormat.FRANCE_SERVICES:
        as_of = france_services.list_date(path.name) or dt.date.fromtimestamp(path.stat().st_mtime)
        return france_services.read(text, path.name, as_of=as_of)
    return data_inclusion.read(text, path.name)


def _read_or_say(path: Path, source: Source) -> tuple[list[Row], list[Row]]:
    """The file's rows; a file that cannot be read is written down for whoever keeps the directory, then refused."""
    try:
        return _read(path, source)
    except UnreadableFile as refused:
        if not source._state.adding:
            _finish(ImportRun(source=source), RunState.REFUSED, sentence=refused.sentence)
        raise


def _run(rows: tuple[list[Row], list[Row]], source: Source, *, by: Any, accept_losses: bool) -> Report:
    source.save()
    for killed in source.runs.filter(state=RunState.RUNNING):
        _finish(killed, RunState.REFUSED, sentence="Interrompu avant sa fin, puis repris.")
    run = ImportRun.objects.create(source=source)
    report = _take(source, *rows, accept_losses=accept_losses)
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


def _take(source: Source, structures: list[Row], services: list[Row], *, accept_losses: bool) -> Report:
    source.save()
    report = Report(source.name)
    seen: dict[Kind, set[str]] = {}
    for kind, rows, tally in ((STRUCTURES, structures, report.structures), (SERVICES, services, report.services)):
        present = _take_rows(kind, source, rows, tally, report)
        if any(None not in row.values for row in rows):  # Else the file says nothing of this kind.
            seen[kind] = present
    if seen:
        _withdraw_vanished(source, seen, report, accept_losses=accept_losses)
    return report


def _take_rows(kind: Kind, source: Source, rows: list[Row], tally: Tally, report: Report) -> set[str]:
    """Take the good rows, batch by batch; the identifiers present in the file, good rows or bad."""
    seen: set[str] = set()
    batch: list[tuple[Row, dict[str, Any]]] = []
    for row in rows:
        tally.read += 1
        record = data_inclusion.clean(row.values)
        uid = str(record.get("id") or "")
        problems = data_inclusion.check(row, record, kind.schema)
        if not problems and uid in seen:
            problems = [Rejected(row.line, uid, "id", uid, "un identifiant présent une seule fois dans le fichier")]
        seen.add(uid)
        if problems:
            report.rejected += [replace(problem, row=row.values) for problem in problems]
            continue
        batch.append((row, record))
        if len(batch) == BATCH:
            _save_batch(kind, source, batch, tally, report)
            batch = []
    _save_batch(kind, source, batch, tally, report)
    return seen


@transaction.atomic
def _save_batch(
    kind: Kind, source: Source, batch: list[tuple[Row, dict[str, Any]]], tally: Tally, report: Report
) -> None:
    uids = [record["id"] for _, record in batch]
    locked = kind.model._base_manager.select_for_update()  # A correction being saved waits, then sees it is stale.
    known = {thing.uid: thing for thing in locked.filter(uid__in=uids)}
    hidden = _hidden(kind, known.values())
    parents = _parents(batch) if kind is SERVICES else {}
    created, updated, changes = [], [], []
    for row, record in batch:
        thing = known.get(record["id"])
        if problem := _misplaced(row, record, thing, source, parents, kind):
            report.rejected.append(replace(problem, row=row.values))
        elif thing is None:
            created.append(_filled(kind.model(source=source, uid=record["id"]), kind, record, parents))
        elif thing.fingerprint == fingerprint_of(record) and (
            not thing.is_withdrawn or WITHDRAWN in thing.local_edits
        ):
            tally.unchanged += 1
        else:
            tally.kept_edits += len(thing.local_edits.keys() - {"updated_on"})
            before = values_of(thing, _told(kind))
            updated.append(_filled(thing, kind, record, parents))
            changes += changes_between(thing, before, through=Through.IMPORT, hidden=thing.pk in hidden)
    tally.created += len(created)
    tally.updated += len(updated)
    _write(kind, created, updated)
    RecordChange.objects.bulk_create(changes, batch_size=BATCH)


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


def _parents(batch: list[tuple[Row, dict[str, Any]]]) -> dict[str, int]:
    wanted = {record["structure_id"] for _, record in batch}
    return dict(Structure.objects.filter(uid__in=wanted).values_list("uid", "pk"))


def _misplaced(
    row: Row, record: dict[str, Any], thing: Record | None, source: Source, parents: dict[str, int], kind: Kind
) -> Rejected | None:
    uid = record["id"]
    if thing is not None and thing.source_id != source.pk:
        return Rejected(
            row.line, uid, "id", uid, f"une fiche de cette source : celle-ci appartient à « {thing.source_id} »"
        )
    if kind is SERVICES and record["structure_id"] not in parents:
        return Rejected(row.line, uid, "structure_id", record["structure_id"], data_inclusion.RIGHT["structure_id"])
    return None


def fingerprint_of(record: dict[str, Any]) -> str:
    """The content of a record, whatever the order of its keys and lists."""
    content = {key: sorted(value, key=str) if isinstance(value, list) else value for key, value in record.items()}
    text = json.dumps({k: v for k, v in content.items() if v is not None}, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _filled(thing: Any, kind: Kind, record: dict[str, Any], parents: dict[str, int]) -> Any:
    """The record with what the source says, save for the fields someone corrected here."""
    said = data_inclusion.to_fields(record, kind.names) | data_inclusion.own_fields(record, kind.own)
    for name, value in said.items():
        if name == "updated_on" or name not in thing.local_edits:
            setattr(thing, name, value)
    if thing.local_edits:  # Checked here since: the record is as fresh as its last correction.
        thing.updated_on = max(thing.updated_on, *map(dt.date.fromisoformat, thing.local_edits.values()))
    if kind is SERVICES:
        thing.structure_id = parents[record["structure_id"]]
    thing.received = record
    thing.fingerprint, thing.imported_at = fingerprint_of(record), clock.now()
    if WITHDRAWN not in thing.local_edits:  # Closed here, at its structure's word: its source has not learnt it yet.
        thing.withdrawn_at = None
    return thing


def _write(kind: Kind, created: list[Any], updated: list[Any]) -> None:
    kind.model._base_manager.bulk_create(created)
    for thing in updated:
        thing.version += 1
    extra = ["structure"] if kind is SERVICES else []
    kept = ("received", "fingerprint", "imported_at", "withdrawn_at", "version")
    names = {*kind.names.values(), *kind.own.values(), *kept, *extra}
    kind.model._base_manager.bulk_create(  # Twenty times faster than bulk_update on records this wide.
        updated, update_conflicts=True, unique_fields=["pk"], update_fields=sorted(names - {"uid"})
    )
    touched = [thing.pk for thing in (*created, *updated)]
    if kind is SERVICES:
        index_services(Service.objects.filter(pk__in=touched))
    elif updated:
        index_services(Service.objects.filter(structure__in=[thing.pk for thing in updated]))


@transaction.atomic
def _withdraw_vanished(source: Source, seen: dict[Kind, set[str]], report: Report, *, accept_losses: bool) -> None:
    """What the source no longer lists is marked withdrawn, never deleted."""
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
        field_name = "structure__in" if kind is STRUCTURES else "pk__in"
        index_services(Service.objects.filter(**{field_name: gone}))


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
