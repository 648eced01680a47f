"""The verbs of the journal, as a French sentence goes on after the name of who acted. A test demands each of them."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from maillage.core.workflow import WORKFLOWS

VERBS: dict[str, Promise] = {
    "actors.account_anonymised": gettext_lazy("a rendu un compte anonyme"),
    "actors.account_closed": gettext_lazy("a fermé un compte"),
    "actors.account_opened": gettext_lazy("a ouvert un compte"),
    "actors.codes_renewed": gettext_lazy("a renouvelé ses codes de secours"),
    "actors.departure_prepared": gettext_lazy("a préparé le départ d'une personne"),
    "actors.factor_added": gettext_lazy("a ajouté un second facteur"),
    "actors.factor_removed": gettext_lazy("a retiré un second facteur"),
    "actors.factors_reset": gettext_lazy("a remis à zéro les seconds facteurs d'un compte"),
    "actors.handed_over": gettext_lazy("a remis le travail d'une personne à une autre"),
    "actors.identity_linked": gettext_lazy("a relié un compte à ProConnect"),
    "actors.invitation_accepted": gettext_lazy("a accepté une invitation"),
    "actors.invitation_resent": gettext_lazy("a renvoyé une invitation"),
    "actors.invitation_sent": gettext_lazy("a envoyé une invitation"),
    "actors.invitation_withdrawn": gettext_lazy("a retiré une invitation"),
    "actors.key_created": gettext_lazy("a créé une clé d'API"),
    "actors.key_handed_over": gettext_lazy("a remis une clé d'API à quelqu'un d'autre"),
    "actors.key_revoked": gettext_lazy("a retiré une clé d'API"),
    "actors.organisation_added": gettext_lazy("a ajouté une organisation"),
    "actors.organisation_closed": gettext_lazy("a fermé une organisation"),
    "actors.organisation_corrected": gettext_lazy("a corrigé une organisation"),
    "actors.password_chosen": gettext_lazy("a choisi un mot de passe"),
    "actors.review_reminded": gettext_lazy("a rappelé une revue d'habilitation"),
    "actors.role_dates_changed": gettext_lazy("a changé les dates d'un rôle"),
    "actors.role_ended": gettext_lazy("a terminé un rôle"),
    "actors.role_granted": gettext_lazy("a donné un rôle"),
    "actors.role_reviewed": gettext_lazy("a revu un rôle"),
    "actors.session_closed": gettext_lazy("a fermé une session"),
    "actors.sessions_closed": gettext_lazy("a fermé les sessions d'un compte"),
    "actors.siret_differs": gettext_lazy("est venu de ProConnect avec un autre SIRET"),
    "actors.site_added": gettext_lazy("a ajouté un lieu"),
    "actors.site_closed": gettext_lazy("a fermé un lieu"),
    "actors.site_corrected": gettext_lazy("a corrigé un lieu"),
    "actors.team_added": gettext_lazy("a ajouté une équipe"),
    "actors.team_closed": gettext_lazy("a fermé une équipe"),
    "actors.team_corrected": gettext_lazy("a corrigé une équipe"),
    "actors.team_member_placed": gettext_lazy("a mis une personne dans une équipe"),
    "actors.team_member_taken_out": gettext_lazy("a retiré une personne d'une équipe"),
    "core.breach_completed": gettext_lazy("a complété une violation de données"),
    "core.breach_opened": gettext_lazy("a ouvert une violation de données"),
    "core.breach_risk_assessed": gettext_lazy("a évalué le risque d'une violation de données"),
    "core.breach_step_done": gettext_lazy("a fait une étape d'une violation de données"),
    "core.deadline_overridden": gettext_lazy("a déplacé une échéance"),
    "core.hold_lifted": gettext_lazy("a levé une conservation exceptionnelle"),
    "core.hold_placed": gettext_lazy("a posé une conservation exceptionnelle"),
    "core.retention_applied": gettext_lazy("a appliqué une durée de conservation"),
    "core.slip_prepared": gettext_lazy("a préparé un bordereau d'élimination"),
    "directory.confirmed": gettext_lazy("a confirmé une fiche"),
    "directory.corrected": gettext_lazy("a corrigé une fiche"),
    "directory.departement_opened": gettext_lazy("a ouvert un Département"),
    "directory.hidden_address_read": gettext_lazy("a lu une adresse confidentielle"),
    "directory.hidden_addresses_exported": gettext_lazy("a exporté des adresses confidentielles"),
    "directory.history_read": gettext_lazy("a lu l'histoire d'une fiche"),
    "directory.imported": gettext_lazy("a importé des fiches"),
    "directory.opened_to_correct": gettext_lazy("a ouvert une fiche pour la corriger"),
    "directory.opened_to_propose": gettext_lazy("a ouvert une fiche pour proposer une correction"),
    "directory.search_removed": gettext_lazy("a retiré une recherche enregistrée"),
    "directory.search_saved": gettext_lazy("a enregistré une recherche"),
    "directory.searches_removed": gettext_lazy("a retiré les recherches enregistrées d'une personne"),
    "directory.service_closed": gettext_lazy("a fermé un service"),
    "directory.service_opened": gettext_lazy("a ouvert un service"),
    "directory.submission_handed_over": gettext_lazy("a remis une proposition à quelqu'un d'autre"),
    "directory.submission_partly_returned": gettext_lazy("a renvoyé une partie d'une proposition"),
    "directory.submission_read": gettext_lazy("a lu une proposition"),
    "directory.submission_sent_by_key": gettext_lazy("a envoyé une proposition par l'API"),
    "directory.submission_written": gettext_lazy("a écrit une proposition"),
    "directory.tied": gettext_lazy("a rattaché une structure à une organisation"),
    "directory.untied": gettext_lazy("a détaché une structure de son organisation"),
    "directory.unknown_word_counted_again": gettext_lazy("fait compter de nouveau un mot écarté"),
    "directory.unknown_word_ignored": gettext_lazy("a écarté un mot qui n'est pas un besoin"),
    "directory.unknown_word_put_off": gettext_lazy("a remis un mot inconnu à plus tard"),
    "directory.unknown_word_taken_back": gettext_lazy("a repris un mot inconnu remis à plus tard"),
    "directory.word_added": gettext_lazy("a ajouté une expression aux mots du Département"),
    "directory.word_corrected": gettext_lazy("a corrigé une expression du Département"),
    "directory.word_restored": gettext_lazy("a rétabli une expression du Département"),
    "directory.word_withdrawn": gettext_lazy("a retiré une expression du Département"),
    "directory.words_pasted": gettext_lazy("a collé une liste d'expressions du Département"),
    "home.breach_read": gettext_lazy("a lu une violation de données"),
    "home.journal_consulted": gettext_lazy("a consulté le journal"),
    "home.journal_exported": gettext_lazy("a extrait une partie du journal"),
    "home.slip_read": gettext_lazy("a lu un bordereau d'élimination"),
    "home.verification_asked": gettext_lazy("a demandé la vérification du journal"),
    "territories.sectors_drawn": gettext_lazy("a dessiné des secteurs"),
}


def verb_in_words(verb: str) -> str:
    """« a corrigé une fiche » ; for a transition, the button's own words; else the word of the journal itself."""
    return str(VERBS[verb]) if verb in VERBS else _moves().get(verb, verb)


def every_verb() -> list[tuple[str, str]]:
    """Each verb with its words, in the order of the words."""
    words = {verb: str(said) for verb, said in VERBS.items()} | _moves()
    return sorted(words.items(), key=lambda one: one[1])


def _moves() -> dict[str, str]:
    said = _("a choisi « %(button)s » (%(thing)s)")
    return {
        workflow.verb(move): said % {"button": move.label, "thing": workflow.model._meta.verbose_name}
        for workflow in WORKFLOWS.values()
        for move in workflow.transitions
    }
