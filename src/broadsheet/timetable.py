"""arXiv's timetable: when papers are announced, which day's edition they belong to, and when to look.

Submissions received by 14:00 US Eastern are announced at 20:00, Sunday to Thursday; feeds are rebuilt at midnight and
dated with the day that then begins, so that editions bear the dates of Monday to Friday. Source: info.arxiv.org,
"Availability of submissions" and the RSS specification. On holidays there is no mailing; the list below follows rules
and may differ from arXiv's by a day, which costs a second look and no paper.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

EASTERN: Final = ZoneInfo("America/New_York")
FREEZE: Final = time(14)
"""Until then, US Eastern, a submission goes out with the same evening's mailing."""
FEED_REBUILT: Final = timedelta(minutes=30)
"""After midnight US Eastern: what feeds take to be built."""
OAI_UPDATED: Final = time(22, 45)
"""US Eastern, on evenings with a mailing: the metadata is in OAI-PMH since 22:30."""
DAY: Final = timedelta(days=1)
MONDAY, THURSDAY, FRIDAY, SUNDAY = 0, 3, 4, 6


def has_mailing(evening: date) -> bool:
    """Whether arXiv announces papers on this evening."""
    return evening.weekday() in (6, 0, 1, 2, 3) and not is_holiday(evening)


def is_holiday(evening: date) -> bool:
    """Whether an evening is one of those without mailing: United States holidays and the last days of the year."""
    month, number, weekday = evening.month, evening.day, evening.weekday()
    fixed = {(1, 1), (6, 19), (7, 4), (12, 24), (12, 25), (12, 31)}
    nth = (number - 1) // 7 + 1
    moving = {(1, MONDAY, 3), (9, MONDAY, 1), (11, THURSDAY, 4)}
    memorial_day = month == 5 and weekday == MONDAY and number > 24
    return (month, number) in fixed or (month, weekday, nth) in moving or memorial_day


def has_edition(day: date) -> bool:
    """Whether new papers bear this date: it is the morning after a mailing."""
    return has_mailing(day - DAY)


def announced_on(submitted: datetime | date) -> date:
    """The day whose edition a submission belongs to, if nobody held it back; a bare date is taken as its morning.

    The mailing is the first one after the freeze that follows the submission; Thursday's late and Friday's early
    submissions go out on Sunday.
    """
    if isinstance(submitted, datetime):
        moment = submitted.astimezone(EASTERN)
        frozen = moment.date() if moment.time() < FREEZE else moment.date() + DAY
    else:
        frozen = submitted
    # Nothing is frozen on Saturday and Sunday; Friday's freeze is mailed on Sunday.
    while frozen.weekday() > FRIDAY:
        frozen += DAY
    evening = frozen + 2 * DAY if frozen.weekday() == FRIDAY else frozen
    while not has_mailing(evening):
        evening += DAY
    return evening + DAY


def newest_edition_day(now: datetime) -> date:
    """The newest day whose feeds should be out by now."""
    day = (now.astimezone(EASTERN) - FEED_REBUILT).date()
    while not has_edition(day):
        day -= DAY
    return day


def next_feed(after: datetime) -> datetime:
    """When feeds with new papers will next be out, in UTC."""
    day = (after.astimezone(EASTERN) - FEED_REBUILT).date() + DAY
    while not has_edition(day):
        day += DAY
    return (datetime.combine(day, time(), EASTERN) + FEED_REBUILT).astimezone(UTC)


def next_oai(after: datetime) -> datetime:
    """When OAI-PMH will next have an evening's changes, in UTC."""
    evening = after.astimezone(EASTERN).date()
    while True:
        moment = datetime.combine(evening, OAI_UPDATED, EASTERN)
        if has_mailing(evening) and moment > after:
            return moment.astimezone(UTC)
        evening += DAY


def feed_day(moment: datetime) -> date:
    """The date that a feed's own time stamp means, in US Eastern."""
    return moment.astimezone(EASTERN).date()
