"""A letter that no request asked for leads to the address its operator declared."""

from maillage.core.addresses import house_address


def test_a_letter_of_the_night_leads_where_the_operator_said(settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://annuaire.exemple.fr:8443/", "https://autre.exemple.fr"]
    assert house_address() == "https://annuaire.exemple.fr:8443"


def test_without_an_origin_the_first_name_of_the_house_serves(settings):
    settings.CSRF_TRUSTED_ORIGINS, settings.ALLOWED_HOSTS = [], ["maillage.exemple.fr", "autre.exemple.fr"]
    for behind_https, address in ((True, "https://maillage.exemple.fr"), (False, "http://maillage.exemple.fr")):
        settings.BEHIND_HTTPS = behind_https
        assert house_address() == address
