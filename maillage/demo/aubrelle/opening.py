"""Draws opening hours twice at once: in French words for a description, and as OpenStreetMap writes them."""

from dataclasses import dataclass
from random import Random

DAYS = (("lundi", "Mo"), ("mardi", "Tu"), ("mercredi", "We"), ("jeudi", "Th"), ("vendredi", "Fr"))
MORNINGS = ("09:00-12:00", "09:30-12:00", "08:45-12:15")
AFTERNOONS = ("14:00-17:00", "13:30-16:30", "14:00-16:30")
RANKS = (("premier", 1), ("deuxième", 2), ("troisième", 3))


@dataclass(frozen=True)
class Hours:
    words: str
    osm: str | None


FIXED = {
    "nightly": Hours("tous les soirs de 18 h à minuit", "Mo-Su 18:00-24:00"),
    "saturday": Hours("le samedi de 10 h à 17 h", "Sa 10:00-17:00; PH off"),
    "always": Hours("jour et nuit", "24/7"),
}
SHOPS = (
    Hours("du mercredi au samedi, de 10 h à 12 h 30 et de 14 h à 18 h", "We-Sa 10:00-12:30,14:00-18:00; PH off"),
    Hours("le mardi et le jeudi de 9 h 30 à 17 h 30 sans interruption", "Tu,Th 09:30-17:30; PH off"),
    Hours("le mercredi de 14 h à 18 h et le samedi de 9 h 30 à 12 h 30", "We 14:00-18:00; Sa 09:30-12:30"),
    Hours("du lundi au vendredi, de 13 h 30 à 17 h", "Mo-Fr 13:30-17:00; PH off"),
)


def draw_hours(style: str, structure_hours: str | None, dice: Random) -> Hours:
    """Hours in a style: `slots`, `monthly`, `evening`, `midday`, `shop`, fixed, or `open`: the structure's."""
    if style in FIXED:
        return FIXED[style]
    if style == "open":
        return Hours("aux heures d'ouverture", structure_hours if dice.random() < 0.5 else None)
    if style == "shop":
        return dice.choice(SHOPS)
    return _slots(dice) if style == "slots" else _single(style, dice)


def _single(style: str, dice: Random) -> Hours:
    day, code = dice.choice(DAYS)
    if style == "monthly":
        rank, number = dice.choice(RANKS)
        half, times = _half(dice)
        return Hours(f"le {rank} {day} {half} du mois", f"{code}[{number}] {times}")
    if style == "evening":
        return Hours(f"le {day} de 17 h à 19 h", f"{code} 17:00-19:00; PH off")
    return Hours(f"le {day} de 10 h à 14 h", f"{code} 10:00-14:00; PH off")


def _half(dice: Random) -> tuple[str, str]:
    if dice.random() < 0.5:
        return "matin", dice.choice(MORNINGS)
    return "après-midi", dice.choice(AFTERNOONS)


def _slots(dice: Random) -> Hours:
    """One or two half-days of the week."""
    days = sorted(dice.sample(DAYS, dice.choice((1, 1, 2))), key=DAYS.index)
    halves = [(day, code, *_half(dice)) for day, code in days]
    words = " et ".join(f"le {day} {half}" for day, _, half, _ in halves)
    osm = "; ".join(f"{code} {times}" for _, code, _, times in halves)
    return Hours(words, f"{osm}; PH off" if dice.random() < 0.6 else osm)
