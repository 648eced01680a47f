"""The verbs of places, lent to the rooms above, with the words they speak."""

from maillage.territories.actions.communes import (
    CommunesReport,
    ShapesReport,
    load_departement,
    load_shapes,
    save_communes,
)
from maillage.territories.actions.names import name_key
from maillage.territories.actions.places import (
    ADDRESS_SERVICE_AWAY,
    LONGEST_TEXT,
    Place,
    PlaceAnswer,
    chosen_place,
    find_places,
    place_at,
)
from maillage.territories.actions.population import PopulationReport, load_population
from maillage.territories.actions.roads import RoadsReport, load_roads
from maillage.territories.actions.sector_table import SectorRow, read_sector_table
from maillage.territories.actions.sectors import SectorsReport, sectors_problems, set_sectors
from maillage.territories.decoupage import CommuneFacts
from maillage.territories.population import (
    KeptPopulation,
    PopulationCells,
    cells_of,
    kept_population,
    population_cells,
)
from maillage.territories.shapes import commune_at, kept_shapes
from maillage.territories.travel import (
    DENSITIES,
    Calibration,
    Nearest,
    Point,
    Ties,
    Times,
    TravelTimes,
    travel_times,
)

__all__ = [
    "ADDRESS_SERVICE_AWAY",
    "DENSITIES",
    "LONGEST_TEXT",
    "Calibration",
    "CommuneFacts",
    "CommunesReport",
    "KeptPopulation",
    "Nearest",
    "Place",
    "PlaceAnswer",
    "Point",
    "PopulationCells",
    "PopulationReport",
    "RoadsReport",
    "SectorRow",
    "SectorsReport",
    "ShapesReport",
    "Ties",
    "Times",
    "TravelTimes",
    "cells_of",
    "chosen_place",
    "commune_at",
    "find_places",
    "kept_population",
    "kept_shapes",
    "load_departement",
    "load_population",
    "load_roads",
    "load_shapes",
    "name_key",
    "place_at",
    "population_cells",
    "read_sector_table",
    "save_communes",
    "sectors_problems",
    "set_sectors",
    "travel_times",
]
