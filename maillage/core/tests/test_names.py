"""Someone writes a name: it stays a name, in a mail, in a title, in a list."""

import pytest
from django.core.exceptions import ValidationError

from maillage.core.names import a_name, one_line


@pytest.mark.parametrize("name", ["Zoé", "Jean-Paul d'Été", "Ça & Là (93)", "Nguyễn Thị Ánh", "محمد", "L’Escale n° 2"])
def test_names_of_people_and_places_pass(name):
    a_name(name)


@pytest.mark.parametrize("name", ["Org\nBcc: a@exemple.fr", "A\r", "Nom\u202egnirts", "A\u200bB", "A\x00", "A\u2028B"])
def test_a_name_that_hides_something_is_refused(name):
    for check in (one_line, a_name):
        with pytest.raises(ValidationError, match="une seule ligne"):
            check(name)


@pytest.mark.parametrize("name", ["Votre compte expire : https://exemple.fr", "voir www.exemple.fr", "HTTP://X"])
def test_a_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(ValidationError, match="adresse web"):
        a_name(name)
    one_line(name)
