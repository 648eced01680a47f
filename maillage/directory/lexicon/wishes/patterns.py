"""The ways people say a wish, on a line of folded words; and the words beside which the same phrase is a need.

Each pattern is read word by word: a line is « ouverte mercredi apres midi », with a space after its last word. The
words beside which a phrase is no wish are in `doubts.csv`, which a social worker can edit.
"""

import csv
import re
from pathlib import Path

from maillage.core.text import fold
from maillage.directory.choices import WEEKDAYS, AccessNeed, DayPart
from maillage.directory.languages import spoken_words
from maillage.directory.lexicon.wishes.sentence import any_of
from maillage.territories.choices import TravelMode


def pattern(text: str) -> re.Pattern[str]:
    """The pattern, on whole words; blanks and line ends in it are for its reader only, « _ » is a space."""
    return re.compile(r"\b(?:" + re.sub(r"\s+", "", text).replace("_", " ") + r")(?= |$)")


def doubts(wish: str) -> frozenset[str]:
    """The words of `doubts.csv` beside which a wish of that sort is a need, or tells something else."""
    with (Path(__file__).parent / "doubts.csv").open(encoding="utf-8-sig", newline="") as lines:
        return frozenset(
            word for row in csv.DictReader(lines) if row["souhait"] == wish for word in row["mots"].split()
        )


# -- When ------------------------------------------------------------------------------------------------------------

DAYS = {fold(str(day)): number for number, day in enumerate(WEEKDAYS)} | {"samdi": 5, "lundie": 0, "jeudie": 3}
PARTS = {
    "matin": DayPart.MORNING, "matinee": DayPart.MORNING, "midi": DayPart.MIDDAY, "apres midi": DayPart.AFTERNOON,
    "apresmidi": DayPart.AFTERNOON, "aprem": DayPart.AFTERNOON, "aprm": DayPart.AFTERNOON, "soir": DayPart.EVENING,
    "soiree": DayPart.EVENING,
}  # fmt: skip
DAY = rf"(?P<day>{any_of(DAYS)})s?(?:_prochains?)?"
PART = f"(?P<part>{any_of(PARTS).replace(' ', '_')})s?"
TODAY, TOMORROW, AFTER = "(?:aujourd_hui|aujourdhui|ajd|auj)", "demain", "(?:apres_demain|apresdemain)"
OF_THE_DAY = "(?:_(?:(?:le|l|au|en|dans_la|dans_l|en_fin_de|en_fin_d|en_debut_de|en_debut_d)_)?" + PART + ")?"
THAT_DAY = f"(?:(?P<today>{TODAY})|(?P<after>{AFTER})|(?P<tomorrow>{TOMORROW})|{DAY}){OF_THE_DAY}"
THIS_PART = f"(?P<this>(?:ce|cet|cette)_){PART}"
ANY_PART = f"(?:le|l|les|a|en|dans_la|dans_l|tous_les)_{PART}|(?P<lunch>entre_midi_et_(?:deux|2))"
AT_HOUR = r"(?P<bound>apres|a_partir_de|des|avant|a|vers)_(?P<hour>\d{1,2})_?h(?:eures?|_?\d\d)?"
NOW = "(?P<now>maintenant|en_ce_moment|la_maintenant|actuellement|tout_de_suite|a_cette_heure(?:_ci)?)"
OPEN = "(?:qui_(?:est|sont|soit|soient|reste|restent)_)?(?:ouverte?s?|ouvre(?:nt)?|dispo(?:nibles?)?|accessibles?)_"
LITTLE = "(?:(?:aussi|encore|meme|bien|egalement|le|les|la|du|de|tous|chaque|pendant|jusqu_a|des|que|pour)_)*"
FREE = (
    "(?:je_(?:suis|serai)_(?:libre|dispo|disponible)_|je_(?:ne_)?peux_(?:(?:y_aller|venir|passer|me_deplacer)_)?"
    "|je_viens_|je_viendrais?_|j_y_vais_)(?:que_|seulement_|uniquement_)?"
)


def _alternatives(*ways: str) -> tuple[re.Pattern[str], ...]:
    return tuple(pattern(way) for way in ways)


SAID_OPEN = _alternatives(*(OPEN + LITTLE + f"(?:{way})" for way in (THIS_PART, THAT_DAY, ANY_PART, AT_HOUR, NOW)))
SAID_FREE = _alternatives(*(FREE + LITTLE + f"(?:{way})" for way in (THIS_PART, THAT_DAY, ANY_PART)))
SAID_ALONE = _alternatives(*("(?:(?:le|les|pour|du)_)?" + f"(?:{way})" for way in (THIS_PART, THAT_DAY)))
ANOTHER_PART = any_of(PARTS).replace(" ", "_")
ANOTHER_DAY = pattern(f"(?:(?:et|ou|puis|au|a|comme)_)?(?:(?:le|les|l)_)?(?:{THAT_DAY}|{ANOTHER_PART}|week_?ends?)")
"""« Le samedi et le dimanche » is more than one wish can hold: it is left where it stands."""
ANY_DAY = pattern(THAT_DAY)
NEGATION = pattern("pas|plus|jamais|ni|fermee?s?|ferment?")
OPENS = pattern(OPEN.rstrip("_"))
TELLS = doubts("jour")
"""Beside one of these, a day is when something happens to someone, not when they may come."""

# -- In which language -----------------------------------------------------------------------------------------------

