"""The addresses of the house, room by room."""

from django.conf import settings
from django.urls import include, path

from config.api import urls as api
from maillage.core import health, metrics

urlpatterns = [
    path("", include("maillage.home.urls")),
    path("annuaire/", include("maillage.directory.urls")),
    path("territoires/", include("maillage.territories.urls")),
    path("design/", include("maillage.core.urls")),
    path("api/v1/", api),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", include("maillage.actors.urls")),
    path("", include("maillage.actors.account_urls")),
]
if settings.DEMO:
    urlpatterns += [path("demonstration/", include("maillage.demo.urls"))]
handler400 = "maillage.core.refusals.not_read"
handler404 = "maillage.core.refusals.not_found"
handler500 = "maillage.core.refusals.broken"
