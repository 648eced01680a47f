"""What each person could do until now, they may still do: their one role becomes a membership of the Département."""

import datetime as dt

from django.db import migrations

FORMER = {"directory_editor": "mds_editor", "administrator": "administrator"}


def keep_roles(apps, schema_editor):
    User = apps.get_model("actors", "User")
    people = list(User.objects.filter(role__in=FORMER))
    if not people:
        return
    Organisation = apps.get_model("actors", "Organisation")
    Membership = apps.get_model("actors", "Membership")
    home = apps.get_model("territories", "Departement").objects.filter(is_home=True).first()
    house = Organisation.objects.create(
        name=f"Département · {home.name}" if home else "Le Département", kind="public", is_house=True
    )
    Membership.objects.bulk_create(
        Membership(
            user=user, organisation=house, role=FORMER[user.role],
            valid_from=user.date_joined.astimezone(dt.UTC).date(),
        )
        for user in people
    )


def give_back(apps, schema_editor):
    User = apps.get_model("actors", "User")
    for membership in apps.get_model("actors", "Membership").objects.filter(valid_until=None):
        for before, after in FORMER.items():
            if membership.role == after:
                User.objects.filter(pk=membership.user_id).update(role=before)


class Migration(migrations.Migration):
    dependencies = [
        ("actors", "0002_organisations_and_memberships"),
        ("territories", "0002_date_communes"),
    ]
    operations = [
        migrations.RunPython(keep_roles, give_back),
        migrations.RemoveField(model_name="user", name="role"),
    ]
