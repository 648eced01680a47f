"""The addresses of the house, room by room."""

from django.urls import include, path

urlpatterns = [
    path("", include("maillage.home.urls")),
    path("design/", include("maillage.core.urls")),
    path("annuaire/", include("maillage.directory.urls")),
    path("territoires/", include("maillage.territories.urls")),
    path("", include("maillage.actors.urls")),
]
handler404 = "maillage.core.refusals.not_found"
handler500 = "maillage.core.refusals.broken"
