"""The searches a professional keeps: codes and a commune, told once when they change, theirs alone, gone with them."""

import datetime as dt
from dataclasses import fields, replace

import pytest
from django.http import QueryDict
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.actors.actions.accounts import close_account
from maillage.actors.actions.departures import HANDOVERS
from maillage.actors.models import Membership, User
from maillage.actors.tests.factories import someone
from maillage.actors.tests.post import letters
from maillage.core import clock, retention
from maillage.core.concurrency import new_key
from maillage.core.gathering import my_day
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.directory.actions import saving, watching
from maillage.directory.actions.indexing import index_services
from maillage.directory.actions.watching import watch_all
from maillage.directory.choices import AUDIENCES, EVERYONE, FREE, THEMES, DayPart, WatchPause
from maillage.directory.forms import SearchForm, as_fields
from maillage.directory.forms.saved import default_name, tells_of_someone
from maillage.directory.gatherings import held_searches
from maillage.directory.jobs import watch_saved_searches
from maillage.directory.models import SavedSearch, Service
from maillage.directory.pages.saved import news_of
from maillage.directory.search import SearchQuery
from maillage.directory.search.codes import codes_of, query_of, steady
from maillage.directory.tests.factories import FOOD, HEALTH, MELUNE, a_service, ask, fill, inputs_of, text_of
from maillage.directory.when import When
from maillage.territories.actions import Point
from maillage.territories.choices import TravelMode
from maillage.territories.models import Commune

pytestmark = pytest.mark.django_db
MINE, NEW, SAVE = (
    "/annuaire/mes-recherches/",
    "/annuaire/mes-recherches/nouvelle/",
    "/annuaire/mes-recherches/enregistrer/",
)
HOME = replace(MELUNE, label="12 rue de Personne, Melune", point=Point(48.0123, 2.0456, MELUNE.point.density))


@pytest.fixture(autouse=True)
def _one_monday_in_melune(melune, monday_morning):
    """Every test stands in Melune on Monday 9 March 2026, at ten."""


@pytest.fixture
def greta():
    """Greta receives people at the Maison des solidarités."""
    return someone("greta", "greeter")


@pytest.fixture
def kept(greta):
    """Greta follows food around Melune, and is written to."""

    def act(query=None, by=None, **facts):
        facts = {"is_watched": True, "is_mailed": True} | facts
        codes = codes_of(query or ask(themes=(FOOD,)))
        return saving.save_search("Alimentation · Melune", codes, key=new_key(), by=by or greta, **facts)

    return act


def day_of(reader):
    day = my_day.of(reader)
    assert day.silent == []
    return {one.title: one.why for one in day.waiting if one.kind == "Recherche enregistrée"}


def withdraw(service):
    Service.objects.filter(pk=service.pk).update(withdrawn_at=clock.now())
    index_services(Service.objects.filter(pk=service.pk))


# -- Codes -----------------------------------------------------------------------------------------------------------


def test_an_address_becomes_its_commune_and_words_become_needs():
    codes = codes_of(ask("j'ai faim", origin=HOME, minutes=45))
    assert codes["commune"] == "00001"
    assert FOOD in codes["themes"]
    assert "words" not in codes
    assert "48" not in str(codes)
    assert "Personne" not in str(codes)
    back = query_of(codes)
    assert (back.origin.label, back.minutes, back.words) == ("Melune", 45, "")
    assert back.origin.point != HOME.point


def test_words_are_kept_when_asked():
    codes = codes_of(ask("  j'ai faim "), with_words=True)
    assert (codes["words"], "themes" in codes) == ("j'ai faim", False)
    assert query_of(codes).words == "j'ai faim"


def test_what_a_later_version_wrote_and_what_is_no_longer_read_is_left_out():
    told = {
        "commune": "00001",
        "minutes": "beaucoup",
        "mode": "teleport",
        "themes": [FOOD, 3],
        "unknown": [1],
        "free": 1,
    }
    assert query_of(told) == ask(origin=query_of({"commune": "00001"}).origin)
    assert query_of({"commune": "99999"}) is None
    assert query_of({}) is None


def test_neither_a_date_nor_a_measure_is_a_code():
    codes = codes_of(ask(themes=(FOOD,), when=When(on=dt.date(2026, 5, 27))))
    assert "when" not in codes
    codes = codes_of(ask(themes=(FOOD,), when=When(weekday=2, part=DayPart.AFTERNOON)))
    assert query_of(codes).when == When(weekday=2, part=DayPart.AFTERNOON)


