"""How the account library fits this house: its letters, links, names and secrets."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from broadsheet.accounts import ADDRESS_LENGTH, check_handle
from broadsheet.errors import BadInput
from broadsheet.store.accounts import handle_exists
from broadsheet.store.sessions import AGENT, ORIGIN, cipher
from broadsheet.web.account_letters import write_letter
from broadsheet.web.address import client_address, network_of
from broadsheet.web.invitations import is_invited
from broadsheet.web.returning import local_path
from broadsheet.web.site_address import site_url

WORDS = {
    "account_inactive": "This account is closed.",
    "cannot_remove_primary_email": "This is your main address. Make another one the main address first.",
    "duplicate_email": "This address is on your account already.",
    "email_password_mismatch": "That name and password do not go together.",
    "username_password_mismatch": "That name and password do not go together.",
    "enter_current_password": "That is not your present password.",
    "incorrect_code": "That code is not right.",
    "incorrect_password": "That password is not right.",
    "invalid_login": "Write a handle or a mail address.",
    "invalid_password_reset": "That link does not work any more. Ask for a new one.",
    "max_email_addresses": "An account has at most %d addresses.",
    "too_many_login_attempts": "Too many tries. Begin again.",
    "unverified_primary_email": "Confirm the address first; then make it the main one.",
    "username_taken": "Somebody has this handle. Try another one.",
    "username_blacklisted": "This handle is kept for the site itself. Try another one.",
    "same_as_current": "That is what it is already.",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts."""

    error_messages: ClassVar = {**DefaultAccountAdapter.error_messages, **WORDS}

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put a letter into the outbox."""
        write_letter(template_prefix, email, context)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request comes from, as far as that can be believed; a letter names the network, not the machine."""
        return network_of(client_address(request))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:  # noqa: ARG002
        """The link that confirms an address."""
        return site_url(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link to a new password."""
        person, _, token = key.partition("-")
        return site_url(reverse("account_reset_password_from_key", kwargs={"uidb36": person, "key": token}))

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether who asks may join."""
        mode = settings.ENVIRONMENT["sign_up"]
        return mode == "open" or (mode == "invited" and is_invited(request))

    def is_safe_url(self, url: str) -> bool:
        """Whether an address may be led to: a path of this site, and nothing else."""
        return bool(url) and local_path(url, "") == url

    def clean_username(self, username: str, shallow: bool = False) -> str:  # noqa: FBT001, FBT002
        """A handle that may be taken."""
        handle = username.strip().lower()
        try:
            check_handle(handle)
        except BadInput as error:
            raise ValidationError(str(error)) from error
        if not shallow and handle_exists(handle):
            raise self.validation_error("username_taken")
        return handle

    def clean_email(self, email: str) -> str:
        """An address that mail can go to. Only ASCII, so that no two addresses look, or are folded, alike."""
        if not email.isascii() or len(email) > ADDRESS_LENGTH:
            raise ValidationError("Write an address of plain letters, up to 254 characters.")
        return email

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign somebody in, and note for the list of their sessions from which network and with what."""
        super().login(request, user)
        request.session[ORIGIN] = self.get_client_ip(request)
        request.session[AGENT] = request.headers.get("User-Agent", "")[:300]

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Limits were looked at before: see `account_limits`."""

    def add_message(self, *_args: Any, **_more: Any) -> None:
        """Pages say themselves what was done."""

    def is_ajax(self, request: HttpRequest) -> bool:
        """Only the button for passkeys asks for data; everybody else gets pages."""
        return request.headers.get("Accept") == "application/json" and request.method == "GET"


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are encrypted with the instance's key."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right, or was used before.",
        "unverified_email": "Confirm your mail address first.",
    }

    def encrypt(self, text: str) -> str:
        """A secret as it is stored."""
        return cipher(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """A stored secret."""
        return cipher(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        """What the app shows beside the code."""
        return str(user.handle)

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """Who a passkey belongs to, as the browser shows it."""
        entity = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": user.name or user.handle, "name": user.handle}
