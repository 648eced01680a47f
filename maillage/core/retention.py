"""How long each thing is kept, and what becomes of it: every model declares its class, a nightly job applies it."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Max, Min, Model, QuerySet, TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from maillage.core import clock, elimination, journal
from maillage.core.access import Rule
from maillage.core.deadlines import add_months
from maillage.core.holds import held
from maillage.core.models import EliminationSlip, RetentionRun

logger = logging.getLogger(__name__)
BATCH = 1_000
LONGEST_SLIP = 5_000  # A list that someone can still look through; SQLite takes no more than 32,766 values.


class Fate(TextChoices):
    """What becomes of a thing at the end."""

    DELETE = "delete", gettext_lazy("suppression")
    ANONYMISE = "anonymise", gettext_lazy("anonymisation")
    SORT = "sort", gettext_lazy("tri par les archives départementales")
    KEEP = "keep", gettext_lazy("conservation sans limite")


@dataclass(frozen=True)
class Period:
    """A time things are kept, in months or in days, and after what: « douze mois après le dernier contact »."""

    months: int = 0
    days: int = 0
    after: str | Promise = ""

    def before(self, day: dt.date) -> dt.date:
        """The day before which what happened has now been kept the whole period."""
        return add_months(day, -self.months) - dt.timedelta(days=self.days)

    def __str__(self) -> str:
        """« 5 ans après la clôture », « 18 mois », « 30 jours »."""
        years = self.months // 12 if self.months >= 24 and self.months % 12 == 0 else 0
        parts = [
            _("%(count)d ans") % {"count": years} if years else "",
            _("%(count)d mois") % {"count": self.months} if self.months and not years else "",
            ngettext("%(count)d jour", "%(count)d jours", self.days) % {"count": self.days} if self.days else "",
            str(self.after),
        ]
        return " ".join(filter(None, parts))


@dataclass(frozen=True)
class RetentionClass:
    """How long, and why. `active` is None when there is no end; `needs_visa`: the archivist signs before removal."""

    id: str
    label: str | Promise
    purpose: str | Promise
    legal_basis: str | Promise
    active: Period | None
    fate: Fate
    reference: str | Promise
    valid_from: dt.date
    intermediate: Period | None = None
    needs_visa: bool = False

    def too_old(self, day: dt.date) -> dt.datetime:
        """What happened before this instant has been kept its whole time, as of that day: for `expired` to compare.

        Raises ValueError for a class without an end.
        """
        if self.active is None:
            raise ValueError(f"{self.id} has no end.")
        since = self.active.before(day)
        if self.intermediate:
            since = self.intermediate.before(since)
        return timezone.make_aware(dt.datetime.combine(since, dt.time()))

    def kept_for(self) -> str:
        """« 12 mois après la fin du mois, puis suppression »."""
        if self.active is None:
            return str(Fate.KEEP.label)
        periods = [str(self.active), *([str(self.intermediate)] if self.intermediate else [])]
        return _("%(periods)s, puis %(fate)s") % {"periods": ", puis ".join(periods), "fate": Fate(self.fate).label}


@dataclass(frozen=True)
class Kept:
    """A model under its class: what has expired on a day, what is personal in it, how it is removed."""

    model: type[Model]
    retention_class: RetentionClass
    expired: Callable[[dt.date], QuerySet[Any]]
    remove: Callable[[QuerySet[Any]], int]
    personal: tuple[str, ...] = ()
    subjects: str | Promise = ""
    dated: str = ""
    label: str | Promise = ""
    data: str | Promise = ""

    @property
    def name(self) -> str:
        """« violations de données »: the words of the model, or ours when they are a foreign library's."""
        return str(self.label or self.model._meta.verbose_name_plural)


@dataclass
class Report:
    """What was done for one class and model: expired, removed, held, waiting for a visa; `failed` when it fell."""

    retention_class: str
    kind: str
    name: str
    examined: int = 0
    removed: int = 0
    held: int = 0
    awaiting: int = 0
    failed: bool = False


@dataclass(frozen=True)
class Following:
    """A model that is removed with another."""

    model: type[Model]
    parent: type[Model]
    personal: tuple[str, ...]
    read_by: tuple[Rule, ...]
    label: str | Promise
    data: str | Promise

    @property
    def name(self) -> str:
        return str(self.label or self.model._meta.verbose_name_plural)


KEPT: dict[tuple[str, str], Kept] = {}
FOLLOWING: dict[str, Following] = {}
IMPERSONAL: dict[str, str | Promise] = {}


def keeps(
    model: type[Model],
    retention_class: RetentionClass,
    *,
    expired: Callable[[dt.date], QuerySet[Any]],
    remove: Callable[[QuerySet[Any]], int] | None = None,
    **about: Any,
) -> None:
    """Declare how long a model is kept, in the room's `apps.py` or a module it imports.

    `expired(day)` gives what is too old; `remove(things)` takes it away and says how many (by default, deletes).
    About it: `personal`, the names of its personal fields; `subjects`, whose data (« agents »); `dated`, the date
    field that slips show; `label` and `data`, French words for a model and fields that have none. Raises ValueError
    when declared twice, or without a way to anonymise.
    """
    if remove is None and retention_class.fate == Fate.ANONYMISE:
        raise ValueError(f"{model.__name__}: say how it is anonymised.")
    for name in about.get("personal", ()):
        model._meta.get_field(name)
    made = Kept(model, retention_class, expired, remove or delete, **about)
    if KEPT.setdefault((retention_class.id, model._meta.label), made) is not made:
        raise ValueError(f"{model.__name__} is already kept under {retention_class.id}.")


