"""Signing in: how passwords are hashed and looked at, and how a session finds its person."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.http import HttpRequest

from broadsheet.store.accounts import find_by_name, find_signed_in
from broadsheet.store.models import Person


class Argon2(Argon2PasswordHasher):
    """Argon2id with what OWASP recommends: 46 MiB, one pass, one lane. More would let strangers fill our memory."""

    time_cost = 1
    memory_cost = 47_104
    parallelism = 1


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """The account library's, which looks at one password once, and reads with a person what every page asks."""

    def _authenticate(self, request: HttpRequest | None, **credentials: Any) -> Person | None:  # noqa: ARG002
        """Who has this name, if the password is theirs. The library looks twice at those who write an address.

        Where nobody has the name it hashes the password all the same, so that time does not tell.
        """
        name = credentials.get("email") or credentials.get("username") or ""
        found: Person | None = self._check_password(find_by_name(str(name)), credentials["password"])
        return found

    def get_user(self, user_id: Any) -> Person | None:
        """The person of a session; None for an account that is gone or closed."""
        return find_signed_in(int(user_id))
