"""Someone in danger is heard however they say it, and is told the right numbers; a danger denied rings no alarm."""

import csv
from itertools import pairwise

import pytest
from django.core.management import call_command

from maillage.directory.lexicon import check_lexicon, read_need, urgent_numbers
from maillage.directory.lexicon.files import COLUMNS_OF, FOLDER, URGENT_NUMBERS
from maillage.directory.lexicon.rows import URGENCIES

HEARD = {
    "violence": """
        mon mec me cogne · mon mari me frape · mon copin me tape
        jai peur de mon mari · je me fais frapper par mon conjoint
        mon mari contrôle mon téléphone et mon argent · il m'interdit de sortir · mon compagnon m'a étranglée
        ma belle-famille veut me marier de force · mon mari me force à coucher avec lui · on m'a violée
        mon patron m'a touché les seins · mon fils de 17 ans me tape · ma voisine crie la nuit son mari la bat
        mon conjoint garde mes papiers et mon salaire · il menace de me tuer si je pars · excision pour ma fille
        il publie des photos de moi nue · mon ex me harcèle jour et nuit · il me rabaisse tout le temps
        les enfants voient leur père me frapper · mon mari est devenu violent · il n'arrête pas de me frapper
    """,
    "child": """
        mon père me tape · ma mère me bat avec une ceinture · le voisin tape ses enfants · mon beau-père me touche
        mon oncle a touché ma fille · ma fille de 14 ans a fugué · mon ex frappe mon fils · bébé secoué
        j'ai peur de frapper mon bébé · mon fils dit que son père le touche · ma fille se prostitue
        mes parents veulent me marier au pays · les petits sont laissés seuls toute la nuit
    """,
    "elder": """
        ma grand-mère est maltraitée à l'ehpad · mon frère frappe notre vieille mère · mamie a des bleus
        personne âgée battue par son fils · on vole l'argent de mamie · l'aide à domicile frappe mon père
    """,
    "suicide": """
        j'en peux plus de vivre · jveux mourir · g envi de mourir · j'ai avalé plein de cachets · ma fille se scarifie
        mon fils parle de se suicider · plus envie de vivre · mon mari dit qu'il va se tuer · je me coupe les bras
        je serais mieux morte · mon ami veut se jeter du pont · je veu me tué · j'ai des idées noires
    """,
    "street": """
        je dors dehors · ma voiture c'est ma maison · je sui a la ru · on est dehors avec les enfants ce soir
        mon mari m'a mise à la porte · je dor ds la rue · le 115 répond pas · on m'a expulsé ce matin · plus de toit
        je squatte une cage d'escalier · on dort sous une tente avec ma fille · expulsé aujourd'hui
    """,
    "health": """
        mon mari ne respire plus · il a pris trop de drogue et ne réagit plus · douleur dans la poitrine
        il y a le feu chez moi · ça sent le gaz · mon bébé convulse · je vais accoucher j'ai perdu les eaux
        il est tombé dans les pommes · overdose
    """,
}
DENIED_OR_NOTHING = """
    je n'ai pas de violence à signaler · pas suicidaire · je ne suis pas à la rue
    je ne suis pas suicidaire mais déprimé
    je n'ai pas été frappée · mon mari n'est pas violent · aucune violence · je n'ai jamais été battue
    je ne dors pas dehors · séparation sans violence · le propriétaire me menace d'expulsion · du coup je sais pas
    la caf me contrôle · l'assistante sociale qui me suit · tuer les punaises · disparition de mon dossier
    amende pour feu rouge · mon bail arrive à sa fin · chambre donnant sur rue · mes parents sont âgés
"""


def _sentences(text):
    return [sentence.strip() for line in text.strip().splitlines() for sentence in line.split("·")]


@pytest.mark.parametrize(("urgency", "sentence"), [(u, s) for u, text in HEARD.items() for s in _sentences(text)])
def test_danger_is_heard_in_many_words(urgency, sentence):
    assert urgency in read_need(sentence).urgencies


