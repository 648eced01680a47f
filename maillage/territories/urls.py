"""The addresses of places."""

from django.urls import path

from maillage.territories import views

app_name = "territories"
urlpatterns = [
    path("lieux/", views.places, name="places"),
    path("contours/<slug:code>.geojson", views.shapes, name="shapes"),
]
