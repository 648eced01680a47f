"""What the pages of those who keep the directory are told: their lists, imports, the past of a record."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext

from maillage.core import components
from maillage.core.concurrency import new_key
from maillage.directory import cards
from maillage.directory.actions.changing import TELLING, hides
from maillage.directory.models import ImportRun, RecordChange, Service, Structure, Submission
from maillage.directory.models.proposals import said_by
from maillage.directory.permissions import awaits_second_factor, can_propose_service, can_restore_change
from maillage.directory.wording import both_in_words, field_label

PER_PAGE = 50


def records(structures: QuerySet[Structure], number: str, *, reader: Any) -> dict[str, object]:
    """What an editor keeps true, the oldest first, fifty at a time."""
    page = Paginator(structures.select_related("source").order_by("updated_on", "pk"), 50).get_page(number)
    rows = [_record_row(structure) for structure in page]
    headers = (gettext("Structure"), gettext("Commune"), gettext("Fraîcheur"), gettext("Source"), gettext("À faire"))
    table = components.Table(gettext("Fiches, les plus anciennes d'abord"), headers, rows)
    return {"page": page, "table": table, "protected": protected(reader)}


def protected(reader: Any) -> int:
    """How many records wait for this reader's second factor."""
    return awaits_second_factor.among(Structure.objects.all(), reader).count()


def _record_row(structure: Structure) -> tuple[object, ...]:
    fresh = cards.freshness_card(structure)
    edit = reverse("directory:edit_structure", args=[structure.pk])
    return (
        format_html('<a href="{}">{}</a>', structure.get_absolute_url(), structure.name),
        gettext("adresse confidentielle") if structure.is_address_confidential else structure.commune_name,
        f"{fresh.word} ({fresh.date})",
        structure.source.name,
        format_html('<a href="{}">{}</a>', edit, gettext("Corriger")),
    )


def my_records(structures: QuerySet[Structure], number: str, *, reader: Any) -> dict[str, object]:
    """What a member of a structure keeps true, structures and services alike: the oldest first, fifty at a time."""
    services = can_propose_service.among(Service.objects.filter(structure__in=structures.values("pk")), reader)
    page = Paginator(_oldest_first(structures, services), PER_PAGE).get_page(number)
    things = _loaded(page)
    open_ones = _open_proposals({_key_of(thing)[0] for thing in things})
    rows = [_my_row(thing, open_ones.get(_key_of(thing), [])) for thing in things]
    headers = (
        gettext("Fiche"), gettext("Lieu"), gettext("Vérifiée"), gettext("Proposition en cours"), gettext("À faire")
    )  # fmt: skip
    waiting = protected(reader)
    empty = gettext(
        "Aucune fiche n'est encore rattachée à votre organisation. Demandez-le à la Maison des solidarités."
    )
    if waiting:
        empty = gettext("Vos fiches attendent votre second facteur.")
    table = components.Table(gettext("Vos fiches, les plus anciennes d'abord"), headers, rows, empty=empty)
    organisations = ", ".join(_organisations_of(things))
    return {"page": page, "table": table, "organisations": organisations, "protected": waiting, "intention": new_key()}


Rank = tuple[bool, dt.date, int, int]
"""Where a record comes in the list: withdrawn last, the oldest first, a structure before its services; its key."""


def _oldest_first(structures: QuerySet[Structure], services: QuerySet[Service]) -> list[Rank]:
    return sorted(
        (gone is not None, day, kind, pk)
        for kind, records in enumerate((structures, services))
        for pk, day, gone in records.order_by().values_list("pk", "updated_on", "withdrawn_at")
    )


def _loaded(ranks: Iterable[Rank]) -> list[Structure | Service]:
    ranks = list(ranks)
    structures = Structure._base_manager.select_related("site__organisation")
    services = Service._base_manager.select_related("structure__site__organisation")
    found: dict[tuple[int, int], Structure | Service] = {}
    found |= {(0, pk): one for pk, one in structures.in_bulk([pk for *_, kind, pk in ranks if kind == 0]).items()}
    found |= {(1, pk): one for pk, one in services.in_bulk([pk for *_, kind, pk in ranks if kind == 1]).items()}
    return [found[kind, pk] for *_, kind, pk in ranks]


def _organisations_of(things: list[Structure | Service]) -> list[str]:
    structures = (thing.structure if isinstance(thing, Service) else thing for thing in things)
    return sorted({str(structure.site.organisation) for structure in structures if structure.site})


def _key_of(thing: Structure | Service) -> tuple[int, int | None]:
    return (thing.structure_id, thing.pk) if isinstance(thing, Service) else (thing.pk, None)


def _open_proposals(structures: set[int]) -> dict[tuple[int, int | None], list[Submission]]:
    found: dict[tuple[int, int | None], list[Submission]] = {}
    ours = Submission.objects.open().filter(structure__in=structures).select_related("structure__site", "service")
    for proposal in ours:
        if proposal.structure.site and proposal.structure.site.organisation_id == proposal.organisation_id:
            found.setdefault((proposal.structure_id, proposal.service_id), []).append(proposal)
    return found