@pytest.mark.parametrize("sentence", _sentences(DENIED_OR_NOTHING))
def test_a_danger_denied_or_that_is_none_rings_no_alarm(sentence):
    assert read_need(sentence).urgencies == ()


def test_several_dangers_in_one_sentence_give_all_their_numbers_the_first_to_call_first():
    reading = read_need("je dors dehors avec mon fils, mon mari me frappe et je veux mourir")
    assert reading.urgencies == ("violence", "suicide", "street")
    assert reading.urgency == "violence"
    numbers = [each.number for each in urgent_numbers(reading.urgencies)]
    assert numbers[0] == "3919"
    assert numbers.index("3919") < numbers.index("3114") < numbers.index("115")
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize(
    ("urgency", "first"),
    [
        ("violence", ["3919", "17"]),
        ("child", ["119"]),
        ("elder", ["3977"]),
        ("suicide", ["3114", "15"]),
        ("street", ["115"]),
        ("health", ["15"]),
    ],
)
def test_the_right_national_number_comes_first(urgency, first):
    numbers = [each.number for each in urgent_numbers([urgency])]
    assert numbers[: len(first)] == first
    assert set(URGENCIES) >= {urgency}


def test_no_danger_gives_no_number():
    assert urgent_numbers(()) == ()


def test_someone_who_cannot_speak_is_told_to_write_and_the_others_are_called():
    links = {each.number: each.link for each in urgent_numbers(URGENCIES)}
    assert links["114"] == "sms:114"
    assert links["116 006"] == "tel:116006"
    assert links["112"] == "tel:112"


def test_the_order_of_the_numbers_is_the_one_of_the_table():
    with (FOLDER / URGENT_NUMBERS).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert all(
        int(one["ordre"]) < int(other["ordre"]) for one, other in pairwise(rows) if one["urgence"] == other["urgence"]
    )


@pytest.fixture
def folder(tmp_path):
    """The tables, for Alice to correct."""
    for name in COLUMNS_OF:
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        (URGENT_NUMBERS, "violence,9,3918,un numéro mal tapé", "« 3918 » n'existe pas"),
        (URGENT_NUMBERS, "rue,9,115,sans abri", "« rue » n'existe pas"),
        (URGENT_NUMBERS, "street,vite,115,sans abri", "« vite » n'est pas un nombre"),
        (URGENT_NUMBERS, "street,9,115,", "colonne « phrase » : est vide"),
        ("synonyms.csv", "job,travail", "déjà à la ligne"),
        ("synonyms.csv", "gagne-pain,taf", "est lui-même un synonyme"),
        ("synonyms.csv", "pas,aucun", "est un mot de liaison"),
        ("synonyms.csv", "petit boulot,travail", "fait plusieurs mots"),
        ("spellings.csv", "pa,par", "déjà à la ligne"),
        ("spellings.csv", "wsh,", "colonne « lire » : est vide"),
    ],
)
def test_a_fault_in_a_table_is_named_with_its_line(folder, name, line, words):
    path = folder / name
    count = len(path.read_text(encoding="utf-8").splitlines())
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    faults = check_lexicon(folder)
    assert any(words in fault and f"{name}, ligne {count + 1}" in fault for fault in faults)


def test_an_urgency_without_a_number_is_named(folder):
    path = folder / URGENT_NUMBERS
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("elder")]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert check_lexicon(folder) == ["urgent_numbers.csv : aucun numéro pour « elder » ; ajoutez une ligne."]


def test_a_table_that_is_missing_or_of_another_shape_is_named(folder):
    (folder / "spellings.csv").unlink()
    (folder / "synonyms.csv").write_text("mot;comme\n", encoding="utf-8")
    faults = check_lexicon(folder)
    assert "spellings.csv : ce fichier manque." in faults
    assert any(fault.startswith("synonyms.csv, ligne 1 : les colonnes") for fault in faults)


def test_alice_proof_reads_the_lexicon_from_the_command_line(capsys):
    call_command("check_lexicon")
    printed = capsys.readouterr().out
    assert "Tout est en ordre" in printed
    assert "sante.csv" in printed
