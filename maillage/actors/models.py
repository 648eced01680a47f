"""Who acts: people, organisations and their sites, what each person may do there, and the keys of their software."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Lower

from maillage.actors.choices import ROLES, OrganisationKind, Pole, Role
from maillage.core import clock
from maillage.core.deadlines import add_months
from maillage.core.models import Versioned
from maillage.territories.models import Commune, DatedQuerySet, Sector

REVIEWED_EACH = 12  # Months. CNIL, guide de la sécurité des données personnelles (habilitations): at least yearly.


@dataclass(frozen=True)
class Held:
    """A role someone holds today, and how far it reaches. `sector_code` is empty for the whole Département."""

    role: str
    organisation_id: int | None = None
    site_id: int | None = None
    sector_code: str = ""


class User(AbstractUser):
    """Someone who signs in. What they may do comes from their memberships alone: being a superuser opens nothing."""

    email = models.EmailField("adresse électronique", blank=True)
    closed_at = models.DateTimeField("compte fermé le", null=True, blank=True, editable=False)

    has_second_factor = True
    """Whether this session was opened with two factors. The middleware says no where it was not; outside of a session
    (a job that asks whom to tell) the question is what someone may read once signed in as they should."""

    class Meta(AbstractUser.Meta):
        verbose_name = "utilisateur"
        verbose_name_plural = "utilisateurs"
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_email", condition=~Q(email=""))]

    def __str__(self) -> str:
        return self.get_full_name() or self.email or self.get_username()

    @cached_property
    def held(self) -> tuple[Held, ...]:
        """Every role held today, whatever the session: read once per request."""
        if self.pk is None or not self.is_active:
            return ()
        rows = Membership.objects.now().filter(user=self)
        columns = rows.values_list("role", "organisation_id", "site_id", "sector__code")
        return tuple(Held(role, organisation, site, sector or "") for role, organisation, site, sector in columns)

    def open_roles(self) -> tuple[Held, ...]:
        """The roles this session may use: one that needs a second factor waits for it."""
        return tuple(h for h in self.held if self.has_second_factor or not ROLES[Role(h.role)].needs_second_factor)

    def roles(self) -> frozenset[str]:
        return frozenset(held.role for held in self.open_roles())

    def holds(self, role: str) -> tuple[Held, ...]:
        """Where this session holds that role: several sectors or organisations, or none."""
        return tuple(held for held in self.open_roles() if held.role == role)

    def waits_for_second_factor(self) -> bool:
        """Whether a role of this person is closed to them until they add a second factor."""
        return len(self.open_roles()) < len(self.held)


class Organisation(Versioned):
    """A legal body that takes part: the Département itself, a town, an association, a landlord, a State service."""

    name = models.CharField("nom", max_length=200)
    kind = models.CharField("type", max_length=20, choices=OrganisationKind)
    siren = models.CharField("SIREN", max_length=9, blank=True)
    siret = models.CharField("SIRET du siège", max_length=14, blank=True)
    rna = models.CharField("numéro RNA", max_length=10, blank=True)
    address = models.TextField("adresse du siège", blank=True)
    is_house = models.BooleanField("est le Département", default=False, editable=False)
    closed_on = models.DateField("ne participe plus depuis le", null=True, blank=True)

    class Meta:
        verbose_name = "organisation"
        verbose_name_plural = "organisations"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint("siren", name="one_organisation_per_siren", condition=~Q(siren="")),
            models.UniqueConstraint("rna", name="one_organisation_per_rna", condition=~Q(rna="")),
            models.UniqueConstraint("is_house", name="one_house_organisation", condition=Q(is_house=True)),
        ]

    def __str__(self) -> str:
        return self.name


class Site(Versioned):
    """A place where an organisation works. The directory's structures are tied to it.

    A confidential address is read only of those who may correct the site; its SIRET and its commune lead to it.
    """

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="sites", verbose_name="organisation")
    name = models.CharField("nom", max_length=200)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    address = models.TextField("adresse", blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    is_address_confidential = models.BooleanField("adresse confidentielle", default=False)
    closed_on = models.DateField("fermé depuis le", null=True, blank=True)

    class Meta:
        verbose_name = "lieu d'une organisation"
        verbose_name_plural = "lieux des organisations"
        ordering = ["name"]
        constraints = [models.UniqueConstraint("siret", name="one_site_per_siret", condition=~Q(siret=""))]

    def __str__(self) -> str:
        return self.name


def unseen_since(long_ago: dt.date) -> Q:
    """The habilitations not looked at again since that day: the last review, or the day the role began."""
    return Q(reviewed_on__lte=long_ago) | Q(reviewed_on__isnull=True, valid_from__lte=long_ago)


class MembershipQuerySet(DatedQuerySet):
    def to_come_or_in_force(self) -> Self:
        """Held today, or given for a day to come."""
        later = self.exclude(valid_until__lte=clock.today())
        return later.exclude(valid_until=F("valid_from"))

    def with_team_now(self) -> Self:
        """Each with `team_now`: the name of the team where this role is held today, None without one."""
        places = TeamMember.objects.filter(membership=OuterRef("pk"), valid_until__isnull=True)
        return self.annotate(team_now=Subquery(places.values("team__name")[:1]))

    def unseen_since(self, long_ago: dt.date) -> Self:
        """Not looked at again since that day: the last review, or the day the role began."""
        return self.filter(unseen_since(long_ago))


class Membership(Versioned):
    """A person holds a role in an organisation, from a day to another: what the administration calls an habilitation.

    `valid_until` is the first day it is no longer in force. Without a sector, a role of sectors reaches them all.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name="personne")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="memberships", verbose_name="organisation"
    )
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lieu")
    role = models.CharField("rôle", max_length=40, choices=Role)
    sector = models.ForeignKey(Sector, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="secteur")
    valid_from = models.DateField("depuis le")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="donné par"
    )
    reviewed_on = models.DateField("revu le", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="revu par"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "habilitation"
        verbose_name_plural = "habilitations"
        ordering = ["user", "role", "valid_from"]
        indexes = [models.Index(fields=["user", "valid_from"])]
        constraints = [
            models.CheckConstraint(
                name="membership_of_a_person_ends_after_it_starts",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"

    @property
    def review_due_on(self) -> dt.date:
        return add_months(self.reviewed_on or self.valid_from, REVIEWED_EACH)


class Team(Versioned):
    """People of one pole who work from a Maison des solidarités, for some of the communes of its sector.

    `valid_until` is the first day it is no longer at work.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="teams", verbose_name="Maison des solidarités")
    name = models.CharField("nom", max_length=120)
    pole = models.CharField("pôle", max_length=20, choices=Pole)
    communes = models.ManyToManyField(Commune, related_name="+", verbose_name="communes")
    valid_from = models.DateField("depuis le")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        verbose_name = "équipe"
        verbose_name_plural = "équipes"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "site", "pole", "name", name="one_team_per_name", condition=Q(valid_until__isnull=True)
            ),
            models.CheckConstraint(
                name="team_ends_after_it_starts",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TeamPost(models.Model):
    """How many people of a role a team should have."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="posts", verbose_name="équipe")
    role = models.CharField("rôle", max_length=40, choices=Role)
    expected = models.PositiveSmallIntegerField("postes attendus")

    class Meta:
        verbose_name = "postes attendus d'une équipe"
        verbose_name_plural = "postes attendus des équipes"
        constraints = [models.UniqueConstraint("team", "role", name="one_line_of_posts_per_role")]

    def __str__(self) -> str:
        return f"{self.team} · {self.get_role_display()}"


class TeamMemberQuerySet(DatedQuerySet):
    def at_work_on(self, day: dt.date) -> Self:
        """In the team that day, and still holding their role: a role that ends leaves its team by itself."""
        return self.on(day).filter(membership__in=Membership.objects.on(day))


class TeamMember(models.Model):
    """A role held in a team, from a day to another; in one team at a time."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="members", verbose_name="équipe")
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="+", verbose_name="habilitation")
    valid_from = models.DateField("depuis le")
    valid_until = models.DateField("jusqu'au (exclu)", null=True, blank=True)

    objects = TeamMemberQuerySet.as_manager()

    class Meta:
        verbose_name = "place dans une équipe"
        verbose_name_plural = "places dans les équipes"
        constraints = [
            models.UniqueConstraint("membership", name="in_one_team_now", condition=Q(valid_until__isnull=True)),
            models.CheckConstraint(
                name="place_in_a_team_ends_after_it_starts",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership} · {self.team}"


class Invitation(models.Model):
    """A link sent to an address: whoever receives it there opens their account with this role. Used once."""

    email = models.EmailField("adresse électronique")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="organisation")
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="lieu")
    role = models.CharField("rôle", max_length=40, choices=Role)
    sector = models.ForeignKey(Sector, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="secteur")
    valid_until = models.DateField("rôle donné jusqu'au (exclu)", null=True, blank=True)
    digest = models.CharField("empreinte du lien", max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="invité par"
    )
    created_at = models.DateTimeField("envoyée le", default=clock.now)
    expires_at = models.DateTimeField("valable jusqu'au")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="acceptée par"
    )
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.created_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and clock.now() < self.expires_at


class ApiKey(models.Model):
    """A key of an organisation's software. Shown once; only its digest is kept."""

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="api_keys", verbose_name="organisation"
    )
    name = models.CharField("nom", max_length=80)
    prefix = models.CharField("début de la clé", max_length=12)
    digest = models.CharField("empreinte de la clé", max_length=64, unique=True, editable=False)
    scopes = models.JSONField("ce qu'elle permet", default=list)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="créée par")
    created_at = models.DateTimeField("créée le", default=clock.now)
    keeper = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="qui en répond"
    )
    expires_on = models.DateField("expire le")
    revoked_at = models.DateTimeField("retirée le", null=True, blank=True)

    is_authenticated = True
    is_active = True

    class Meta:
        verbose_name = "clé d'API"
        verbose_name_plural = "clés d'API"
        ordering = ["organisation", "name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def roles(self) -> frozenset[str]:
        """A key is not a person: it holds no role, only scopes."""
        return frozenset()

    def holds(self, role: str) -> tuple[Held, ...]:
        return ()

    def may(self, scope: str) -> bool:
        return scope in self.scopes

    @property
    def is_open(self) -> bool:
        """Its last day is included."""
        return self.revoked_at is None and clock.today() <= self.expires_on


class ApiKeyUse(models.Model):
    """When a key last opened something, to the minute: written by reads too, hence a table of its own."""

    key = models.OneToOneField(ApiKey, models.CASCADE, primary_key=True, related_name="use", verbose_name="clé d'API")
    last_used_at = models.DateTimeField("dernier usage")

    class Meta:
        verbose_name = "usage d'une clé d'API"
        verbose_name_plural = "usages des clés d'API"

    def __str__(self) -> str:
        return str(self.key_id)


class Departure(models.Model):
    """A colleague leaves: their last day, and who takes over what they leave. Carried out on the day after."""

    user = models.OneToOneField(User, models.CASCADE, related_name="departure", verbose_name="personne")
    last_day = models.DateField("dernier jour")
    successor = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="qui reprend"
    )
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="préparé par")
    prepared_at = models.DateTimeField("préparé le", default=clock.now)
    carried_out_at = models.DateTimeField("accompli le", null=True, blank=True)

    class Meta:
        verbose_name = "départ"
        verbose_name_plural = "départs"
        ordering = ["last_day"]

    def __str__(self) -> str:
        return f"{self.user} · {self.last_day}"


def reaches(reader: Any, role: str) -> tuple[Held, ...]:
    """Where this reader, whoever it is, holds that role: nobody and a signed link hold none."""
    return reader.holds(role) if reader.is_authenticated and hasattr(reader, "holds") else ()
