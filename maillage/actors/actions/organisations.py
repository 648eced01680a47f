"""Add, correct and close the organisations that take part, and their sites."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from maillage.actors.models import ApiKey, Membership, Organisation, Site, Team
from maillage.actors.permissions import can_edit_site, may_open_first_site
from maillage.core import clock, journal
from maillage.core.concurrency import once, save_version
from maillage.core.refusals import Refused


def add_organisation(organisation: Organisation, *, key: str, by: Any) -> None:
    """Let a new organisation take part. Refused when its SIREN or RNA is another's already."""
    with journal.act():
        once(key)
        _insert(organisation)
        journal.record(by, "actors.organisation_added", organisation)


def correct_organisation(
    organisation: Organisation, *, fields: Iterable[str], expected: int, key: str, by: Any
) -> None:
    """Keep these fields as they stand in memory. Raises concurrency.Stale when someone else wrote meanwhile."""
    fields = sorted(fields)
    with journal.act():
        once(key)
        _update(organisation, fields, expected=expected)
        journal.record(by, "actors.organisation_corrected", organisation, fields=fields)


def close_organisation(organisation: Organisation, *, expected: int, key: str, by: Any) -> None:
    """From today it takes part no more: its sites close with it. Refused while someone still acts for it."""
    today = clock.today()
    with journal.act():
        once(key)
        if organisation.is_house:
            raise Refused(_("Le Département ne se ferme pas : c'est lui qui tient cette maison."))
        _refuse_closed(_held(organisation).closed_on)
        _refuse_while_people_act(Membership.objects.filter(organisation=organisation))
        _refuse_while_keys_open(organisation)
        organisation.closed_on = today
        save_version(organisation, expected=expected, fields=["closed_on"])
        for site in Site.objects.filter(organisation=organisation, closed_on__isnull=True):
            site.closed_on = today
            save_version(site, expected=site.version, fields=["closed_on"])
        journal.record(by, "actors.organisation_closed", organisation)


def add_site(site: Site, *, key: str, by: Any) -> None:
    """Add a place where an organisation works. Refused outside of what this person may keep."""
    with journal.act():
        once(key)
        if _held(site.organisation).closed_on:
            raise Refused(_("Cette organisation ne participe plus : elle n'a plus de lieux."))
        if refusal := may_open_first_site(by, site.organisation):
            raise refusal
        _insert(site)
        _refuse_without_second_factor(site, by)
        if by is not None and not can_edit_site(by, site):
            raise Refused(
                _("Ce lieu serait hors de votre secteur."),
                instead=_("Choisissez une commune de votre secteur, ou demandez à un administrateur."),
            )
        journal.record(by, "actors.site_added", site, organisation=site.organisation_id)


def _refuse_without_second_factor(site: Site, by: Any) -> None:
    """A password alone neither reads nor writes a confidential address."""
    if site.is_address_confidential and not getattr(by, "has_second_factor", True):
        raise Refused(_("Une adresse confidentielle ne s'écrit qu'avec votre second facteur."))


def correct_site(site: Site, *, fields: Iterable[str], expected: int, key: str, by: Any) -> None:
    """Keep these fields of the site. Raises concurrency.Stale when someone else wrote meanwhile."""
    fields = sorted(fields)
    with journal.act():
        once(key)
        _update(site, fields, expected=expected)
        _refuse_without_second_factor(site, by)
        if by is not None and not can_edit_site(by, site):
            raise Refused(_("Ce lieu sortirait de votre secteur : demandez à un administrateur."))
        journal.record(by, "actors.site_corrected", site, fields=fields)


def close_site(site: Site, *, expected: int, key: str, by: Any) -> None:
    """From today nobody works there. Refused while someone's role is limited to it, or a team works from it."""
    with journal.act():
        once(key)
        _held(site.organisation)
        _refuse_closed(Site.objects.get(pk=site.pk).closed_on)
        _refuse_while_people_act(Membership.objects.filter(site=site))
        if Team.objects.filter(site=site, valid_until__isnull=True).exists():
            raise Refused(_("Des équipes travaillent encore d'ici : fermez-les d'abord."))
        site.closed_on = clock.today()
        save_version(site, expected=expected, fields=["closed_on"])
        journal.record(by, "actors.site_closed", site)


def _held(organisation: Organisation) -> Organisation:
    """The organisation as it is stored, kept until the end of the act: no role is given there meanwhile."""
    return Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)


def _refuse_closed(closed_on: dt.date | None) -> None:
    if closed_on:
        day = {"day": date_format(closed_on, "j F Y")}
        raise Refused(_("C'est déjà fermé, depuis le %(day)s : cette date reste.") % day)


def _refuse_while_people_act(memberships: Any) -> None:
    running = memberships.to_come_or_in_force()
    if count := running.count():
        raise Refused(
            _("Des personnes y tiennent encore un rôle (%(count)d) : rien n'est fermé.") % {"count": count},
            instead=_("Terminez d'abord ces rôles, ou préparez le départ de ces personnes."),
        )


def _refuse_while_keys_open(organisation: Organisation) -> None:
    if ApiKey.objects.filter(
        organisation=organisation, revoked_at__isnull=True, expires_on__gte=clock.today()
    ).exists():
        raise Refused(_("Une clé de cette organisation sert encore : retirez-la d'abord."))


def _insert(thing: Organisation | Site) -> None:
    try:
        with transaction.atomic():
            thing.save(force_insert=True)
    except IntegrityError as taken:
        raise _taken(thing) from taken


def _update(thing: Organisation | Site, fields: Iterable[str], *, expected: int) -> None:
    try:
        with transaction.atomic():
            save_version(thing, expected=expected, fields=fields)
    except IntegrityError as taken:
        raise _taken(thing) from taken


def _taken(thing: Organisation | Site) -> Refused:
    """Two people added the same at the same time: the form saw nothing, the database did."""
    if isinstance(thing, Site):
        return Refused(_("Un lieu a déjà ce SIRET : cherchez-le dans la liste des organisations."))
    return Refused(_("Une organisation a déjà ce numéro : cherchez-la dans la liste."))
