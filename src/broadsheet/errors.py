"""The few kinds of failure a user can meet; entries map each to a status or an exit code once."""


class BroadsheetError(Exception):
    """Base of every failure we explain ourselves. The message names the thing, the cause and the way out."""


class BadInput(BroadsheetError):
    """What was asked cannot be understood: 400 on the web, exit code 2 in the command line."""


class NotFound(BroadsheetError):
    """The thing named does not exist: 404 on the web, exit code 1 in the command line."""


class Unavailable(BroadsheetError):
    """A part of the system cannot answer now: 503 on the web, exit code 1 in the command line."""


class Forbidden(BroadsheetError):
    """Who asks may not: 403 on the web."""


class TooMany(BroadsheetError):
    """Something was done too often: 429 on the web. `wait_s` seconds from now it may be done again."""

    def __init__(self, message: str, *, wait_s: int) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class SignInFirst(Forbidden):
    """Who asks has not signed in: on the web a way to do so, and back."""
