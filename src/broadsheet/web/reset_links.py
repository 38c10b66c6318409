"""Links to a new password, for an operator to hand on."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from broadsheet.store.models import Person
from broadsheet.web.site_address import site_url


def reset_link(person: int) -> str:
    """The link with which somebody sets a new password; good for a day, and once."""
    found = Person.objects.get(pk=person)
    parts = {"uidb36": user_pk_to_url_str(found), "key": default_token_generator.make_token(found)}
    return site_url(reverse("account_reset_password_from_key", kwargs=parts))
