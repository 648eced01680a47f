"""The directory for programs, in data·inclusion's shape: public and read only; by key, what is one organisation's."""

from collections.abc import Iterable
from typing import Any, Literal, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from maillage.actors.choices import ApiScope
from maillage.actors.keys import KeyAuth, by_key
from maillage.actors.models import ApiKey
from maillage.core.access import public
from maillage.core.refusals import Refused
from maillage.core.throttle import count
from maillage.directory.actions.submitting import submit_by_key
from maillage.directory.actions.unknown_words import note_unknown_words
from maillage.directory.choices import AUDIENCES, FREE, THEMES, AccessNeed, DayPart
from maillage.directory.data_inclusion import SERVICE_FIELDS, STRUCTURE_FIELDS, service_record, structure_record
from maillage.directory.languages import LANGUAGES
from maillage.directory.lexicon.wishes import read_wishes
from maillage.directory.models import Service, Structure, Submission, accessibility_of, languages_of
from maillage.directory.permissions import can_be_proposed_by_key, can_be_read_by_key
from maillage.directory.search import Answer, Origin, Result, SearchQuery, Section
from maillage.directory.search import search as find
from maillage.directory.search.origins import origin_of
from maillage.directory.search.query import DEFAULT_MINUTES, MOST_MINUTES, PAGE
from maillage.directory.when import When
from maillage.territories.actions import Place, chosen_place, find_places, place_at
from maillage.territories.choices import TravelMode

