"""Signing in and out."""

from django.urls import path

from maillage.actors import views

app_name = "actors"
urlpatterns = [
    path("connexion/", views.sign_in, name="sign_in"),
    path("deconnexion/", views.sign_out, name="sign_out"),
]
