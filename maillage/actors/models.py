"""Who acts: the people who sign in."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from maillage.actors.choices import Role


class User(AbstractUser):
    """Someone who signs in. Being a superuser opens no file: only a role does."""

    role = models.CharField("rôle", max_length=30, choices=Role, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = "utilisateur"
        verbose_name_plural = "utilisateurs"

    def __str__(self) -> str:
        return self.get_full_name() or self.get_username()

    def roles(self) -> frozenset[str]:
        return frozenset({self.role} - {""})
