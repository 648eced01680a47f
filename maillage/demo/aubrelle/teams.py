"""The fictional teams of two Maisons des solidarités, and the colleagues in them: counted, never signed in."""

from maillage.demo.aubrelle.model import Staff, TeamPlan


def _colleague(first_name: str, last_name: str, role: str, sector: str) -> Staff:
    plain = str.maketrans("éèêëïçô", "eeeeico")
    username = f"{first_name}.{last_name}".lower().translate(plain)
    return Staff(username, first_name, last_name, role, "", "", sector=sector, held_for_days=180)


TEAMS: tuple[TeamPlan, ...] = (
    TeamPlan(
        "Accueil de Melune", "reception", "TIS-01", ("Melune", "L'Orme-aux-Loups"), {"greeter": 2, "referent": 1},
        (
            _colleague("Maëlle", "Quernoy", "greeter", "TIS-01"),
            _colleague("Tanguy", "Brésol", "greeter", "TIS-01"),
        ),
    ),
    TeamPlan(
        "Melune centre", "accompaniment", "TIS-01", ("Melune",), {"referent": 4},
        (
            _colleague("Inès", "Valdormy", "referent", "TIS-01"),
            _colleague("Rémi", "Castelnoud", "referent", "TIS-01"),
            _colleague("Fatou", "Lignerolle", "referent", "TIS-01"),
        ),
    ),
    TeamPlan(
        "Aval de Melune", "accompaniment", "TIS-01", ("Aubigneul-sur-Aubrelle", "L'Orme-aux-Loups"), {"referent": 2},
        (
            _colleague("Clément", "Orvanne", "referent", "TIS-01"),
            _colleague("Noémie", "Sablecourt", "referent", "TIS-01"),
        ),
    ),
    TeamPlan(
        "Accueil de Vernailles", "reception", "TIS-02", ("Vernailles", "Coulombreuil", "Saint-Mauran-lès-Melune"),
        {"greeter": 2},
        (_colleague("Loïc", "Hautefeuil", "greeter", "TIS-02"),),
    ),
    TeamPlan(
        "Couronne nord", "accompaniment", "TIS-02",
        ("Vernailles", "Coulombreuil", "Saint-Mauran-lès-Melune", "Ormevalle"), {"referent": 3},
        (
            _colleague("Sarah", "Montferrin", "referent", "TIS-02"),
            _colleague("Gaëtan", "Ruissel", "referent", "TIS-02"),
        ),
    ),
)  # fmt: skip
