"""The people and the organisations of the demonstration, built by the rooms' own actions."""

from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings

from maillage.actors.actions.reviews import waiting_for
from maillage.actors.choices import OrganisationKind, Role
from maillage.actors.models import Membership, Organisation, Site, User
from maillage.core import clock
from maillage.core.access import has_role
from maillage.demo.aubrelle import PEOPLE
from maillage.directory.models import Structure

MONDAY = datetime(2026, 3, 9, 10, 0)


@pytest.fixture(scope="module")
def flat(django_db_setup, django_db_blocker, tmp_path_factory):
    """L'Aubrelle as `build_demo` fills a house, twice, once for this module."""
    shapes = override_settings(DEMO=True, SHAPES_DIR=tmp_path_factory.mktemp("shapes"))
    with django_db_blocker.unblock(), transaction.atomic(), clock.travel(MONDAY), shapes:
        for _time in range(2):
            call_command("build_demo", verbosity=0)
        yield
        transaction.set_rollback(True)


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
    assert User.objects.filter(memberships__isnull=False).distinct().count() == len(PEOPLE)
    assert Membership.objects.count() == len(PEOPLE)
    for staff in PEOPLE:
        assert has_role(User.objects.get(username=staff.username), staff.role)


def test_two_people_administer_so_that_one_may_leave(flat):
    assert Membership.objects.now().filter(role=Role.ADMINISTRATOR, valid_until__isnull=True).count() == 2


def test_the_yearly_review_has_something_to_show(flat):
    with clock.travel(MONDAY):
        waiting = waiting_for(User.objects.get(username="come.vasselin"))
        assert {one.user.username for one in waiting} >= {"malik.ferrandou", "rosalie.quintin"}


def test_nobody_of_the_demonstration_receives_a_real_letter(flat):
    assert not User.objects.exclude(email__endswith=".example").exists()
