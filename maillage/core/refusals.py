"""How the house says no: a sentence, the article behind it, what remains possible."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext, ngettext

from maillage.core.access import SessionOver, public


class Refused(Exception):
    """The house says no. `sentence` is fit to show to the person asking; nothing has been changed."""

    status = 409

    def __init__(self, sentence: str, *, article: str = "", instead: str = "", instead_url: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.article, self.instead, self.instead_url = sentence, article, instead, instead_url


class TooMany(Refused):
    """Asked too often in too short a time; `wait` is in seconds."""

    status = 429

    def __init__(self, *, wait: int) -> None:
        minutes = max(1, -(-wait // 60))  # Rounded up: who comes back when we said is let in.
        super().__init__(_too_many(minutes))
        self.wait = wait


class NotRead(Refused):
    """What came could not be read at all: too much of it, or not as a browser or a program sends it."""

    status = 400


def _too_many(minutes: int) -> str:
    sentence = ngettext(
        "Beaucoup de demandes viennent de votre connexion. Réessayez dans %(minutes)s minute : "
        "rien de ce que vous avez fait n'est perdu.",
        "Beaucoup de demandes viennent de votre connexion. Réessayez dans %(minutes)s minutes : "
        "rien de ce que vous avez fait n'est perdu.",
        minutes,
    )
    return sentence % {"minutes": minutes}


class ShowRefusals:
    """Turns a refusal into a page, or into JSON for a program."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, SessionOver):
            return session_over(request)
        return refusal_page(request, exception) if isinstance(exception, Refused) else None


def session_over(request: HttpRequest) -> HttpResponse:
    """What was written comes back on the page: a session that ends loses nobody's words."""
    written = [
        value
        for name in request.POST
        for value in request.POST.getlist(name)
        if f"initial-{name}" in request.POST and value and value not in request.POST.getlist(f"initial-{name}")
    ]
    return render(request, "layout/session_over.html", {"written": written}, status=403)


def refusal_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse({"detail": refusal.sentence}, status=refusal.status)
    else:
        response = render(request, "layout/refused.html", {"refusal": refusal}, status=refusal.status)
    if isinstance(refusal, TooMany):
        response["Retry-After"] = str(refusal.wait)
    return response


@public
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "Cette adresse n'existe pas, ou ne vous est pas ouverte."}, status=404)
    return render(request, "layout/404.html", status=404)


@public
def not_read(request: HttpRequest, exception: Exception) -> HttpResponse:
    return refusal_page(request, _not_read(exception))


def _not_read(exception: Exception) -> NotRead:
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return NotRead(
            gettext("Ce que vous avez envoyé est trop long pour être lu."),
            instead=gettext("Revenez en arrière, écrivez moins, puis envoyez de nouveau."),
        )
    if isinstance(exception, DisallowedHost):
        return NotRead(
            gettext("Ce site ne répond pas à cette adresse."),
            instead=gettext("Vérifiez le début de l'adresse, ou demandez-la au Département."),
        )
    return NotRead(
        gettext("Ce que votre navigateur a envoyé n'a pas pu être lu."),
        instead=gettext("Revenez en arrière, rechargez la page, puis recommencez."),
    )


@public
def broken(request: HttpRequest) -> HttpResponse:
    """Rendered with no context processor that could fail again."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "Une panne de notre côté. Réessayez dans une minute."}, status=500)
    return HttpResponse(render_to_string("layout/500.html"), status=500)


@public
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form came without its cookie: refused by the browser, too old, or another session's."""
    refusal = Refused(
        gettext("Pour protéger ce formulaire, nous avons besoin d'un cookie, et il manque ou il a expiré."),
        instead=gettext(
            "Revenez en arrière, rechargez la page, puis envoyez de nouveau. Si cela recommence, autorisez les "
            "cookies de ce site dans votre navigateur."
        ),
    )
    refusal.status = 403
    return refusal_page(request, refusal)
