"""The vocabularies of the directory: the official data·inclusion ones, as choices, and a few of our own."""

from data_inclusion.schema import v1
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

THEMES: dict[str, str] = {theme.value: theme.label for theme in v1.Thematique}
CATEGORIES: dict[str, str] = {category.value: category.label for category in v1.Categorie}
AUDIENCES: dict[str, str] = {public.value: public.label for public in v1.Public}
COSTS: dict[str, str] = {cost.value: cost.label for cost in v1.Frais}
RECEPTION_MODES: dict[str, str] = {mode.value: mode.label for mode in v1.ModeAccueil}
CONTACT_MODES: dict[str, str] = {mode.value: mode.label for mode in v1.ModeMobilisation}
CONTACTED_BY: dict[str, str] = {who.value: who.label for who in v1.PersonneMobilisatrice}
SERVICE_KINDS: dict[str, str] = {kind.value: kind.label for kind in v1.TypeService}
NETWORKS: dict[str, str] = {network.value: network.label for network in v1.ReseauPorteur}

EVERYONE = "tous-publics"
ON_SITE, REMOTE = "en-presentiel", "a-distance"
FREE = "gratuit"
EVERYWHERE = ("france", "99100")


def category_of(theme: str) -> str:
    """The category slug of a thématique slug."""
    return theme.split("--", 1)[0]


class SourceFormat(TextChoices):
    DATA_INCLUSION = "data-inclusion", _("data·inclusion v1 (JSON ou CSV)")
    FRANCE_SERVICES = "france-services", _("Liste des France services (CSV)")


class RunState(TextChoices):
    RUNNING = "running", _("En cours")
    FINISHED = "finished", _("Terminé")
    REFUSED = "refused", _("Refusé")


class Freshness(TextChoices):
    """How recently the record was checked, in words a visitor understands."""

    RECENT = "recent", _("Vérifiée récemment")
    AGEING = "ageing", _("À vérifier par téléphone")
    OLD = "old", _("Ancienne : appelez avant de vous déplacer")


class SubmissionKind(TextChoices):
    """What a member of a structure proposes."""

    CORRECTION = "correction", _("Correction d'une fiche")
    NEW_SERVICE = "new_service", _("Nouveau service")
    CLOSING = "closing", _("Service qui n'existe plus")


class SubmissionState(TextChoices):
    """Where a proposal stands."""

    DRAFT = "draft", _("Brouillon")
    SUBMITTED = "submitted", _("Envoyée, attend une réponse")
    PUBLISHED = "published", _("Publiée")
    RETURNED = "returned", _("Renvoyée avec un mot")
    WITHDRAWN = "withdrawn", _("Abandonnée")


class Through(TextChoices):
    """By which way a record changed."""

    CORRECTION = "correction", _("Correction")
    SUBMISSION = "submission", _("Proposition publiée")
    IMPORT = "import", _("Import de la source")


class Urgency(TextChoices):
    """What puts a number to call above the answers, in the order of whom to call first (`lexicon/rows.py`)."""

    VIOLENCE = "violence", _("Violences")
    CHILD = "child", _("Enfant en danger")
    ELDER = "elder", _("Personne âgée ou handicapée maltraitée")
    SUICIDE = "suicide", _("Idées de suicide")
    STREET = "street", _("À la rue ce soir")
    HEALTH = "health", _("Santé : appeler les secours")


LOCAL_SOURCE = "maillage"
"""The source of the services that members of structures add here themselves."""
