from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "apps.accounts"

    def ready(self) -> None:
        post_migrate.connect(make_demo_user, sender=apps.get_app_config("auth"))


def make_demo_user(**_: Any) -> None:
    """Make the user `demo`, password `demo`, where DEMO_USER says so: in development only."""
    from apps.accounts.models import User

    if settings.DEMO_USER and not User.objects.filter(username="demo").exists():
        User.objects.create_user("demo", password="demo")  # noqa: S106
