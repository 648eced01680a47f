"""Compose the teams of a Maison des solidarités: add, correct, close one; place a colleague there, take them out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from maillage.actors.choices import TEAM_ROLES
from maillage.actors.models import Membership, Site, Team, TeamMember, TeamPost, User
from maillage.actors.permissions import can_add_team, may_cover, may_place
from maillage.core import clock, journal
from maillage.core.concurrency import once, save_version
from maillage.core.refusals import Refused
from maillage.territories.models import Commune


@dataclass(frozen=True)
class TeamFacts:
    """What is written of a team: `posts` says how many people are expected, by role."""

    name: str
    pole: str
    communes: tuple[Commune, ...]
    posts: Mapping[str, int]


def add_team(site: Site, facts: TeamFacts, *, key: str, by: User | None) -> Team:
    """A team begins today. Refused outside of the site's sector, or when its name is taken there."""
    with journal.act():
        once(key)
        if by is not None and not can_add_team(by, site):
            raise Refused(_("Cette Maison des solidarités est fermée, ou n'est plus de votre secteur."))
        team = Team(site=site, name=facts.name, pole=facts.pole, valid_from=clock.today())
        _refuse_communes(team, facts.communes, kept=set())
        try:
            with transaction.atomic():
                team.save(force_insert=True)
        except IntegrityError as taken:
            raise _taken() from taken
        _write_rest(team, facts)
        journal.record(by, "actors.team_added", team, site=site.pk)
    return team


def correct_team(team: Team, facts: TeamFacts, *, expected: int, key: str, by: User) -> None:
    """Keep all of it as written. Raises concurrency.Stale when someone else wrote meanwhile."""
    with journal.act():
        once(key)
        _refuse_closed(team)
        _refuse_communes(team, facts.communes, kept=set(team.communes.values_list("pk", flat=True)))
        team.name, team.pole = facts.name, facts.pole
        try:
            with transaction.atomic():
                save_version(team, expected=expected, fields=["name", "pole"])
        except IntegrityError as taken:
            raise _taken() from taken
        _write_rest(team, facts)
        journal.record(by, "actors.team_corrected", team)


def close_team(team: Team, *, expected: int, key: str, by: User) -> None:
    """From today it works no more, and nobody is in it. Raises concurrency.Stale."""
    today = clock.today()
    with journal.act():
        once(key)
        _refuse_closed(team)
        team.valid_until = today
        save_version(team, expected=expected, fields=["valid_until"])
        TeamMember.objects.filter(team=team, valid_until__isnull=True).update(valid_until=today)
        journal.record(by, "actors.team_closed", team)


def place(membership: Membership, team: Team, *, key: str, by: User | None) -> None:
    """From today this role is held in that team, and in no other."""
    with journal.act():
        once(key)
        if refusal := may_place(by, membership, team):
            raise refusal
        now = TeamMember.objects.filter(membership=membership, valid_until__isnull=True)
        if now.filter(team=team).exists():
            raise Refused(_("Cette personne est déjà dans cette équipe."))
        now.update(valid_until=clock.today())
        try:
            with transaction.atomic():
                TeamMember.objects.create(team=team, membership=membership, valid_from=clock.today())
        except IntegrityError as placed:
            raise Refused(_("Quelqu'un vient de placer cette personne : relisez la page.")) from placed
        journal.record(by, "actors.team_member_placed", team, membership=membership.pk)


def take_out(member: TeamMember, *, key: str, by: User) -> None:
    """From today this person is in that team no more; their role goes on."""
    with journal.act():
        once(key)
        if not TeamMember.objects.filter(pk=member.pk, valid_until__isnull=True).update(valid_until=clock.today()):
            raise Refused(_("Cette personne n'est déjà plus dans cette équipe."))
        journal.record(by, "actors.team_member_taken_out", member.team, membership=member.membership_id)


def _refuse_closed(team: Team) -> None:
    if team.valid_until is not None:
        raise Refused(_("Cette équipe est fermée : elle ne change plus."), instead=_("Ajoutez-en une autre."))


def _refuse_communes(team: Team, communes: Iterable[Commune], *, kept: set[str]) -> None:
    if refusal := may_cover(team, [commune.pk for commune in communes], kept=kept):
        raise refusal


def _write_rest(team: Team, facts: TeamFacts) -> None:
    team.communes.set(facts.communes)
    for role in TEAM_ROLES:
        TeamPost.objects.update_or_create(team=team, role=role, defaults={"expected": facts.posts.get(role, 0)})


def _taken() -> Refused:
    return Refused(
        _("Une équipe de ce pôle porte déjà ce nom dans cette Maison des solidarités."),
        instead=_("Donnez-lui un autre nom : celui d'une commune, par exemple."),
    )
