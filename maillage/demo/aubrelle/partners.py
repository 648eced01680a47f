"""The fictional organisations of L'Aubrelle: the Département itself, and who acts with it."""

from maillage.demo.aubrelle.model import Partner
from maillage.demo.aubrelle.structures import with_check_digit

TABLEES = (
    "tablees-melune",
    "tablees-castelorme",
    "tablees-port-sabliere",
    "tablees-roquebrande",
    "tablees-le-bourg-salin",
)

HOUSE = Partner("departement", "Département de L'Aubrelle", "public", "Melune")
PARTNERS: tuple[Partner, ...] = (
    Partner("ccas-melune", "Centre communal d'action sociale de Melune", "public", "Melune", ("ccas-melune",)),
    Partner("tablees", "Les Tablées de l'Aubrelle", "mutual_aid", "Melune", TABLEES),
    Partner("toit-commun", "Toit commun", "landlord", "Sainte-Orlaine", ("toit-commun",)),
    Partner("jardins-du-gue", "Les Jardins du Gué", "delegated", "Gué-l'Évêque", ("jardins-du-gue",)),
    Partner("famille-aubrelle", "Caisse des familles de L'Aubrelle", "social_security", "Melune"),
    Partner("etat-aubrelle", "Direction des solidarités de l'État en Aubrelle", "state", "Melune"),
)


def siren(partner: Partner) -> str:
    """A SIREN with a right check digit, in a range Sirene never gives: it begins with 000."""
    rank = [HOUSE, *PARTNERS].index(partner)
    return with_check_digit(f"00099{rank:03d}")


def siret(partner: Partner, number: int) -> str:
    """The SIRET of a site of this organisation, by its number; 1 is the head office."""
    return with_check_digit(f"{siren(partner)}{number:04d}")


def rna(partner: Partner) -> str:
    """A number in the national register of associations that none bears; empty for what is no association."""
    return f"W00{[HOUSE, *PARTNERS].index(partner):07d}" if partner.kind == "mutual_aid" else ""
