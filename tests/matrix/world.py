"""A small world for the access matrix: two sectors, two organisations, one of each thing, one reader of each kind."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.test import Client

from maillage.actors.choices import Role
from maillage.actors.sessions import VOUCHED
from maillage.actors.tests.factories import someone
from maillage.core.doors import Door
from tests.matrix.things import OBJECTS, Things

CONVERTER = re.compile(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>")
ELSEWHERE = (Role.MDS_EDITOR, Role.MDS_MANAGER, Role.PARTNER_EDITOR)
READERS = (
    "nobody", "no_role", "weak", *(role.value for role in Role), *(f"{role}_elsewhere" for role in ELSEWHERE), "key",
)  # fmt: skip


@dataclass(frozen=True)
class Knock:
    """One address of the house, one way to knock, and the object behind it (« ours », « theirs »)."""

    door: str
    method: str
    case: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.door, self.method, self.case)


def knocks_on(door: Door) -> Iterator[Knock]:
    """Every way to knock on a door: once for each object that may stand behind it."""
    methods = re.findall(r"\b(GET|POST|PUT|PATCH|DELETE)\b", door.name) or [
        "POST" if door.address in POSTED else "GET"
    ]
    for method in methods[:1]:
        for case in OBJECTS.get(door.address, {"": None}):
            yield Knock(door.address, method, case)


# Doors that answer to a form only.
POSTED = {
    "annuaire/structures/<int:pk>/tout-est-exact/",
    "annuaire/services/<int:pk>/tout-est-exact/",
    "annuaire/mots/inconnus/<int:pk>/ecarter/",
    "annuaire/mots/inconnus/<int:pk>/plus-tard/",
    "annuaire/mots/inconnus/<int:pk>/reprendre/",
    "annuaire/mots/les-notres/<int:pk>/retablir/",
    "annuaire/mots/les-notres/<int:pk>/retirer/",
    "annuaire/mots/recompter/",
    "annuaire/liste/envoyer/",
    "annuaire/liste/imprimer/",
    "annuaire/mes-recherches/<int:pk>/changer/",
    "annuaire/mes-recherches/<int:pk>/lancer/",
    "annuaire/mes-recherches/<int:pk>/retirer/",
    "annuaire/mes-recherches/<int:pk>/vu/",
    "annuaire/mes-recherches/enregistrer/",
    "annuaire/mes-recherches/nouvelle/",
    "annuaire/propositions/<int:pk>/abandonner/",
    "annuaire/propositions/<int:pk>/envoyer/",
    "annuaire/propositions/<int:pk>/repondre/",
    "annuaire/propositions/<int:pk>/reprendre/",
    "compte/sessions/<int:pk>/fermer/",
    "compte/sessions/fermer-les-autres/",
    "connexion/proconnect/",
    "donnees/bordereaux/<int:pk>/visa/",
    "donnees/conservations-exceptionnelles/<int:pk>/lever/",
    "donnees/journal/extrait.csv",
    "donnees/journal/verifier/",
    "donnees/violations/<int:pk>/<slug:move>/",
    "donnees/violations/<int:pk>/etapes/<slug:code>/",
    "equipes/<int:pk>/membres/ajouter/",
    "organisations/cles/<int:pk>/retirer/",
    "roles/invitations/<int:pk>/renvoyer/",
    "roles/invitations/<int:pk>/retirer/",
    "roles/revue/confirmer/",
    "territoires/lieux/",
}


class World:
    """Everything there is, and everyone who knocks."""

    def __init__(self) -> None:
        self.things = Things()
        self.clients: dict[str, Client] = {}

    def find(self, name: str, knock: Knock, *, method: str) -> str:
        """What this reader finds behind that door, in one word."""
        cache.clear()  # Nobody here has knocked before.
        client = self.clients.get(name) or self.clients.setdefault(name, self._client(name))
        headers = {"Authorization": f"Bearer {self.things.secret}"} if name == "key" else {}
        response = client.generic(method, self._address(knock), b"", headers=headers)
        return _in_a_word(response)

    def _address(self, knock: Knock) -> str:
        values = OBJECTS.get(knock.door, {}).get(knock.case)
        given = values(self.things) if values else {}
        return "/" + CONVERTER.sub(lambda found: str(given[found[1] or found[2]]), knock.door.strip("^$"))

    def _client(self, name: str) -> Client:
        client = Client(raise_request_exception=True)
        if name in {"nobody", "key"}:
            return client
        client.force_login(self._user(name))
        if name != "weak":
            session = client.session
            session[VOUCHED] = "test"
            session.save()
        return client

    def _user(self, name: str) -> Any:
        if name == "no_role":
            return someone("dora")
        if name == "weak":
            return someone("weak", Role.ADMINISTRATOR, Role.DPO, Role.MDS_MANAGER)
        role = Role(name.removesuffix("_elsewhere"))
        return someone(name, role, **self.things.place_of(role, elsewhere=name.endswith("_elsewhere")))


def _in_a_word(response: Any) -> str:
    """« ouvert », or how the door stayed closed."""
    if response.status_code in {301, 302} and "/connexion/" in response["Location"]:
        return "connexion"
    return "ouvert" if response.status_code in {200, 302, 400, 409, 422} else str(response.status_code)
