"""Finding a place from what someone types: a commune, an old name, a postal code, an address, a point."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from django.db.models import Avg, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from maillage.core.text import fold
from maillage.territories.actions.names import keys_to_try, name_key
from maillage.territories.geocoding import Address, GeocoderAway, geocoder
from maillage.territories.models import Commune, CommuneName, Departement
from maillage.territories.shapes import commune_at

ADDRESS_SERVICE_AWAY = _("Le service d'adresses ne répond pas. Indiquez plutôt la commune ou le code postal.")
CENTRE, GIVEN_POINT = _("centre de la commune"), _("point indiqué")
PRECISIONS = {
    "housenumber": _("à l'adresse"),
    "street": _("au milieu de la voie"),
    "locality": _("au lieu-dit"),
    "municipality": CENTRE,
}
# The address service gives the code of the municipal arrondissement; everyone else that of the commune.
WHOLE_COMMUNES = {"751": "75056", "132": "13055", "6938": "69123"}
LEAST_SCORE = 0.4  # Below, the service gives another address than the one asked, for want of better.
LONGEST_TEXT = 200
LIKENESS = 0.8  # difflib: « fontainblau » and « fontainebleau » are at 0.92, « melun » and « meaux » at 0.6.

HOUSE_NUMBER = re.compile(r"(?:^|[\s,])\d{1,4}\s*(?:bis|ter|quater|[a-d])?\s*,?\s+[^\W\d]{2,}", re.IGNORECASE)
STREET = re.compile(
    r"\b(?:rue|avenue|av|ave|boulevard|bd|bld|bvd|chemin|chem|place|pl|impasse|imp|allees?|route|rte|quai|cours"
    r"|square|residence|lotissement|voie|sentier|sente|passage|faubourg|fbg|esplanade|promenade|rond.point|hameau"
    r"|lieu.dit|zac|za|zi|cite|villa|venelle|montee|traverse|ruelle)\s+\w"
)
POSTAL_CODE = re.compile(r"(?<!\d)\d{5}(?!\d)")
DEPARTEMENT_CODE = re.compile(r"(?:^|[\s,(])(\d{2}|2[ab]|9[78]\d)\)?$")
POINT = re.compile(r"^(-?\d{1,2}\.\d+)\s*[,; ]\s*(-?\d{1,3}\.\d+)$")
CHOSEN = re.compile(r"commune:(?P<code>\d[\dAB]\d{3})|point:(?P<lat>-?\d+\.\d+),(?P<lon>-?\d+\.\d+)")


@dataclass(frozen=True)
class Place:
    """Somewhere to search from. `kind`: commune, old_name, postal_code, address or point.

    Degrees (WGS 84), both None for a commune whose centre is not known. `precision` says in French what the point is.
    The code of an address may be of a commune this house does not hold.
    """

    label: str
    commune_code: str | None
    latitude: float | None
    longitude: float | None
    kind: str
    precision: str = ""

    @property
    def value(self) -> str:
        """What a form sends back to choose this place; `chosen_place` reads it."""
        if self.kind in {"address", "point"}:
            return f"point:{self.latitude:.5f},{self.longitude:.5f}"
        return f"commune:{self.commune_code}"


@dataclass(frozen=True)
class PlaceAnswer:
    """The places found, best first, and a French sentence when the address service did not answer."""

    places: tuple[Place, ...] = ()
    degraded: str = ""


@dataclass(frozen=True)
class Asked:
    """What someone typed, taken apart."""

    text: str
    name: str
    postal_code: str = ""
    departement: str = ""

    @property
    def is_address(self) -> bool:
        return bool(HOUSE_NUMBER.search(self.text) or STREET.search(fold(self.text)))


@dataclass(frozen=True, order=True)
class Match:
    """A commune found, in the order it is shown."""

    rank: tuple[int, bool, int, str]
    name: CommuneName = field(compare=False)
    postal_code: str = field(default="", compare=False)


def find_places(text: str, *, limit: int = 8) -> PlaceAnswer:
    """Where someone may mean: communes first; the State's address service when it looks like an address.

    The home Département comes first, then the most populous. Never raises: without the address service, `degraded`
    says so, and the commune named in the address is offered.
    """
    cleaned = "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:LONGEST_TEXT]
    if not any(letter.isalnum() for letter in cleaned):
        return PlaceAnswer()
    if point := POINT.match(cleaned):
        return PlaceAnswer(tuple(_point(float(point[1]), float(point[2]))))
    asked = _take_apart(cleaned)
    matches = _communes(asked)
    if not matches and asked.departement:  # « Paris 12 » is no Aveyron.
        asked = Asked(cleaned, cleaned)
        matches = _communes(asked)
    if matches and (not asked.is_address or matches[0].name.key == name_key(asked.name)):
        return PlaceAnswer(_places(matches, limit))
    if not asked.is_address:  # Only what looks like an address leaves this house.
        return PlaceAnswer(_places(_near_misses(asked), limit))
    return _addresses(asked, matches, limit)


def place_at(latitude: float, longitude: float) -> Place:
    """The place of a point someone gave (degrees, WGS 84), in its commune when it is known."""
    commune = commune_at(latitude, longitude)
    code = commune.code if commune else None
    return Place(_point_called(commune), code, round(latitude, 5), round(longitude, 5), "point", str(GIVEN_POINT))


def _point_called(commune: Commune | None) -> str:
    return gettext("Point à %(commune)s") % {"commune": commune.name} if commune else gettext("Point sur la carte")


def chosen_place(value: str, *, label: str = "") -> Place | None:
    """The place behind the `value` of a suggestion, or None when it is not one of ours.

    A point is called by `label`, the address someone chose, when given.
    """
    chosen = CHOSEN.fullmatch(value)
    if chosen is None:
        return None
    if chosen["code"]:
        name = _names().filter(commune=chosen["code"], is_current=True).first()
        return _place(name, home=_home_code()) if name else None
    found = _point(float(chosen["lat"]), float(chosen["lon"]))
    return replace(found[0], label=label or found[0].label) if found else None


def _point(latitude: float, longitude: float) -> list[Place]:
    on_earth = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return [place_at(latitude, longitude)] if on_earth else []


# -- Communes ------------------------------------------------------------------------------------------------------


def _take_apart(text: str) -> Asked:
    """« 77000 Melun », « Melun 77 », « Saint-Denis (Seine-Saint-Denis, 93) »."""
    departement = ""
    if (code := DEPARTEMENT_CODE.search(text)) and not text[: code.start()].strip().isdigit():
        departement = code[1].upper()
    without_brackets = re.sub(r"\(.*", "", text).strip()
    name = DEPARTEMENT_CODE.sub("", without_brackets) if departement else without_brackets
    postal = POSTAL_CODE.search(name)
    name = POSTAL_CODE.sub(" ", name)
    return Asked(text, name.strip(" ,;-"), postal[0] if postal else "", departement)


def _names() -> QuerySet[CommuneName]:
    return CommuneName.objects.filter(commune__left_on__isnull=True).select_related("commune__departement")


def _within(names: QuerySet[CommuneName], asked: Asked) -> QuerySet[CommuneName]:
    if asked.postal_code:
        names = names.filter(commune__postal_codes__postal_code=asked.postal_code)
    return names.filter(commune__departement=asked.departement) if asked.departement else names


def _communes(asked: Asked) -> list[Match]:
    if not asked.name:
        return _by_postal_code(asked.postal_code) if asked.postal_code else []
    if asked.name.isdigit():
        return _by_postal_code(asked.name) if len(asked.name) >= 3 else []
    for key in keys_to_try(asked.name):
        here = Q(key__startswith=key) | Q(key__contains=f" {key}")
        if found := list(_within(_names().filter(here), asked)):
            return _ranked(found, key, asked.postal_code)
    return []


def _by_postal_code(code: str) -> list[Match]:
    names = _names().filter(is_current=True)
    if found := list(names.filter(commune__postal_codes__postal_code__startswith=code).distinct()):
        return _ranked(found, "", code if len(code) == 5 else "")
    return _ranked(names.filter(commune=code), "", "")  # Some people type the Insee code.


def _ranked(names: Iterable[CommuneName], key: str, postal_code: str) -> list[Match]:
    """One match per commune, under the name that fits best."""
    home = _home_code()
    best: dict[str, Match] = {}
    for name in names:
        commune = name.commune
        fit = _fit(name.key, key, is_home=commune.departement_id == home)
        match = Match((fit, not name.is_current, -commune.population, commune.code), name, postal_code)
        best[commune.code] = min(match, best.get(commune.code, match))
    return sorted(best.values())


def _fit(key: str, typed: str, *, is_home: bool) -> int:
    """How well a name answers, 0 best: Saint-Fargeau-Ponthierry at home comes before a Saint-Fargeau elsewhere."""
    if key == typed:
        return 0 if is_home else 2
    if is_home and key.startswith(f"{typed} "):
        return 1
    return (3 if is_home else 5) + (not key.startswith(typed))


def _near_misses(asked: Asked) -> list[Match]:
    """Communes whose name, or its first words, is nearly what was typed. The first letter must be right."""
    key = name_key(asked.name)
    if len(key) < 4 or asked.name.isdigit():
        return []
    length = len(key.split())
    heads: dict[str, list[CommuneName]] = {}
    for name in _within(_names().filter(key__startswith=key[0]), asked):
        for head in {name.key, " ".join(name.key.split()[:length])}:
            heads.setdefault(head, []).append(name)
    close = difflib.get_close_matches(key, heads, n=4, cutoff=LIKENESS)
    return _ranked([name for head in close for name in heads[head]], close[0] if close else "", asked.postal_code)


def _home_code() -> str:
    home = Departement.objects.home()
    return home.code if home else ""


def _places(matches: list[Match], limit: int) -> tuple[Place, ...]:
    home = _home_code()
    return tuple(_place(match.name, home=home, postal_code=match.postal_code) for match in matches[:limit])


def _place(name: CommuneName, *, home: str, postal_code: str = "") -> Place:
    commune, label, kind = name.commune, name.name, "commune"
    if postal_code:
        label, kind = f"{postal_code} {commune.name}", "postal_code"
    elif not name.is_current and not name.name.startswith(f"{commune.name} "):  # « Paris 12e Arrondissement »
        label, kind = _old_name_called(name), "old_name"
    if commune.departement_id != home:
        label += f" ({commune.departement}, {commune.departement_id})"
    return Place(
        label, commune.code, commune.latitude, commune.longitude, kind, str(CENTRE) if commune.has_point else ""
    )


def _old_name_called(name: CommuneName) -> str:
    # Translators: keep the brackets; what stands between them is left out when the place is looked for again.
    return gettext("%(old)s (ancien nom, aujourd'hui %(today)s)") % {"old": name.name, "today": name.commune.name}


# -- Addresses -----------------------------------------------------------------------------------------------------


def _addresses(asked: Asked, matches: list[Match], limit: int) -> PlaceAnswer:
    try:
        found = geocoder().find(asked.text, limit=min(limit, 5), near=_home_point())
    except GeocoderAway:
        named = matches or _commune_named_in(asked)
        return PlaceAnswer(_places(named, limit), str(ADDRESS_SERVICE_AWAY))
    places = tuple(_address_place(address) for address in found if address.score >= LEAST_SCORE)
    named = matches or ([] if places else _commune_named_in(asked))
    return PlaceAnswer((places + _places(named, limit))[:limit])


def _address_place(address: Address) -> Place:
    whole = next((code for part, code in WHOLE_COMMUNES.items() if address.commune_code.startswith(part)), None)
    code, precision = whole or address.commune_code or None, str(PRECISIONS.get(address.kind, ""))
    return Place(address.label, code, address.latitude, address.longitude, "address", precision)


def _home_point() -> tuple[float, float] | None:
    """The middle of the home Département, so that its « rue de la Paix » comes before Paris's."""
    home = Commune.objects.placed().filter(departement__is_home=True)
    middle = home.aggregate(latitude=Avg("latitude"), longitude=Avg("longitude"))
    return None if middle["latitude"] is None else (middle["latitude"], middle["longitude"])


def _commune_named_in(asked: Asked) -> list[Match]:
    """The commune at the end of an address: « 12 rue des Lilas, 77000 Melun »."""
    words = name_key(asked.name).split()
    ends = [" ".join(words[start:]) for start in range(1, len(words))][-6:]
    names = list(_within(_names().filter(key__in=ends), asked))
    longest = max((name.key for name in names), key=len, default="")
    if longest:
        return _ranked([name for name in names if name.key == longest], longest, "")
    return _by_postal_code(asked.postal_code) if asked.postal_code else []
