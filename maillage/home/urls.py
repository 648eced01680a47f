"""The porch's addresses."""

from django.urls import path

from maillage.home import views

app_name = "home"
urlpatterns = [
    path("", views.front, name="front"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("mentions-legales/", views.legal, name="legal"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
]
