"""The vocabularies of the directory: the official data·inclusion ones, as choices, and a few of our own."""

from data_inclusion.schema import v1
from django.db.models import TextChoices
from django.utils.functional import Promise
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

WEEKDAYS = (_("lundi"), _("mardi"), _("mercredi"), _("jeudi"), _("vendredi"), _("samedi"), _("dimanche"))


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


class DayPart(TextChoices):
    """A part of the day, as people say when they are free."""

    MORNING = "morning", _("matin")
    MIDDAY = "midday", _("midi")
    AFTERNOON = "afternoon", _("après-midi")
    EVENING = "evening", _("soir")


PART_HOURS = {
    DayPart.MORNING: (8, 12),
    DayPart.MIDDAY: (12, 14),
    DayPart.AFTERNOON: (14, 18),
    DayPart.EVENING: (18, 21),
}
"""From which hour to which: the usual hours of a reception desk, cut at the lunch that most of them close for."""


class Access(TextChoices):
    """What a place has for people with a disability, in the words of who goes there.

    Close to the free questionnaire of Acceslibre, which a structure may also link to. Guide and assistance dogs are
    let in everywhere that is open to the public (loi n° 87-588 du 30 juillet 1987, art. 88): to say it reassures.
    """

    STEP_FREE = "step-free", _("De plain-pied, de l'entrée à l'accueil")
    RAMP = "ramp", _("Rampe d'accès")
    LIFT = "lift", _("Ascenseur")
    ADAPTED_TOILETS = "adapted-toilets", _("Toilettes adaptées")
    PARKING_SPACE = "parking-space", _("Place de stationnement adaptée")
    HEARING_LOOP = "hearing-loop", _("Boucle magnétique")
    SIGN_INTERPRETER = "sign-interpreter", _("Interprète en langue des signes, sur demande")
    TACTILE_GUIDANCE = "tactile-guidance", _("Guidage pour les personnes aveugles ou malvoyantes")
    ASSISTANCE_ANIMALS = "assistance-animals", _("Chiens guides et d'assistance bienvenus")
    EASY_TO_READ = "easy-to-read", _("Documents faciles à lire et à comprendre (FALC)")


ACCESSIBILITY: dict[str, str | Promise] = {access.value: access.label for access in Access}


class AccessNeed(TextChoices):
    """What someone needs of a place, whatever it has to answer it."""

    WHEELCHAIR = "wheelchair", _("En fauteuil roulant, ou sans marche à monter")
    HEARING = "hearing", _("Sourd ou malentendant")
    SIGHT = "sight", _("Aveugle ou malvoyant")
    READING = "reading", _("Des documents faciles à lire")


ANSWERS_TO_ACCESS: dict[str, frozenset[str]] = {
    AccessNeed.WHEELCHAIR: frozenset({Access.STEP_FREE, Access.RAMP, Access.LIFT}),
    AccessNeed.HEARING: frozenset({Access.HEARING_LOOP, Access.SIGN_INTERPRETER}),
    AccessNeed.SIGHT: frozenset({Access.TACTILE_GUIDANCE}),
    AccessNeed.READING: frozenset({Access.EASY_TO_READ}),
}
"""Any one of these is enough."""


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


class WatchPause(TextChoices):
    """Why an alert says nothing for now."""

    TOO_MANY = (
        "too_many",
        _("Trop de réponses pour une alerte : enregistrez une recherche plus précise."),
    )
    NO_PLACE = "no_place", _("Cette commune n'est plus connue ici : relancez la recherche depuis une autre.")


class Advice(TextChoices):
    """What is said beside a service on a list to take away: ticked, never written, so that it tells of nobody."""

    CALL_FIRST = "call_first", _("Appeler d'abord")
    IDENTITY = "identity", _("Apporter une pièce d'identité")
    HOME = "home", _("Apporter un justificatif de domicile")
    INCOME = "income", _("Apporter un justificatif de ressources")
    LETTER = "letter", _("Apporter le courrier reçu")
    TOGETHER = "together", _("Possible de venir accompagné")
