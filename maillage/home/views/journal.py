"""The doors of the journal. What is asked comes by POST, with a reason, written down before anything is shown."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from maillage.actors.choices import Role
from maillage.core.access import allow_list
from maillage.core.http import AgentRequest
from maillage.core.models import JournalLine
from maillage.core.permissions import can_read_journal
from maillage.core.throttle import throttle
from maillage.home import actions
from maillage.home.forms import ConsultationForm
from maillage.home.jobs import ask_verification
from maillage.home.pages import protection


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@throttle("journal", limit=60, seconds=60)
@allow_list(can_read_journal, roles=(Role.DPO,))
def consult(request: AgentRequest, lines: QuerySet[JournalLine]) -> HttpResponse:
    form = ConsultationForm(request.POST or None, initial={"side": "about"})
    told: dict[str, object] = {"form": form, "table": None} | protection.verification()
    if not form.is_bound or not form.is_valid():
        return render(request, "home/journal.html", told, status=422 if form.is_bound else 200)
    asked, page = form.consultation(), _page(request)
    actions.write_down_consultation(asked, by=request.user, page=page)
    shown = protection.lines(asked, lines, page=page, reader=request.user)
    return render(request, "home/journal.html", told | shown)


@require_POST
@never_cache
@throttle("journal_export", limit=10, seconds=60)
@allow_list(can_read_journal, roles=(Role.DPO,))
def export(request: AgentRequest, lines: QuerySet[JournalLine]) -> HttpResponse:
    form = ConsultationForm(request.POST)
    if not form.is_valid():
        told = {"form": form, "table": None} | protection.verification()
        return render(request, "home/journal.html", told, status=422)
    asked = form.consultation()
    actions.write_down_consultation(asked, by=request.user, exported=True)
    among = asked.among(lines)
    found = protection.rows(among[: actions.MOST_EXPORTED], request.user)
    mark = [*protection.watermark(asked, request.user), *actions.what_is_cut(among.count())]
    page = actions.extract(found, protection.HEADERS, watermark=mark)
    headers = {"Content-Disposition": 'attachment; filename="extrait-du-journal.csv"'}
    return HttpResponse(page, content_type="text/csv; charset=utf-8", headers=headers)


@require_POST
@throttle("journal_verify", limit=3, seconds=60)
@allow_list(can_read_journal, roles=(Role.DPO,))
def verify(request: AgentRequest, lines: QuerySet[JournalLine]) -> HttpResponse:
    ask_verification(by=request.user)
    messages.success(request, gettext("Vérification demandée. Le résultat s'affichera ici dans une minute."))
    return redirect("home:journal")


def _page(request: AgentRequest) -> int:
    asked = request.POST.get("page", "1")
    return int(asked) if asked.isdecimal() and len(asked) < 8 else 1
