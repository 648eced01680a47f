"""How a record's facts are said to a visitor: its address, its phone, its zone."""

import re
from urllib.parse import urlsplit

from maillage.directory.models import Record

FRENCH = re.compile(r"^(?:\+33|0033|0)([1-9]\d{8})$")


def address_lines(record: Record) -> list[str]:
    """The lines of a postal address; empty when the record has none."""
    town = " ".join(filter(None, [record.postal_code, record.commune_name]))
    return [line for line in (record.address_extra, record.address, town) if line] if town or record.address else []


def phone_in_words(phone: str) -> str:
    """A French number by pairs; another as it is written."""
    compact = re.sub(r"[\s.\-()]", "", phone)
    found = FRENCH.match(compact)
    if not found:
        return phone.strip()
    digits = f"0{found[1]}"
    return " ".join(digits[start : start + 2] for start in range(0, 10, 2))


def mid_sentence(label: str) -> str:
    """A label inside a sentence: its first letter small, its acronyms kept."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def web_link(address: str) -> str:
    """The address if a browser may safely follow it, else nothing: records come from anywhere."""
    return address if urlsplit(address).scheme in {"http", "https"} else ""


def place_link(*records: Record) -> str:
    """A map's address for where to go, on OpenStreetMap: the first record that has a point; empty when none has."""
    for record in records:
        if record.latitude is not None and record.longitude is not None:
            point = f"{record.latitude:.6f}", f"{record.longitude:.6f}"
            return f"https://www.openstreetmap.org/?mlat={point[0]}&mlon={point[1]}#map=17/{'/'.join(point)}"
    return ""
