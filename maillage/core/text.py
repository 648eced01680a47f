"""French text for searching: folding, words, stop words and stems, the same when writing and when asking."""

import re
import unicodedata
from functools import lru_cache

from snowballstemmer.french_stemmer import FrenchStemmer

_LIGATURES_AND_APOSTROPHES = str.maketrans(
    {"œ": "oe", "æ": "ae"} | dict.fromkeys("’‘‛ʼʹ′`´＇", "'"),
)
_ELISION = re.compile(r"\b(?:[cdjlmnst]|(?:jus|lors|puis|quoi|pres)?qu)'")
_WORD = re.compile(r"[^\W_]+")

# Words of French grammar, and what people put around a need. Folded, elisions already dropped.
# Left out on purpose, because they can carry the meaning: sans, seul, bien, mal, trop, aide, être (bien-être),
# personne (personne âgée), arriver (« je n'arrive pas à dormir »), aller (« je vais mal »),
# urgence, besoin (« besoin de parler »).
_LITTLE_WORDS = """
    le la les un une des de du au aux ce cet cette ces ca cela ceci celui celle ceux celles
    mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs
    je tu il elle on nous vous ils elles me te se moi toi lui eux soi meme memes
    qui que quoi dont ou lequel laquelle lesquels lesquelles quel quelle quels quelles
    et ni mais donc or car si comme quand lorsque puisque parce afin alors ainsi
    a en dans par pour sur sous vers chez avec entre contre depuis pendant avant apres jusque selon malgre
    ne pas plus rien aucun aucune jamais non oui
    tres peu beaucoup tout toute tous toutes quelque quelques chaque plusieurs certains certaines
    encore deja toujours souvent parfois maintenant aujourd hui aujourdhui actuellement vraiment juste aussi
    ici la y voici voila comment combien pourquoi fois assez moins surtout notamment environ
    suis es est sommes etes sont etais etait etions etaient ete etant sera serai serait seront soit sois
    ai as avons avez ont avais avait avaient aurai aura aurait aurais auront avoir eu ayant aie ait
    peux peut pouvons pouvez peuvent pouvoir pourrais pourrait pourrai pu puisse
    veux veut voulons voulez veulent vouloir voudrais voudrait voulais
    dois doit devons devez doivent devoir devrais devrait faut faudrait fallait
    allons allez vont fais fait faisons faites font
    cherche cherchons cherches chercher souhaite souhaitons souhaiterais souhaiter
    aimerais aimerait desire sais sait savons savez savoir
    bonjour bonsoir salut coucou merci svp stp bjr bsr slt cdt cordialement madame monsieur mme mr
    vite rapidement possible
    daide dun dune
    jai jsuis chuis chui jveux jcherche jpeux jaimerais jaurais jetais cest cetait ya yen quon quil quelle
    pr ds av ac dc pk pq pcq ki ke koi kel tt bcp tjs tjr tjrs ms vs nn pa pe qd qq qqun ns
"""
STOP_WORDS = frozenset(_LITTLE_WORDS.split())

# Where dropping the final « s » would give another word: le pays and payer, mars and la mare, les fils and le fil.
_NOT_PLURAL = frozenset({"pays", "mars", "fils", "cours", "sans", "sens", "moins"})
# Where the stemmer would meet another word: an aidant is not an aide, insulating is not being isolated, a café is not
# the Caf, France is not French, a general practitioner is not general, a licence is not a licenciement,
# papers are not a papi, the mains (courant) are not a lesson (cours).
_KEPT_WHOLE = {"aidante": "aidant"} | {
    word: word
    for word in (
        *("aidant", "isolation", "cafe", "france", "generaliste", "licence", "finir", "papier", "courant"),
        *("garant", "boxe", "traine"),
    )
}


def fold(text: str) -> str:
    """The text in lower case, without accents nor ligatures, with plain apostrophes. Folding twice changes nothing."""
    folded = _fold_once(text)
    return folded if folded.isascii() else _fold_once(folded)  # Lowering can reveal a letter to decompose, as « İ ».


def _fold_once(text: str) -> str:
    plain = text.translate(_LIGATURES_AND_APOSTROPHES)
    if plain.isascii():
        return plain.lower()
    bare = unicodedata.normalize("NFKD", plain)
    for mark in filter(unicodedata.combining, set(bare)):  # A text has few different marks, and many letters.
        bare = bare.replace(mark, "")
    return bare.casefold().translate(_LIGATURES_AND_APOSTROPHES)


def words(text: str) -> list[str]:
    """The folded words, in order: « L'été à Céret » gives ete, ceret. Single letters are dropped, figures are kept."""
    without_elisions = _ELISION.sub(" ", fold(text))
    return [word for word in _WORD.findall(without_elisions) if len(word) > 1 or word.isdigit()]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The part of a word that its forms share: impayé, impayés and impayees all give « impay »."""
    singular = _singular(fold(word))
    if singular in _KEPT_WHOLE:
        return _KEPT_WHOLE[singular]
    if len(singular) <= 4:  # the stemmer would cut « mari » to « mar »
        return singular[:-1] if len(singular) == 4 and singular.endswith("e") else singular
    # A new stemmer each time: it keeps its word inside, so that threads cannot share one.
    root: str = FrenchStemmer().stemWord(_masculine(singular))
    if len(root) < 3:
        return singular
    if root.endswith("i") and singular.startswith(root[:-1] + "y"):
        return root[:-1] + "y"  # « loyer » must not meet « loi »
    return root


def _singular(word: str) -> str:
    """Once unaccented, the stemmer no longer takes off the « s » of « frigos » or « perdus »."""
    is_plural = len(word) >= 4 and word.endswith("s") and not word.endswith("ss") and word not in _NOT_PLURAL
    return word[:-1] if is_plural else word


def _masculine(word: str) -> str:
    """Without its accent, « impayée » ends in « ee » and « ménagère » in « ere », which the stemmer does not know."""
    while word.endswith("ee"):
        word = word[:-1]
    return word[:-1] if len(word) >= 8 and word.endswith("ere") else word


def stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order, duplicates kept."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]
