"""Moments: when something was or will be, as people say it; always UTC."""

from datetime import UTC, datetime, timedelta

from markupsafe import Markup

NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def moment(value: datetime, now: datetime) -> Markup:
    """A time element: "today, 14:02", "29 May, 14:02", with the whole date in its title."""
    utc = value.astimezone(UTC)
    iso, whole = utc.isoformat(timespec="seconds"), f"{utc:%A}, {utc.day} {utc:%B %Y, %H:%M:%S} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        iso.replace("+00:00", "Z"), whole, f"{_day(utc, now)}, {utc:%H:%M}"
    )


def _day(utc: datetime, now: datetime) -> str:
    today = now.astimezone(UTC).date()
    near = NEAR.get((utc.date() - today).days)
    return near or f"{utc.day} {utc:%b}" + ("" if utc.year == today.year else f" {utc.year}")


def span(length: timedelta) -> str:
    """A length of time in its largest unit: "57 minutes", "3 hours"."""
    seconds = max(0.0, length.total_seconds())
    unit, name = next((u for u in UNITS if seconds >= u[0] * 0.99), UNITS[-1])
    number = round(seconds / unit)
    return f"{number} {name}{'' if number == 1 else 's'}"


def away(value: datetime, now: datetime) -> str:
    """How far off a moment is: "in 3 hours", "57 minutes ago", "now"."""
    if abs(value - now) < timedelta(seconds=5):
        return "now"
    return f"in {span(value - now)}" if value > now else f"{span(now - value)} ago"
