"""The fictional staff who may sign in to the demonstration, grouped by what they show."""

from maillage.demo.aubrelle.model import Staff

DIRECTORY = "Tenir l'annuaire à jour"
ROLES = "Donner les rôles, les revoir, préparer un départ"
PARTNERS = "Agir dans une association partenaire"
DATA = "Protéger les données"
TERRITORY = "Suivre le territoire, sans lire aucun dossier"

PEOPLE: tuple[Staff, ...] = (
    Staff(
        "solene.kerbrac", "Solène", "Kerbrac", "mds_editor",
        "Secrétaire d'accueil à la Maison des solidarités de Melune, elle corrige l'annuaire entre deux visites.",
        DIRECTORY, sector="TIS-01", held_for_days=120,
    ),
    Staff(
        "malik.ferrandou", "Malik", "Ferrandou", "mds_editor",
        "Chargé de développement social du Haut-Bocage, il appelle chaque structure deux fois par an.",
        DIRECTORY, sector="TAS-3", held_for_days=400,
    ),
    Staff(
        "nadege.oriolle", "Nadège", "Oriolle", "mds_editor",
        "Médiatrice du Bus des droits, elle découvre dans les villages ce que l'annuaire ne sait pas encore.",
        DIRECTORY, held_for_days=350,
    ),
    Staff(
        "helene.tournadre", "Hélène", "Tournadre", "mds_manager",
        "Responsable des Maisons des solidarités de Melune Agglomération, elle donne et revoit les rôles des siens.",
        ROLES, sector="TAS-1", held_for_days=200,
    ),
    Staff(
        "come.vasselin", "Côme", "Vasselin", "administrator",
        "Administrateur de la plateforme au Département, il ouvre les comptes et règle les territoires.",
        ROLES, held_for_days=300,
    ),
    Staff(
        "aminata.delorge", "Aminata", "Delorge", "administrator",
        "Responsable des systèmes d'information sociale, elle remplace Côme et prépare les mises à jour.",
        ROLES, held_for_days=30,
    ),
    Staff(
        "ibrahim.castaing", "Ibrahim", "Castaing", "partner_editor",
        "Coordinateur des Tablées de l'Aubrelle, il tient les fiches de ses cinq antennes et y invite ses collègues.",
        PARTNERS, partner="tablees", held_for_days=90,
    ),
    Staff(
        "rosalie.quintin", "Rosalie", "Quintin", "partner",
        "Bénévole du centre de Melune des Tablées, elle accueille les personnes que la MDS lui adresse.",
        PARTNERS, partner="tablees", structure="tablees-melune", held_for_days=500,
    ),
    Staff(
        "judith.lanvaux", "Judith", "Lanvaux", "dpo",
        "Déléguée à la protection des données, elle contrôle qui a lu quoi, sans lire aucun dossier.",
        DATA, held_for_days=60,
    ),
    Staff(
        "bernard.estrade", "Bernard", "Estrade", "elected",
        "Conseiller départemental de Melune Agglomération, il suit les projets de son territoire.",
        TERRITORY, sector="TAS-1", held_for_days=150,
    ),
    Staff(
        "yael.morville", "Yaël", "Morvillé", "analyst",
        "Chargée d'observation sociale, elle étudie des chiffres sans nom.",
        TERRITORY, held_for_days=250,
    ),
)  # fmt: skip
