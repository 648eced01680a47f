"""Wishes read from the words: when, which language, which access, among women, how; the need stays whole."""

import csv
import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.core.text import words
from maillage.directory.choices import ACCESSIBILITY, ANSWERS_TO_ACCESS, AccessNeed, DayPart
from maillage.directory.languages import COLUMNS, LANGUAGES, PATH, languages_in_words, spoken_words
from maillage.directory.lexicon import read_need
from maillage.directory.lexicon.wishes import Wishes, read_wishes
from maillage.directory.when import When
from maillage.territories.choices import TravelMode

MONDAY = dt.date(2026, 3, 9)
AFTERNOON, MORNING, MIDDAY, EVENING = DayPart.AFTERNOON, DayPart.MORNING, DayPart.MIDDAY, DayPart.EVENING
QUERIES = Path(__file__).parent / "everyday_queries.csv"


def read(text):
    return read_wishes(text, today=MONDAY)


@pytest.mark.parametrize(
    ("text", "rest", "when"),
    [
        ("épicerie ouverte mercredi après-midi", "épicerie", When(weekday=2, part=AFTERNOON)),
        ("ouvert le samedi", "", When(weekday=5)),
        ("Ouvert le samedi : un vestiaire", "un vestiaire", When(weekday=5)),
        (
            "un vestiaire qui est ouvert aussi le samedi matin, merci",
            "un vestiaire, merci",
            When(weekday=5, part=MORNING),
        ),
        ("colis alimentaire demain matin", "colis alimentaire", When(on=dt.date(2026, 3, 10), part=MORNING)),
        ("médecin ce soir", "médecin", When(on=MONDAY, part=EVENING)),
        ("accueil de jour ouvert aujourd'hui", "accueil de jour", When(on=MONDAY)),
        ("ouvert après-demain", "", When(on=dt.date(2026, 3, 11))),
        ("une douche, ouvert le soir", "une douche", When(part=EVENING)),
        ("ouvert entre midi et deux", "", When(part=MIDDAY)),
        ("ouvert après 18h", "", When(part=EVENING)),
        ("ouvert à 13h30", "", When(part=MIDDAY)),
        ("ouvert avant 9 h", "", When(part=MORNING)),
        ("je suis libre le jeudi, aide aux papiers", "aide aux papiers", When(weekday=3)),
        ("aide aux devoirs, je ne peux que le mercredi", "aide aux devoirs", When(weekday=2)),
        ("mercerdi aprem aide aux papiers", "aide aux papiers", When(weekday=2, part=AFTERNOON)),
        ("vestiaire ouver samdi matin", "vestiaire ouver", When(weekday=5, part=MORNING)),
    ],
)
def test_a_day_and_an_hour_are_heard_and_leave_the_need(text, rest, when):
    assert read(text) == Wishes(rest, when=when)


@pytest.mark.parametrize(
    "text",
    [
        "je sais pas où dormir ce soir",
        "hébergement pour ce soir",
        "mon mari m'a frappée samedi soir",
        "j'ai un entretien d'embauche lundi",
        "expulsion demain matin",
        "faire garder ma fille le soir",
        "garde d'enfants le mercredi",
        "mon fils est énervé le soir",
        "fermé le samedi",
        "pas ouvert le samedi",
        "ouvert mercredi ou samedi",  # More than one wish can hold: better no filter than a wrong one.
        "ouvert du lundi au vendredi",
        "ouvert le samedi et le dimanche",
        "banque alimentaire ouverte ce week-end",
        "j'ai besoin d'aide maintenant",
    ],
)
def test_a_day_that_tells_something_else_narrows_nothing(text):
    assert read(text) == Wishes(text)


def test_open_now_is_heard():
    assert read("pharmacie ouverte maintenant") == Wishes("pharmacie", is_open_now=True)
    assert read("un endroit ouvert en ce moment").is_open_now


