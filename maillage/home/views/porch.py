"""The porch: the front page and what the law asks every public site to say."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from maillage.core.access import public
from maillage.directory.choices import CATEGORIES, THEMES, category_of
from maillage.directory.models import Source
from maillage.home.pages import retention
from maillage.territories.actions import travel_times


@public
@require_safe
def front(request: HttpRequest) -> HttpResponse:
    themes = {slug: [theme for theme in THEMES if category_of(theme) == slug] for slug in CATEGORIES}
    categories = [
        (slug, label, "&".join(f"theme={theme}" for theme in themes[slug])) for slug, label in CATEGORIES.items()
    ]
    return render(request, "home/front.html", {"categories": categories})


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Décret n° 2019-768 du 24 juillet 2019: a statement, and its result said on the home page."""
    return render(request, "home/accessibility.html")


@public
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """Loi n° 2004-575 du 21 juin 2004, art. 1-1: who publishes, who hosts."""
    host = settings.HOST_NOTICE or gettext("L'hébergeur n'est pas encore indiqué : demandez-le au Département.")
    told = {"sources": Source.objects.all(), "host_sentence": host, "calibration": travel_times().calibration}
    return render(request, "home/legal.html", told)


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """RGPD, art. 12 to 14: what is done with what people write here."""
    return render(request, "home/privacy.html", {"kept": retention.personal()})
