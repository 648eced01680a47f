"""The directory's addresses."""

from django.urls import path

from maillage.directory import views

app_name = "directory"
urlpatterns = [
    path("", views.search, name="search"),
    path("services/<int:pk>/", views.service, name="service"),
    path("structures/<int:pk>/", views.structure, name="structure"),
]
