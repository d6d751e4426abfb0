"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """Argon2id at the least that OWASP's Password Storage Cheat Sheet asks for: 19 MiB, two passes, one lane.

    Django's own setting takes 100 MiB for each sign-in, more than a small county's machine has for a Monday morning.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
