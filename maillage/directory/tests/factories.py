"""Small true things for the tests of the directory: records as a source sends them, places, questions."""

import csv
import datetime as dt
import html
import io
import json
import re
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from maillage.directory.actions.imports import Report, import_file, import_records
from maillage.directory.choices import SourceFormat
from maillage.directory.models import (
    ImportRun,
    SearchEntry,
    Service,
    Source,
    Structure,
)
from maillage.directory.search import Origin, SearchQuery
from maillage.territories.actions import Point
from maillage.territories.choices import Density

Record = dict[str, Any]
TABLES = (Source, Structure, Service, SearchEntry, ImportRun)
FRESH = "2026-03-01"  # A week before `monday_morning`.
FOOD = "equipement-et-alimentation--alimentation"
CITIZEN = "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives"
EQUIPMENT = "numerique--acquerir-un-equipement"
HEALTH = "sante--acces-aux-soins"
MELUNE = Origin("Melune", Point(48.0, 2.0, Density.SPARSE), "00001", ("00001", "00", "200000001", "france", "99100"))
KM_NORTH = 1 / 111.2
API = "/api/v1/search"
_numbers = count(1)


def a_structure(uid: str = "test--maison", **facts: Any) -> Record:
    """A structure in Melune, as data·inclusion writes it."""
    return {
        "source": "test",
        "id": uid,
        "nom": "Maison de la Grande Rue",
        "date_maj": FRESH,
        "commune": "Melune",
        "code_postal": "00100",
        "code_insee": "00001",
        "adresse": "3 Grande Rue",
        "latitude": 48.0,
        "longitude": 2.0,
        "telephone": "+33199001122",
    } | facts


def a_service(uid: str = "", *, structure: str = "test--maison", **facts: Any) -> Record:
    """A service received on site, ten kilometres north of the middle of Melune unless said otherwise."""
    return {
        "source": "test",
        "structure_id": structure,
        "id": uid or f"test--service-{next(_numbers)}",
        "nom": "Épicerie solidaire",
        "description": "Des courses à petit prix, choisies librement.",
        "date_maj": FRESH,
        "thematiques": [FOOD],
        "modes_accueil": ["en-presentiel"],
        "latitude": 48.0 + 10 * KM_NORTH,
        "longitude": 2.0,
    } | facts


def a_source(slug: str = "test", *, format: str = SourceFormat.DATA_INCLUSION) -> Source:
    return Source.objects.get_or_create(slug=slug, defaults={"name": slug.capitalize(), "format": format})[0]


def fill(*services: Record, structures: tuple[Record, ...] = (), source: str = "test") -> list[Service]:
    """Put these services, and the structures they need, in the directory; in the order given."""
    wanted = {service["structure_id"] for service in services} - {structure["id"] for structure in structures}
    known = set(Structure.objects.values_list("uid", flat=True))
    homes = [*structures, *(a_structure(uid) for uid in sorted(wanted - known))]
    held = _with_what_was_sent(Structure, homes, source), _with_what_was_sent(Service, services, source)
    report = import_records(*held, source=a_source(source))
    assert not report.rejected, [str(rejected) for rejected in report.rejected]
    found = {service.uid: service for service in Service.objects.filter(uid__in=[s["id"] for s in services])}
    return [found[service["id"]] for service in services]


def _with_what_was_sent(model: Any, records: Iterable[Record], source: str) -> list[Record]:
    """These records after those the source sent before, so that sending more withdraws nothing."""
    sent = {thing.uid: thing.received for thing in model.objects.filter(source=source, withdrawn_at=None)}
    return list((sent | {record["id"]: record for record in records}).values())


def ask(words: str = "", **facts: Any) -> SearchQuery:
    """A question from the middle of Melune."""
    return SearchQuery(**({"origin": MELUNE, "words": words} | facts))


def as_json(folder: Path, data: Any, name: str = "fiches.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def as_csv(folder: Path, records: list[Record], *, delimiter: str = ",", name: str = "fiches.csv") -> Path:
    """A CSV as a spreadsheet would write it; lists as JSON unless they are already text."""
    page = io.StringIO()
    columns = list(dict.fromkeys(key for record in records for key in record))
    writer = csv.DictWriter(page, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(
        {k: json.dumps(v, ensure_ascii=False) if isinstance(v, list) else v for k, v in record.items()}
        for record in records
    )
    path = folder / name
    path.write_text(page.getvalue(), encoding="utf-8")
    return path


def take(path: Path, *, source: str = "test", **options: Any) -> Report:
    """Import a data·inclusion file."""
    return import_file(path, source=a_source(source), **options)


def snapshot(*, but: tuple[Any, ...] = ()) -> dict[str, list[Record]]:
    """Every row of every table of the directory."""
    return {
        table._meta.label: list(table._base_manager.order_by("pk").values()) for table in TABLES if table not in but
    }


def comparable(record: Record) -> Record:
    """A record whatever the order of its lists and whether nothing is absent or None."""
    return {k: sorted(v) if isinstance(v, list) else v for k, v in record.items() if v is not None}


def days_before(day: dt.date, days: int) -> str:
    return (day - dt.timedelta(days=days)).isoformat()


def post(client: Any, address: str = "127.0.0.1", **asked: Any) -> Any:
    """Ask the API, as the program at that address would."""
    return client.post(API, json.dumps(asked), content_type="application/json", REMOTE_ADDR=address)


def conforms(response: Any, document: Record, method: str) -> Any:
    """The answer, once checked to be one that the OpenAPI document promises."""
    promised, status = document["paths"][API][method]["responses"], str(response.status_code)
    assert status in promised, f"{status} is promised nowhere: {response.content[:200]}"
    schema = promised[status]["content"]["application/json"]["schema"]
    Draft202012Validator(schema | {"components": document["components"]}).validate(response.json())
    return response


def text_of(response: Any) -> str:
    """What someone reads on a page: its words, without markup, blanks as one space."""
    page = re.sub(r"<(script|style|template)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ").replace("\u202f", " ").split())


def links_of(response: Any) -> list[str]:
    """Where the links of a page lead."""
    return [html.unescape(link) for link in re.findall(r'<a\b[^>]*\bhref="([^"]*)"', response.content.decode())]


def inputs_of(response: Any) -> dict[str, list[str]]:
    """What the forms of a page would send back: hidden and typed fields, checked boxes, chosen options, long texts."""
    page, sent = response.content.decode(), {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        facts = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if facts.get("type") in {"checkbox", "radio"} and not re.search(r"\schecked\b", tag):
            continue
        if "name" in facts:
            unsaid = "on" if facts.get("type") == "checkbox" else ""
            sent.setdefault(facts["name"], []).append(html.unescape(facts.get("value", unsaid)))
    for name, inside in re.findall(r'<select\b[^>]*\bname="([^"]*)"[^>]*>(.*?)</select>', page, flags=re.DOTALL):
        sent[name] = [html.unescape(v) for v in re.findall(r'<option value="([^"]*)"[^>]*\sselected', inside)]
    for name, inside in re.findall(
        r'<textarea\b[^>]*\bname="([^"]*)"[^>]*>\r?\n?(.*?)</textarea>', page, flags=re.DOTALL
    ):
        sent.setdefault(name, []).append(html.unescape(inside))
    return sent
