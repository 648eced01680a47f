"""The demonstration's own door. These addresses exist in a demonstration only."""

from django.urls import path

from maillage.demo import views

app_name = "demo"
urlpatterns = [
    path("", views.people, name="people"),
    path("entrer/<str:username>/", views.enter, name="enter"),
]
