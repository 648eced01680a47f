"""The yearly review of roles: the list, its confirmations, its report."""

import csv
import io
from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from maillage.actors.actions import reviews as actions
from maillage.actors.choices import Role
from maillage.actors.documents import review_report
from maillage.actors.models import Membership, User
from maillage.actors.pages import roles as pages
from maillage.actors.permissions import can_read_membership, can_review_membership
from maillage.core import clock
from maillage.core.access import allow_list
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.territories.models import Departement

REPORTED_TO = (Role.ADMINISTRATOR, Role.MDS_MANAGER, Role.DPO)


@never_cache
@require_safe
@allow_list(can_review_membership, roles=actions.REVIEWERS)
def listing(request: HttpRequest, held: QuerySet[Membership]) -> HttpResponse:
    waiting = actions.waiting_for(request.user)
    told = pages.reviews(waiting & held, request.GET.get("page", "1"))
    return render(request, "actors/roles/reviews.html", told | {"key": new_key()})


@never_cache
@require_POST
@allow_list(can_review_membership, roles=actions.REVIEWERS)
def confirm_page(request: HttpRequest, held: QuerySet[Membership]) -> HttpResponse:
    """One row, or all of the page as it was shown: a role that changed meanwhile is not confirmed unread."""
    read = dict(_row(text) for text in request.POST.getlist("one") or request.POST.getlist("shown"))
    chosen = list(held.filter(pk__in=read))
    for membership in chosen:
        membership.version = read[membership.pk]
    if not chosen:
        messages.warning(request, gettext("Aucun rôle n'était choisi : rien n'est confirmé."))
        return redirect("actors:reviews")
    try:
        count = actions.confirm(chosen, key=request.POST.get("intention", ""), by=cast(User, request.user))
        said = ngettext("%(count)d rôle revu.", "%(count)d rôles revus.", count)
        messages.success(request, said % {"count": count})
    except AlreadyDone:
        pass
    except Stale:
        messages.warning(request, gettext("L'un de ces rôles vient de changer : relisez la liste, puis confirmez."))
    return redirect("actors:reviews")


def _row(text: str) -> tuple[int, int]:
    """« 12:3 »: the role and the version that was shown; anything else is no role."""
    pk, _colon, version = text.partition(":")
    numbers = pk.isascii() and pk.isdecimal() and version.isascii() and version.isdecimal()
    return (int(pk[:15]), int(version[:9])) if numbers else (0, 0)


@never_cache
@require_safe
@allow_list(can_read_membership, roles=REPORTED_TO)
def report(request: HttpRequest, held: QuerySet[Membership]) -> HttpResponse:
    told = {"table": pages.report_table(actions.report(held)), "day": clock.today()}
    return render(request, "actors/roles/report.html", told)


@never_cache
@require_safe
@allow_list(can_read_membership, roles=REPORTED_TO)
def report_csv(request: HttpRequest, held: QuerySet[Membership]) -> HttpResponse:
    """For a spreadsheet: semicolons, UTF-8 with its mark, no cell that a spreadsheet would run."""
    table, text = pages.report_table(actions.report(held)), io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(table.headers)
    writer.writerows([[_inert(str(cell)) for cell in row] for row in table.rows])
    disposition = f'attachment; filename="revue-des-habilitations-{clock.today()}.csv"'
    headers = {"Content-Disposition": disposition}
    return HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _inert(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


@never_cache
@require_safe
@allow_list(can_read_membership, roles=REPORTED_TO)
def report_pdf(request: HttpRequest, held: QuerySet[Membership]) -> HttpResponse:
    home = Departement.objects.home()
    paper = review_report(actions.report(held), house=home.name if home else "Maillage")
    name = f"revue-des-habilitations-{clock.today()}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(paper, content_type="application/pdf", headers=headers)
