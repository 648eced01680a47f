"""Teams: composed by the manager of their sector, covering communes, with the people they need and those they have."""

import datetime as dt

import pytest

from maillage.actors.actions import organisations as organisations_actions
from maillage.actors.actions import teams as actions
from maillage.actors.actions.memberships import end
from maillage.actors.actions.teams import TeamFacts
from maillage.actors.choices import Role
from maillage.actors.models import Membership, Site, Team, TeamMember
from maillage.actors.pages.staffing import staffing
from maillage.actors.permissions import can_read_team, sectors_staffed
from maillage.actors.tests.factories import a_membership, someone
from maillage.core import clock
from maillage.core.concurrency import new_key
from maillage.core.models import JournalLine
from maillage.core.refusals import Refused
from maillage.territories.actions import CommuneFacts, SectorRow, save_communes, set_sectors
from maillage.territories.models import Commune, Departement, Sector

NAMES = {"00001": "Melune", "00002": "Orlay", "00003": "Brance", "00004": "Sormes", "00005": "Ruel"}


@pytest.fixture
def country(db):
    """TIS-1 holds four communes around Melune, in TAS-A; TIS-3 holds Ruel, in TAS-B. 1 000 people in each."""
    home = Departement.objects.create(code="00", name="L'Aubrelle", is_home=True, is_fictional=True)
    facts = {"epci_siren": "", "epci_name": "", "postal_codes": ("00100",), "population": 1000, "other_names": ()}
    save_communes(home, [CommuneFacts(code=code, name=name, **facts) for code, name in NAMES.items()])
    rows = [SectorRow("TAS-A", "Aval", "TIS-1", "Melune", code) for code in list(NAMES)[:4]]
    set_sectors(home, [*rows, SectorRow("TAS-B", "Amont", "TIS-3", "Ruel", "00005")], from_day=clock.today())
    return home


@pytest.fixture
def melune(country, house):
    """The Maison des solidarités of TIS-1."""
    return Site.objects.create(organisation=house, name="MDS de Melune", commune_id="00001")


@pytest.fixture
def ruel(country, house):
    return Site.objects.create(organisation=house, name="MDS de Ruel", commune_id="00005")


@pytest.fixture
def mireille(country, house):
    """Mireille manages the MDS of TAS-A."""
    return someone("mireille", Role.MDS_MANAGER, sector=Sector.objects.now().get(code="TAS-A"))


@pytest.fixture
def yann(house):
    """Yann studies figures without names."""
    return someone("yann", Role.ANALYST)


def facts(name="Centre", pole="reception", communes=("00001",), **posts):
    return TeamFacts(name, pole, tuple(Commune.objects.filter(pk__in=communes)), posts)


def a_team(site, **more):
    return actions.add_team(site, facts(**more), key=new_key(), by=None)


def joins(team, name, role=Role.GREETER, code="TIS-1"):
    """Someone who holds that role in that sector, and works in that team."""
    held = a_membership(someone(name), role, sector=Sector.objects.now().get(code=code))
    actions.place(held, team, key=new_key(), by=None)
    return held


def typed(page, **more):
    """What a browser would send: the hidden fields as they came, and these words."""
    said = {"name": "Centre", "pole": "reception", "communes": ["00001"], "posts_greeter": 2, "posts_referent": 0}
    form = page.context["form"]
    return {bound.html_name: bound.value() or "" for bound in form.hidden_fields()} | said | more


def text_of(response):
    return " ".join(response.content.decode().replace("&#x27;", "'").split())


def test_a_manager_composes_a_team_and_sees_what_is_missing(signed_in, mireille, melune):
    browser, door = signed_in(mireille), f"/equipes/lieux/{melune.pk}/ajouter/"
    assert browser.post(door, typed(browser.get(door), communes=["00001", "00002"])).status_code == 302
    team = Team.objects.get(name="Centre")
    text = text_of(browser.get(f"/equipes/{team.pk}/"))
    assert "Il manque 2 agents d'accueil." in text and "pas encore un binôme" in text
    assert JournalLine.objects.filter(verb="actors.team_added", who=mireille).count() == 1
    listing = text_of(browser.get("/equipes/"))
    assert "Sans équipe de ce pôle : Brance, Sormes." in listing
    assert "Habitants couverts : 2" in listing and "personne en poste" in listing