router = Router(tags=["Annuaire"])
MODES = {"voiture": TravelMode.CAR, "velo": TravelMode.BICYCLE, "pied": TravelMode.FOOT}
A_MINUTE = 60
DAYS = {"lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4, "samedi": 5, "dimanche": 6}
PARTS = {
    "matin": DayPart.MORNING, "midi": DayPart.MIDDAY, "apres-midi": DayPart.AFTERNOON, "soir": DayPart.EVENING,
}  # fmt: skip
ACCESS = {
    "fauteuil": AccessNeed.WHEELCHAIR, "surdite": AccessNeed.HEARING, "vue": AccessNeed.SIGHT,
    "facile-a-lire": AccessNeed.READING,
}  # fmt: skip
Rubric = Literal["nommee", "tous-les-besoins", "reponse", "aussi", "autres-communes", "a-distance"]
SECTIONS: dict[Section, Rubric] = {
    Section.NAMED: "nommee",
    Section.EVERY_NEED: "tous-les-besoins",
    Section.ANSWERS: "reponse",
    Section.ALSO: "aussi",
    Section.FOR_OTHERS: "autres-communes",
    Section.AT_A_DISTANCE: "a-distance",
}


T = TypeVar("T", Service, Submission)


class NotUnderstood(Refused):
    """A place or a code that this house does not know."""

    status = 422


class Refusal(Schema):
    """Une phrase, ou la liste des champs mal remplis."""

    detail: str | list[dict[str, Any]]


REFUSALS = frozenset({400, 422, 429})


class SearchIn(Schema):
    """Une question à l'annuaire. Il faut un lieu : un code de commune, une position, ou un texte."""

    model_config = ConfigDict(extra="forbid")

    mots: str = Field(
        "",
        max_length=300,
        description="Le besoin, en mots de tous les jours ; « ouvert mercredi », « à pied » sont entendus.",
    )
    thematiques: list[str] = Field(
        default_factory=list, max_length=len(THEMES), description="Thématiques data·inclusion v1."
    )
    code_commune: str | None = Field(None, pattern=r"^\d[\dAB]\d{3}$", description="Code Insee de la commune.")
    lieu: str | None = Field(None, max_length=200, description="Commune, code postal ou adresse.")
    lat: float | None = Field(None, ge=-90, le=90)
    lon: float | None = Field(None, ge=-180, le=180)
    minutes_max: int = Field(DEFAULT_MINUTES, ge=1, le=MOST_MINUTES, description="Temps de trajet le plus long.")
    mode: Literal["voiture", "velo", "pied"] = "voiture"
    publics: list[str] = Field(
        default_factory=list, max_length=len(AUDIENCES), description="Publics data·inclusion v1."
    )
    gratuit: bool = False
    mode_accueil: Literal["en-presentiel", "a-distance"] | None = None
    ouvert_maintenant: bool = False
    jour: Literal["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"] | None = Field(
        None, description="Ouvert le prochain de ces jours ; les jours fériés sont ceux du territoire."
    )
    moment: Literal["matin", "midi", "apres-midi", "soir"] | None = Field(
        None, description="8 h – 12 h, 12 h – 14 h, 14 h – 18 h, 18 h – 21 h."
    )
    langues: list[str] = Field(
        default_factory=list, max_length=len(LANGUAGES), description="On y parle l'une de ces langues (ISO 639-3)."
    )
    accueil: list[Literal["fauteuil", "surdite", "vue", "facile-a-lire"]] = Field(
        default_factory=list, max_length=len(AccessNeed), description="Un accueil adapté à chacun de ces besoins."
    )
    entre_femmes: bool = False
    curseur: str = Field("", max_length=200, description="Le `curseur_suivant` de la page précédente.")
    taille: int = Field(PAGE, ge=1, le=100)


class ItemOut(Schema):
    service: dict[str, Any] = Field(description="Le service, au schéma data·inclusion v1.")
    structure: dict[str, Any] = Field(description="Sa structure, au schéma data·inclusion v1.")
    minutes: int | None = Field(description="Temps de trajet ; nul à distance.")
    trajet_estime: bool = Field(description="Vrai quand aucun réseau routier n'a donné ce temps.")
    pourquoi: list[str] = Field(description="Ce qui fait que ce service répond.")
    ouverture: str = Field(
        description="Ouvert ou fermé maintenant, ou les heures du jour demandé ; vide quand on ne sait pas."
    )
    langues: list[str] = Field(description="Langues parlées, codes ISO 639-3 ; « fsl » : langue des signes française.")
    accessibilite: list[str] = Field(description="Ce que le lieu a pour les personnes handicapées ; vide si inconnu.")
    reserve_aux_femmes: bool = Field(description="N'accueille que des femmes, entre elles.")
    adresse_confidentielle: bool
    hors_zone: bool = Field(description="Réservé aux habitants d'autres communes ; vient après les autres.")
    rubrique: Rubric = Field(
        description="La partie de la réponse où il se trouve ; dans chacune, l'ordre est celui du temps de trajet."
    )


class AnswerOut(Schema):
    total: int
    lieu: str = Field(description="D'où les temps de trajet sont comptés.")
    trajet: str = Field(description="« estimé » tant qu'aucun réseau routier n'est chargé.")
    thematiques_comprises: list[str]
    items: list[ItemOut]
    curseur_suivant: str | None


@router.post("/search", response={200: AnswerOut, REFUSALS: Refusal}, summary="Chercher par besoin et par lieu")
@public
def search_by_words(request: HttpRequest, response: HttpResponse, asked: SearchIn) -> AnswerOut:
    """Ce que quelqu'un cherche est sensible : les mots et les positions ne passent que par ici, dans le corps."""
    _count(request, response)
    return _answer(request, asked, _origin(_place(asked)))


class CodesIn(Schema):
    commune: str = Field(pattern=r"^\d[\dAB]\d{3}$", description="Code Insee de la commune.")
    thematique: list[str] = Field(
        default_factory=list, max_length=len(THEMES), description="Thématiques data·inclusion v1."
    )
    curseur: str = Field("", max_length=200)


@router.get("/search", response={200: AnswerOut, REFUSALS: Refusal}, summary="Chercher par codes")
@public
def search_by_codes(request: HttpRequest, response: HttpResponse, codes: Query[CodesIn]) -> AnswerOut:
    """Des codes et un curseur, rien d'autre : une adresse web se garde et se transmet."""
    _count(request, response)
    told = {"code_commune": codes.commune, "thematiques": codes.thematique, "curseur": codes.curseur}
    asked = SearchIn.model_validate(told)
    return _answer(request, asked, _origin(_place(asked)))


def _count(request: HttpRequest, response: HttpResponse) -> None:
    response["X-RateLimit-Limit"] = "120"
    response["X-RateLimit-Remaining"] = str(count(request, "api-search", limit=120, seconds=A_MINUTE))


def _place(asked: SearchIn) -> Place:
    if asked.code_commune:
        place = chosen_place(f"commune:{asked.code_commune}")
    elif asked.lat is not None and asked.lon is not None:
        place = place_at(asked.lat, asked.lon)
    else:
        answer = find_places(asked.lieu or "")
        place = next(iter(answer.places), None)
        if place is None and answer.degraded:
            raise NotUnderstood(answer.degraded)
    if place is None:
        raise NotUnderstood("Indiquez un lieu connu : code_commune, lat et lon, ou lieu.")
    return place


def _origin(place: Place) -> Origin:
    origin = origin_of(place)
    if origin is None:
        raise NotUnderstood(f"On ne sait pas où se trouve {place.label} : indiquez une commune voisine.")
    return origin


def _answer(request: HttpRequest, asked: SearchIn, origin: Origin) -> AnswerOut:
    heard = read_wishes(asked.mots)
    query = SearchQuery(
        origin=origin,
        words=heard.rest,
        themes=_known(asked.thematiques, THEMES, "thématique"),
        minutes=asked.minutes_max,
        mode=heard.mode or MODES[asked.mode],
        audiences=_known(asked.publics, AUDIENCES, "public"),
        cost=FREE if asked.gratuit else "",
        reception=asked.mode_accueil or "",
        is_open_now=asked.ouvert_maintenant or heard.is_open_now,
        when=_when(asked) or heard.when,
        languages=_known(asked.langues, LANGUAGES, "langue") or heard.languages,
        accessibility=tuple(dict.fromkeys([*(ACCESS[need] for need in asked.accueil), *heard.accessibility])),
        is_women_only=asked.entre_femmes or heard.is_women_only,
        cursor=asked.curseur,
    )
    answer = find(query, reader=request.user, size=asked.taille, with_ways_out=False)
    note_unknown_words(query.words, answer.reading, request=request)
    return _told(answer)


def _when(asked: SearchIn) -> When | None:
    if not (asked.jour or asked.moment):
        return None
    return When(weekday=DAYS[asked.jour] if asked.jour else None, part=PARTS[asked.moment] if asked.moment else None)


def _known(codes: list[str], vocabulary: dict[str, str], noun: str) -> tuple[str, ...]:
    """These codes, each once, in the order asked."""
    for code in codes:
        if code not in vocabulary:
            raise NotUnderstood(f"« {code} » n'est pas une valeur de la liste officielle ({noun}).")
    return tuple(dict.fromkeys(codes))


def _told(answer: Answer) -> AnswerOut:
    return AnswerOut(
        total=answer.total,
        lieu=answer.query.origin.label,
        trajet=answer.travel_label,
        thematiques_comprises=list(answer.query.wanted_themes()),
        items=[_item(result) for result in answer.results],
        curseur_suivant=answer.next_cursor or None,
    )


def _item(result: Result) -> ItemOut:
    service = result.service
    shown = not service.hides_its_address
    return ItemOut(
        service=service_record(service, with_address=shown) | {"contact_nom_prenom": None},
        structure=structure_record(service.structure, with_address=shown),
        minutes=result.minutes,
        trajet_estime=result.is_estimate,
        pourquoi=list(result.reasons),
        ouverture=result.open_now,
        langues=languages_of(service),
        accessibilite=accessibility_of(service),
        reserve_aux_femmes=service.is_women_only,
        adresse_confidentielle=not shown,
        hors_zone=result.is_reserved,
        rubrique=SECTIONS[result.section],
    )


# -- By key: what is one organisation's ------------------------------------------------------------------------------

members = Router(auth=KeyAuth(), tags=["Organisation"])
PROPOSABLE_STRUCTURE = (
    "nom", "description", "adresse", "complement_adresse", "code_postal", "commune", "code_insee", "telephone",
    "courriel", "site_web", "horaires_accueil",
)  # fmt: skip
PROPOSABLE_SERVICE = (
    "nom", "description", "thematiques", "publics", "publics_precisions", "conditions_acces", "frais",
    "frais_precisions", "adresse", "complement_adresse", "code_postal", "commune", "code_insee", "telephone",
    "courriel", "horaires_accueil",
)  # fmt: skip
LISTS = {"thematiques", "publics"}
KEY_REFUSALS = frozenset({400, 401, 403, 404, 409, 422, 429})


class NotYours(Refused):
    """No such record, or not this organisation's: the answer is the same."""

    status = 404


class OwnStructureOut(Schema):
    """Une structure de l'organisation de la clé, publiée ou retirée, et ce qui est proposé pour elle."""

    structure: dict[str, Any] = Field(description="La structure, au schéma data·inclusion v1.")
    services: list[dict[str, Any]] = Field(description="Ses services, au schéma data·inclusion v1.")
    retiree: bool
    adresse_confidentielle: bool = Field(description="Son adresse n'est alors pas donnée ici.")
    propositions: list[dict[str, Any]] = Field(description="Les propositions ouvertes : numéro, fiche, état, depuis.")


class OwnStructuresOut(Schema):
    total: int
    items: list[OwnStructureOut]


@members.get(
    "/organisation/structures", response={200: OwnStructuresOut, KEY_REFUSALS: Refusal}, summary="Ses propres fiches"
)
@by_key(ApiScope.READ_SELF)
def own_structures(request: HttpRequest, page: int = Query(1, ge=1, le=10_000)) -> OwnStructuresOut:
    """Les structures de l'organisation et leurs services, cinquante par page, et ce qui y attend une réponse."""
    api_key, start = _key_of(request), (page - 1) * 50
    mine = can_be_read_by_key.among(Structure._base_manager.all(), api_key).order_by("pk")
    shown = list(mine[start : start + 50])
    services = Service._base_manager.filter(structure__in=shown).select_related("structure").order_by("pk")
    waiting = Submission.objects.open().filter(structure__in=shown, organisation=api_key.organisation_id)
    offered, proposed = _by_structure(services), _by_structure(waiting.select_related("structure", "service"))
    items = [_own(one, offered.get(one.pk, []), proposed.get(one.pk, [])) for one in shown]
    return OwnStructuresOut(total=mine.count(), items=items)


def _by_structure(things: Iterable[T]) -> dict[int, list[T]]:
    found: dict[int, list[T]] = {}
    for thing in things:
        found.setdefault(thing.structure_id, []).append(thing)
    return found


def _key_of(request: HttpRequest) -> ApiKey:
    return request.auth  # type: ignore[attr-defined]


def _own(structure: Structure, services: list[Service], proposals: list[Submission]) -> OwnStructureOut:
    shown = not structure.is_address_confidential
    return OwnStructureOut(
        structure=structure_record(structure, with_address=shown),
        services=[service_record(one, with_address=shown) for one in services],
        retiree=structure.is_withdrawn,
        adresse_confidentielle=not shown,
        propositions=[
            {"numero": one.pk, "fiche": _uid_of(one), "etat": one.state, "depuis": one.state_since}
            for one in proposals
        ],
    )


def _uid_of(proposal: Submission) -> str:
    """The identifier of its record; of a service that does not exist yet, the one it would have."""
    return (proposal.record() if proposal.is_to_be_made else proposal.service or proposal.structure).uid


class SubmissionIn(Schema):
    """Une correction d'une structure ou d'un service de l'organisation. Elle attend la réponse de la MDS."""

    model_config = ConfigDict(extra="forbid")

    fiche: str = Field(max_length=200, description="Identifiant data·inclusion de la structure ou du service.")
    valeurs: dict[str, str | list[str] | None] = Field(
        description="Ce qui change, par champ data·inclusion v1 ; nul pour vider un champ.", min_length=1
    )
    mot: str = Field("", max_length=1_000, description="Un mot pour la Maison des solidarités.")


class SubmissionOut(Schema):
    numero: int
    etat: str
    champs: list[str] = Field(description="Les champs qui changent vraiment.")


@members.post("/submissions", response={201: SubmissionOut, KEY_REFUSALS: Refusal}, summary="Proposer une correction")
@by_key(ApiScope.SUBMIT)
def propose(request: HttpRequest, asked: SubmissionIn) -> Status[SubmissionOut]:
    """Une seule proposition ouverte par fiche : la suivante attend la réponse."""
    record = _own_record(asked.fiche, _key_of(request))
    names = SERVICE_FIELDS if isinstance(record, Service) else STRUCTURE_FIELDS
    sent = submit_by_key(record, _proposed(asked, record), note=asked.mot, by=_key_of(request))
    theirs = {ours: name for name, ours in names.items()}
    return Status(201, SubmissionOut(numero=sent.pk, etat=sent.state, champs=[theirs[name] for name in sent.values]))


def _own_record(uid: str, api_key: ApiKey) -> Structure | Service:
    mine = can_be_proposed_by_key.among(Structure._base_manager.all(), api_key)
    found = mine.filter(uid=uid).first()
    service = Service._base_manager.filter(uid=uid, structure__in=mine.values("pk")).select_related("structure")
    if record := found or service.first():
        return record
    raise NotYours("Cette fiche n'existe pas, ou n'est pas de votre organisation.")


def _proposed(asked: SubmissionIn, record: Structure | Service) -> dict[str, Any]:
    """The values by our own names, in the shape the record has them. Raises NotUnderstood."""
    is_service = isinstance(record, Service)
    known = PROPOSABLE_SERVICE if is_service else PROPOSABLE_STRUCTURE
    names = SERVICE_FIELDS if is_service else STRUCTURE_FIELDS
    values: dict[str, Any] = {}
    for theirs, value in asked.valeurs.items():
        if theirs not in known:
            raise NotUnderstood(f"« {theirs} » ne se propose pas ici.")
        if value is not None and isinstance(value, list) != (theirs in LISTS):
            raise NotUnderstood(f"« {theirs} » n'a pas la bonne forme.")
        empty = None if theirs in LISTS else ""
        values[names[theirs]] = (sorted(value) if isinstance(value, list) else value) or empty
    return values


router.add_router("", members)
