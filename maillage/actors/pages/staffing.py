"""How teams are staffed: the communes they cover, their posts expected and held, by sector and by pole."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from maillage.actors.choices import Pole, Role
from maillage.actors.models import Team, TeamMember
from maillage.core.deadlines import add_months
from maillage.territories.models import Commune, Sector, SectorCommune

USUAL_COMMUNES = 3  # « un territoire composé, selon le cas, d'une, de 2 ou 3 communes »: founding practice.
PAIR = 2  # « installés par binôme ou trinôme »: social reception, same document.
LOOKED_BACK = 12  # Months that the review of the two poles tells.


@dataclass(frozen=True)
class Staffed:
    """One team and its figures: people expected and people at work, by role."""

    team: Team
    communes: tuple[Commune, ...]
    expected: Mapping[str, int]
    held: Mapping[str, int]

    @property
    def people(self) -> int:
        return sum(self.held.values())

    @property
    def missing(self) -> dict[str, int]:
        """People still missing, by role; one too many in a role fills no gap in another."""
        return {role: count - self.held.get(role, 0) for role, count in self.expected.items()
                if count > self.held.get(role, 0)}  # fmt: skip

    @property
    def beyond(self) -> dict[str, int]:
        """People more than expected, by role."""
        more = {role: count - self.expected.get(role, 0) for role, count in self.held.items()}
        return {role: count for role, count in more.items() if count > 0}

    @property
    def is_alone(self) -> bool:
        """A reception team that is not even a pair."""
        return self.team.pole == Pole.RECEPTION and self.people < PAIR


@dataclass(frozen=True)
class PoleLine:
    """One pole of one sector, or of all of them when `sector` is None."""

    sector: Sector | None
    pole: Pole
    teams: tuple[Staffed, ...]
    uncovered: tuple[Commune, ...]
    """Communes where no team of this pole works."""

    @property
    def communes(self) -> int:
        return len(self._covered)

    @property
    def population(self) -> int:
        """Inhabitants of the communes covered; each commune once, however many teams share it."""
        return sum(self._covered.values())

    @property
    def _covered(self) -> dict[str, int]:
        return {commune.pk: commune.population for one in self.teams for commune in one.communes}

    @property
    def expected(self) -> int:
        return sum(sum(one.expected.values()) for one in self.teams)

    @property
    def held(self) -> int:
        return sum(one.people for one in self.teams)

    @property
    def missing(self) -> Counter[str]:
        return sum((Counter(one.missing) for one in self.teams), Counter())

    @property
    def alone(self) -> int:
        return sum(one.is_alone for one in self.teams)

    @property
    def load(self) -> int | None:
        """Inhabitants per person: per social worker where people are accompanied; None when nobody is at work."""
        return load(self.population, self.pole, self.teams)


def load(population: int, pole: str, teams: Iterable[Staffed]) -> int | None:
    workers = sum(one.held.get(Role.REFERENT, 0) if pole == Pole.ACCOMPANIMENT else one.people for one in teams)
    return round(population / workers) if workers else None


@dataclass(frozen=True)
class Staffing:
    """Two lines per sector, reception first; `elsewhere`: teams of other sectors that work in these."""

    lines: tuple[PoleLine, ...]
    elsewhere: tuple[Staffed, ...]

    def altogether(self) -> list[PoleLine]:
        """One line per pole, every sector together."""
        return [_together(pole, [line for line in self.lines if line.pole == pole]) for pole in Pole]


def _together(pole: Pole, lines: Sequence[PoleLine]) -> PoleLine:
    teams = tuple(one for line in lines for one in line.teams)
    return PoleLine(None, pole, teams, tuple(commune for line in lines for commune in line.uncovered))


def staffed(found: QuerySet[Team], *, on: dt.date) -> list[Staffed]:
    """The figures of these teams that day, by name."""
    running = Team.objects.on(on).filter(pk__in=found.order_by().values("pk"))
    teams = list(running.select_related("site").prefetch_related("communes", "posts").order_by("name", "pk"))
    held: defaultdict[int, dict[str, int]] = defaultdict(dict)
    at_work = TeamMember.objects.at_work_on(on).filter(team__in=[team.pk for team in teams])
    for team, role, count in at_work.values_list("team", "membership__role").annotate(Count("pk")).order_by():
        held[team][role] = count
    return [
        Staffed(team, tuple(team.communes.all()), {p.role: p.expected for p in team.posts.all()}, held[team.pk])
        for team in teams
    ]


def staffing(found: QuerySet[Team], sectors: QuerySet[Sector], *, on: dt.date) -> Staffing:
    """These teams in these sectors that day. A team belongs to the sector where its site stands."""
    teams, lowest = staffed(found, on=on), list(sectors)
    inside = SectorCommune.objects.on(on).filter(sector__in=lowest).select_related("commune").order_by("commune__name")
    communes: defaultdict[int, list[Commune]] = defaultdict(list)
    sector_of: dict[str | None, int] = {}
    for each in inside:
        communes[each.sector_id].append(each.commune)
        sector_of[each.commune_id] = each.sector_id
    here: defaultdict[tuple[int | None, str], list[Staffed]] = defaultdict(list)
    for one in teams:
        here[sector_of.get(one.team.site.commune_id), one.team.pole].append(one)
    covered = {(one.team.pole, commune.pk) for one in teams for commune in one.communes}
    lines = tuple(
        PoleLine(sector, pole, tuple(here[sector.pk, pole]),
                 tuple(each for each in communes[sector.pk] if (pole, each.pk) not in covered))
        for sector in lowest for pole in Pole
    )  # fmt: skip
    return Staffing(lines, tuple(one for pole in Pole for one in here[None, pole]))


def movements(found: QuerySet[Team], *, on: dt.date) -> tuple[dt.date, dict[str, tuple[int, int]]]:
    """Since which day, and for each pole how many joined its teams and how many left them until `on`, included.

    Whoever changes team leaves one and joins another. A place undone on the day it was given is none.
    """
    since, (joined, left) = add_months(on, -LOOKED_BACK), (Counter[str](), Counter[str]())
    places = TeamMember.objects.filter(team__in=found.order_by()).values_list(
        "team__pole", "valid_from", "valid_until", "membership__valid_until"
    )
    for pole, begun, taken_out, role_ended in places:
        ended = min(filter(None, (taken_out, role_ended)), default=None)
        if ended is not None and ended <= begun:
            continue
        joined[pole] += since < begun <= on
        left[pole] += ended is not None and since < ended <= on
    return since, {pole: (joined[pole], left[pole]) for pole in Pole}


def members(team: Team, *, on: dt.date) -> QuerySet[TeamMember]:
    """Who is at work in this team that day."""
    return TeamMember.objects.at_work_on(on).filter(team=team)