def test_a_colleague_joins_and_leaves_a_team_and_keeps_the_role(signed_in, mireille, melune):
    team = a_team(melune, greeter=1)
    held = a_membership(someone("paule"), Role.GREETER, sector=Sector.objects.now().get(code="TIS-1"))
    browser, page = signed_in(mireille), f"/equipes/{team.pk}/"
    key = browser.get(page).context["form"]["intention"].value()
    sent = {"intention": key, "membership": held.pk}
    for _twice in range(2):
        assert browser.post(f"{page}membres/ajouter/", sent).status_code == 302
    member = TeamMember.objects.get()
    assert "Paule" in text_of(browser.get(page)) and "Il manque" not in text_of(browser.get(page))
    door, key = f"/equipes/membres/{member.pk}/retirer/", new_key()
    for _twice in range(2):
        assert browser.post(door, {"intention": key}).status_code == 302
    assert "Il manque 1 agent d'accueil." in text_of(browser.get(page))
    assert held in Membership.objects.now()
    assert "n'est déjà plus dans cette équipe" in text_of(browser.post(door, {"intention": new_key()}))


def test_whoever_changes_team_is_in_one_at_a_time(melune):
    first, second = a_team(melune), a_team(melune, name="Port", communes=["00002"])
    held = joins(first, "paule")
    actions.place(held, second, key=new_key(), by=None)
    running = TeamMember.objects.at_work_on(clock.today())
    assert list(running.values_list("team__name", flat=True)) == ["Port"]
    with pytest.raises(Refused, match="déjà dans cette équipe"):
        actions.place(held, second, key=new_key(), by=None)


def test_a_role_that_ends_leaves_its_team_by_itself(melune, adele):
    team = a_team(melune, greeter=1)
    held = joins(team, "paule")
    end(held, on=clock.today(), expected=held.version, key=new_key(), by=adele)
    told = staffing(Team.objects.all(), sectors_staffed(adele), on=clock.today())
    assert told.lines[0].held == 0 and dict(told.lines[0].missing) == {"greeter": 1}


@pytest.mark.parametrize(
    ("role", "code"), [(Role.GREETER, "TIS-3"), (Role.MDS_EDITOR, "TIS-1")], ids=["another sector", "another work"]
)
def test_a_team_takes_in_neither_another_sector_nor_another_work(melune, role, code):
    team = a_team(melune)
    with pytest.raises(Refused, match="n'entre pas dans cette équipe"):
        joins(team, "paule", role, code)
    assert not TeamMember.objects.exists()


def test_a_manager_cannot_place_someone_she_cannot_name(mireille, melune):
    team = a_team(melune)
    held = a_membership(someone("paule"), Role.GREETER)  # Of the whole Département: only an administrator's.
    with pytest.raises(Refused, match="n'entre pas"):
        actions.place(held, team, key=new_key(), by=mireille)


def test_a_member_she_cannot_name_is_counted_without_a_name(signed_in, mireille, melune):
    team = a_team(melune, greeter=1)
    held = a_membership(someone("paule"), Role.GREETER)
    actions.place(held, team, key=new_key(), by=None)
    text = text_of(signed_in(mireille).get(f"/equipes/{team.pk}/"))
    assert "Paule" not in text and "1 autre personne dont le nom ne vous est pas ouvert." in text


def test_a_team_works_in_the_communes_of_its_sector_only(signed_in, mireille, melune):
    browser, door = signed_in(mireille), f"/equipes/lieux/{melune.pk}/ajouter/"
    assert browser.post(door, typed(browser.get(door), communes=["00005"])).status_code == 422
    with pytest.raises(Refused, match="communes du secteur"):
        a_team(melune, communes=["00001", "00005"])
    page = browser.post(door, typed(browser.get(door), communes=[]))
    assert page.context["form"].errors["communes"] == [
        "Une équipe intervient dans une commune au moins : dites laquelle."
    ]
    assert not Team.objects.exists()


