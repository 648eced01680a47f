"""Someone whose finger slips on a year is asked to look again; no day that is accepted breaks what counts from it."""

import datetime as dt

import pytest
from django import forms
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from maillage.core.days import EARLIEST, LATEST, sensible_day


class Asked(forms.Form):
    day = forms.DateField(validators=[sensible_day], required=False)
    at = forms.DateTimeField(validators=[sensible_day], required=False)


@pytest.mark.parametrize("typed", ["0001-01-01", "0203-03-09", "1899-12-31", "2201-01-01", "9999-12-31"])
def test_a_year_that_cannot_be_is_asked_again(typed):
    assert Asked({"day": typed}).errors == {"day": ["Vérifiez l'année."]}
    assert "at" in Asked({"at": f"{typed} 23:59"}).errors


@pytest.mark.parametrize("typed", ["1900-01-01", "2026-03-09", "2200-12-31", ""])
def test_a_year_that_can_be_is_taken(typed):
    assert Asked({"day": typed, "at": typed and f"{typed} 12:00"}).is_valid()


@given(st.dates(EARLIEST, LATEST))
def test_what_is_taken_can_be_counted_from(day):
    sensible_day(day)
    for other in (day - dt.timedelta(days=36_500), day + dt.timedelta(days=36_500)):
        assert timezone.make_aware(dt.datetime.combine(other, dt.time.max)).astimezone(dt.UTC)