def _my_row(thing: Structure | Service, proposals: list[Submission]) -> tuple[object, ...]:
    fresh = cards.freshness_card(thing)
    under_way = [
        format_html('<a href="{}">{}</a> ({})', one.get_absolute_url(), one.get_state_display(), one.name)
        if one.is_to_be_made
        else format_html('<a href="{}">{}</a>', one.get_absolute_url(), one.get_state_display())
        for one in proposals
    ]
    return (
        format_html('<a href="{}">{}</a>', thing.get_absolute_url(), thing.name),
        thing.structure.name if isinstance(thing, Service) else gettext("la structure elle-même"),
        gettext("Retirée") if thing.is_withdrawn else fresh.date,
        format_html("{}" + " · {}" * (len(under_way) - 1), *under_way) if under_way else "",
        _my_gestures(thing, may_confirm=not proposals and not thing.is_withdrawn),
    )


def _my_gestures(thing: Structure | Service, *, may_confirm: bool) -> str:
    """Correct it, or say at once that it is exact: the list stands in a form of which each row has a button."""
    kind = "service" if isinstance(thing, Service) else "structure"
    correct = reverse(f"directory:propose_{kind}", args=[thing.pk])
    link = format_html('<a href="{}">{}</a>', correct, gettext("Corriger"))
    if not may_confirm:
        return link
    return format_html(
        '<span class="cluster">{}<button class="button button-quiet" formaction="{}" name="record_version" value="{}">'
        '<span>{}<span class="visually-hidden"> : {}</span></span></button></span>',
        link, reverse(f"directory:confirm_{kind}", args=[thing.pk]), thing.version,
        gettext("Tout est exact").replace(" ", "\u00a0"),
        thing.name,
    )  # fmt: skip


def imports(runs: Iterable[ImportRun]) -> dict[str, object]:
    # Translators: a date and an hour, in the letters of Django's date formats.
    moment = gettext("j F Y à H:i")
    rows = [
        (run.source.name, date_format(localtime(run.started_at), moment), run.get_state_display(), run.sentence)
        for run in runs
    ]
    headers = (gettext("Source"), gettext("Commencé"), gettext("État"), gettext("Bilan"))
    caption, empty = gettext("Les derniers imports"), gettext("Rien n'a encore été importé.")
    return {"table": components.Table(caption, headers, rows, empty=empty)}


# -- The past of a record -------------------------------------------------------------------------------------------


def history(
    record: Structure | Service, changes: QuerySet[RecordChange], number: str, *, reader: Any
) -> dict[str, object]:
    """Each field that changed, the latest first."""
    page = Paginator(changes.select_related("by", "submission__organisation"), PER_PAGE).get_page(number)
    mine = can_restore_change.among(RecordChange.objects.filter(pk__in=[one.pk for one in page]), reader)
    restorable = set(mine.values_list("pk", flat=True))
    rows = [_change_row(one, may_restore=one.pk in restorable, hidden=hides(record)) for one in page]
    headers = (
        gettext("Champ"), gettext("Avant"), gettext("Après"), gettext("Quand"), gettext("Par qui"), gettext("À faire")
    )  # fmt: skip
    empty = gettext("Rien n'a changé depuis que l'histoire des fiches est tenue.")
    table = components.Table(gettext("Changements, les derniers d'abord"), headers, rows, empty=empty)
    return {"record": record, "page": page, "table": table}


def _change_row(change: RecordChange, *, may_restore: bool, hidden: bool) -> tuple[object, ...]:
    told = change_in_words(change, hidden=hidden)
    restore = reverse("directory:restore", args=[change.pk])
    can_come_back = may_restore and told[0] and change.field not in ("updated_on", "withdrawn_at")
    link = format_html('<a href="{}">{}</a>', restore, gettext("Rétablir")) if can_come_back else ""
    when = date_format(localtime(change.at), gettext("j F Y à H:i"))
    return (field_label(change.field), *told, when, _who(change), link)


def change_in_words(change: RecordChange, *, hidden: bool) -> tuple[str, str]:
    """Before and after; nothing of a confidential address, which has one door of its own."""
    if change.is_withheld or (hidden and change.field in TELLING):
        return "", gettext("modifié (adresse confidentielle : valeur non montrée)")
    return both_in_words(change.field, change.before, change.after)


def restoring_in_words(change: RecordChange, record: Structure | Service) -> tuple[str, str]:
    """What the record says now of this field, and what it would say again."""
    if change.field in TELLING and hides(record):
        unsaid = gettext("(adresse confidentielle : non montrée)")
        return unsaid, unsaid
    return both_in_words(change.field, said_by(record, change.field), change.before)


def _who(change: RecordChange) -> str:
    who = str(change.by) if change.by else ""
    if change.submission:
        said = gettext("%(who)s, sur proposition de : %(organisation)s")
        return said % {"who": who or gettext("Quelqu'un"), "organisation": change.submission.organisation}
    return who or change.get_through_display()
