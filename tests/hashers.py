"""Argon2 at its lowest cost, so that a thousand log-ins in tests take no minutes."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 8
    parallelism = 1
