"""The routes of accounts: which of the account library's pages there are, who may call them, and how often."""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as second
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.github import views as github
from allauth.socialaccount.providers.orcid import views as orcid
from django.http import HttpRequest, HttpResponse
from django.urls import path, register_converter
from django.urls.converters import StringConverter

from broadsheet.errors import NotFound
from broadsheet.web import account_views, outbox, profiles, tokens
from broadsheet.web.access import Who
from broadsheet.web.account_limits import (
    CHANGE,
    CODE,
    CONFIRM,
    LOG_IN,
    PASSKEY,
    RESET,
    SECOND,
    SIGN_UP,
    guarded,
)
from broadsheet.web.account_pages import offered_providers
from broadsheet.web.security import CONTENT_SECURITY_POLICY

ELSEWHERE = {"github": "https://github.com", "orcid": "https://orcid.org https://sandbox.orcid.org"}


class UidConverter(StringConverter):
    """A person's number as the library writes it into links."""

    regex = "[0-9A-Za-z]+"


register_converter(UidConverter, "uid")


def provided(name: str, view: Any) -> Callable[..., HttpResponse]:
    """A page of a provider of identities, where this instance is set up for it. Its button leads to another site."""

    def handle(request: HttpRequest, **given: Any) -> HttpResponse:
        if name not in offered_providers():
            raise NotFound("This instance is not set up for that.")
        response: HttpResponse = view(request, **given)
        ours = CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {ELSEWHERE[name]}")
        response.headers["Content-Security-Policy"] = ours
        return response

    return handle


ANY, IN = Who.ANYONE, Who.SIGNED_IN

urlpatterns = [
    path("account", account_views.home, name="account_home"),
    path("account/login", guarded(account.login, ANY, LOG_IN), name="account_login"),
    path("account/login/code", guarded(account.request_login_code, ANY, CODE), name="account_request_login_code"),
    path(
        "account/login/code/confirm",
        guarded(account.confirm_login_code, ANY, SECOND),
        name="account_confirm_login_code",
    ),
    path("account/login/passkey", guarded(keys.login_webauthn, ANY, PASSKEY), name="mfa_login_webauthn"),
    path("account/login/second", guarded(second.authenticate, ANY, SECOND), name="mfa_authenticate"),
    path("account/logout", guarded(account.logout, ANY, CHANGE), name="account_logout"),
    path("account/signup", guarded(account.signup, ANY, SIGN_UP), name="account_signup"),
    path("account/confirm", guarded(account.email_verification_sent, ANY), name="account_email_verification_sent"),
    path("account/confirm/<str:key>", guarded(account.confirm_email, ANY, CONFIRM), name="account_confirm_email"),
    path("account/inactive", guarded(account.account_inactive, ANY), name="account_inactive"),
    path("account/reset", guarded(account.password_reset, ANY, RESET), name="account_reset_password"),
    path("account/reset/sent", guarded(account.password_reset_done, ANY), name="account_reset_password_done"),
    path(
        "account/reset/finished",
        guarded(account.password_reset_from_key_done, ANY),
        name="account_reset_password_from_key_done",
    ),
    path(
        "account/reset/<uid:uidb36>-<str:key>",
        guarded(account.password_reset_from_key, ANY, CONFIRM),
        name="account_reset_password_from_key",
    ),
    path("account/again", guarded(account.reauthenticate, IN, SECOND), name="account_reauthenticate"),
    path("account/again/second", guarded(second.reauthenticate, IN, SECOND), name="mfa_reauthenticate"),
    path("account/again/key", guarded(keys.reauthenticate_webauthn, IN, SECOND), name="mfa_reauthenticate_webauthn"),
    path("account/email", guarded(account.email, IN, CHANGE), name="account_email"),
    path("account/password", guarded(account.password_change, IN, SECOND), name="account_change_password"),
    path("account/password/set", guarded(account.password_set, IN, CHANGE), name="account_set_password"),
    path("account/security", guarded(second.index, IN), name="mfa_index"),
    path("account/security/app", guarded(totp.activate_totp, IN, SECOND), name="mfa_activate_totp"),
    path("account/security/app/remove", guarded(totp.deactivate_totp, IN, CHANGE), name="mfa_deactivate_totp"),
    path("account/security/codes", guarded(recovery.view_recovery_codes, IN), name="mfa_view_recovery_codes"),
    path(
        "account/security/codes/new",
        guarded(recovery.generate_recovery_codes, IN, CHANGE),
        name="mfa_generate_recovery_codes",
    ),
    path("account/security/keys", guarded(keys.list_webauthn, IN), name="mfa_list_webauthn"),
    path("account/security/keys/add", guarded(keys.add_webauthn, IN, CHANGE), name="mfa_add_webauthn"),
    path("account/security/keys/<int:pk>", guarded(keys.edit_webauthn, IN, CHANGE), name="mfa_edit_webauthn"),
    path(
        "account/security/keys/<int:pk>/remove",
        guarded(keys.remove_webauthn, IN, CHANGE),
        name="mfa_remove_webauthn",
    ),
    path("account/elsewhere", guarded(social.connections, IN, CHANGE), name="socialaccount_connections"),
    path("account/elsewhere/join", guarded(social.signup, ANY, SIGN_UP), name="socialaccount_signup"),
    path(
        "account/elsewhere/cancelled",
        guarded(social.login_cancelled, ANY),
        name="socialaccount_login_cancelled",
    ),
    path("account/elsewhere/failed", guarded(social.login_error, ANY), name="socialaccount_login_error"),
    path("account/github", guarded(provided("github", github.oauth2_login), ANY, PASSKEY), name="github_login"),
    path("account/github/back", guarded(provided("github", github.oauth2_callback), ANY), name="github_callback"),
    path("account/orcid", guarded(provided("orcid", orcid.oauth2_login), ANY, PASSKEY), name="orcid_login"),
    path("account/orcid/back", guarded(provided("orcid", orcid.oauth2_callback), ANY), name="orcid_callback"),
    path("account/sessions", account_views.signed_in),
    path("account/tokens", tokens.overview),
    path("account/tokens/make", tokens.make),
    path("account/tokens/<int:number>/revoke", tokens.revoke),
    path("account/profile", profiles.edit),
    path("account/export", account_views.export),
    path("account/delete", account_views.leave),
    path("account/gone", account_views.gone),
    path("people/<str:handle>", profiles.person),
    path("people/<str:handle>/avatar.svg", profiles.avatar),
    path("dev/outbox", outbox.outbox),
]
