"""The pages of roles: who has what, give, change the end, end, invitations that wait, a departure."""

import datetime as dt
from contextlib import suppress
from typing import cast

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from maillage.actors.actions import departures, invitations, memberships
from maillage.actors.actions.giving import give_or_invite
from maillage.actors.actions.invitations import Offer
from maillage.actors.choices import Role
from maillage.actors.forms.roles import DatesForm, DepartureForm, GrantForm
from maillage.actors.models import Invitation, Membership, User
from maillage.actors.pages import roles as pages
from maillage.actors.permissions import (
    can_end_membership,
    can_manage_person,
    can_read_membership,
    can_withdraw_invitation,
)
from maillage.core import clock
from maillage.core.access import allow, allow_list, allow_role
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.core.throttle import throttle

GIVERS = (Role.ADMINISTRATOR, Role.MDS_MANAGER, Role.PARTNER_EDITOR)


@never_cache
@require_safe
@allow_list(can_read_membership, roles=(*GIVERS, Role.DPO))
def listing(request: HttpRequest, held: QuerySet[Membership]) -> HttpResponse:
    return render(request, "actors/roles/list.html", pages.roles(held, request.GET, reader=_me(request)))


@require_safe
@allow_role(*Role.values)
def meanings(request: HttpRequest) -> HttpResponse:
    told = {"meanings": pages.meanings(), "common": pages.common_sentences()}
    return render(request, "actors/roles/meanings.html", told)


@never_cache
@throttle("give_role", limit=30, seconds=60)
@allow_role(*GIVERS)
def give(request: HttpRequest) -> HttpResponse:
    """Given at once to someone the giver knows here, else offered by an invitation."""
    form = GrantForm(request.POST or None, by=_me(request))
    if form.is_valid():
        with suppress(AlreadyDone):
            messages.success(request, _give(form, request))
        return redirect("actors:roles")
    return render(request, "actors/roles/give.html", {"form": form}, status=422 if form.errors else 200)


def _give(form: GrantForm, request: HttpRequest) -> str:
    facts, base = form.cleaned_data, f"{request.scheme}://{request.get_host()}"
    offer = Offer(
        facts["role"], facts["organisation"], site=facts["site"], sector=facts.get("sector"), valid_until=form.until
    )
    made = give_or_invite(facts["email"], offer, key=facts["intention"], by=_me(request), base=base)
    if isinstance(made, Membership):
        return gettext("%(person)s tient ce rôle dès maintenant.") % {"person": made.user}
    return gettext("Invitation envoyée : le lien est valable sept jours.")


@never_cache
@allow(can_end_membership)
def dates(request: HttpRequest, held: Membership) -> HttpResponse:
    return _change(request, held, is_end=False)


@never_cache
@allow(can_end_membership)
def end(request: HttpRequest, held: Membership) -> HttpResponse:
    return _change(request, held, is_end=True)


def _change(request: HttpRequest, held: Membership, *, is_end: bool) -> HttpResponse:
    yesterday = clock.today() - dt.timedelta(days=1)
    read = {"version_read": held.version, "intention": new_key()}
    read["last_day"] = yesterday if is_end else pages.last_day(held)
    form = DatesForm(request.POST) if request.method == "POST" else DatesForm(initial=read)
    if is_end:
        form.fields["last_day"].required, form.fields["last_day"].help_text = True, ""
    if form.is_valid():
        try:
            _carry_out(held, form, by=_me(request), is_end=is_end)
            messages.success(request, gettext("Enregistré."))
            return redirect("actors:roles")
        except AlreadyDone:
            return redirect("actors:roles")
        except Stale:
            messages.warning(request, gettext("Ce rôle vient de changer : relisez-le, puis recommencez."))
            return redirect(request.path)
    told = {"held": held, "where": pages.where(held), "form": form, "is_end": is_end, "until": pages.until(held)}
    return render(request, "actors/roles/dates.html", told, status=422 if form.errors else 200)


def _carry_out(held: Membership, form: DatesForm, *, by: User, is_end: bool) -> None:
    facts = form.cleaned_data
    day = facts["last_day"] + dt.timedelta(days=1) if facts["last_day"] else None
    if is_end and day:
        memberships.end(held, on=day, expected=facts["version_read"], key=facts["intention"], by=by)
    else:
        memberships.change_dates(held, until=day, expected=facts["version_read"], key=facts["intention"], by=by)


# -- Invitations that wait -------------------------------------------------------------------------------------------


@never_cache
@require_POST
@throttle("resend", limit=10, seconds=60)
@allow(can_withdraw_invitation)
def resend(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    base, key = f"{request.scheme}://{request.get_host()}", request.POST.get("intention", "")
    with suppress(AlreadyDone):
        invitations.resend_invitation(invitation, key=key, by=_me(request), base=base)
        messages.success(request, gettext("Invitation renvoyée. Le premier lien n'ouvre plus rien."))
    return redirect("actors:roles")


@never_cache
@require_POST
@allow(can_withdraw_invitation)
def withdraw(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    invitations.withdraw_invitation(invitation, by=_me(request))
    messages.success(request, gettext("Invitation retirée : son lien n'ouvre plus rien."))
    return redirect("actors:roles")


# -- Departure -------------------------------------------------------------------------------------------------------


@never_cache
@allow(can_manage_person)
def departure(request: HttpRequest, leaver: User) -> HttpResponse:
    me = _me(request)
    form = DepartureForm(request.POST or None, colleagues=pages.colleagues(leaver, reader=me))
    if form.is_valid():
        facts = form.cleaned_data
        try:
            departures.prepare(
                leaver, last_day=facts["last_day"], successor=facts["successor"], key=facts["intention"], by=me
            )
            said = gettext("Le départ de %(who)s est prêt : dernier jour le %(day)s.")
            messages.success(request, said % {"who": leaver, "day": date_format(facts["last_day"])})
        except AlreadyDone:
            pass
        return redirect("actors:roles")
    told = pages.departure(leaver, reader=me) | {"form": form}
    return render(request, "actors/roles/departure.html", told, status=422 if form.errors else 200)


def _me(request: HttpRequest) -> User:
    return cast(User, request.user)
