"""The sessions one has open: seen, closed one by one or all but this one."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from maillage.actors import own
from maillage.actors.actions import accounts
from maillage.core.http import AgentRequest


def open_sessions(request: AgentRequest) -> HttpResponse:
    person: Any = request.user
    shown = own.sessions_of(person, this_key=request.session.session_key or "")
    return render(request, "actors/account/sessions.html", {"sessions": shown})


@require_POST
def close(request: AgentRequest, pk: int) -> HttpResponse:
    """Close one of one's own; someone else's is not there."""
    person: Any = request.user
    mine = UserSession.objects.filter(user=person).exclude(session_key=request.session.session_key)
    found = mine.filter(pk=pk).first()
    if found is None:
        raise Http404
    accounts.close_session(found, by=person)
    messages.success(request, gettext("Cette session est fermée : l'appareil devra se connecter de nouveau."))
    return redirect("usersessions_list")


@require_POST
def close_others(request: AgentRequest) -> HttpResponse:
    person: Any = request.user
    count = accounts.close_other_sessions(person, but=request.session.session_key or "")
    said = ngettext("%(count)s autre session est fermée.", "%(count)s autres sessions sont fermées.", count)
    messages.success(request, said % {"count": count})
    return redirect("usersessions_list")
