"""The pages of the Département's words, for those who keep the whole directory."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.core.access import allow, allow_list
from maillage.core.concurrency import AlreadyDone, Stale, new_key
from maillage.core.http import AgentRequest
from maillage.directory.actions import own_words as ours
from maillage.directory.actions import unknown_words as unknown
from maillage.directory.forms.words import CountAgainForm, OwnWordForm, OwnWordsAsked, PasteForm, TryForm
from maillage.directory.models import OwnExpression, UnknownWord
from maillage.directory.models.words import OwnExpressionQuerySet, UnknownWordQuerySet
from maillage.directory.pages import words as pages
from maillage.directory.permissions import KEEPERS, can_curate_words, can_settle_unknown_word

SETTLED = {
    "ignore": (unknown.ignore_word, _("Ce mot est effacé et ne sera plus compté.")),
    "put_off": (unknown.put_off_word, _("Ce mot reviendra le mois prochain.")),
    "take_back": (unknown.take_back_word, _("Ce mot attend de nouveau avec les autres.")),
}
MOVED = {
    "withdraw": (ours.withdraw_word, _("Retiré : les recherches ne le lisent plus. Vous pouvez le rétablir.")),
    "restore": (ours.restore_word, _("Rétabli : toutes les recherches le lisent de nouveau.")),
}


# -- Words that nobody understood ------------------------------------------------------------------------------------


@never_cache
@require_safe
@allow_list(can_settle_unknown_word, roles=KEEPERS, needs_reach=True)
def unknown_words(request: AgentRequest, words: UnknownWordQuerySet) -> HttpResponse:
    chosen, number = request.GET.get("etat", ""), request.GET.get("page", "1")
    return render(request, "directory/words.html", pages.unknown_words(words, chosen=chosen, number=number))


@allow(can_settle_unknown_word)
@require_POST
def settle_word(request: AgentRequest, word: UnknownWord, move: str) -> HttpResponse:
    """Set it aside for good, put it off, take it back. Pressed twice, it is done once."""
    act, said = SETTLED[move]
    act(word, by=request.user)
    messages.success(request, said)
    return redirect("directory:words")


@allow_list(can_settle_unknown_word, roles=KEEPERS, needs_reach=True)
@require_POST
def count_word_again(request: AgentRequest, words: QuerySet[UnknownWord]) -> HttpResponse:
    form = CountAgainForm(request.POST)
    if form.is_valid() and unknown.count_again(form.cleaned_data["word"], by=request.user):
        messages.success(request, gettext("Ce mot sera de nouveau compté : il reparaîtra après cinq demandeurs."))
    else:
        messages.info(request, gettext("Ce mot n'était pas écarté : rien n'a changé."))
    return redirect("directory:words")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow_list(can_curate_words, roles=KEEPERS, needs_reach=True)
def try_words(request: AgentRequest, words: QuerySet[OwnExpression]) -> HttpResponse:
    """Show how a sentence is read. It is neither kept nor counted."""
    form = TryForm(request.POST or None)
    told: dict[str, object] = {"form": form, "chapters": pages.chapters("")}
    if form.is_valid():
        told |= pages.tried(form.cleaned_data["sentence"])
    return render(request, "directory/try_words.html", told, status=422 if form.errors else 200)


# -- Our words -------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@allow_list(can_curate_words, roles=KEEPERS, needs_reach=True)
def own_words(request: AgentRequest, words: QuerySet[OwnExpression]) -> HttpResponse:
    """What is typed comes by POST: it stays out of addresses and logs."""
    form = OwnWordsAsked(request.POST if request.method == "POST" else {})
    return render(request, "directory/own_words.html", pages.own_words(words, form))


@never_cache
@allow_list(can_curate_words, roles=KEEPERS, needs_reach=True)
def add_word(request: AgentRequest, words: QuerySet[OwnExpression]) -> HttpResponse:
    return _write(request, OwnExpression())


@never_cache
@allow(can_settle_unknown_word)
def add_unknown_word(request: AgentRequest, word: UnknownWord) -> HttpResponse:
    """The form, with the word that people typed."""
    return _write(request, OwnExpression(expression=word.word))


@never_cache
@allow(can_curate_words)
def own_word(request: AgentRequest, word: OwnExpression) -> HttpResponse:
    return redirect("directory:own_words") if word.withdrawn_at else _write(request, word)


def _write(request: AgentRequest, word: OwnExpression) -> HttpResponse:
    """Write an expression, or correct it. Nothing typed is lost when a colleague was there first."""
    form = OwnWordForm(request.POST or None, word=word)
    changed: OwnExpression | None = None
    if form.is_valid():
        try:
            _keep(form, request)
            return redirect("directory:own_words")
        except AlreadyDone:
            return redirect("directory:own_words")
        except Stale as stale:
            changed, form = stale.current, form.rebased(stale.current)
    told = {"form": form, "is_new": word.pk is None, "changed": changed and pages.meaning_in_words(changed)}
    status = 409 if changed else 422 if form.errors else 200
    return render(request, "directory/own_word.html", told | {"chapters": pages.chapters("ours")}, status=status)


def _keep(form: OwnWordForm, request: AgentRequest) -> None:
    facts, word = form.cleaned_data, form.word
    if word.pk is None:
        ours.add_word(word, key=facts["intention"], by=request.user, replaces=facts["replaces"])
        messages.success(request, gettext("Ajouté : toutes les recherches lisent désormais « %s ».") % word.expression)
        return
    ours.correct_word(
        word, expected=facts["version_read"], key=facts["intention"], by=request.user, replaces=facts["replaces"]
    )
    messages.success(request, gettext("Enregistré : toutes les recherches le lisent ainsi désormais."))


@allow(can_curate_words)
@require_POST
def move_word(request: AgentRequest, word: OwnExpression, move: str) -> HttpResponse:
    """Withdraw it or bring it back. Pressed twice, it is done once."""
    act, said = MOVED[move]
    act(word, by=request.user)
    messages.success(request, said)
    return redirect("directory:own_words")


@never_cache
@allow_list(can_curate_words, roles=KEEPERS, needs_reach=True)
def paste(request: AgentRequest, words: QuerySet[OwnExpression]) -> HttpResponse:
    """Add many at once; the lines refused stay in the box, each with its number and what is wrong."""
    form = PasteForm(request.POST or None, initial={"intention": new_key()})
    told = pages.pasting()
    if form.is_valid():
        facts = form.cleaned_data
        key, replaces = facts["intention"], facts["replaces"]
        try:
            done = ours.paste_words(facts["table"], key=key, by=request.user, replaces=replaces)
        except AlreadyDone:
            return redirect("directory:own_words")
        told |= pages.pasted(done)
        form = PasteForm(initial={"intention": new_key(), "table": done.rest(), "replaces": replaces})
    status = 422 if form.errors or told.get("refused") else 200
    return render(request, "directory/paste_words.html", told | {"form": form}, status=status)


@never_cache
@require_safe
@allow_list(can_curate_words, roles=KEEPERS, needs_reach=True)
def own_words_file(request: AgentRequest, words: OwnExpressionQuerySet) -> HttpResponse:
    """Our words in the columns of the product's files: to keep them, or to offer them to every Département."""
    table = ours.own_words_table(words.in_use())
    headers = {"Content-Disposition": 'attachment; filename="nos-mots.csv"'}
    return HttpResponse("\ufeff" + table, content_type="text/csv; charset=utf-8", headers=headers)
