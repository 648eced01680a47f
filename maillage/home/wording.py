"""The words of the porch: days, hours and delays as one says them."""

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SOON = 7  # Days: what one plans a week with.
EVENING = 18


def greeting(name: str, *, at: dt.datetime) -> str:
    """« Bonjour Solène », « Bonsoir Solène » ; `at` is local."""
    if not name:
        return _("Bonsoir") if at.hour >= EVENING else _("Bonjour")
    said = _("Bonsoir %(name)s") if at.hour >= EVENING else _("Bonjour %(name)s")
    return said % {"name": name}


def day_in_words(day: dt.date, *, this_year: int) -> str:
    """« jeudi 12 mars », with its year when it is another one; « 1er » as French says it."""
    written = date_format(day, "l j F" if day.year == this_year else "l j F Y")
    return written.replace(" 1 ", " 1er ", 1)


def due_in_words(day: dt.date, *, today: dt.date) -> str:
    """« en retard de 3 jours », « aujourd'hui », « demain », « avant jeudi 12 mars »."""
    days = (day - today).days
    if days < 0:
        return ngettext("en retard de %(days)d jour", "en retard de %(days)d jours", -days) % {"days": -days}
    if days < 2:
        return _("demain") if days else _("aujourd'hui")
    return _("avant %(day)s") % {"day": day_in_words(day, this_year=today.year)}


def instant_in_words(at: dt.datetime) -> str:
    """« 12 mars 2026 à 9 h 05 », on the house's clocks."""
    local = timezone.localtime(at)
    day = date_format(local, "j F Y")
    day = f"1er{day[1:]}" if local.day == 1 else day
    return _("%(day)s à %(hour)s") % {"day": day, "hour": f"{local.hour} h {local.minute:02}"}


def time_left_in_words(at: dt.datetime, *, now: dt.datetime) -> str:
    """« Il reste 41 heures », « en retard de 5 heures » : minutes under two hours."""
    left = at - now
    minutes = int(abs(left).total_seconds() // 60)
    if minutes < 120:
        span = ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    elif minutes < 96 * 60:
        span = ngettext("%(count)d heure", "%(count)d heures", minutes // 60) % {"count": minutes // 60}
    else:
        days = minutes // (24 * 60)
        span = ngettext("%(count)d jour", "%(count)d jours", days) % {"count": days}
    return (_("En retard de %(span)s") if left < dt.timedelta() else _("Il reste %(span)s")) % {"span": span}