@pytest.mark.parametrize(
    ("text", "rest", "languages"),
    [
        ("en arabe", "", ["ara"]),
        ("écrivain public qui parle arabe", "écrivain public", ["ara"]),
        ("une assistante sociale qui parle arabe ou turc", "une assistante sociale", ["ara", "tur"]),
        ("aide aux papiers en pachto et en dari", "aide aux papiers", ["pus", "prs"]),
        ("parle englais", "parle englais", ["eng"]),
        ("psy lusophone", "psy", ["por"]),
        ("médecin qui parle créole haïtien", "médecin", ["hat"]),
        ("un accueil en LSF", "un accueil en LSF", ["fsl"]),
        ("aide sociale en langue des signes", "aide sociale", ["fsl"]),
        ("épicerie langage des signe", "épicerie", ["fsl"]),
        ("interprète soninké", "interprète", ["snk"]),
        ("je parle que portugais", "je parle que portugais", ["por"]),  # It is a need too: learning French.
    ],
)
def test_a_language_is_heard(text, rest, languages):
    assert read(text) == Wishes(rest, languages=tuple(languages))


@pytest.mark.parametrize(
    "text",
    [
        "apprendre le français", "cours d'anglais", "apprendre à parler anglais", "cours de langue des signes",
        "je parle pas français", "je parle à personne", "nul en anglais", "soutien scolaire en allemand",
        "traduire mes papiers en arabe", "je ne parle pas anglais", "un avocat italien",
    ],
)  # fmt: skip
def test_a_language_to_learn_or_not_spoken_is_no_wish(text):
    assert read(text) == Wishes(text)


@pytest.mark.parametrize(
    ("text", "rest", "need"),
    [
        ("dentiste fauteuil roulant", "dentiste", AccessNeed.WHEELCHAIR),
        ("fauteuille roulant psychologue", "psychologue", AccessNeed.WHEELCHAIR),
        ("je suis en fauteuil, où manger", "où manger", AccessNeed.WHEELCHAIR),
        ("accessible PMR", "", AccessNeed.WHEELCHAIR),
        ("une halte-garderie de plain-pied", "une halte-garderie", AccessNeed.WHEELCHAIR),
        ("café associatif sans escalier", "café associatif", AccessNeed.WHEELCHAIR),
        ("cinéma avec boucle magnétique", "cinéma", AccessNeed.HEARING),
        ("cinéma accessible aux personnes malvoyantes", "cinéma", AccessNeed.SIGHT),
        ("mes droits, facile à lire", "mes droits", AccessNeed.READING),
    ],
)
def test_what_someone_needs_of_a_place_is_heard(text, rest, need):
    assert read(text) == Wishes(rest, accessibility=(need,))


@pytest.mark.parametrize(
    "text",
    [
        "je cherche un fauteuil roulant", "transport pmr", "logement accessible fauteuil roulant",
        "financer un fauteuil roulant", "notre maison n'est plus adaptée au fauteuil de mon mari",
    ],
)  # fmt: skip
def test_a_thing_to_obtain_or_adapt_is_a_need(text):
    assert read(text) == Wishes(text)


def test_each_need_of_a_place_is_answered_by_something_a_place_may_have():
    assert set(ANSWERS_TO_ACCESS) == set(AccessNeed)
    assert all(ways and ways <= set(ACCESSIBILITY) for ways in ANSWERS_TO_ACCESS.values())


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("lieu d'écoute entre femmes", "lieu d'écoute"),
        ("sport réservé aux femmes", "sport"),
        ("piscine que pour les femmes", "piscine"),
        ("atelier en non-mixité", "atelier"),
        ("hammam femmes uniquement", "hammam"),
    ],
)
def test_among_women_is_heard(text, rest):
    assert read(text) == Wishes(rest, is_women_only=True)


@pytest.mark.parametrize(
    "text", ["femmes seules avec enfants", "violences entre femmes", "mariage entre femmes", "foyer pour femmes"]
)
def test_women_who_seek_help_do_not_thereby_ask_for_no_men(text):
    assert read(text) == Wishes(text)