def test_more_than_three_communes_is_said_and_not_refused(signed_in, mireille, melune):
    browser, door = signed_in(mireille), f"/equipes/lieux/{melune.pk}/ajouter/"
    sent = typed(browser.get(door), communes=list(NAMES)[:4])
    text = text_of(browser.post(door, sent, follow=True))
    assert "Elle intervient dans 4 communes : d'ordinaire, une équipe en couvre une à trois." in text
    assert Team.objects.get().communes.count() == 4


def test_a_team_keeps_a_commune_that_the_map_moved_and_says_so(signed_in, country, mireille, melune):
    team = a_team(melune, communes=["00001", "00002"])
    tomorrow = clock.today() + dt.timedelta(days=1)
    rows = [SectorRow("TAS-A", "Aval", "TIS-1", "Melune", code) for code in ("00001", "00003", "00004")]
    moved = [SectorRow("TAS-B", "Amont", "TIS-3", "Ruel", code) for code in ("00002", "00005")]
    set_sectors(country, [*rows, *moved], from_day=tomorrow)
    with clock.travel(dt.datetime.combine(tomorrow, dt.time(12), tzinfo=dt.UTC)):
        browser, door = signed_in(mireille), f"/equipes/{team.pk}/corriger/"
        text = text_of(browser.get(f"/equipes/{team.pk}/"))
        assert "Ne sont plus dans le secteur de sa Maison des solidarités : Orlay." in text
        assert browser.post(door, typed(browser.get(door), communes=["00001", "00002"])).status_code == 302
    assert team.communes.count() == 2


def test_two_who_correct_a_team_at_once_lose_nothing(signed_in, mireille, melune):
    team = a_team(melune)
    browser, door = signed_in(mireille), f"/equipes/{team.pk}/corriger/"
    first, second = typed(browser.get(door), name="Nord"), typed(browser.get(door), name="Sud")
    assert browser.post(door, first).status_code == 302
    page = browser.post(door, second)
    assert page.status_code == 409
    assert "Nord" in text_of(page) and "Sud" in text_of(page)
    assert Team.objects.get().name == "Nord"
    assert browser.post(door, typed(page, name="Sud")).status_code == 302
    assert Team.objects.get().name == "Sud"


def test_two_teams_of_a_pole_have_two_names(melune):
    a_team(melune)
    with pytest.raises(Refused, match="porte déjà ce nom"):
        a_team(melune)
    a_team(melune, pole="accompaniment")


def test_a_closed_team_lets_its_members_go_and_leaves_the_figures(signed_in, mireille, melune):
    team = a_team(melune, greeter=1)
    held, browser, door = joins(team, "paule"), signed_in(mireille), f"/equipes/{team.pk}/fermer/"
    confirmed = typed(browser.get(door))
    for _twice in range(2):
        assert browser.post(door, confirmed).status_code == 302
    assert not TeamMember.objects.at_work_on(clock.today()).exists()
    assert held in Membership.objects.now()
    assert "Cette équipe est fermée." in text_of(browser.get(f"/equipes/{team.pk}/"))
    assert "Cette équipe est fermée : elle ne change plus." in text_of(browser.post(door, {"intention": new_key()}))
    assert ">Centre<" not in text_of(browser.get("/equipes/"))
    a_team(melune)


def test_a_site_stays_open_while_a_team_works_from_it(adele, melune):
    a_team(melune)
    with pytest.raises(Refused, match="Des équipes travaillent encore d'ici"):
        organisations_actions.close_site(melune, expected=melune.version, key=new_key(), by=adele)


def test_a_manager_reads_her_teams_and_those_that_work_in_her_sector(mireille, melune, ruel, adele):
    ours, theirs = a_team(melune), a_team(ruel, name="Haut", communes=["00005"])
    assert set(can_read_team.among(Team.objects.all(), mireille)) == {ours}
    theirs.communes.add("00002")
    assert set(can_read_team.among(Team.objects.all(), mireille)) == {ours, theirs}
    told = staffing(Team.objects.all(), sectors_staffed(mireille), on=clock.today())
    assert [one.team for one in told.elsewhere] == [theirs]
    assert [commune.name for commune in told.lines[0].uncovered] == ["Brance", "Sormes"]


