"""The pages of an organisation's keys: create one, shown once; withdraw one."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from maillage.actors.actions.api_keys import create_key, revoke_key
from maillage.actors.forms.organisations import ApiKeyForm
from maillage.actors.models import ApiKey, Organisation, User
from maillage.actors.permissions import can_create_api_key, can_manage_api_key
from maillage.core.access import allow
from maillage.core.concurrency import AlreadyDone


@never_cache
@allow(can_create_api_key)
def create(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The key stands in the answer to this very form, and nowhere else: sent again, the form shows no key."""
    form = ApiKeyForm(request.POST or None, instance=ApiKey(organisation=organisation))
    if form.is_valid():
        try:
            text = create_key(form.instance, key=form.cleaned_data["intention"], by=cast(User, request.user))
            told = {"organisation": organisation, "api_key": form.instance, "text": text}
            told |= {"header": f"Authorization: Bearer {text[:13]}…", "check": f"GET {reverse('api:me')}"}
            return render(request, "actors/keys/shown_once.html", told)
        except AlreadyDone:
            messages.warning(
                request,
                gettext(
                    "Cette clé a déjà été montrée, une seule fois. Si elle est perdue, retirez-la et créez-en une."
                ),
            )
            return redirect("actors:organisation", pk=organisation.pk)
    told = {"organisation": organisation, "form": form}
    return render(request, "actors/keys/create.html", told, status=422 if form.errors else 200)


@never_cache
@require_POST
@allow(can_manage_api_key)
def revoke(request: HttpRequest, api_key: ApiKey) -> HttpResponse:
    revoke_key(api_key, by=request.user)
    messages.success(request, gettext("La clé « %(name)s » n'ouvre plus rien.") % {"name": api_key.name})
    return redirect("actors:organisation", pk=api_key.organisation_id)
