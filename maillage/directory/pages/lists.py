"""What the pages of a list to take away are told: the list itself, and the results it is ticked on."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import ngettext

from maillage.core import components
from maillage.directory import cards
from maillage.directory.actions.sending import leaves_at_once
from maillage.directory.choices import Advice
from maillage.directory.documents import Line, shortened
from maillage.directory.forms import Hand, SendForm, read_hand, search_in_hand, signed_key
from maillage.directory.models import Service
from maillage.directory.permissions import can_read_service
from maillage.directory.search import Answer
from maillage.directory.wording import address_lines, phone_in_words, zone_in_words
from maillage.territories.models import Departement

SHOWN_OF_DESCRIPTION = 220


@dataclass(frozen=True)
class Taken:
    """One line of the list, as its page shows it."""

    key: str
    name: str
    url: str
    structure: str
    place: str
    address: list[str]
    is_confidential: bool
    phone: str
    opening: components.Opening
    text: str
    zone: str
    route: str
    advice: list[tuple[str, str, bool]]

    @property
    def has_advice(self) -> bool:
        return any(is_ticked for _value, _label, is_ticked in self.advice)


def lines_of(hand: Hand, *, reader: Any) -> list[Line]:
    """The services of the list this reader may read, in its order."""
    found = can_read_service.among(Service.objects.filter(pk__in=hand.keys), reader)
    services = {service.pk: service for service in found.select_related("structure", "source")}
    return [Line(services[key], hand.advice.get(key, ())) for key in hand.keys if key in services]


def house_name() -> str:
    home = Departement.objects.home()
    return home.name if home else "Maillage"


def page(data: QueryDict, *, reader: Any) -> dict[str, object]:
    """The page of the list: its lines, what it leaves out, the search it came from, a fresh key to send it."""
    hand = read_hand(data)
    lines = lines_of(hand, reader=reader)
    return {
        "lines": [_taken(line) for line in lines],
        "left_out": hand.left_out,
        "vanished": len(hand.keys) - len(lines),
        "carried": search_in_hand(data),
        "form": SendForm(initial={"email": data.get("email", "")[:254]}),
        "key": signed_key(),
        "may_send": leaves_at_once(),
        "sent_to": "",
        "failure": "",
    }


def _taken(line: Line) -> Taken:
    service = line.service
    route = next((way.value for way in cards.contacts_of(service) if way.kind == "route"), "")
    hides = service.hides_its_address
    return Taken(
        key=str(service.pk),
        name=service.name,
        url=service.get_absolute_url(),
        structure=service.structure.name,
        place=cards.place_name(service),
        address=[] if hides else address_lines(service) or address_lines(service.structure),
        is_confidential=hides,
        phone=phone_in_words(service.phone or service.structure.phone),
        opening=cards.opening_card(service.hours, zone=service.holiday_zone),
        text=shortened(service.description, SHOWN_OF_DESCRIPTION),
        zone=zone_in_words(service),
        route=route,
        advice=[(f"{service.pk}:{word.value}", str(word.label), word.value in line.advice) for word in Advice],
    )


def is_to_be_sent(data: QueryDict) -> bool:
    """Whether one asked to send it: by its button, or by the key Enter once an address is written."""
    return "send" in data or bool(data.get("email", "").strip())


def too_many(wait: int) -> str:
    """Why a list does not leave now: the same words whether the connection, the address or the house sent many."""
    minutes = max(1, -(-wait // 60))
    sentence = ngettext(
        "Beaucoup de listes sont parties depuis peu. Réessayez dans %(n)s minute, ou imprimez celle-ci.",
        "Beaucoup de listes sont parties depuis peu. Réessayez dans %(n)s minutes, ou imprimez celle-ci.",
        minutes,
    )
    return sentence % {"n": minutes}


def shown_in(answer: Answer) -> set[int]:
    """The services that a page of results shows, each with its box."""
    beyond = answer.ways_out.farther if answer.ways_out else ()
    return {result.service.pk for result in (*answer.results, *answer.remote, *beyond)}


def in_hand(data: QueryDict, shown: Iterable[int] = ()) -> dict[str, object]:
    """For the page of results: the keys already ticked, and what its form carries that no box of the page shows."""
    hand, on_page = read_hand(data), set(shown)
    count = len(hand.keys)
    sentence = ngettext("%(n)s adresse sur votre liste", "%(n)s adresses sur votre liste", count) % {"n": count}
    return {
        "ticked": [str(key) for key in hand.keys],
        "carried_keys": [str(key) for key in hand.keys if key not in on_page],
        "carried_order": hand.order,
        "carried_advice": [f"{key}:{word}" for key, words in hand.advice.items() for word in words],
        "in_hand": sentence if count else "",
        "list_url": reverse("directory:list"),
    }
