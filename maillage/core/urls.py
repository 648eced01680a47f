"""The addresses of the tools that have a page: the design system's catalogue."""

from django.urls import path

from maillage.core import views

app_name = "core"
urlpatterns = [
    path("", views.design, name="design"),
]
