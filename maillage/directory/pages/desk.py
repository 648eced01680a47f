"""What the pages of those who keep the directory are told: their lists, imports, the past of a record."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext

from maillage.core import components
from maillage.directory import cards
from maillage.directory.actions.changing import TELLING, hides
from maillage.directory.models import ImportRun, RecordChange, Service, Structure, Submission
from maillage.directory.models.proposals import said_by
from maillage.directory.permissions import can_propose_service, can_restore_change
from maillage.directory.wording import field_label, value_in_words

PER_PAGE = 50


def records(structures: QuerySet[Structure], number: str) -> dict[str, object]:
    """What an editor keeps true, the oldest first, fifty at a time."""
    page = Paginator(structures.select_related("source").order_by("updated_on", "pk"), 50).get_page(number)
    rows = [_record_row(structure) for structure in page]
    headers = (gettext("Structure"), gettext("Commune"), gettext("Fraîcheur"), gettext("Source"), gettext("À faire"))
    return {"page": page, "table": components.Table(gettext("Fiches, les plus anciennes d'abord"), headers, rows)}


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
    """What a member of a structure keeps true: each structure and its services, the oldest first."""
    page = Paginator(structures.select_related("site__organisation").order_by("updated_on", "pk"), 20).get_page(number)
    things: list[Structure | Service] = []
    services = can_propose_service.among(Service.objects.filter(structure__in=list(page)), reader)
    by_structure: dict[int, list[Service]] = {}
    for service in services.select_related("structure").order_by("name"):
        by_structure.setdefault(service.structure_id, []).append(service)
    for structure in page:
        things += [structure, *by_structure.get(structure.pk, [])]
    open_ones = _open_proposals(page)
    rows = [_my_row(thing, open_ones.get(_key_of(thing), [])) for thing in things]
    headers = (gettext("Fiche"), gettext("Fraîcheur"), gettext("Proposition en cours"), gettext("À faire"))
    organisations = sorted({str(structure.site.organisation) for structure in page if structure.site})
    empty = gettext(
        "Aucune fiche n'est encore rattachée à votre organisation. Demandez-le à la Maison des solidarités."
    )
    table = components.Table(gettext("Vos fiches, les plus anciennes d'abord"), headers, rows, empty=empty)
    return {"page": page, "table": table, "organisations": ", ".join(organisations)}


def _key_of(thing: Structure | Service) -> tuple[int, int | None]:
    return (thing.structure_id, thing.pk) if isinstance(thing, Service) else (thing.pk, None)


def _open_proposals(page: Page) -> dict[tuple[int, int | None], list[Submission]]:
    found: dict[tuple[int, int | None], list[Submission]] = {}
    ours = Submission.objects.open().filter(structure__in=list(page)).select_related("structure__site", "service")
    for proposal in ours:
        if proposal.structure.site and proposal.structure.site.organisation_id == proposal.organisation_id:
            found.setdefault((proposal.structure_id, proposal.service_id), []).append(proposal)
    return found


def _my_row(thing: Structure | Service, proposals: list[Submission]) -> tuple[object, ...]:
    fresh = cards.freshness_card(thing)
    is_service = isinstance(thing, Service)
    propose = reverse("directory:propose_service" if is_service else "directory:propose_structure", args=[thing.pk])
    name = format_html('<a href="{}">{}</a>', thing.get_absolute_url(), thing.name)
    under_way = [
        format_html('<a href="{}">{}</a> ({})', one.get_absolute_url(), one.get_state_display(), one.name)
        if one.is_to_be_made
        else format_html('<a href="{}">{}</a>', one.get_absolute_url(), one.get_state_display())
        for one in proposals
    ]
    return (
        format_html("{} · {}", gettext("service"), name) if is_service else name,
        gettext("Retirée") if thing.is_withdrawn else f"{fresh.word} ({fresh.date})",
        format_html("{}" + " · {}" * (len(under_way) - 1), *under_way) if under_way else "",
        format_html('<a href="{}">{}</a>', propose, gettext("Corriger, ou dire que tout est exact")),
    )


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
    return value_in_words(change.field, change.before), value_in_words(change.field, change.after)


def restoring_in_words(change: RecordChange, record: Structure | Service) -> tuple[str, str]:
    """What the record says now of this field, and what it would say again."""
    if change.field in TELLING and hides(record):
        unsaid = gettext("(adresse confidentielle : non montrée)")
        return unsaid, unsaid
    return value_in_words(change.field, said_by(record, change.field)), value_in_words(change.field, change.before)


def _who(change: RecordChange) -> str:
    who = str(change.by) if change.by else ""
    if change.submission:
        said = gettext("%(who)s, sur proposition de : %(organisation)s")
        return said % {"who": who or gettext("Quelqu'un"), "organisation": change.submission.organisation}
    return who or change.get_through_display()
