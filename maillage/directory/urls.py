"""The directory's addresses."""

from django.urls import path

from maillage.directory.views import desk, lists, proposals, public, saved, tying

app_name = "directory"
urlpatterns = [
    path("", public.search, name="search"),
    path("services/<int:pk>/", public.service, name="service"),
    path("services/<int:pk>/fiche.pdf", public.sheet, name="sheet"),
    path("services/<int:pk>/corriger/", desk.edit_service, name="edit_service"),
    path("services/<int:pk>/proposer/", proposals.propose_service, name="propose_service"),
    path("services/<int:pk>/tout-est-exact/", proposals.confirm_service, name="confirm_service"),
    path("services/<int:pk>/n-existe-plus/", proposals.propose_closing, name="propose_closing"),
    path("services/<int:pk>/histoire/", desk.service_history, name="service_history"),
    path("structures/<int:pk>/", public.structure, name="structure"),
    path("structures/<int:pk>/corriger/", desk.edit_structure, name="edit_structure"),
    path("structures/<int:pk>/proposer/", proposals.propose_structure, name="propose_structure"),
    path("structures/<int:pk>/tout-est-exact/", proposals.confirm_structure, name="confirm_structure"),
    path("structures/<int:pk>/nouveau-service/", proposals.propose_new_service, name="propose_new_service"),
    path("structures/<int:pk>/histoire/", desk.structure_history, name="structure_history"),
    path("structures/<int:pk>/adresse-confidentielle/", desk.hidden_address, name="hidden_address"),
    path("structures/<int:pk>/rattacher/", tying.tie_structure, name="tie"),
    path("histoire/<int:pk>/retablir/", desk.restore_change, name="restore"),
    path("territoire/", public.territory, name="territory"),
    path("territoire/<str:code>/", public.territory, name="territory"),
    path("fiches/", desk.records, name="records"),
    path("mes-fiches/", proposals.my_records, name="my_records"),
    path("propositions/", proposals.submissions, name="submissions"),
    path("propositions/<int:pk>/", proposals.submission, name="submission"),
    path("propositions/<int:pk>/modifier/", proposals.edit_submission, name="edit_submission"),
    path("propositions/<int:pk>/envoyer/", proposals.follow, {"move": "submit"}, name="submit"),
    path("propositions/<int:pk>/reprendre/", proposals.follow, {"move": "take_back"}, name="take_back"),
    path("propositions/<int:pk>/abandonner/", proposals.follow, {"move": "withdraw"}, name="withdraw"),
    path("propositions/<int:pk>/repondre/", proposals.decide, name="decide"),
    path("liste/", lists.chosen, name="list"),
    path("liste/imprimer/", lists.printed, name="print_list"),
    path("liste/envoyer/", lists.sent, name="send_list"),
    path("mes-recherches/", saved.searches, name="saved_searches"),
    path("mes-recherches/nouvelle/", saved.new_search, name="new_search"),
    path("mes-recherches/enregistrer/", saved.save_search, name="save_search"),
    path("mes-recherches/<int:pk>/lancer/", saved.run_search, name="run_search"),
    path("mes-recherches/<int:pk>/changer/", saved.change_search, name="change_search"),
    path("mes-recherches/<int:pk>/vu/", saved.seen_search, name="seen_search"),
    path("mes-recherches/<int:pk>/retirer/", saved.remove_search, name="remove_search"),
    path("imports/", desk.imports, name="imports"),
]
