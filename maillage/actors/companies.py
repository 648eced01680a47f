"""Numbers of organisations (SIREN, SIRET, RNA), and the State's « API Recherche d'entreprises » that knows them.

Its documentation: recherche-entreprises.api.gouv.fr/docs. One address, `GET /search?q=…`, without a key: a SIREN, a
SIRET, an RNA or words. A legal unit that asked not to be published comes with « [NON-DIFFUSIBLE] » in its fields.
"""

import json
import logging
import re
import time
from dataclasses import dataclass
from typing import Any

import httpx
from django.conf import settings
from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

logger = logging.getLogger(__name__)
for talkative in ("httpx", "httpcore"):
    logging.getLogger(talkative).setLevel(logging.WARNING)

LARGEST_ANSWER = 2_000_000  # Bytes: five units, with their officers, weigh some 30,000.
LONGEST_TEXT = 200
MOST = 5
HIDDEN = "[NON-DIFFUSIBLE]"
# « W » and nine signs: the registry of the association, of which some have a letter (2A, 9R…), then its number.
RNA = re.compile(r"W\d[\dA-Z]\d{7}")


class WrongNumber(ValueError):
    """A number that cannot be: `is_key` when its length is right and its key is not."""

    def __init__(self, *, is_key: bool = False) -> None:
        super().__init__("wrong number")
        self.is_key = is_key


class RegistryAway(Exception):
    """The national registry did not answer, or not usefully."""


@dataclass(frozen=True)
class Company:
    """A legal unit as the registry knows it. `siret` and `address` are of the establishment asked for, or the seat's.

    `commune_code` is Insee's; `rna` empty for what is no association, or was never in the national register.
    """

    siren: str
    siret: str
    name: str
    address: str
    commune_code: str
    rna: str
    is_closed: bool


def read_siren(text: str) -> str:
    """The nine digits. Raises WrongNumber."""
    return _read(text, siren_number)


def read_siret(text: str) -> str:
    """The fourteen digits; those of La Poste follow a rule of their own. Raises WrongNumber."""
    return _read(text, siret_number)


def read_rna(text: str) -> str:
    """« W » and nine signs. Raises WrongNumber."""
    number = re.sub(r"[\s.-]", "", text).upper()
    if not RNA.fullmatch(number):
        raise WrongNumber
    return number


def _read(text: str, kind: Any) -> str:
    try:
        return str(kind.validate(re.sub(r"[\s.-]", "", text)))
    except InvalidChecksum:
        raise WrongNumber(is_key=True) from None
    except ValidationError:
        raise WrongNumber from None


def search(text: str) -> list[Company]:
    """The five nearest units at most; for a number, the one that bears it. Waits as long as the settings say.

    Raises RegistryAway, whose message never holds what was asked.
    """
    sought = " ".join(text.split())[:LONGEST_TEXT]
    digits = re.sub(r"\s", "", sought)
    if digits.isdecimal() or RNA.fullmatch(digits.upper()):
        sought = digits.upper()
    if len(sought) < 3:  # The service refuses shorter ones.
        return []
    found = _companies(_ask(sought), sought)
    if sought.isdecimal() and len(sought) in {9, 14}:
        return [one for one in found if one.siren == sought[:9]][:1]
    if RNA.fullmatch(sought):
        return [one for one in found if one.rna == sought][:1]
    return found


def _ask(sought: str) -> bytes:
    deadline = time.monotonic() + settings.COMPANY_API_TIMEOUT_MS / 1000
    params = {"q": sought, "page": "1", "per_page": str(MOST)}
    headers = {"User-Agent": "maillage"}
    try:
        with (
            httpx.Client(timeout=settings.COMPANY_API_TIMEOUT_MS / 1000, headers=headers) as client,
            client.stream("GET", settings.COMPANY_API_URL, params=params) as response,
        ):
            if response.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND}:
                return b'{"results": []}'  # It understood nothing of the text: nothing is found.
            if response.status_code != httpx.codes.OK:
                raise _away(f"status {response.status_code}")
            return _body(response, deadline)
    except (httpx.HTTPError, httpx.InvalidURL) as lost:
        raise _away(type(lost).__name__) from None


def _body(response: httpx.Response, deadline: float) -> bytes:
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if time.monotonic() > deadline or len(body) > LARGEST_ANSWER:
            raise _away("too slow or too large")
    return body


def _away(why: str) -> RegistryAway:
    logger.warning("National registry away: %s", why)
    return RegistryAway(why)


def _companies(body: bytes, sought: str) -> list[Company]:
    try:
        return [_company(result, sought) for result in json.loads(body)["results"][:MOST]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _away("not the expected answer") from None


def _company(result: dict[str, Any], sought: str) -> Company:
    seat = result["siege"]
    asked = [one for one in result.get("matching_etablissements") or [] if one.get("siret") == sought]
    place = asked[0] if asked else seat
    return Company(
        siren=read_siren(str(result["siren"])),
        siret=_told(place.get("siret")),
        name=_told(result.get("nom_complet")) or _told(result.get("nom_raison_sociale")),
        address=_told(place.get("geo_adresse")) or _told(place.get("adresse")),
        commune_code=_told(place.get("commune")),
        rna=_told((result.get("complements") or {}).get("identifiant_association")),
        is_closed=result.get("etat_administratif") == "C",
    )


def _told(value: Any) -> str:
    """The text, unless the unit asked that it be kept from the public."""
    text = str(value or "").strip()
    return "" if HIDDEN in text else text
