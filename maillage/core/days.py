"""Which days people may type: a year of one digit, or of the ninetieth century, is a slip of the hand."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
CHECK_THE_YEAR = _("Vérifiez l'année.")


def sensible_day(value: dt.date) -> None:
    """A validator of form fields, for a day or an instant: ValidationError outside 1900-01-01 … 2200-12-31.

    Beyond, adding a day or changing the time zone leaves the calendar of Python (OverflowError).
    """
    day = value.date() if isinstance(value, dt.datetime) else value
    if not EARLIEST <= day <= LATEST:
        raise ValidationError(CHECK_THE_YEAR, code="year")
