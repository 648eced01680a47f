"""What every page knows of the Département."""

from django.http import HttpRequest

from maillage.territories.models import Departement


def departement(request: HttpRequest) -> dict[str, object]:
    return {"departement": Departement.objects.filter(is_home=True).first()}
