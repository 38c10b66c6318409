"""The settings of an instance: one table, read from environment variables with the prefix BROADSHEET_."""

import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from broadsheet.errors import BadInput

PREFIX = "BROADSHEET_"
MAX_WORKERS = 10


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: `read` turns the variable's text into a value or raises ValueError saying what it wants."""

    name: str
    default: str
    meaning: str
    read: Callable[[str], Any] = str
    secret: bool = False

    @property
    def variable(self) -> str:
        """Name of the environment variable."""
        return PREFIX + self.name.upper()


def _boolean(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("0", "false", "no", "off", ""):
        return False
    raise ValueError("write yes or no")


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise ValueError("write a port number between 1 and 65535")


def _count(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 10_000:
        return int(text)
    raise ValueError("write a whole number above 0")


def _processes(text: str) -> int:
    if _count(text) <= MAX_WORKERS:
        return _count(text)
    raise ValueError(f"write a number up to {MAX_WORKERS}; the private database has connections for no more")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _hosts(text: str) -> tuple[str, ...]:
    for word in _words(text):
        name, colon, port = word.rpartition(":")
        if not (name and colon and port.isascii() and port.isdigit()):
            raise ValueError("write hosts with their ports, such as papers.example.lan:8080")
    return _words(text)


def _folder(text: str) -> Path:
    if not text.strip():
        raise ValueError("name a folder")
    return Path(text).expanduser().resolve()


def _address(text: str) -> str:
    if text and not text.startswith(("http://", "https://")):
        raise ValueError("write a whole address, such as https://papers.example.org")
    return text.rstrip("/")


def _database(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("postgresql", "postgres") and parts.port != 0
    except ValueError:  # its words may hold the password
        valid = False
    if text and not valid:
        raise ValueError("write an address such as postgresql://user:password@host:5432/name")
    return text


def _mail_server(text: str) -> str:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # its words may hold the password
        valid = False
    if text and not valid:
        raise ValueError("write an address such as smtp://user:password@host:587, or smtps:// for TLS from the start")
    return text


def _mail_address(text: str) -> str:
    name, at, host = text.rpartition("@")
    if text and not (name and at and host and text.isascii() and not any(c.isspace() or c in "<>,;" for c in text)):
        raise ValueError("write an address such as papers@example.org")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, KeyError, OSError):
        raise ValueError("write the name of a time zone, such as Europe/Lisbon") from None
    return text


def _hour(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and int(text) <= 23):
        raise ValueError("write an hour from 0 to 23")
    return int(text)


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"write {', '.join(choices[:-1])} or {choices[-1]}")
        return text

    return read


SETTINGS: tuple[Setting, ...] = (
    Setting("data", "./.broadsheet", "Folder that holds everything the instance owns.", _folder),
    Setting(
        "database_url",
        "",
        "PostgreSQL to use instead of the private one (also read from DATABASE_URL).",
        _database,
        secret=True,
    ),
    Setting("host", "127.0.0.1", "Address the web server listens on."),
    Setting("port", "8000", "Port the web server listens on.", _port),
    Setting("workers", "2", "Processes that answer web requests.", _processes),
    Setting("url", "", "Public address of the instance, used in links that leave it.", _address),
    Setting("allowed_hosts", "localhost,127.0.0.1,[::1]", "Host names the instance answers to.", _words),
    Setting("secret_key", "", "Key that signs cookies; made and kept in the data folder when empty.", secret=True),
    Setting("site_name", "Broadsheet", "Name in the masthead."),
    Setting("contact", "", "Mail address or page that sources may turn to; part of the User-Agent."),
    Setting("inner_hosts", "", "Hosts of your own network, as name:port, that sources may be fetched from.", _hosts),
    Setting("proxies", "127.0.0.1,::1", "Addresses of proxies whose X-Forwarded-For is believed.", _words),
    Setting("sign_up", "open", "Who may join: open, invited or closed.", _one_of("open", "invited", "closed")),
    Setting(
        "smtp",
        "",
        "Mail server, such as smtp://user:password@host:587 or smtps://host. Without one letters wait in the outbox.",
        _mail_server,
        secret=True,
    ),
    Setting("mail_from", "", "Address that our mail comes from.", _mail_address),
    Setting("ranking", "", "Weights of the ranking, such as days_per_ten=3, imported=1."),
    Setting("edition_zone", "UTC", "Time zone in which editions close.", _zone),
    Setting("edition_hour", "0", "Hour of the next day at which an edition closes; 0 is the end of its day.", _hour),
    Setting("impressions", "yes", "Sum up which papers were shown where; of nobody in particular.", _boolean),
    Setting("github_client", "", "Client id of an OAuth app at GitHub, to sign in with GitHub."),
    Setting("github_secret", "", "Secret of the OAuth app at GitHub.", secret=True),
    Setting("orcid_client", "", "Client id at ORCID, to sign in with ORCID."),
    Setting("orcid_secret", "", "Secret of the client at ORCID.", secret=True),
    Setting("orcid_sandbox", "no", "Ask ORCID's sandbox instead of ORCID.", _boolean),
    Setting(
        "model",
        "builtin",
        "Quality model of search: builtin, none, onnx:FOLDER, sentence-transformers:FOLDER, openai:URL#MODEL.",
    ),
    Setting("model_key", "", "Key of the embedding endpoint that BROADSHEET_MODEL names.", secret=True),
    Setting("model_query_prefix", "", "Text that the quality model wants before a query."),
    Setting("model_paper_prefix", "", "Text that the quality model wants before a paper."),
    Setting("sample", "yes", "Load the sample catalogue into an empty instance at the first start.", _boolean),
    Setting("debug", "no", "Show tracebacks in the browser; never on a public instance.", _boolean),
)


@dataclass(frozen=True, slots=True)
class Environment:
    """The effective values by setting name, and which of them were set rather than left at their default."""

    values: Mapping[str, Any]
    given: frozenset[str]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def shown(self) -> dict[str, str]:
        """Every value as text for people, secrets hidden."""
        return {s.name: _shown(s, self.values[s.name]) for s in SETTINGS}


def _shown(setting: Setting, value: Any) -> str:
    if setting.secret:
        return "(set, hidden)" if value else "(not set)"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def read_environment(variables: Mapping[str, str] | None = None) -> Environment:
    """Read all settings. Raises BadInput for an unknown name, an unreadable file or a value of the wrong kind."""
    variables = os.environ if variables is None else variables
    texts = dict(_given_texts(variables))
    if "database_url" not in texts and variables.get("DATABASE_URL"):
        texts["database_url"] = variables["DATABASE_URL"]
    values = {setting.name: _value(setting, texts.get(setting.name, setting.default)) for setting in SETTINGS}
    return Environment(values, frozenset(texts))


def _given_texts(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    known = {setting.variable: setting for setting in SETTINGS}
    found = []
    for variable in sorted(v for v in variables if v.startswith(PREFIX)):
        if variable in known:
            found.append((known[variable].name, variables[variable]))
        elif variable.endswith("_FILE") and variable.removesuffix("_FILE") in known:
            plain = variable.removesuffix("_FILE")
            if variables.get(plain):
                raise BadInput(f"{plain} and {variable} are both set. Unset one of them.")
            found.append((known[plain].name, _file_text(variable, variables[variable])))
        elif variable not in RESERVED:
            raise BadInput(_unknown(variable, known))
    return found


RESERVED = frozenset({PREFIX + "SHARED"})
"""Names that belong to tests and benchmarks: the folder of development data."""


def _file_text(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{variable}: cannot read {path} ({error}). Name a readable text file.") from error


def _unknown(variable: str, known: Mapping[str, Setting]) -> str:
    near = difflib.get_close_matches(variable, known, n=1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else "See docs/settings.md for the names that exist."
    return f"{variable}: there is no such setting. {hint}"


def _value(setting: Setting, text: str) -> Any:
    try:
        return setting.read(text)
    except ValueError as error:
        shown = setting.variable if setting.secret else f"{setting.variable}={text!r}"
        raise BadInput(f"{shown}: {error}.") from error
