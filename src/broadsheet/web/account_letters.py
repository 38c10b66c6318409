"""Letters about accounts: which text each occasion has, and whether it may be sent at all."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from broadsheet.accounts import fingerprint, may_write_to
from broadsheet.clock import now
from broadsheet.outbox import message_id, put_down
from broadsheet.store.outbox import Letter
from broadsheet.web.rendering import templates
from broadsheet.web.site_address import site_host, site_url

SUBJECTS: Final[Mapping[str, str]] = {
    "account/email/email_confirmation_signup": "Confirm your mail address",
    "account/email/email_confirmation": "Confirm your mail address",
    "account/email/account_already_exists": "You have an account already",
    "account/email/unknown_account": "There is no account with this address",
    "account/email/login_code": "Your code to sign in",
    "account/email/password_reset_key": "A new password",
}
"""Letters that somebody waits for. Their texts are `letters/NAME.txt`."""

NOTICES: Final[Mapping[str, str]] = {
    "account/email/password_changed": "The password was changed.",
    "account/email/password_set": "A password was set.",
    "account/email/password_reset": "The password was set anew, by a link that was sent to this address.",
    "account/email/email_changed": "The main mail address was changed to another one.",
    "account/email/email_deleted": "A mail address was removed.",
    "mfa/email/totp_activated": "An authenticator app was added. Signing in asks for its code from now on.",
    "mfa/email/totp_deactivated": "The authenticator app was removed.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made. The old ones are worth nothing now.",
    "mfa/email/webauthn_added": "A passkey or security key was added.",
    "mfa/email/webauthn_removed": "A passkey or security key was removed.",
    "socialaccount/email/account_connected": "An account elsewhere was connected: it can be used to sign in.",
    "socialaccount/email/account_disconnected": "An account elsewhere was disconnected.",
}
"""What somebody is told afterwards, so that they notice what they did not do."""


def write_letter(occasion: str, address: str, context: Mapping[str, Any]) -> None:
    """Put the letter for an occasion into the outbox, unless this address had enough of its kind."""
    at = now()
    kind = occasion.rpartition("/")[2]
    if not may_write_to(address, fingerprint(settings.SECRET_KEY, address), kind, at):
        return
    subject, text = _letter(occasion, {**context, "now": at})
    name = message_id(settings.SECRET_KEY, site_host(), occasion, address, text, at.isoformat(timespec="minutes"))
    put_down(Letter(address, f"{settings.ENVIRONMENT['site_name']}: {subject}", text, name), at)


def _letter(occasion: str, context: Mapping[str, Any]) -> tuple[str, str]:
    known = {
        "site_name": settings.ENVIRONMENT["site_name"],
        "login_url": site_url(reverse("account_login")),
        "signup_url": site_url(reverse("account_signup")),
        "reset_url": site_url(reverse("account_reset_password")),
        "code": context.get("code", ""),
        "link": context.get("activate_url") or context.get("password_reset_url") or "",
        "handle": getattr(context.get("user"), "handle", ""),
        "address": context.get("ip", ""),
        "now": context["now"],
    }
    if occasion in NOTICES:
        page = templates().get_template("letters/notice.txt")
        return "Your account was changed", page.render({**known, "what": NOTICES[occasion]})
    page = templates().get_template(f"letters/{occasion.rpartition('/')[2]}.txt")
    return SUBJECTS[occasion], page.render(known)
