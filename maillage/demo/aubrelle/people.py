"""The fictional staff who may sign in to the demonstration."""

from maillage.demo.aubrelle.model import Staff

PEOPLE: tuple[Staff, ...] = (
    Staff(
        "solene.kerbrac",
        "Solène",
        "Kerbrac",
        "directory_editor",
        "Secrétaire d'accueil à la Maison des solidarités de Melune, elle corrige l'annuaire entre deux visites.",
    ),
    Staff(
        "malik.ferrandou",
        "Malik",
        "Ferrandou",
        "directory_editor",
        "Chargé de développement social du Haut-Bocage, il appelle chaque structure deux fois par an.",
    ),
    Staff(
        "nadege.oriolle",
        "Nadège",
        "Oriolle",
        "directory_editor",
        "Médiatrice du Bus des droits, elle découvre dans les villages ce que l'annuaire ne sait pas encore.",
    ),
    Staff(
        "come.vasselin",
        "Côme",
        "Vasselin",
        "administrator",
        "Administrateur de la plateforme au Département, il ouvre les comptes et règle les territoires.",
    ),
    Staff(
        "aminata.delorge",
        "Aminata",
        "Delorge",
        "administrator",
        "Responsable des systèmes d'information sociale, elle remplace Côme et prépare les mises à jour.",
    ),
)
