"""How a French word sounds, roughly: what is written as it is heard (« loillé », « asistente ») meets its spelling."""

import re

# In the order they apply. Capitals are sounds: C « ch », N « gn », S « s » of « ce », Y « y », U « ou », A I O nasals.
_RULES = [
    (re.compile(pattern), heard)
    for pattern, heard in (
        (r"s$", ""),
        (r"^psych?", "sik"),
        (r"ph", "f"),
        (r"[gq]u(?=[eiy])|qu?|ck|c(?=[aouklmnrt]|$)|ch(?=[lr])", "k"),
        (r"sch|sh|ch", "C"),
        (r"gn", "N"),
        (r"g(?=[eiy])", "j"),
        (r"je(?=[ao])", "j"),
        (r"s?c(?=[eiy])|ss|[cst](?=ion)", "S"),
        (r"x", "ks"),
        (r"h", ""),
        (r"oin", "wI"),
        (r"oeu|eu", "e"),
        (r"e?aux?|oo", "o"),
        (r"oy(?=[aeiou])|oill?(?=[aeiou])", "waY"),
        (r"oi|oy", "wa"),
        (r"a[iy]ll?(?=[aeiou])|[ea]y(?=[aeiou])", "eY"),
        (r"e?ill?(?=[aeiou])|y(?=[aeiou])", "Y"),
        (r"ou", "U"),
        (r"(?:ain|ein|[iy][nm]|u[nm])(?![aeiouyUnmY])", "I"),
        (r"[ea][nm](?![aeiouyUnmY])", "A"),
        (r"o[nm](?![aeiouyUnmY])", "O"),
        (r"[ae][iy]", "e"),
        (r"y", "i"),
        (r"(\w)\1+", r"\1"),
        (r"(?:er|e[stz]?)$", ""),
        (r"[stdxzS]+$", ""),
        (r"i(?=[aeoUAOI])", "Y"),
        (r"[Sz]", "s"),
    )
]


def sound(word: str) -> str:
    """The key of a folded word: « loyer », « loyé » and « loyers » share theirs."""
    key = word
    for pattern, heard in _RULES:
        key = pattern.sub(heard, key)
    return key