@pytest.mark.parametrize(
    ("text", "rest", "mode"),
    [
        ("aide alimentaire à pied", "aide alimentaire", TravelMode.FOOT),
        ("épicerie sociale, j'y vais en vélo", "épicerie sociale", TravelMode.BICYCLE),
        ("épicerie sociale, je viens en voiture", "épicerie sociale", TravelMode.CAR),
        ("aide alimentaire sans voiture", "aide alimentaire", TravelMode.FOOT),
    ],
)
def test_how_one_travels_is_heard(text, rest, mode):
    assert read(text) == Wishes(rest, mode=mode)


@pytest.mark.parametrize(
    "text",
    [
        "pas de voiture pour aller au boulot", "comment aller à l'hôpital sans voiture", "sans voiture",
        "marche à pied", "je dors en voiture", "course à pied", "réparer mon vélo",
    ],
)  # fmt: skip
def test_what_is_a_need_of_mobility_stays_one(text):
    assert read(text) == Wishes(text)


def test_several_wishes_at_once_leave_the_need_alone():
    heard = read("Aide alimentaire, ouvert mercredi après-midi, qui parle arabe, fauteuil roulant, à pied.")
    assert heard == Wishes(
        "Aide alimentaire.", When(weekday=2, part=AFTERNOON), languages=("ara",),
        accessibility=(AccessNeed.WHEELCHAIR,), mode=TravelMode.FOOT,
    )  # fmt: skip


def test_every_sentence_of_the_labelled_set_keeps_its_need():
    with QUERIES.open(encoding="utf-8") as lines:
        sentences = [row[0] for row in csv.reader(lines)][1:]
    for sentence in sentences:
        before, after = read_need(sentence), read_need(read(sentence).rest)
        assert set(after.thematiques[:1]) <= set(before.thematiques), sentence
        assert bool(before.thematiques) is bool(after.thematiques), sentence
        assert before.urgency == after.urgency, sentence


SAID = """
    ouvert / qui est ouverte / le / mercredi / samedi matin / après-midi / ce soir / demain / aujourd'hui / parle / en
    / arabe / turc / LSF / langue des signes / fauteuil roulant / accessible PMR / à pied / en vélo / entre femmes
    / réservé aux femmes / sans voiture / loyer / manger / dormir / violence / je / mon / , / . / ! / - / ' / œuf / İ
    / ½ / et / ou / pas / après 18h / 9 h / maintenant
"""
PIECES = st.sampled_from([piece.strip() for piece in SAID.split("/")])


@settings(deadline=None)  # The first sentence waits for the lexicon.
@given(st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=40))
def test_whatever_is_written_the_rest_is_part_of_it_and_no_danger_is_lost(text):
    heard = read(text)
    remaining = iter(words(text))
    assert all(word in remaining for word in words(heard.rest))  # In the same order, nothing added.
    assert heard or heard.rest == text
    assert read_need(heard.rest).urgency == read_need(text).urgency
    assert set(heard.languages) <= set(LANGUAGES)


def test_a_very_long_text_is_read_at_its_beginning_only():
    text = "ouvert mercredi. " + "mot " * 20_000
    heard = read(text)
    assert heard.when == When(weekday=2)
    assert heard.rest.count("mot") == 20_000


# -- The table of languages ------------------------------------------------------------------------------------------


def test_the_table_of_languages_is_well_kept():
    with PATH.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
        assert tuple(rows[0]) == COLUMNS
    codes = [row["code"] for row in rows]
    assert len(codes) == len(set(codes))
    assert all(len(code) == 3 and code.isalpha() and code.islower() for code in codes)
    assert all(row["nom"] for row in rows)
    names = [word for row in rows for word in words(row["variantes"])]
    assert not {word for word in names if spoken_words()[word] not in codes}
    owners = {}
    for row in rows:
        for word in {*words(row["variantes"])}:
            assert owners.setdefault(word, row["code"]) == row["code"], f"« {word} » names two languages"


def test_languages_are_said_in_the_order_of_the_table():
    assert languages_in_words(["tur", "fsl", "xxx"]) == "langue des signes française (LSF), turc"
    assert languages_in_words(None) == ""
