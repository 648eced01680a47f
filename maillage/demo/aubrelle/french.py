"""Joins French words: « à », « de » and what they become before a name of place or of structure."""

import re
import unicodedata

ELIDED = re.compile(r"^[aeiouyàâéèêëîïôûœ]", re.IGNORECASE)
VOICED_H = ("hautes", "hauts", "haute-", "hlm")
"""Beginnings with an « h aspiré » among our names: no elision before them. Other h are silent."""


def at(name: str) -> str:
    """« à Melune », « au Bourg-Salin », « aux Essarts-Moreau », « à la Maison… », « à l'association… »."""
    head, rest = _article(name)
    return {"le": f"au {rest}", "les": f"aux {rest}"}.get(head, f"à {name}")


def of(name: str) -> str:
    """« de Melune », « d'Évrelles », « du Bourg-Salin », « des Essarts-Moreau », « de la Maison… »."""
    head, rest = _article(name)
    if head in {"le", "les"}:
        return f"{'du' if head == 'le' else 'des'} {rest}"
    return f"d'{name}" if not head and elides(name) else f"de {name}"


def elides(name: str) -> bool:
    lowered = name.lower()
    return bool(ELIDED.match(name)) or (lowered.startswith("h") and not lowered.startswith(VOICED_H))


def capitalised(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]


def slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _article(name: str) -> tuple[str, str]:
    """The article of a name and what follows it; no article for « La Marzelle » or « L'Islette », never contracted."""
    match = re.match(r"(le|les|la) |(l')", name, re.IGNORECASE)
    if not match:
        return "", name
    return (match.group(1) or match.group(2)).lower(), name[match.end() :]
