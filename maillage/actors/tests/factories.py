"""People with roles, organisations and sites, for the tests of every room."""

from maillage.actors.choices import OrganisationKind
from maillage.actors.models import Held, Membership, Organisation, User
from maillage.core import clock


def the_house():
    """The Département's own organisation."""
    made, _ = Organisation.objects.get_or_create(
        is_house=True, defaults={"name": "Le Département", "kind": OrganisationKind.PUBLIC}
    )
    return made


def an_organisation(name="Les Mains Tendues", kind=OrganisationKind.MUTUAL_AID, **facts):
    return Organisation.objects.create(name=name, kind=kind, **facts)


def a_membership(user, role, *, organisation=None, **facts):
    """A role held from today on, by default in the Département and everywhere in it."""
    facts = {"valid_from": clock.today(), "organisation": organisation or the_house()} | facts
    user.__dict__.pop("held", None)
    return Membership.objects.create(user=user, role=role, **facts)


def someone(name, *roles, email=None, **where):
    """A person with an account and these roles, all in the same place."""
    email = f"{name}@exemple.fr" if email is None else email
    user = User.objects.create_user(name, email=email, first_name=name.capitalize())
    for role in roles:
        a_membership(user, role, **where)
    return user


def playing(role, **where):
    """Someone who holds a role and is in no database, for rules that only ask."""
    user = User(pk=2)
    user.held = (Held(role, **where),)
    return user
