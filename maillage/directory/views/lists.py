"""The list to take away: seen, printed, sent. It lives in the page: no account, no cookie, nothing kept."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from maillage.core.access import public
from maillage.core.concurrency import AlreadyDone
from maillage.core.refusals import Refused, TooMany
from maillage.core.throttle import throttle
from maillage.directory.actions.sending import NotSent, send_list
from maillage.directory.documents import Line, list_paper
from maillage.directory.forms import SendForm, read_hand
from maillage.directory.pages import lists

OWN_PAGES = {"same-origin", "none"}


@public
@csrf_exempt  # As for the search: it changes nothing, and needs no cookie.
@cache_control(private=True)
@throttle("list", limit=60, seconds=60)
@require_http_methods(["GET", "HEAD", "POST"])
def chosen(request: HttpRequest) -> HttpResponse:
    return render(request, "directory/list.html", lists.page(request.POST, reader=request.user))


@public
@csrf_exempt
@cache_control(private=True, no_store=True)
@throttle("list-paper", limit=30, seconds=60)
@require_http_methods(["GET", "HEAD", "POST"])
def printed(request: HttpRequest) -> HttpResponse:
    lines = lists.lines_of(read_hand(request.POST), reader=request.user)
    if not lines:  # Opened again from the history, where nothing was kept.
        return redirect("directory:list")
    return HttpResponse(
        list_paper(lines, house=lists.house_name()),
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="liste.pdf"'},
    )


@public
@csrf_exempt  # Without a cookie there is nothing to forge: a signed key of one of our pages is asked instead.
@cache_control(private=True)
@throttle("list-sent", limit=20, seconds=60)
@require_http_methods(["GET", "HEAD", "POST"])
def sent(request: HttpRequest) -> HttpResponse:
    """Send, and show the list again with what became of it."""
    lines = lists.lines_of(read_hand(request.POST), reader=request.user)
    if not lines:
        return redirect("directory:list")
    told, status = _send(request, lines) if lists.is_to_be_sent(request.POST) else ({}, 200)
    page = lists.page(request.POST, reader=request.user) | told
    return render(request, "directory/list.html", page, status=status)


def _send(request: HttpRequest, lines: Sequence[Line]) -> tuple[dict[str, object], int]:
    """Send once; what the page then says, and its status."""
    form = SendForm(request.POST)
    if not form.is_valid():
        return {"form": form}, 422
    to, key = form.cleaned_data["email"], form.cleaned_data["intention"]
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in OWN_PAGES:
        raise Refused(gettext("Ce formulaire ne vient pas de nos pages : rien n'est parti."))
    try:
        send_list(request, to, lines=lines, house=lists.house_name(), key=key)
    except AlreadyDone:
        pass  # A double click, a page loaded again: it left the first time.
    except TooMany as refused:
        return {"form": form, "failure": lists.too_many(refused.wait)}, refused.status
    except NotSent as refused:
        return {"form": form, "failure": refused.sentence}, refused.status
    return {"form": SendForm(), "sent_to": to}, 200