def goes_with(
    model: type[Model],
    parent: type[Model],
    *,
    personal: tuple[str, ...] = (),
    read_by: tuple[Rule, ...] = (),
    label: str | Promise = "",
    data: str | Promise = "",
) -> None:
    """Declare a model that is removed with another, by cascade or by the other's `remove`.

    `read_by`: the rules, of another model, under which it is shown: its own are known.
    """
    for name in personal:
        model._meta.get_field(name)
    FOLLOWING[model._meta.label] = Following(model, parent, personal, read_by, label, data)


def holds_no_personal_data(model: type[Model], reason: str | Promise) -> None:
    """Declare a model that says nothing of anybody, and why, in a French sentence."""
    IMPERSONAL[model._meta.label] = reason


def name_of_kind(label: str) -> str:
    """« sessions ouvertes »: what the things of a model are called here; empty when the house no longer keeps them."""
    declared: list[Kept | Following] = [*KEPT.values(), *FOLLOWING.values()]
    return next((one.name for one in declared if one.model._meta.label_lower == label.lower()), "")


def undeclared(models: Iterable[type[Model]]) -> list[str]:
    """The models that are in no class and do not say that they hold no personal data."""
    known = {label for _class, label in KEPT} | set(FOLLOWING) | set(IMPERSONAL)
    return sorted(model._meta.label for model in models if model._meta.label not in known)


def delete(things: QuerySet[Any]) -> int:
    """Delete, with what follows; how many of the things themselves."""
    return int(things.delete()[1].get(things.model._meta.label, 0))


# -- Applying ------------------------------------------------------------------------------------------------------


def apply(day: dt.date, *, dry_run: bool = False) -> list[Report]:
    """Apply every class as of that day. Idempotent; killed halfway, run again it finishes.

    One class that falls is logged, reported as failed, and keeps no other from being applied.
    """
    started = clock.now()
    reports = [_apply_safely(kept, day, dry_run=dry_run) for kept in KEPT.values()]
    if not dry_run:
        RetentionRun.objects.create(
            day=day, started_at=started, finished_at=clock.now(), report=[asdict(report) for report in reports]
        )
    return reports


def _apply_safely(kept: Kept, day: dt.date, *, dry_run: bool) -> Report:
    report = Report(kept.retention_class.id, kept.model._meta.label, kept.name)
    try:
        _apply(kept, day, report=report, dry_run=dry_run)
    except Exception:
        logger.exception("%s could not be applied to %s.", report.retention_class, report.kind)
        report.failed = True
    return report


def _apply(kept: Kept, day: dt.date, *, report: Report, dry_run: bool) -> None:
    expired = kept.expired(day).order_by()
    report.examined = expired.count()
    report.held = expired.filter(pk__in=held(kept.model)).count()
    if kept.retention_class.needs_visa:
        _under_visa(kept, day, report=report, dry_run=dry_run)
    else:
        report.removed = report.examined - report.held if dry_run else _remove(kept, day)


def _free(kept: Kept, day: dt.date) -> QuerySet[Any]:
    """What has expired and that no hold keeps, in a stable order."""
    return kept.expired(day).exclude(pk__in=held(kept.model)).order_by("pk")


def _remove(kept: Kept, day: dt.date) -> int:
    """By batches, each in its own transaction: killed halfway, what is done stays done."""
    removed, seen = 0, None
    while True:
        free = _free(kept, day)
        batch = list((free if seen is None else free.filter(pk__gt=seen)).values_list("pk", flat=True)[:BATCH])
        if not batch:
            return removed
        with journal.act():
            removed += _take_away(kept, day, batch)
        seen = batch[-1]


def _take_away(kept: Kept, day: dt.date, ids: Iterable[Any]) -> int:
    """Remove those of the ids that are still expired and free, once locked: one may have been renewed meanwhile."""
    things = kept.model._base_manager
    list(things.filter(pk__in=ids).select_for_update(of=("self",)).values_list("pk"))
    still = list(_free(kept, day).filter(pk__in=ids).values_list("pk", flat=True))
    removed = kept.remove(things.filter(pk__in=still)) if still else 0
    if removed:
        journal.record(
            None,
            "core.retention_applied",
            f"retention:{kept.retention_class.id}",
            kind=kept.model._meta.label,
            count=removed,
        )
    return removed


def _under_visa(kept: Kept, day: dt.date, *, report: Report, dry_run: bool) -> None:
    """Carry out what the archivist signed, list on a new slip what no slip lists yet."""
    law, kind = kept.retention_class.id, report.kind
    for slip in elimination.signed(law, kind):
        report.removed += len(slip.ids) if dry_run else _carry_out(kept, day, slip)
    listed = elimination.listed(law, kind)
    fresh = [one for one in _free(kept, day).values_list("pk", flat=True) if str(one) not in listed]
    for start in () if dry_run else range(0, len(fresh), LONGEST_SLIP):
        part = fresh[start : start + LONGEST_SLIP]
        elimination.prepare(law, kind, ids=[str(one) for one in part], dates=_dates(kept, part))
    report.awaiting = elimination.awaiting(law, kind) + (len(fresh) if dry_run else 0)


def _carry_out(kept: Kept, day: dt.date, slip: EliminationSlip) -> int:
    with journal.act():
        removed = _take_away(kept, day, slip.ids)
        elimination.carried_out(slip, removed=removed)
    return removed


def _dates(kept: Kept, ids: list[Any]) -> tuple[dt.date | None, dt.date | None]:
    """The oldest and the latest date of what is listed, when the class says which field dates it."""
    if not kept.dated:
        return None, None
    found = kept.model._base_manager.filter(pk__in=ids).aggregate(first=Min(kept.dated), last=Max(kept.dated))
    return _day(found["first"]), _day(found["last"])


def _day(value: Any) -> dt.date | None:
    return timezone.localdate(value) if isinstance(value, dt.datetime) else value