def test_a_manager_composes_nothing_elsewhere(signed_in, mireille, ruel):
    team = a_team(ruel, communes=["00005"])
    browser = signed_in(mireille)
    for door in (f"/equipes/{team.pk}/", f"/equipes/{team.pk}/corriger/", f"/equipes/lieux/{ruel.pk}/ajouter/"):
        assert browser.get(door).status_code == 404


def test_an_analyst_reads_figures_and_no_name(signed_in, yann, melune):
    team = a_team(melune, greeter=2)
    joins(team, "paule")
    browser = signed_in(yann)
    for door in ("/equipes/", f"/equipes/{team.pk}/", "/equipes/bilan/", "/equipes/bilan.csv"):
        text = text_of(browser.get(door))
        assert "Il manque 1 agent d'accueil." in text and "Paule" not in text
    assert browser.get(f"/equipes/{team.pk}/corriger/").status_code == 404
    assert browser.post(f"/equipes/{team.pk}/membres/ajouter/").status_code == 404


def test_the_load_counts_social_workers_and_each_commune_once(adele, melune):
    first = a_team(melune, pole="accompaniment", communes=["00001", "00002"], referent=2)
    second = a_team(melune, name="Est", pole="accompaniment", communes=["00002", "00003"], referent=1)
    for team, name in ((first, "paule"), (second, "jean"), (second, "lise")):
        joins(team, name, Role.REFERENT)
    joins(first, "rene")  # Welcomes, accompanies nobody.
    line = staffing(Team.objects.all(), sectors_staffed(adele), on=clock.today()).lines[1]
    assert (line.population, line.held, line.expected, line.load) == (3000, 4, 3, 1000)
    assert dict(line.missing) == {"referent": 1}  # One too many in the east fills no gap in the centre.


def test_the_review_of_the_poles_counts_a_year_of_arrivals_and_departures(signed_in, adele, melune):
    team, today = a_team(melune, greeter=2), clock.today()
    held = [joins(team, name) for name in ("paule", "jean", "lise", "rene")]
    ago = {"paule": 700, "jean": 100, "lise": 600, "rene": 500}
    for one in held:
        since = today - dt.timedelta(days=ago[one.user.username])
        TeamMember.objects.filter(membership=one).update(valid_from=since)
        Membership.objects.filter(pk=one.pk).update(valid_from=since)
    TeamMember.objects.filter(membership=held[2]).update(valid_until=today - dt.timedelta(days=30))
    Membership.objects.filter(pk=held[3].pk).update(valid_until=today - dt.timedelta(days=400))
    page = signed_in(adele).get("/equipes/bilan/")
    assert page.context["moves"].rows == [("Accueil social", 1, 1), ("Accompagnement", 0, 0)]
    reception, accompaniment = page.context["summary"].rows
    assert reception[:3] == ("Accueil social", 1, 1) and reception[4:] == ("2 sur 2", "500", "Rien")
    assert accompaniment[4:] == ("0 sur 0", "personne", "Aucune équipe.")


def test_the_spreadsheet_has_a_row_per_sector_and_pole(signed_in, adele, melune, ruel):
    a_team(melune, greeter=2)
    Sector.objects.filter(code="TIS-3").update(name="=1+1")
    response = signed_in(adele).get("/equipes/bilan.csv")
    lines = response.content.decode().removeprefix("\ufeff").splitlines()
    assert len(lines) == 1 + 4 and lines[1].startswith(f"{clock.today()};Melune;Accueil social;1;1;1000;2;0;")
    assert lines[3].startswith(f"{clock.today()};'=1+1;Accueil social;0;0;0;0;0;Aucune équipe.;0;;Ruel")
    assert "bilan-des-poles" in response["Content-Disposition"]


def test_the_list_asks_no_more_when_teams_are_many(signed_in, adele, melune, django_assert_max_num_queries):
    for number in range(30):
        a_team(melune, name=f"Équipe {number:02d}")
    browser = signed_in(adele)
    with django_assert_max_num_queries(25):
        assert "Équipe 29" in text_of(browser.get("/equipes/"))


def test_a_house_without_a_map_says_so(signed_in, adele):
    assert "Aucun secteur n'est encore dessiné" in text_of(signed_in(adele).get("/equipes/"))
