"""What stands behind the doors of the matrix: « ours » for the first sector and organisation, else « theirs »."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from maillage.actors.actions.api_keys import digest_of
from maillage.actors.choices import ROLES, ApiScope, Pole, Role, Scope
from maillage.actors.models import ApiKey, Invitation, Organisation, Site, Team, TeamMember
from maillage.actors.tests.factories import a_membership, an_organisation, someone, the_house
from maillage.core import clock
from maillage.core.models import DataBreach, EliminationSlip, LegalHold
from maillage.directory.choices import SubmissionKind, SubmissionState
from maillage.directory.models import (
    OwnExpression,
    RecordChange,
    SavedSearch,
    Service,
    Source,
    Structure,
    Submission,
    UnknownWord,
)
from maillage.territories.models import Commune, Departement, Sector, SectorCommune

LONG_AGO = dt.date(2020, 1, 1)


class Place:
    """A sector of one commune, and in it one of each thing."""

    def __init__(self, number: int, home: Departement) -> None:
        self.number = number
        self.commune = Commune.objects.create(code=f"0000{number}", name=f"Commune {number}", departement=home)
        tas = self._sector(f"TAS{number}", home, level="tas")
        self.sector = self._sector(f"TIS{number}", home, level="tis", parent=tas)
        SectorCommune.objects.create(sector=self.sector, commune=self.commune, valid_from=LONG_AGO)
        self.organisation: Organisation = an_organisation(f"Association {number}")
        self.site = Site.objects.create(organisation=self.organisation, name="Local", commune=self.commune)
        self._fill_directory()
        self._give_roles()
        self._compose_team()

    @staticmethod
    def _sector(code: str, home: Departement, **facts: Any) -> Sector:
        return Sector.objects.create(departement=home, code=code, name=code, valid_from=LONG_AGO, **facts)

    def _fill_directory(self) -> None:
        source, _ = Source.objects.get_or_create(slug="test", defaults={"name": "Essai"})
        facts = {"source": source, "producer": "test", "updated_on": clock.today(), "commune_code": self.commune.pk}
        known = {"name": "Maison", "site": self.site, **facts}
        self.structure = Structure.objects.create(uid=f"test--{self.number}", **known)
        self.gone = Structure.objects.create(uid=f"test--gone-{self.number}", withdrawn_at=clock.now(), **known)
        self.hidden = Structure.objects.create(
            uid=f"test--hidden-{self.number}", is_address_confidential=True, **known
        )
        self.service = self._service("service", self.structure, facts)
        self.gone_service = self._service("gone-service", self.structure, facts | {"withdrawn_at": clock.now()})
        writer = someone(f"writer{self.number}", Role.PARTNER_EDITOR, organisation=self.organisation)
        said = {"kind": SubmissionKind.CORRECTION, "organisation": self.organisation, "author": writer}
        said |= {"values": {"phone": "+33100000000"}, "read": {"phone": ""}, "structure": self.structure}
        self.draft = Submission.objects.create(state=SubmissionState.DRAFT, **said)
        said |= {"service": self.service}
        self.submitted = Submission.objects.create(state=SubmissionState.SUBMITTED, submitted_at=clock.now(), **said)
        self.change = RecordChange.objects.create(
            structure=self.structure, field="phone", before="", after="+33100000000", at=clock.now()
        )

    def _service(self, name: str, structure: Structure, facts: dict[str, Any]) -> Service:
        uid = f"test--{name}-{self.number}"
        return Service.objects.create(
            uid=uid, structure=structure, name="Épicerie", description="Des courses.", **facts
        )

    def _give_roles(self) -> None:
        self.greeter = a_membership(someone(f"greeter{self.number}"), Role.GREETER, sector=self.sector)
        self.search = SavedSearch.objects.create(owner=self.greeter.user, name="Alimentation")
        self.partner = a_membership(
            someone(f"partner{self.number}"), Role.PARTNER, organisation=self.organisation, site=self.site
        )
        self.invitation = Invitation.objects.create(
            email=f"bientot{self.number}@exemple.fr", organisation=self.organisation, site=self.site,
            role=Role.PARTNER, digest=f"{self.number}" * 64, expires_at=clock.now() + dt.timedelta(days=7),
        )  # fmt: skip
        self.secret = f"mlg_{self.number * 8}_secret"
        self.key = ApiKey.objects.create(
            organisation=self.organisation, name="Logiciel", prefix=f"{self.number}" * 8,
            digest=digest_of(self.secret), scopes=list(ApiScope), created_by=self.greeter.user,
            expires_on=clock.today() + dt.timedelta(days=30),
        )  # fmt: skip

    def _compose_team(self) -> None:
        self.mds = Site.objects.create(organisation=the_house(), name=f"MDS {self.number}", commune=self.commune)
        today = clock.today()
        self.team = Team.objects.create(site=self.mds, name="Accueil", pole=Pole.RECEPTION, valid_from=today)
        self.team.communes.add(self.commune)
        self.member = TeamMember.objects.create(team=self.team, membership=self.greeter, valid_from=today)


class Things:
    """Two places, and what belongs to the whole house."""

    def __init__(self) -> None:
        home = Departement.objects.create(code="00", name="L'Aubrelle", is_home=True, is_fictional=True)
        the_house()
        self.ours, self.theirs = Place(1, home), Place(2, home)
        self.secret = self.ours.secret
        now = clock.now()
        self.breach = DataBreach.objects.create(what_happened="Une clé USB perdue.", discovered_at=now)
        self.slip = EliminationSlip.objects.create(retention_class="X", kind="x", count=0, prepared_at=now)
        self.own_word = OwnExpression.objects.create(expression="zorgue", key="zorgu", urgency="street")
        month = clock.today().replace(day=1)
        self.unknown_word = UnknownWord.objects.create(
            digest="1" * 64, word="blorgue", times=5, first_month=month, last_month=month
        )
        self.hold = LegalHold.objects.create(thing="actors.user:1", reason="Un litige.", placed_at=now)

    def place_of(self, role: Role, *, elsewhere: bool) -> dict[str, Any]:
        """Where a reader of that role holds it."""
        place, scope = (self.theirs if elsewhere else self.ours), ROLES[role].scope
        if scope == Scope.SECTOR:
            return {"sector": place.sector}
        return {"organisation": place.organisation} if scope == Scope.ORGANISATION else {}


Values = Callable[[Things], dict[str, Any]]


def each(name: str, **more: Any) -> dict[str, Values]:
    """That thing of our place, and the same of theirs."""
    return {
        "ours": lambda things: {"pk": _pk(things.ours, name), **more},
        "theirs": lambda things: {"pk": _pk(things.theirs, name), **more},
    }


def _pk(place: Place, name: str) -> Any:
    found: Any = place
    for step in name.split("."):
        found = getattr(found, step)
    return found.pk


def of_house(name: str, **more: Any) -> dict[str, Values]:
    """Something of the whole house."""
    return {"": lambda things: {"pk": getattr(things, name).pk, **more}}


def withdrawn(name: str) -> dict[str, Values]:
    return each(name) | {
        "ours, withdrawn": lambda things: {"pk": _pk(things.ours, f"gone{'_service' * (name == 'service')}")}
    }


def word(**values: Any) -> dict[str, Values]:
    return {"": lambda things: values}


def submission_cases() -> dict[str, Values]:
    drafts = {f"{case}, draft": values for case, values in each("draft").items()}
    return {f"{case}, sent": values for case, values in each("submitted").items()} | drafts


def search_cases() -> dict[str, Values]:
    """A search that someone else keeps: nobody ever finds it, whatever their role."""
    return {"someone else's": lambda things: {"pk": things.ours.search.pk}}


OBJECTS: dict[str, dict[str, Values]] = {
    "annuaire/histoire/<int:pk>/retablir/": each("change"),
    "annuaire/mots/inconnus/<int:pk>/ajouter/": of_house("unknown_word"),
    "annuaire/mots/inconnus/<int:pk>/ecarter/": of_house("unknown_word"),
    "annuaire/mots/inconnus/<int:pk>/plus-tard/": of_house("unknown_word"),
    "annuaire/mots/inconnus/<int:pk>/reprendre/": of_house("unknown_word"),
    "annuaire/mots/les-notres/<int:pk>/": of_house("own_word"),
    "annuaire/mots/les-notres/<int:pk>/retablir/": of_house("own_word"),
    "annuaire/mots/les-notres/<int:pk>/retirer/": of_house("own_word"),
    "annuaire/mes-recherches/<int:pk>/changer/": search_cases(),
    "annuaire/mes-recherches/<int:pk>/lancer/": search_cases(),
    "annuaire/mes-recherches/<int:pk>/retirer/": search_cases(),
    "annuaire/mes-recherches/<int:pk>/vu/": search_cases(),
    "annuaire/propositions/<int:pk>/": submission_cases(),
    "annuaire/propositions/<int:pk>/abandonner/": submission_cases(),
    "annuaire/propositions/<int:pk>/envoyer/": submission_cases(),
    "annuaire/propositions/<int:pk>/modifier/": submission_cases(),
    "annuaire/propositions/<int:pk>/repondre/": submission_cases(),
    "annuaire/propositions/<int:pk>/reprendre/": submission_cases(),
    "annuaire/services/<int:pk>/": withdrawn("service"),
    "annuaire/services/<int:pk>/corriger/": each("service"),
    "annuaire/services/<int:pk>/fiche.pdf": withdrawn("service"),
    "annuaire/services/<int:pk>/histoire/": each("service"),
    "annuaire/services/<int:pk>/n-existe-plus/": each("service"),
    "annuaire/services/<int:pk>/proposer/": each("service"),
    "annuaire/services/<int:pk>/tout-est-exact/": each("service"),
    "annuaire/structures/<int:pk>/": withdrawn("structure"),
    "annuaire/structures/<int:pk>/adresse-confidentielle/": each("hidden"),
    "annuaire/structures/<int:pk>/corriger/": each("structure"),
    "annuaire/structures/<int:pk>/histoire/": each("structure"),
    "annuaire/structures/<int:pk>/nouveau-service/": each("structure"),
    "annuaire/structures/<int:pk>/proposer/": each("structure"),
    "annuaire/structures/<int:pk>/tout-est-exact/": each("structure"),
    "annuaire/structures/<int:pk>/rattacher/": each("structure"),
    "annuaire/territoire/<str:code>/": word(code="00001"),
    "compte/securite/cles/<int:pk>/": word(pk=1),
    "compte/securite/cles/<int:pk>/retirer/": word(pk=1),
    "compte/sessions/<int:pk>/fermer/": word(pk=0),
    "donnees/bordereaux/<int:pk>/": of_house("slip"),
    "donnees/bordereaux/<int:pk>/bordereau.pdf": of_house("slip"),
    "donnees/bordereaux/<int:pk>/visa/": of_house("slip"),
    "donnees/conservations-exceptionnelles/<int:pk>/lever/": of_house("hold"),
    "donnees/violations/<int:pk>/": of_house("breach"),
    "donnees/violations/<int:pk>/<slug:move>/": of_house("breach", move="notify"),
    "donnees/violations/<int:pk>/completer/": of_house("breach"),
    "donnees/violations/<int:pk>/etapes/<slug:code>/": of_house("breach", code="contain"),
    "equipes/<int:pk>/": each("team"),
    "equipes/<int:pk>/corriger/": each("team"),
    "equipes/<int:pk>/fermer/": each("team"),
    "equipes/<int:pk>/membres/ajouter/": each("team"),
    "equipes/lieux/<int:pk>/ajouter/": each("mds") | {"ours, partner": lambda things: {"pk": things.ours.site.pk}},
    "equipes/membres/<int:pk>/retirer/": each("member"),
    "invitation/<str:token>/": word(token="inconnu"),
    r"^mot-de-passe-oublie/(?P<uidb36>[0-9a-z]+)-(?P<key>[^/]+)/$": word(uidb36="1", key="inconnue"),
    "organisations/<int:pk>/": each("organisation"),
    "organisations/<int:pk>/cles/ajouter/": each("organisation"),
    "organisations/<int:pk>/corriger/": each("organisation"),
    "organisations/<int:pk>/fermer/": each("organisation"),
    "organisations/<int:pk>/lieux/ajouter/": each("organisation"),
    "organisations/cles/<int:pk>/retirer/": each("key"),
    "organisations/lieux/<int:pk>/corriger/": each("site"),
    "organisations/lieux/<int:pk>/fermer/": each("site"),
    "personnes/<int:pk>/depart/": {
        **{f"{case}, greeter": values for case, values in each("greeter.user").items()},
        **{f"{case}, partner": values for case, values in each("partner.user").items()},
    },
    "personnes/<int:pk>/rendre-l-acces/": each("greeter.user"),
    "roles/<int:pk>/dates/": each("greeter") | {"ours, partner": lambda things: {"pk": things.ours.partner.pk}},
    "roles/<int:pk>/terminer/": each("greeter") | {"ours, partner": lambda things: {"pk": things.ours.partner.pk}},
    "roles/invitations/<int:pk>/renvoyer/": each("invitation"),
    "roles/invitations/<int:pk>/retirer/": each("invitation"),
    "territoires/contours/<slug:code>.geojson": word(code="00"),
}
