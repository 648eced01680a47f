"""The words that `bench/france.py` draws: names of places, and what services say besides their offer."""

STRUCTURE_NAMES = {  # By kind of structure (maillage/demo/aubrelle/data/kinds.toml); {de} is « de Guéret ».
    "mds": ("Maison des solidarités {de}", "Centre médico-social {de}", "Maison départementale des solidarités {de}"),
    "ccas": ("CCAS {de}", "Centre communal d'action sociale {de}", "Mairie {de}, action sociale"),
    "desk": ("France services {de}", "Espace France services {de}", "Point d'accueil France services {de}"),
    "youth-employment": ("Mission locale {de}", "Mission locale {de}, antenne {name}", "Mission locale {name}"),
    "food": ("Les Restos {name}", "Banque alimentaire {de}", "Association {name}, aide alimentaire", "Table {name}"),
    "grocery": ("Épicerie solidaire {name}", "Épicerie sociale {de}", "Le Panier {name}"),
    "social-centre": ("Centre social {name}", "Espace de vie sociale {name}", "Maison de quartier {name}"),
    "women-rights": ("Centre d'information sur les droits des femmes {de}", "Association {name}, droits des femmes"),
    "mediation": ("Point d'information médiation {de}", "Médiation sociale {name}"),
    "recycling": ("Ressourcerie {name}", "Recyclerie {de}", "Communauté {name}"),
    "clothing": ("Vestiaire solidaire {name}", "La Penderie {name}"),
    "garage": ("Garage solidaire {name}", "Atelier vélo {name}"),
    "health": ("Centre de santé {name}", "Permanence d'accès aux soins {de}", "Maison de santé {name}"),
    "mental-health": ("Centre médico-psychologique {de}", "Groupe d'entraide mutuelle {name}"),
    "addiction": ("Centre de soins en addictologie {name}", "Accueil {name}, addictions"),
    "sexual-health": ("Centre de santé sexuelle {de}", "Planning familial {de}"),
    "pmi": ("Protection maternelle et infantile {de}", "Centre de PMI {name}"),
    "shelter": ("Hébergement {name}", "Foyer {name}"),
    "bus": ("Bus des solidarités {name}", "Camion itinérant {name}"),
    "helpline": ("Écoute {name}", "Ligne d'écoute {name}"),
    "autonomy": ("Maison de l'autonomie {de}", "CLIC {name}", "Point information seniors {de}"),
    "childcare": ("Relais petite enfance {name}", "Multi-accueil {name}", "Crèche {name}"),
    "emergency-housing": ("Accueil de jour {name}", "Halte {name}", "Samu social {de}"),
    "young-housing": ("Habitat Jeunes {name}", "Résidence {name}"),
    "housing": ("ADIL {name}", "Agence immobilière sociale {name}", "Association {name}, logement"),
    "work-integration": ("Chantier d'insertion {name}", "Entreprise d'insertion {name}", "Les Jardins {name}"),
    "business": ("Coopérative d'activité {name}", "Boutique de gestion {de}"),
    "training": ("Centre de formation {name}", "GRETA {de}", "École de la deuxième chance {name}"),
    "literacy": ("Atelier de français {name}", "Association {name}, lire et écrire"),
    "digital": ("Espace numérique {name}", "Tiers-lieu {name}", "Médiathèque {name}"),
    "justice": ("Point-justice {de}", "Maison de la justice et du droit {de}", "France Victimes {name}"),
    "budget": ("Point conseil budget {de}", "Union des associations familiales {name}", "Crésus {name}"),
    "carers": ("Plateforme de répit {name}", "Aide à domicile {name}", "Maison des aidants {de}"),
    "family": ("École des parents {name}", "Médiation familiale {name}"),
    "youth": ("Information jeunesse {de}", "Point accueil écoute jeunes {name}", "Club de prévention {name}"),
    "exile": ("Association {name}, accueil des exilés", "Cimade {de}"),
    "mobility": ("Plateforme mobilité {name}", "Auto-école solidaire {name}", "Transport solidaire {de}"),
    "employment": ("Maison de l'emploi {de}", "PLIE {name}", "Cap emploi {name}", "Espace emploi {de}"),
}
FIRST_NAMES = (
    "Alice", "Anatole", "Berthe", "Camille", "Clémence", "Denis", "Édith", "Émile", "Fernande", "Flora", "Gaston",
    "Germaine", "Henri", "Hubertine", "Irène", "Jeanne", "Jules", "Louise", "Lucie", "Madeleine", "Marcel", "Maria",
    "Nelly", "Olympe", "Pauline", "Pierre", "Rosa", "Simone", "Suzanne", "Théodore", "Victor", "Yvonne",
)  # fmt: skip
LAST_NAMES = (
    "Aubertin", "Barrault", "Bellanger", "Bonneval", "Carpentier", "Chantelou", "Dargent", "Delorme", "Estève",
    "Fauvelle", "Gallois", "Grandjean", "Hauteville", "Jacquemin", "Kervella", "Lacombe", "Lenormand", "Marchandeau",
    "Montaigu", "Noblet", "Ollivier", "Pelletan", "Quesnel", "Rambaud", "Saulnier", "Tessier", "Urbain", "Vaillant",
    "Verdier", "Wattel", "Ybert", "Zimmer",
)  # fmt: skip
PLACE_NAMES = (
    "Les Tilleuls", "La Passerelle", "Le Tremplin", "L'Escale", "Les Deux-Ponts", "Le Colibri", "L'Arbre à pain",
    "La Grange", "Les Hirondelles", "Le Phare", "La Source", "L'Horizon", "Les Coquelicots", "Le Relais", "La Ruche",
    "L'Étape", "Les Amandiers", "Le Moulin", "La Boussole", "L'Envol", "Les Bateliers", "Le Pont-Neuf", "La Cordée",
    "L'Atelier", "Les Genêts", "Le Verger", "La Fontaine", "L'Oasis", "Les Remparts", "Le Carrefour", "La Clairière",
)  # fmt: skip
STREETS = (
    "rue de la République", "avenue de la Gare", "place de la Mairie", "rue des Écoles", "boulevard Jean-Jaurès",
    "rue du Moulin", "allée des Platanes", "rue Pasteur", "rue du 8-Mai-1945", "chemin des Vignes", "cours Gambetta",
    "impasse du Lavoir", "rue Victor-Hugo", "place du Marché", "quai de la Rivière", "rue des Lilas",
)  # fmt: skip
GENERAL = (
    "L'accueil est inconditionnel et confidentiel.", "Une salle d'attente avec des jeux accueille les enfants.",
    "Un interprète peut être demandé, par téléphone, en arabe, en portugais, en ukrainien ou en dari.",
    "Les locaux sont accessibles aux fauteuils roulants ; une rampe se trouve côté jardin.",
    "En cas d'empêchement, prévenez-nous la veille : quelqu'un d'autre prendra votre place.",
    "Première visite ? Une bénévole vous fait visiter et vous présente l'équipe.",
    "L'équipe réunit des assistantes sociales, une psychologue et deux médiateurs.",
    "Ce service est soutenu par le Département, la Caf et la commune.", "Les chiens sont acceptés, tenus en laisse.",
    "Le bâtiment est desservi par le bus, arrêt « Hôtel de ville ».", "Parking gratuit derrière l'église.",
    "Pour les personnes sourdes, un rendez-vous en langue des signes est possible le premier mardi du mois.",
    "Nous travaillons avec les communes voisines, les écoles, les médecins et les bailleurs du territoire.",
    "Aucune adhésion n'est demandée la première année ; ensuite elle coûte cinq euros.",
    "Fermeture annuelle la deuxième quinzaine d'août.", "Le café est offert ; chacun lave sa tasse.",
    "Une permanence a lieu aussi au marché, sous la halle, tous les derniers samedis.",
    "Nos bénévoles sont formés à l'écoute et tenus au secret.", "Venez accompagné si cela vous rassure.",
    "Il faut habiter le secteur, ou y travailler, ou y avoir un enfant scolarisé.",
    "Les bureaux se trouvent au premier étage de la maison des associations ; l'ascenseur est à droite.",
    "Nous répondons aux messages sous deux jours ouvrés.", "Une imprimante est à disposition.",
    "Le service existe depuis 1987 et reçoit environ quatre cents personnes par an.",
)  # fmt: skip
BY_CATEGORY = {
    "choisir-un-metier": (
        "Un conseiller explore avec vous vos goûts, vos compétences et les métiers qui recrutent.",
        "Des visites d'entreprises et des stages de découverte sont organisés chaque trimestre.",
    ),
    "creer-une-entreprise": (
        "Étude de marché, statut juridique, prévisionnel : votre projet est passé en revue pas à pas.",
        "Un parrain, ancien chef d'entreprise, suit les premiers mois de votre activité.",
    ),
    "difficultes-administratives-ou-juridiques": (
        "Courriers, dossiers, attestations, recours : un écrivain public vous relit et vous aide à répondre.",
        "Un juriste explique vos droits en langage clair, sans engager de procédure à votre place.",
        "La préfecture, la Caf, la Cpam et la caisse de retraite sont contactées avec votre accord.",
    ),
    "difficultes-financieres": (
        "Découverts, crédits, saisies, factures d'eau ou d'électricité : on classe, on calcule, on négocie.",
        "Une aide d'urgence peut être versée après étude du reste à vivre.",
        "Un plan d'apurement est proposé au créancier quand le budget le permet.",
    ),
    "equipement-et-alimentation": (
        "Fruits, légumes, conserves et produits d'hygiène proviennent de collectes et d'agriculteurs des environs.",
        "Des ateliers cuisine et antigaspi ont lieu dans la salle du fond.",
        "Meubles, vaisselle, matelas et électroménager sont nettoyés, réparés puis vendus à bas prix.",
    ),
    "famille": (
        "Parents, grands-parents, beaux-parents : chacun peut venir, seul ou avec les enfants.",
        "Une éducatrice propose des jeux d'éveil pendant que les adultes parlent.",
        "Après une séparation, des rencontres parent-enfant peuvent se tenir ici, dans un lieu neutre.",
    ),
    "lecture-ecriture-calcul": (
        "Les groupes comptent huit apprenants au plus ; on lit le journal, on écrit, on compte la monnaie.",
        "L'évaluation de départ n'est pas un examen : elle sert à trouver le bon groupe.",
    ),
    "logement-hebergement": (
        "Dettes de loyer, congé, expulsion, insalubrité, punaises : un conseiller juriste étudie votre bail.",
        "La demande de logement social et le dossier Dalo sont remplis avec vous.",
        "Des chambres sont réservées aux personnes sans abri orientées par le 115.",
    ),
    "mobilite": (
        "Scooters, voiturettes et vélos électriques se louent quelques euros par semaine.",
        "Le code, la conduite et le financement du permis sont vus avec la même personne.",
        "Des chauffeurs bénévoles conduisent aux rendez-vous médicaux, contre une participation kilométrique.",
    ),
    "numerique": (
        "Créer une boîte mail, scanner un document, utiliser FranceConnect : on apprend à son rythme, souris en main.",
        "Des ordinateurs reconditionnés sont vendus avec une garantie d'un an.",
    ),
    "preparer-sa-candidature": (
        "Curriculum vitæ, lettre, photo, simulation d'entretien : repartez avec un dossier prêt à envoyer.",
        "Une garde-robe professionnelle est prêtée le temps des entretiens.",
    ),
    "remobilisation": (
        "Théâtre, jardinage, randonnée ou photographie redonnent un rythme et l'envie de faire.",
        "Le groupe se retrouve deux demi-journées par semaine pendant trois mois.",
    ),
    "sante": (
        "Infirmiers, médecins et psychologues reçoivent sans avance de frais, même sans couverture sociale.",
        "Dépistage, vaccination, contraception : les consultations sont gratuites et anonymes.",
        "Un accompagnement physique chez le spécialiste ou à l'hôpital peut être organisé.",
    ),
    "se-former": (
        "Remise à niveau, diplôme, validation des acquis : le parcours est bâti sur mesure et rémunéré.",
        "Le centre accueille aussi les personnes en situation de handicap, avec du matériel adapté.",
    ),
    "souvrir-a-linternational": (
        "Volontariat, corps européen de solidarité, chantiers de jeunes : on prépare le départ ensemble.",
        "D'anciens volontaires racontent leur mission et répondent aux familles.",
    ),
    "trouver-un-emploi": (
        "Offres locales, immersion, contrat aidé, alternance : une conseillère appelle les employeurs avec vous.",
        "Des recruteurs de la propreté, de la logistique et du soin viennent chaque mois.",
    ),
}
SEND = (
    "Appelez-nous pour convenir d'un rendez-vous", "Venez sans rendez-vous aux heures d'ouverture",
    "Un travailleur social remplit la fiche de liaison avec vous", "Écrivez-nous en laissant un numéro de téléphone",
)  # fmt: skip
CONDITIONS = (
    "Pièce d'identité et justificatif de domicile de moins de trois mois", "Habiter la commune depuis six mois",
    "Être orienté par un travailleur social", "Avis d'imposition et attestation de la Caf",
    "Avoir entre 16 et 25 ans", "Être inscrit à France Travail",
)  # fmt: skip
