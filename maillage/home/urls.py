"""The porch's addresses."""

from django.urls import path

from maillage.home.views import breaches, day, journal, porch, protection, retention, search

app_name = "home"
urlpatterns = [
    path("", porch.front, name="front"),
    path("accessibilite/", porch.accessibility, name="accessibility"),
    path("mentions-legales/", porch.legal, name="legal"),
    path("donnees-personnelles/", porch.privacy, name="privacy"),
    path("ma-journee/", day.my_day, name="my_day"),
    path("rechercher/", search.find, name="find"),
    path("donnees/", protection.hub, name="protection"),
    path("donnees/qui-lit-quoi/", protection.who_reads_what, name="who_reads_what"),
    path("donnees/registre/", protection.register, name="register"),
    path("donnees/journal/", journal.consult, name="journal"),
    path("donnees/journal/extrait.csv", journal.export, name="journal_export"),
    path("donnees/journal/verifier/", journal.verify, name="journal_verify"),
    path("donnees/conservation/", retention.durations, name="retention"),
    path("donnees/bordereaux/<int:pk>/", retention.slip, name="slip"),
    path("donnees/bordereaux/<int:pk>/bordereau.pdf", retention.slip_paper, name="slip_paper"),
    path("donnees/bordereaux/<int:pk>/visa/", retention.answer_slip, name="slip_answer"),
    path("donnees/conservations-exceptionnelles/", retention.holds, name="holds"),
    path("donnees/conservations-exceptionnelles/<int:pk>/lever/", retention.lift, name="hold_lift"),
    path("donnees/violations/", breaches.index, name="breaches"),
    path("donnees/violations/ouvrir/", breaches.new, name="breach_new"),
    path("donnees/violations/<int:pk>/", breaches.breach, name="breach"),
    path("donnees/violations/<int:pk>/completer/", breaches.complete, name="breach_complete"),
    path("donnees/violations/<int:pk>/etapes/<slug:code>/", breaches.check, name="breach_check"),
    path("donnees/violations/<int:pk>/<slug:move>/", breaches.move, name="breach_move"),
]