LANGUAGE = f"(?:creole_)?(?:{any_of(spoken_words())})"
SIGNS = "(?:la_)?(?:langues?|langages?)_(?:des?|du|d)_signes?|lsf"
ANY_LANGUAGE = f"(?:{SIGNS}|{LANGUAGE})"
AND_OTHERS = f"(?:_(?:(?:et|ou)_)?(?:(?:en|l|le|la)_)?{ANY_LANGUAGE})*"
SPEAKS = (
    "(?:(?:qui|on|ou|y|je|il|elle|nous|ils|elles|quelqu_un)_)*(?:ne_)?(?:parl(?:e|es|ent|ant|er|ons|ez)|comprend|comprennent)_"
    "(?:(?:l|le|la|en|que|seulement|uniquement|bien|aussi|juste)_)*"
)
LANGUAGES_SAID = _alternatives(
    f"{SPEAKS}{ANY_LANGUAGE}{AND_OTHERS}", f"en_{ANY_LANGUAGE}{AND_OTHERS}", SIGNS, r"\w+ophones?"
)
INTERPRETED = pattern(
    f"(?:interpretes?|interpretariat|traducteurs?|traductrices?)_(?P<asked>(?:(?:en|de|d|du|l)_)*{ANY_LANGUAGE}{AND_OTHERS})"
)
ONE_LANGUAGE = pattern(f"(?P<signs>{SIGNS})|(?:creole_)?(?P<spoken>{any_of(spoken_words())})")
LEARNT = doubts("langue")
"""Just before a language, one of these makes it a need: « apprendre l'anglais »."""

# -- With which access -----------------------------------------------------------------------------------------------

ADAPTED = "(?:accessibles?|acces|adaptee?s?|accueil)_(?:(?:aux?|pour|en|a|les|l|des|d|personnes?|gens)_)*"
SEAT = "fauteuill?e?s?"
CHAIR = f"(?:{SEAT}(?:_roull?ants?)?|pmr|mobilite_reduite|handicapee?s?|poussettes?)"
ACCESS_SAID = (
    (AccessNeed.WHEELCHAIR, pattern(f"{ADAPTED}{CHAIR}")),
    (AccessNeed.WHEELCHAIR, pattern(f"(?:(?:je|il|elle)_(?:suis|est)_)?en_{SEAT}(?:_roull?ants?)?")),
    (AccessNeed.WHEELCHAIR, pattern(f"(?:(?:avec|pour)_(?:(?:un|mon|ma|son|les)_)?)?{SEAT}_roull?ants?|pmr")),
    (AccessNeed.WHEELCHAIR, pattern("(?:pour_)?(?:personnes?_)?(?:a_)?mobilite_reduite")),
    (AccessNeed.WHEELCHAIR, pattern("(?:de_)?plain_pied|(?:sans|pas_d|aucun)_(?:marches?|escaliers?)")),
    (AccessNeed.WHEELCHAIR, pattern("avec_(?:(?:un|une)_)?(?:ascenseur|rampe)")),
    (
        AccessNeed.HEARING,
        pattern(f"{ADAPTED}(?:sourdee?s?|sourde?s?|malentendante?s?)|(?:avec_(?:une_)?)?boucle_magnetique"),
    ),
    (AccessNeed.SIGHT, pattern(f"{ADAPTED}(?:aveugles?|mal_?voyante?s?|non_voyante?s?)")),
    (AccessNeed.READING, pattern("(?:en_)?(?:faciles?_a_(?:lire|comprendre)(?:_et_a_comprendre)?|falc)")),
)
ARTICLES = frozenset({"un", "le", "mon", "ma", "son", "du", "de", "des", "ce", "cet", "nouveau"})
"""« Un fauteuil roulant » is a thing someone looks for; « fauteuil roulant » is how they come."""
THINGS = doubts("objet")
"""Beside one of these, it is the thing that must be adapted, and that is the need."""

# -- Among women, and how one travels --------------------------------------------------------------------------------

ONLY = "(?:reservee?s?|que|uniquement|seulement|exclusivement|rien_que)_(?:(?:aux?|pour|entre|les|des|qu)_)*"
AMONG_WOMEN = pattern(
    f"{ONLY}femmes?|entre_femmes?|(?:(?:pour|aux)_)?(?:les_)?femmes?_(?:seulement|uniquement|exclusivement)"
    "|(?:en_)?non_mixi?te?s?(?:te)?|sans_(?:les_)?hommes?|(?:ou_il_n_y_a_)?pas_d_hommes?"
)
NOT_AMONG_WOMEN = doubts("femmes")
GOING = "(?:je_(?:viens|vais|suis|me_deplace)|j_y_vais|en_y_allant|pour_venir|pour_y_aller)_"
MODES_SAID = (
    (TravelMode.FOOT, pattern(f"(?:{GOING})?a_pieds?|en_marchant")),
    (TravelMode.BICYCLE, pattern(f"(?:{GOING})?(?:a|en)_(?:velo|bicyclette)")),
    # Last, it says how one goes: « loyer, en voiture ».
    (TravelMode.CAR, pattern(f"{GOING}en_(?:voiture|auto)|(?<=\\S_)en_(?:voiture|auto)(?=_?$)")),
    (TravelMode.FOOT, pattern("sans_(?:voiture|vehicule|auto)")),
)
WITHOUT_CAR = pattern("sans_(?:voiture|vehicule|auto)")
NOT_A_MODE = doubts("trajet")
