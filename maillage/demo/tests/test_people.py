"""The people and the organisations of the demonstration, built by the rooms' own actions."""

from collections import Counter
from datetime import datetime
from itertools import groupby

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from maillage.actors.actions.reviews import waiting_for
from maillage.actors.choices import OrganisationKind, Role
from maillage.actors.models import Invitation, Membership, Organisation, Site, Team, User
from maillage.actors.pages.staffing import staffing
from maillage.actors.permissions import sectors_staffed
from maillage.core import clock, journal
from maillage.core.access import has_role
from maillage.core.breaches import due_of
from maillage.core.models import DataBreach, EliminationSlip
from maillage.demo.aubrelle import PEOPLE, TEAMS
from maillage.directory.deadlines import answer_due
from maillage.directory.models import OwnExpression, SavedSearch, Structure, Submission, UnknownWord, WordAsker
from maillage.directory.pages.saved import news_of

MONDAY = datetime(2026, 3, 9, 10, 0)
pytestmark = pytest.mark.django_db  # Else, run alone, it would be given no database of its own.


@pytest.fixture(scope="module")
def flat(django_db_setup, django_db_blocker, tmp_path_factory):
    """L'Aubrelle as `build_demo` fills a house, twice, once for this module."""
    var = tmp_path_factory.mktemp("var")
    apart = override_settings(
        DEMO=True, SHAPES_DIR=var / "shapes", ROADS_DIR=var / "roads", POPULATION_DIR=var / "population"
    )
    with django_db_blocker.unblock(), transaction.atomic(), clock.travel(MONDAY), apart:
        for _time in range(2):
            call_command("build_demo", without_roads=True, verbosity=0)
        yield
        transaction.set_rollback(True)


def test_the_departement_has_words_of_its_own_and_some_to_understand(flat):
    assert OwnExpression.objects.in_use().count() == 3
    assert OwnExpression.objects.filter(withdrawn_at__isnull=False).count() == 1
    assert {one.word for one in UnknownWord.objects.waiting()} >= {"papotheque", "ludobus", "affouage"}
    assert not WordAsker.objects.exists()


def test_each_kind_of_organisation_has_one(flat):
    assert set(Organisation.objects.values_list("kind", flat=True)) == set(OrganisationKind.values)
    assert Organisation.objects.filter(is_house=True).count() == 1


def test_each_maison_des_solidarites_is_a_site_of_the_departement(flat):
    house = Organisation.objects.get(is_house=True)
    served = Structure.objects.filter(serves_sector__isnull=False)
    assert set(served.values_list("site__organisation", flat=True)) == {house.pk}
    assert house.sites.count() == served.count() == 14


def test_sites_are_tied_to_structures_and_communes(flat):
    assert Site.objects.filter(commune__isnull=True).count() == 0
    assert Structure.objects.filter(site__isnull=False).count() == Site.objects.count()


def test_each_person_holds_their_role_once(flat):
    everyone = [*PEOPLE, *(staff for plan in TEAMS for staff in plan.members)]
    assert User.objects.filter(memberships__isnull=False).distinct().count() == len(everyone)
    assert Membership.objects.count() == len(everyone)
    for staff in everyone:
        assert has_role(User.objects.get(username=staff.username), staff.role)


def test_each_role_has_someone_who_shows_it():
    """Whoever tries the demonstration can enter as any of the roles; a new role comes with its person."""
    shown = {staff.role for staff in PEOPLE}
    assert [role for role in Role.values if role not in shown] == []
    assert all(staff.presentation and staff.shows for staff in PEOPLE)
    assert [title for title, _ in groupby(staff.shows for staff in PEOPLE)] == list(
        dict.fromkeys(staff.shows for staff in PEOPLE)
    )


def test_two_maisons_des_solidarites_have_teams_that_miss_someone(flat):
    helene = User.objects.get(username="helene.tournadre")
    told = staffing(Team.objects.all(), sectors_staffed(helene), on=clock.today())
    assert Team.objects.count() == len(TEAMS) and Team.objects.values("site").distinct().count() == 2
    assert all(line.missing for line in told.altogether()) and any(line.alone for line in told.lines)
    assert max(team.communes.count() for team in Team.objects.all()) == 4


def test_two_people_administer_so_that_one_may_leave(flat):
    assert Membership.objects.now().filter(role=Role.ADMINISTRATOR, valid_until__isnull=True).count() == 2


def test_the_yearly_review_has_something_to_show(flat):
    with clock.travel(MONDAY):
        waiting = waiting_for(User.objects.get(username="come.vasselin"))
        assert {one.user.username for one in waiting} >= {"malik.ferrandou", "rosalie.quintin"}


def test_nobody_of_the_demonstration_receives_a_real_letter(flat):
    assert not User.objects.exclude(email__endswith=".example").exists()


def test_what_is_under_way_is_played_once_and_each_thing_has_its_moment(flat):
    states = Counter(Submission.objects.values_list("state", flat=True))
    assert states == {"submitted": 3, "returned": 2, "draft": 2, "published": 1}
    with clock.travel(MONDAY):
        waiting = [answer_due(one).is_late for one in Submission.objects.waiting().order_by("submitted_at")]
        invited = Invitation.objects.filter(accepted_at=None, expires_at__gt=clock.now())
    assert waiting == [True, False, False]
    assert invited.count() == 1
    part = Submission.objects.get(state="published")
    assert (list(part.values), list(part.unpublished)) == (["opening_hours"], ["phone"])
    assert Submission.objects.get(rest_of=part).sentence == part.sentence != ""
    assert EliminationSlip.objects.get().state == "prepared"


def test_judith_has_two_days_left_for_a_violation(flat):
    breach = DataBreach.objects.get()
    with clock.travel(MONDAY):
        assert breach.state == "open" and not due_of(breach).is_late
    assert list(breach.steps.values_list("step", flat=True)) == ["contain"]


def test_the_past_that_was_played_leaves_the_journal_whole(flat):
    assert journal.verify() is None


def test_solene_has_a_search_that_changed(flat):
    saved = SavedSearch.objects.get()
    assert saved.owner.username == "solene.kerbrac"
    assert [service.name for service in news_of(saved, reader=saved.owner).fresh] == ["Table ouverte"]
    assert saved.gone == []
