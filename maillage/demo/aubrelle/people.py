"""The fictional staff who may sign in to the demonstration, grouped by what they show."""

from maillage.demo.aubrelle.model import Staff

WELCOME = "Accueillir et accompagner les personnes"
DIRECTORY = "Tenir l'annuaire à jour"
ROLES = "Donner les rôles, les revoir, préparer un départ"
PARTNERS = "Agir dans une association partenaire"
CHILDREN = "Protéger les enfants, réunir les familles"
DATA = "Protéger les données"
TERRITORY = "Suivre le territoire, sans lire aucun dossier"

PEOPLE: tuple[Staff, ...] = (
    Staff(
        "oceane.treguel", "Océane", "Tréguel", "greeter",
        "Agente d'accueil à la Maison des solidarités de Castelorme, elle cherche avec chacun où aller, et quand.",
        WELCOME, sector="TIS-07", held_for_days=75,
    ),
    Staff(
        "matthieu.corvane", "Matthieu", "Corvane", "referent",
        "Assistant social à Roquebrande, il accompagne des familles des vallées, où chaque trajet compte.",
        WELCOME, sector="TIS-15", held_for_days=220,
    ),
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
        "samba.verdelin", "Samba", "Verdelin", "delegate",
        "Encadrant des Jardins du Gué, il suit les parcours que le Département confie à l'association.",
        PARTNERS, partner="jardins-du-gue", structure="jardins-du-gue", held_for_days=130,
    ),
    Staff(
        "anouk.delestre", "Anouk", "Delestre", "crip",
        "Évaluatrice à la cellule de recueil des informations préoccupantes, elle répond aux écoles et au 119.",
        CHILDREN, held_for_days=180,
    ),
    Staff(
        "paul.hennevoy", "Paul", "Hennevoy", "ase_decider",
        "Inspecteur de l'aide sociale à l'enfance, il décide des mesures au nom du président du Département.",
        CHILDREN, held_for_days=240,
    ),
    Staff(
        "leila.brancourt", "Leïla", "Brancourt", "family_conference_coordinator",
        "Coordinatrice de conférences familiales, elle réunit la famille élargie et les proches autour d'un plan.",
        CHILDREN, held_for_days=45,
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
    Staff(
        "gilles.montessan", "Gilles", "Montessan", "grants_officer",
        "Chargé des subventions, il examine les projets que les associations proposent pour leur territoire.",
        TERRITORY, held_for_days=110,
    ),
)  # fmt: skip
