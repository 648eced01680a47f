"""What a sentence says is not so: « je ne suis pas à la rue » rings no alarm."""

from collections.abc import Sequence

from maillage.directory.lexicon.matching import Place

_DENIALS = frozenset({"pas", "jamais", "aucun", "aucune", "sans", "non", "nullement"})
# What may stand between the denial and what it denies: « je n'ai pas été …, pas de …, jamais eu d'… ».
_BETWEEN = frozenset(
    [
        "de",
        "des",
        "du",
        "la",
        "le",
        "les",
        "un",
        "une",
        "a",
        "au",
        "aux",
        "en",
        "ete",
        "eu",
        "d",
        "mes",
        "mon",
        "ma",
        "ce",
        "cette",
        "une",
        "tres",
        "trop",
        "du",
        "tout",
        "question",
    ]
)
# « Pas que … » or « il ne me frappe pas seulement » deny nothing; nor does what has not happened yet.
_UNDONE = frozenset(["seulement", "que", "souvent", "toujours", "toutes", "tout", "tous", "encore", "fort", "juste"])
# « Je ne sais pas où dormir » says no less that there is nowhere.
_NOT_KNOWING = frozenset({"sais", "sait", "savons", "savent", "savais", "arrete", "cesse", "supporte", "veux", "veut"})


def is_denied(place: Place, words: Sequence[str]) -> bool:
    """Whether the words around say that it is not so. In doubt, no: an alarm too many harms nobody."""
    inside = words[place.start : place.words[-1] + 1]
    if place.row.is_exact and set(inside) & _DENIALS:
        return False
    own = set(place.row.expression.lower().split())
    if own & (_DENIALS | {"plus"}):
        return False
    return _denied_before(place.start, words) or _denied_after(place.words[-1], words) or _denied_inside(place, words)


def _denied_before(start: int, words: Sequence[str]) -> bool:
    i = start - 1
    while i >= 0 and words[i] in _BETWEEN:
        i -= 1
    return i >= 0 and words[i] in _DENIALS and not (i and words[i - 1] in _NOT_KNOWING)


def _denied_after(end: int, words: Sequence[str]) -> bool:
    """« Il me frappe pas » : the denial ends what is said, and no word after takes it back."""
    after = words[end + 1 : end + 3]
    return bool(after) and after[0] == "pas" and not (len(after) > 1 and after[1] in _UNDONE)


def _denied_inside(place: Place, words: Sequence[str]) -> bool:
    between = words[place.start : place.words[-1]]
    return "pas" in between or "jamais" in between
