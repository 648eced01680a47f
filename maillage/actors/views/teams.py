"""The pages of teams: by sector and pole, one team, who is in it, the review of the two poles."""

import csv
import io
from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.actors.actions import teams as actions
from maillage.actors.choices import Role
from maillage.actors.forms.organisations import ConfirmForm
from maillage.actors.forms.teams import PlaceForm, TeamForm
from maillage.actors.models import Site, Team, TeamMember, User
from maillage.actors.pages import teams as pages
from maillage.actors.pages.staffing import USUAL_COMMUNES
from maillage.actors.permissions import can_add_team, can_edit_team, can_read_team, can_read_team_member
from maillage.core import clock
from maillage.core.access import allow, allow_list
from maillage.core.concurrency import AlreadyDone, Stale

FOLLOWED_BY = (Role.ADMINISTRATOR, Role.MDS_MANAGER, Role.ANALYST)


@never_cache
@require_safe
@allow_list(can_read_team, roles=FOLLOWED_BY)
def listing(request: HttpRequest, found: QuerySet[Team]) -> HttpResponse:
    told = pages.teams(found, request.GET.get("page", "1"), reader=request.user)
    return render(request, "actors/teams/list.html", told)


@never_cache
@require_safe
@allow(can_read_team)
def page(request: HttpRequest, team: Team) -> HttpResponse:
    return render(request, "actors/teams/page.html", pages.team(team, reader=request.user))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(can_add_team)
def add(request: HttpRequest, site: Site) -> HttpResponse:
    form = TeamForm(request.POST if request.method == "POST" else None, site=site)
    if form.is_valid():
        try:
            team = actions.add_team(site, form.facts(), key=form.cleaned_data["intention"], by=_me(request))
        except AlreadyDone:
            return redirect("actors:teams")
        _say_saved(request, team)
        return redirect("actors:team", pk=team.pk)
    told = {"form": form, "site": site, "team": None, "now": None}
    return render(request, "actors/teams/edit.html", told, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(can_edit_team)
def correct(request: HttpRequest, team: Team) -> HttpResponse:
    """When someone else wrote meanwhile, the page shows what stands now above what this person wrote."""
    form = TeamForm(request.POST if request.method == "POST" else None, site=team.site, team=team)
    now = None
    if form.is_valid():
        facts, said = form.facts(), form.cleaned_data
        try:
            actions.correct_team(team, facts, expected=said["version_read"] or 0, key=said["intention"],
                                 by=_me(request))  # fmt: skip
            _say_saved(request, team)
            return redirect("actors:team", pk=team.pk)
        except AlreadyDone:
            return redirect("actors:team", pk=team.pk)
        except Stale as stale:
            now, form = pages.written(stale.current), form.upon(stale.current)
    told = {"form": form, "site": team.site, "team": Team.objects.get(pk=team.pk), "now": now}
    return render(request, "actors/teams/edit.html", told, status=409 if now else 422 if form.errors else 200)


def _say_saved(request: HttpRequest, team: Team) -> None:
    messages.success(request, gettext("Équipe enregistrée."))
    if (count := team.communes.count()) > USUAL_COMMUNES:
        sentence = gettext("Elle intervient dans %(count)d communes : d'ordinaire, une équipe en couvre une à trois.")
        messages.warning(request, sentence % {"count": count})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(can_edit_team)
def close(request: HttpRequest, team: Team) -> HttpResponse:
    form = ConfirmForm(request.POST) if request.method == "POST" else ConfirmForm.about(team)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.close_team(team, expected=said["version_read"] or 0, key=said["intention"], by=_me(request))
            messages.success(request, gettext("Équipe fermée."))
        except AlreadyDone:
            pass
        except Stale:
            messages.warning(request, gettext("Quelqu'un vient de la corriger : relisez-la, puis recommencez."))
        return redirect("actors:team", pk=team.pk)
    return render(request, "actors/teams/confirm.html", pages.closing(team) | {"form": form})


@never_cache
@require_POST
@allow(can_edit_team)
def place(request: HttpRequest, team: Team) -> HttpResponse:
    form = PlaceForm(request.POST, team=team, reader=request.user)
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.place(said["membership"], team, key=said["intention"], by=_me(request))
            messages.success(request, gettext("Cette personne est dans l'équipe."))
        except AlreadyDone:
            pass
        return redirect("actors:team", pk=team.pk)
    return render(request, "actors/teams/page.html", pages.team(team, reader=request.user, form=form), status=422)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow(can_read_team_member)
def take_out(request: HttpRequest, member: TeamMember) -> HttpResponse:
    form = ConfirmForm(request.POST) if request.method == "POST" else ConfirmForm.about(member)
    if form.is_valid():
        try:
            actions.take_out(member, key=form.cleaned_data["intention"], by=_me(request))
            messages.success(request, gettext("Cette personne n'est plus dans l'équipe. Son rôle continue."))
        except AlreadyDone:
            pass
        return redirect("actors:team", pk=member.team_id)
    return render(request, "actors/teams/confirm.html", pages.taking_out(member) | {"form": form})


@never_cache
@require_safe
@allow_list(can_read_team, roles=FOLLOWED_BY)
def review(request: HttpRequest, found: QuerySet[Team]) -> HttpResponse:
    return render(request, "actors/teams/review.html", pages.review(found, reader=request.user))


@never_cache
@require_safe
@allow_list(can_read_team, roles=FOLLOWED_BY)
def review_csv(request: HttpRequest, found: QuerySet[Team]) -> HttpResponse:
    """For a spreadsheet: semicolons, UTF-8 with its mark, no cell that a spreadsheet would run."""
    table, text = pages.review_rows(found, reader=request.user), io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(table.headers)
    writer.writerows([[_inert(str(cell)) for cell in row] for row in table.rows])
    headers = {"Content-Disposition": f'attachment; filename="bilan-des-poles-{clock.today()}.csv"'}
    return HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _inert(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)
