"""The border with the official list of France services: one line gives a structure and the two services it must offer.

Source of what each France services offers: the national charter (accompaniment in the nine partners' procedures; free
use of a computer and of a connection, with help).
"""

import datetime as dt
import re
from typing import Any

from maillage.core.tabular import Row, read_csv

COLUMNS = (
    "id_fs", "lib_fs", "adresse", "complement_adresse", "insee_com", "code_postal", "lib_com", "latitude", "longitude",
    "mail", "telephone", "prise_rdv", "commentaire", "format_fs",
)  # fmt: skip
DAYS = (
    ("h_lundi", "Mo"), ("h_mardi", "Tu"), ("h_mercredi", "We"), ("h_jeudi", "Th"), ("h_vendredi", "Fr"),
    ("h_samedi", "Sa"),
)  # fmt: skip
PRODUCER = "france-services"
TIMES = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
MOBILE = {"Bus_équivalent", "Itinérante"}
SERVICES: tuple[dict[str, Any], ...] = (
    {
        "suffix": "demarches",
        "nom": "Aide aux démarches administratives",
        "description": (
            "Des agents vous aident dans vos démarches avec France Travail, la Caf, l'Assurance maladie, l'Assurance "
            "retraite, la MSA, les impôts, La Poste, les ministères de la Justice et de l'Intérieur : comprendre un "
            "courrier, remplir un dossier, demander une aide, prendre rendez-vous."
        ),
        "type": "accompagnement",
        "thematiques": [
            "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives",
            "difficultes-administratives-ou-juridiques--accompagnement-pour-lacces-aux-droits",
        ],
    },
    {
        "suffix": "numerique",
        "nom": "Ordinateur en libre accès et aide aux démarches en ligne",
        "description": (
            "Un ordinateur, une connexion Internet et une imprimante à votre disposition, et quelqu'un pour vous "
            "aider : créer une adresse électronique, un compte, faire une démarche en ligne, numériser ou imprimer un "
            "document."
        ),
        "type": "accompagnement",
        "thematiques": [
            "numerique--acceder-a-des-services-en-ligne",
            "numerique--acceder-a-une-connexion-internet",
            "numerique--maitriser-les-fondamentaux-du-numerique",
        ],
    },
)


def list_date(name: str) -> dt.date | None:
    """The day of the list, from its official file name (liste-fs-AAAAMMJJ)."""
    found = re.search(r"(20\d{2})-?(\d{2})-?(\d{2})", name)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def read(text: str, name: str, *, as_of: dt.date) -> tuple[list[Row], list[Row]]:
    """The list's lines as data·inclusion structures and services, each keeping its line number."""
    rows = read_csv(text, name, required=(*COLUMNS, *(column for column, _ in DAYS)))
    structures = [Row(row.line, _with_fault(row, structure_of(row.values, as_of))) for row in rows]
    services = [
        Row(row.line, _with_fault(row, service_of(row.values, offer, as_of))) for row in rows for offer in SERVICES
    ]
    return structures, services


def _with_fault(row: Row, record: dict[Any, Any]) -> dict[Any, Any]:
    return record | {None: row.values[None]} if None in row.values else record


def structure_of(line: dict[str, str], as_of: dt.date) -> dict[Any, Any]:
    emails, comment = _emails(line.get("mail", "")), _text(line, "commentaire")
    return _place(line) | {
        "id": uid_of(line),
        "nom": _text(line, "lib_fs")[:150],
        "date_maj": as_of.isoformat(),
        "source": PRODUCER,
        "telephone": _text(line, "telephone") or None,
        "courriel": emails[0] if emails else None,
        "horaires_accueil": opening_hours(line),
        "description": comment if len(comment) >= 5 else None,
        "reseaux_porteurs": ["france-service"],
    }


def service_of(line: dict[str, str], offer: dict[str, Any], as_of: dt.date) -> dict[Any, Any]:
    emails = _emails(line.get("mail", ""))
    on_the_move = " Ce France services se déplace : appelez pour connaître ses passages." * (
        _text(line, "format_fs") in MOBILE
    )
    modes = [
        "se-presenter",
        *(["telephoner"] if _text(line, "telephone") else []),
        *(["envoyer-un-courriel"] if emails else []),
    ]
    by_appointment = (
        "Sur rendez-vous ou en se présentant : appelez avant de venir." if line.get("prise_rdv") == "Oui" else ""
    )
    other_emails = f"Autres adresses : {', '.join(emails[1:])}." if len(emails) > 1 else ""
    return {  # Its place is its structure's: a correction of one is a correction of both.
        "id": f"{uid_of(line)}-{offer['suffix']}",
        "structure_id": uid_of(line),
        "nom": offer["nom"],
        "description": offer["description"] + on_the_move,
        "date_maj": as_of.isoformat(),
        "source": PRODUCER,
        "type": offer["type"],
        "thematiques": offer["thematiques"],
        "frais": "gratuit",
        "publics": ["tous-publics"],
        "modes_accueil": ["en-presentiel"],
        "telephone": _text(line, "telephone") or None,
        "courriel": emails[0] if emails else None,
        "modes_mobilisation": modes,
        "mobilisable_par": ["usagers", "professionnels"],
        "mobilisation_precisions": " ".join(filter(None, [by_appointment, _text(line, "commentaire"), other_emails]))
        or None,
        "horaires_accueil": opening_hours(line),
    }


def uid_of(line: dict[str, str]) -> str:
    number = _text(line, "id_fs")
    return f"{PRODUCER}--{number}" if number else ""


def _place(line: dict[str, str]) -> dict[Any, Any]:
    return {
        "commune": _text(line, "lib_com") or None,
        "code_postal": _text(line, "code_postal") or None,
        "code_insee": _text(line, "insee_com") or None,
        "adresse": _text(line, "adresse") or None,
        "complement_adresse": _text(line, "complement_adresse") or None,
        "longitude": _text(line, "longitude") or None,
        "latitude": _text(line, "latitude") or None,
    }


def opening_hours(line: dict[str, str]) -> str | None:
    """The week in OpenStreetMap's words; days alike and in a row are joined. None when nothing is said."""
    days = [(day, ",".join(_spans(line.get(column) or ""))) for column, day in DAYS]
    runs: list[tuple[str, str, str]] = []
    for day, spans in days:
        if runs and runs[-1][2] == spans:
            runs[-1] = (runs[-1][0], day, spans)
        else:
            runs.append((day, day, spans))
    parts = [f"{first if first == last else f'{first}-{last}'} {spans}" for first, last, spans in runs if spans]
    return "; ".join([*parts, "PH off"]) if parts else None


def _spans(text: str) -> list[str]:
    return [f"{int(a):02}:{b}-{int(c):02}:{d}" for a, b, c, d in TIMES.findall(text)]


def _emails(text: str) -> list[str]:
    return re.findall(r"[^\s;,<>/]+@[^\s;,<>/]+", text)


def _text(line: dict[str, str], column: str) -> str:
    return (line.get(column) or "").strip()
