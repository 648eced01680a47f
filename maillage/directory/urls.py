"""The directory's addresses."""

from django.urls import path

from maillage.directory import views

app_name = "directory"
urlpatterns = [
    path("", views.search, name="search"),
    path("services/<int:pk>/", views.service, name="service"),
    path("services/<int:pk>/fiche.pdf", views.sheet, name="sheet"),
    path("services/<int:pk>/corriger/", views.edit_service, name="edit_service"),
    path("structures/<int:pk>/", views.structure, name="structure"),
    path("structures/<int:pk>/corriger/", views.edit_structure, name="edit_structure"),
    path("structures/<int:pk>/adresse-confidentielle/", views.hidden_address, name="hidden_address"),
    path("territoire/", views.territory, name="territory"),
    path("territoire/<str:code>/", views.territory, name="territory"),
    path("fiches/", views.records, name="records"),
    path("imports/", views.imports, name="imports"),
]
