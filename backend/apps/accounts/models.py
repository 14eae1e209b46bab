"""The project's own user. Django's, so far: what a user of your product has more goes here."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Somebody who signs in. `is_staff`: an operator, who sees the jobs of all users and may enter the admin."""