questions = st.builds(
    SearchQuery,
    origin=st.just(HOME),
    themes=st.lists(st.sampled_from(sorted(THEMES)), unique=True, max_size=4).map(tuple),
    minutes=st.sampled_from([10, 30, 90]),
    mode=st.sampled_from(list(TravelMode)),
    audiences=st.lists(st.sampled_from(sorted(set(AUDIENCES) - {EVERYONE})), unique=True, max_size=3).map(tuple),
    cost=st.sampled_from(["", FREE]),
    reception=st.sampled_from(["", "a-distance", "en-presentiel"]),
    is_open_now=st.booleans(),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(questions)
def test_a_question_comes_back_whole_but_for_its_place(query):
    back = query_of(codes_of(query))
    assert replace(back, origin=query.origin) == query
    assert back.origin.commune_code == query.origin.commune_code


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(questions)
def test_the_form_of_the_search_asks_the_same_question(query):
    codes = codes_of(query)
    sent = QueryDict(mutable=True)
    for name, value in as_fields(codes, place=query_of(codes).origin.label):
        sent.appendlist(name, value)
    form = SearchForm(sent)
    assert form.is_valid()
    assert form.query() == query_of(codes)


def test_her_page_says_every_filter_in_words(client, enter, greta, kept):
    asked = {
        "audiences": ("femmes",), "cost": FREE, "reception": "a-distance", "is_open_now": True,
        "when": When(weekday=2, part=DayPart.AFTERNOON), "languages": ("ara",), "accessibility": ("wheelchair",),
        "is_women_only": True,
    }  # fmt: skip
    kept(ask(themes=(FOOD,), **asked))
    enter(greta)
    said = text_of(client.get(MINE))
    for part in ("femmes", "entre femmes", "gratuit", "à distance", "arabe", "fauteuil", "mercredi après-midi"):
        assert part in said


def test_every_field_of_a_question_is_kept_or_left_out_on_purpose():
    """A field added to the question must be something `codes` can write: this fails for one that is silently lost."""
    said = {
        "themes": (FOOD,), "minutes": 45, "mode": TravelMode.FOOT, "audiences": ("femmes",), "cost": FREE,
        "reception": "a-distance", "is_open_now": True, "when": When(weekday=2), "languages": ("ara",),
        "accessibility": ("wheelchair",), "is_women_only": True,
    }  # fmt: skip
    names = {one.name for one in fields(SearchQuery)}
    assert names - set(said) <= {"origin", "words", "cursor"}, "Say here what the new field holds."
    query = ask(**{name: value for name, value in said.items() if name in names})
    assert set(codes_of(query)) == (set(said) & names) | {"commune"}
    back = query_of(codes_of(query))
    assert replace(back, origin=MELUNE) == query
    sent = QueryDict(mutable=True)
    for name, value in as_fields(codes_of(query), place=back.origin.label):
        sent.appendlist(name, value)
    form = SearchForm(sent)
    assert form.is_valid()
    assert form.query() == back


# -- Keeping one -----------------------------------------------------------------------------------------------------


def save(client, page, **typed):
    return client.post(SAVE, inputs_of(page) | typed)


def test_greta_keeps_a_search_under_a_name_that_says_a_need_and_a_place(client, enter, greta):
    fill(a_service())
    enter(greta)
    page = client.post(NEW, {"words": "j'ai faim", "place": "Melune", "minutes": "45"})
    assert page.status_code == 200
    assert inputs_of(page)["name"] == ["Alimentation · Melune"]
    assert "jamais d'une adresse" in text_of(page)
    assert "« j'ai faim »" in text_of(page)
    assert save(client, page)["Location"] == MINE
    [saved] = SavedSearch.objects.all()
    assert (saved.owner, saved.name, saved.is_watched, saved.is_mailed) == (
        greta,
        "Alimentation · Melune",
        True,
        False,
    )
    assert saved.codes == {"commune": "00001", "minutes": 45, "themes": [FOOD]}
    assert saved.known == [Service.objects.get().pk]
    assert JournalLine.objects.filter(verb="directory.search_saved").count() == 1
    said = text_of(client.get(MINE))
    assert "Alimentation · Melune" in said
    assert "45 min en voiture" in said


def test_saving_twice_keeps_one(client, enter, greta):
    enter(greta)
    page = client.post(NEW, {"words": "j'ai faim", "place": "Melune"})
    save(client, page)
    save(client, page)
    assert SavedSearch.objects.count() == 1


def test_words_no_lexicon_knows_are_kept_or_nothing_is(client, enter, greta):
    enter(greta)
    page = client.post(NEW, {"words": "zorglub", "place": "Melune"})
    refused = save(client, page)
    assert refused.status_code == 422
    assert "il ne resterait que le lieu" in text_of(refused)
    assert save(client, page, keep_words="on").status_code == 302
    assert SavedSearch.objects.get().codes["words"] == "zorglub"


@pytest.mark.parametrize(
    "name",
    ["Mme Diallo, logement", "loyer m.dupont@courrier.example", "rappeler 06 12 34 56 78", "2 85 05 78 006 084 91",
     "Monsieur Renard"],
)  # fmt: skip
def test_a_name_that_tells_of_someone_is_refused(client, enter, greta, name):
    enter(greta)
    page = save(client, client.post(NEW, {"words": "j'ai faim", "place": "Melune"}), name=name)
    assert page.status_code == 422
    assert "désigne une personne" in text_of(page)
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("name", ["Mobilité · Melun", "Alimentation, 45 min", "Logement M1", "FSL"])
def test_the_name_of_a_need_is_not_someone(name):
    assert not tells_of_someone(name)


def test_the_default_name_never_holds_what_was_written():
    for query in (ask("zorglub"), ask("j'ai faim et zorglub"), ask(themes=tuple(THEMES)[:5])):
        name = default_name(query, "Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson")
        assert "zorglub" not in name
        assert len(name) <= 80


def test_thirty_searches_are_enough(kept):
    for _ in range(saving.MOST_SAVED):
        kept(is_watched=False)
    with pytest.raises(Refused, match="30"):
        kept()


def test_she_asks_it_again_and_its_words_stay_out_of_addresses(client, enter, greta, kept):
    fill(a_service())
    saved = kept()
    SavedSearch.objects.update(fresh=[1])
    enter(greta)
    page = client.get(MINE)
    fields_ = {name: values for name, values in inputs_of(page).items() if name in SearchForm.base_fields}
    answer = client.post(reverse("directory:run_search", args=[saved.pk]), fields_)
    assert (answer.status_code, answer["Location"]) == (307, "/annuaire/")
    assert "Une réponse à moins de 30 minutes" in text_of(client.post(answer["Location"], fields_))
    saved.refresh_from_db()
    assert saved.fresh == []


def test_she_renames_it_stops_its_alert_and_removes_it(client, enter, greta, kept):
    saved = kept()
    enter(greta)
    client.post(f"{MINE}{saved.pk}/changer/", {"name": "Faim", "is_mailed": "on"})
    saved.refresh_from_db()
    assert (saved.name, saved.is_watched, saved.is_mailed, saved.known) == ("Faim", False, False, [])
    client.post(f"{MINE}{saved.pk}/changer/", {"name": "Mme Diallo"})
    saved.refresh_from_db()
    assert saved.name == "Faim"
    client.post(f"{MINE}{saved.pk}/retirer/")
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("door", ["lancer", "changer", "vu", "retirer"])
def test_another_persons_search_does_not_exist(client, enter, kept, door):
    saved = kept()
    enter(someone("hugo", "mds_manager"))
    assert client.post(f"{MINE}{saved.pk}/{door}/", {"name": "x"}).status_code == 404
    assert "Alimentation" not in text_of(client.get(MINE))
    assert SavedSearch.objects.filter(pk=saved.pk).exists()


def test_nobody_keeps_a_search_without_a_role(client, enter):
    enter(someone("dora"))
    assert client.get(MINE).status_code == 404
    assert client.post(NEW, {"place": "Melune"}).status_code == 404


# -- What changes ----------------------------------------------------------------------------------------------------


def test_greta_is_told_once_of_what_is_new_and_what_is_gone(greta, kept):
    [leaving] = fill(a_service("test--old", nom="Colis"))
    kept()
    assert watch_all() == 0
    assert day_of(greta) == {}
    fill(a_service("test--new", nom="Repas"), a_service("test--new-2", nom="Jardin"))
    withdraw(leaving)
    assert watch_saved_searches.call() == 1
    assert day_of(greta) == {"Alimentation · Melune": "2 nouvelles réponses, 1 réponse de moins."}
    assert watch_all() == 0
    [letter] = letters()
    assert (letter.to, letter.subject) == ([greta.email], "Vos recherches enregistrées ont changé")
    assert "2 nouvelles réponses" in letter.body
    assert "1 réponse de moins" in letter.body
    assert "Repas" not in letter.body
    saving.look(SavedSearch.objects.get())
    assert day_of(greta) == {}
    assert watch_all() == 0


def test_her_page_names_what_she_may_read(client, enter, greta, kept):
    [moved] = fill(a_service("test--1", nom="Colis"))
    kept()
    fill(a_service("test--2", nom="Repas"))
    Service.objects.filter(pk=moved.pk).update(themes=[HEALTH])
    index_services(Service.objects.filter(pk=moved.pk))
    watch_all()
    enter(greta)
    said = text_of(client.get(MINE))
    assert "1 nouvelle réponse, 1 réponse de moins" in said
    assert "Repas" in said
    assert "Ne répondent plus à cette recherche : Colis" in said
    withdraw(Service.objects.get(name="Repas"))
    withdraw(moved)
    said = text_of(client.get(MINE))
    assert "Repas" not in said
    assert "Colis" not in said
    client.post(f"{MINE}{SavedSearch.objects.get().pk}/vu/")
    assert "réponse de moins" not in text_of(client.get(MINE))


def test_what_comes_and_goes_before_she_looks_is_nothing_to_tell(greta, kept):
    [stays] = fill(a_service("test--1"))
    kept(is_mailed=False)
    [brief] = fill(a_service("test--2"))
    watch_all()
    withdraw(brief)
    withdraw(stays)
    watch_all()
    assert day_of(greta) == {"Alimentation · Melune": "1 réponse de moins."}
    Service.objects.filter(pk=stays.pk).update(withdrawn_at=None)
    index_services(Service.objects.filter(pk=stays.pk))
    watch_all()
    assert day_of(greta) == {}


def test_a_source_that_renumbers_its_records_raises_no_storm(greta, kept):
    before = fill(*(a_service(f"test--{n}", nom=f"Colis {n}") for n in range(30)))
    kept()
    fill(*(a_service(f"autre--{n}", nom=f"Colis {n}") for n in range(30)))
    for service in before[:-1]:
        withdraw(service)
    assert watch_all() == 1
    assert day_of(greta) == {"Alimentation · Melune": "1 nouvelle réponse."}


def test_more_than_twenty_are_said_as_a_number(client, enter, greta, kept):
    kept(is_mailed=False)
    fill(*(a_service(nom=f"Colis numéro {n}") for n in range(21)))
    watch_all()
    enter(greta)
    said = text_of(client.get(MINE))
    assert "21 nouvelles réponses" in said
    assert "Colis numéro" not in said
    assert news_of(SavedSearch.objects.get(), reader=greta).fresh == []


def test_an_alert_does_not_follow_the_hours(greta, kept):
    fill(a_service(horaires_accueil="Mo-Fr 09:00-12:00"))
    kept(ask(themes=(FOOD,), is_open_now=True))
    with clock.travel(dt.datetime(2026, 3, 9, 22, 0)):
        assert watch_all() == 0
    assert steady(ask(is_open_now=True, when=When(weekday=1))) == ask()


def test_too_many_answers_are_not_followed_and_it_is_said(client, enter, greta, kept, monkeypatch):
    monkeypatch.setattr(watching, "MOST_WATCHED", 2)
    fill(a_service(), a_service(), a_service())
    kept()
    assert SavedSearch.objects.get().pause == WatchPause.TOO_MANY
    enter(greta)
    assert "Trop de réponses pour une alerte" in text_of(client.get(MINE))
    withdraw(Service.objects.first())
    assert watch_all() == 0
    assert SavedSearch.objects.get().pause == ""
    assert day_of(greta) == {}


def test_a_commune_that_is_no_longer_known_is_said(client, enter, greta, kept):
    kept()
    Commune.objects.filter(pk="00001").delete()
    watch_all()
    enter(greta)
    page = client.get(MINE)
    assert "Cette commune n'est plus connue" in text_of(page)
    assert "Lancer" not in text_of(page)


def test_one_persons_fault_stops_nobody(greta, kept, caplog):
    kept(by=someone("hugo", "greeter"))
    kept()
    SavedSearch.objects.exclude(owner=greta).update(known="nonsense")
    fill(a_service())
    assert watch_all() == 1
    assert "could not be watched" in caplog.text
    caplog.clear()


# -- Leaving ---------------------------------------------------------------------------------------------------------


def test_whose_roles_ended_is_told_nothing_more(greta, kept):
    kept()
    Membership.objects.filter(user=greta).update(valid_until=clock.today())
    fill(a_service())
    assert watch_all() == 0
    assert letters() == []
    assert day_of(User.objects.get(pk=greta.pk)) == {}


def test_searches_go_with_the_account_and_with_time(greta, kept):
    kept()
    hugo = someone("hugo", "greeter")
    kept(by=hugo)
    kept(by=someone("iris", "greeter"))
    assert [held.title for held in held_searches(greta)] == ["1 recherche enregistrée"]
    close_account(greta, by=None)
    SavedSearch.objects.filter(owner=hugo).update(used_at=clock.now() - dt.timedelta(days=366))
    retention.apply(clock.today())
    assert [saved.owner.username for saved in SavedSearch.objects.all()] == ["iris"]


def test_who_takes_over_never_reads_what_a_colleague_looked_for(greta, kept):
    kept()
    [handover] = [one for one in HANDOVERS if one.held_by is held_searches]
    assert not handover.needs_successor
    assert handover.hand_over(greta, someone("hugo", "greeter"), None) == 1
    assert not SavedSearch.objects.exists()
