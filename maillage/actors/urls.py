"""Organisations, teams, roles, departures, keys."""

from django.urls import path

from maillage.actors.views import api_keys, organisations, reviews, roles, teams

app_name = "actors"
urlpatterns = [
    path("organisations/", organisations.listing, name="organisations"),
    path("organisations/ajouter/", organisations.add, name="add_organisation"),
    path("organisations/<int:pk>/", organisations.page, name="organisation"),
    path("organisations/<int:pk>/corriger/", organisations.correct, name="correct_organisation"),
    path("organisations/<int:pk>/fermer/", organisations.close, name="close_organisation"),
    path("organisations/<int:pk>/lieux/ajouter/", organisations.add_site, name="add_site"),
    path("organisations/lieux/<int:pk>/corriger/", organisations.correct_site, name="correct_site"),
    path("organisations/lieux/<int:pk>/fermer/", organisations.close_site, name="close_site"),
    path("organisations/<int:pk>/cles/ajouter/", api_keys.create, name="create_key"),
    path("organisations/cles/<int:pk>/retirer/", api_keys.revoke, name="revoke_key"),
    path("equipes/", teams.listing, name="teams"),
    path("equipes/<int:pk>/", teams.page, name="team"),
    path("equipes/<int:pk>/corriger/", teams.correct, name="correct_team"),
    path("equipes/<int:pk>/fermer/", teams.close, name="close_team"),
    path("equipes/<int:pk>/membres/ajouter/", teams.place, name="place_in_team"),
    path("equipes/bilan/", teams.review, name="teams_review"),
    path("equipes/bilan.csv", teams.review_csv, name="teams_review_csv"),
    path("equipes/lieux/<int:pk>/ajouter/", teams.add, name="add_team"),
    path("equipes/membres/<int:pk>/retirer/", teams.take_out, name="take_out"),
    path("roles/", roles.listing, name="roles"),
    path("roles/ce-que-chacun-ouvre/", roles.meanings, name="role_meanings"),
    path("roles/donner/", roles.give, name="give_role"),
    path("roles/<int:pk>/dates/", roles.dates, name="role_dates"),
    path("roles/<int:pk>/terminer/", roles.end, name="end_role"),
    path("roles/invitations/<int:pk>/renvoyer/", roles.resend, name="resend_invitation"),
    path("roles/invitations/<int:pk>/retirer/", roles.withdraw, name="withdraw_invitation"),
    path("roles/revue/", reviews.listing, name="reviews"),
    path("roles/revue/confirmer/", reviews.confirm_page, name="confirm_reviews"),
    path("roles/revue/bilan/", reviews.report, name="review_report"),
    path("roles/revue/bilan.csv", reviews.report_csv, name="review_report_csv"),
    path("roles/revue/bilan.pdf", reviews.report_pdf, name="review_report_pdf"),
    path("personnes/<int:pk>/depart/", roles.departure, name="departure"),
]
