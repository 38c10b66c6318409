"""Forms of accounts: the library's, with our words, and the same work done whether an address is known or not."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.mfa.base import forms as second_forms
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from broadsheet.accounts import HANDLE_RULE, use_code_once
from broadsheet.clock import now
from broadsheet.store.accounts import add_decoy
from broadsheet.store.models import Person
from broadsheet.web.invitations import invited_address

WORDS = {
    "email": "Mail address",
    "oldpassword": "Present password",
    "password1": "New password",
    "password2": "New password again",
}
HELP = {"password1": "At least 10 characters. A few words are better than a few signs."}


class LogIn(account_forms.LoginForm):  # type: ignore[misc]
    """Handle or mail address, and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Handle or mail address"
        self.fields["login"].max_length = 254
        self.fields["login"].widget.attrs = {"autocomplete": "username", "maxlength": "254", "autocapitalize": "none"}
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs = {"autocomplete": "current-password", "maxlength": "1000"}


class SignUp(account_forms.SignupForm):  # type: ignore[misc]
    """Handle, mail address, password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        handle, address, password = (self.fields[name] for name in ("username", "email", "password1"))
        handle.label, handle.help_text = "Handle", HANDLE_RULE
        handle.widget.attrs = {"autocomplete": "username", "maxlength": "32", "autocapitalize": "none"}
        address.label, address.help_text = "Mail address", "Never shown. We send a link there, to see that it is yours."
        address.widget.attrs = {"autocomplete": "email", "maxlength": "254"}
        password.help_text = "At least 10 characters. A few words are better than a few signs."
        password.widget.attrs = {"autocomplete": "new-password", "maxlength": "1000"}

    def clean_password1(self) -> str:
        """A password that hashing it is no burden."""
        return _short(self.cleaned_data["password1"])

    def try_save(self, request: HttpRequest) -> tuple[Person | None, HttpResponse | None]:
        """Make the account. For an address that has one, do the same work, so that neither time nor handles tell."""
        invited = invited_address(request)
        if invited and self.cleaned_data["email"].lower() != invited:
            self.account_already_exists = True  # an invitation is for one address; only that one learns more
        if self.account_already_exists:
            add_decoy(self.cleaned_data["username"], make_password(self.cleaned_data["password1"]))
        saved: tuple[Person | None, HttpResponse | None] = super().try_save(request)
        return saved


class Worded(forms.Form):
    """A form of the library with our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = WORDS.get(name, field.label)
            field.help_text = HELP.get(name, "")


class AddAddress(Worded, account_forms.AddEmailForm):  # type: ignore[misc]
    """Another mail address."""


class AskForPassword(Worded, account_forms.ResetPasswordForm):  # type: ignore[misc]
    """A mail address that a link to a new password is sent to."""


class ChangePassword(Worded, account_forms.ChangePasswordForm):  # type: ignore[misc]
    """The present password and a new one."""


class SetPassword(Worded, account_forms.SetPasswordForm):  # type: ignore[misc]
    """A first password."""


class ChoosePassword(Worded, account_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, by the link in a letter."""


class ShowPassword(Worded, account_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more."""


class AskForCode(Worded, account_forms.RequestLoginCodeForm):  # type: ignore[misc]
    """A mail address that a code is sent to."""

    def clean_email(self) -> str:
        """An address that mail can go to."""
        get_adapter().clean_email(self.cleaned_data["email"])
        return str(super().clean_email())


class OnceOnly(forms.Form):
    """A code of an authenticator app counts once, over all processes."""

    user: Person
    authenticator: Authenticator

    def clean_code(self) -> str:
        """A code that is right and was not used before."""
        code = str(super().clean_code())  # type: ignore[misc]
        if not use_code_once(self.user.pk, code, now()):
            raise ValidationError("That code is not right, or was used before.")
        return code


class SecondStep(OnceOnly, second_forms.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class SecondStepAgain(OnceOnly, second_forms.ReauthenticateForm):  # type: ignore[misc]
    """The second factor again, before something that matters."""


def _short(password: str) -> str:
    if len(password) > 1_000:
        raise ValidationError("At most 1,000 characters.")
    return password
