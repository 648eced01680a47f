"""How people write the names of communes, and the one key under which all their ways meet."""

import re

from maillage.core.text import fold

# Written short on envelopes, in the post's own way; « s » alone is read « sur », sometimes « sous ».
SHORT = {
    "st": "saint",
    "ste": "sainte",
    "sts": "saints",
    "stes": "saintes",
    "s": "sur",
    "ss": "sous",
    "lez": "les",
    "nd": "notre dame",
    "gd": "grand",
    "mt": "mont",
}
LONGEST_KEY = 100  # As the column.
ARTICLES = frozenset({"le", "la", "les", "l"})
_SOUS = re.compile(r"\bs\s*/\s*s(?:\b|/)|(?<=\s)s/s\s*")
_SUR = re.compile(r"(?<![a-z])s\s*/\s*|/\s*s(?![a-z])")
_WORD = re.compile(r"[^\W_]+")


def name_key(name: str) -> str:
    """The key of a name: no accent, case, hyphen nor leading article, abbreviations in full.

    « L'Haÿ-les-Roses » gives « hay les roses »; « ST FARGEAU PONTHIERRY » gives « saint fargeau ponthierry ».
    """
    folded = _SUR.sub(" sur ", _SOUS.sub(" sous ", fold(name)))
    words = [SHORT.get(word, word) for word in _WORD.findall(folded)]
    if len(words) > 1 and words[0] in ARTICLES:
        words = words[1:]
    return " ".join(words)[:LONGEST_KEY]


def keys_to_try(text: str) -> list[str]:
    """The keys under which to look for what someone typed: « Jouarre s Morin » may be « sur » or « sous »."""
    first = name_key(text)
    if re.search(r"(?:^|[\s-])s[\s-]", fold(text)) and " sur " in first:
        return [first, first.replace(" sur ", " sous ", 1)]
    return [first]
