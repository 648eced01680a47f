"""What someone who keeps the directory types to say whose structure it is: words to search, a place to choose."""

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from maillage.actors.models import Organisation, Site
from maillage.actors.permissions import can_read_organisation
from maillage.core.concurrency import new_key
from maillage.core.text import fold
from maillage.directory.models import Structure

SHOWN = 20


class SiteChoice(forms.ModelChoiceField):
    def label_from_instance(self, site: Any) -> str:
        return " · ".join(filter(None, [site.organisation.name, site.name, _commune_of(site)]))


class TieForm(forms.Form):
    """The places that match the words, or, without words, those this structure's own numbers point to."""

    words = forms.CharField(
        label=_("Chercher une organisation, un lieu ou une commune"), required=False, max_length=120
    )
    site = SiteChoice(
        label=_("Lieu de l'organisation"), queryset=Site.objects.none(), widget=forms.RadioSelect, empty_label=None,
        error_messages={"required": _("Choisissez le lieu auquel cette fiche correspond.")},
    )  # fmt: skip
    version_read = forms.IntegerField(widget=forms.HiddenInput)
    intention = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, structure: Structure, reader: Any, words: str = "", **kwargs: Any) -> None:
        """`words` opens the form on what they find."""
        kept = {"version_read": structure.version, "intention": new_key(), "words": words, "site": structure.site_id}
        super().__init__(*args, **{"initial": kept} | kwargs)
        words = str(self.data.get("words", "")) if self.is_bound else words
        open_sites = sites_to_choose(reader)
        found = matching(open_sites, words) if words.strip() else pointed_to(open_sites, structure)
        self.more = max(0, len(found) - SHOWN)
        field = cast(SiteChoice, self.fields["site"])
        field.queryset = open_sites
        field.choices = [(site.pk, field.label_from_instance(site)) for site in found[:SHOWN]]
        if len(found) == 1:
            self.initial["site"] = found[0].pk
        self.nothing = not found


def sites_to_choose(reader: Any) -> QuerySet[Site]:
    """The open places of the organisations that take part, as far as this reader reads them."""
    known = can_read_organisation.among(Organisation.objects.filter(closed_on__isnull=True), reader)
    found = Site.objects.filter(closed_on__isnull=True, organisation__in=known)
    return found.select_related("organisation", "commune").order_by("organisation__name", "name", "pk")


def matching(sites: QuerySet[Site], words: str) -> list[Site]:
    """Those whose organisation, name or commune bears every word, or whose SIREN or SIRET it is."""
    number = "".join(words.split())
    asked = fold(words).split()
    return [
        site
        for site in sites
        if number in {_siret_of(site), site.organisation.siren} - {""} or all(word in _said(site) for word in asked)
    ]


def _said(site: Site) -> str:
    return fold(f"{site.organisation.name} {site.name} {_commune_of(site)}")


def _commune_of(site: Site) -> str:
    """Its name, or nothing: here, whoever keeps one structure reads the places of all the others."""
    return "" if site.is_address_confidential or site.commune is None else site.commune.name


def _siret_of(site: Site) -> str:
    return "" if site.is_address_confidential else site.siret


def pointed_to(sites: QuerySet[Site], structure: Structure) -> list[Site]:
    """Those this structure's SIRET names, then its organisation's by the SIREN, then those of its commune."""

    def nearness(site: Site) -> int:
        if structure.siret and site.siret == structure.siret:
            return 0
        if structure.siret and structure.siret[:9] == site.organisation.siren:
            return 1
        is_near = structure.commune_code and site.commune_id == structure.commune_code
        return 2 if is_near and not site.is_address_confidential else 3

    ranked = sorted(((nearness(site), site) for site in sites), key=lambda one: one[0])
    return [site for rank, site in ranked if rank < 3]
