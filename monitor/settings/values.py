"""Values as people write them: durations, sizes, networks, zones, schedules, addresses. Pure."""

import re
import zoneinfo
from datetime import UTC, datetime, time, timedelta
from functools import cache
from ipaddress import ip_network
from typing import Any

from cronsim import CronSim, CronSimError
from pydantic_core import PydanticCustomError

from monitor.model.watch import Severity
from monitor.settings.effective import Network
from monitor.settings.problems import near, shortened

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+")
_LOOSE_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_LONGEST = timedelta(days=36_500)
_SIZES = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
_QUIET = re.compile(r"(\d{1,2}):(\d\d)\s*[-–—]\s*(\d{1,2}):(\d\d)")
_LINE = re.compile(r"outlets>=[1-9]\d*|severity|correction")
_LEVEL = re.compile(r"(>=|<=|>|<|=)?\s*([a-z]+)", re.IGNORECASE)
_ANY_DAY = datetime(2024, 1, 1, tzinfo=UTC)
_NICKNAMES = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *"}
_NICKNAMES |= {"@midnight": "0 0 * * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}


def refused(what: str, suggestion: str = "") -> PydanticCustomError:
    """The one error that these functions raise; ``checking`` gives it a place."""
    return PydanticCustomError("refused", "{what}", {"what": what, "suggestion": suggestion})


def described(value: Any) -> str:
    """A value as a sentence names it."""
    if isinstance(value, str):
        return f"`{shortened(value)}`" if value else "an empty text"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    return "nothing"


def duration(value: Any) -> timedelta:
    """``60m``, ``1h30m``, ``90d``; a plain number counts seconds."""
    text = value.strip() if isinstance(value, str) else ""
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        seconds = float(text)
    elif _DURATION.fullmatch(text):
        seconds = sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"([\d.]+)(ms|s|m|h|d|w)", text))
    else:
        raise refused(f"{described(value)} is not a duration, as in 15m", _meant_duration(text))
    if seconds > _LONGEST.total_seconds():
        raise refused(f"{described(value)} is longer than a hundred years")
    return timedelta(seconds=seconds)


def duration_text(value: timedelta) -> str:
    """The shortest way to write it; ``duration`` reads it back."""
    seconds = value.total_seconds()
    for unit in ("d", "h", "m", "s"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{int(seconds // _UNITS[unit])}{unit}"
    return f"{round(seconds * 1000)}ms" if seconds else "0s"


def size(value: Any) -> int:
    """``10MB``, ``512 KiB``; a plain number counts bytes."""
    text = value.strip() if isinstance(value, str) else ""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([A-Za-z]*)", text)
    factor = _SIZES.get(found[2].upper()) if found else None
    if found is None or factor is None:
        letter = found[2][:1].upper() if found else ""
        meant = f"{found[1]}{letter}B" if found and letter in ("K", "M", "G") else ""
        raise refused(f"{described(value)} is not a size, as in 10MB", meant)
    return int(float(found[1]) * factor)


def network(value: Any) -> Network:
    """A CIDR; a single address is a network of one."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        return ip_network(text)
    except ValueError:
        pass
    try:
        meant = str(ip_network(text, strict=False))
    except ValueError:
        meant = ""
    if meant:
        raise refused(f"`{text}` has bits set beyond its prefix", meant)
    raise refused(f"{described(value)} is not a network, as in 10.0.0.0/8")


def timezone(value: Any) -> str:
    """An IANA name."""
    text = value.strip() if isinstance(value, str) else ""
    if text in _zones():
        return text
    raise refused(f"{described(value)} is not a time zone, as in Europe/Kyiv", _meant_zone(text))


def cron(value: Any) -> str:
    """Five fields: minute hour day month weekday."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    fields = text.split(" ")
    if len(fields) != 5:
        count = f" ({len(fields)} fields, not 5)" if len(fields) > 1 else ""
        raise refused(f"{described(value)} is not a schedule{count}, as in `0 7 * * mon-fri`", _meant_cron(text))
    try:
        CronSim(text, _ANY_DAY)
    except CronSimError as error:
        part = str(error).removeprefix("Bad ")
        if part == "day-of-month" and _reads_without_month(fields):
            raise refused(f"`{text}` names a day that never comes") from error
        raise refused(f"`{text}` is not a schedule: the {part} cannot be read, as in `0 7 * * mon-fri`") from error
    return text


def quiet(value: Any) -> tuple[time, time]:
    """``22:00-07:00``, local times; may cross midnight."""
    found = _QUIET.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        if found is None:
            raise ValueError
        start, end = time(int(found[1]) % 24, int(found[2])), time(int(found[3]) % 24, int(found[4]))
        if max(int(found[1]), int(found[3])) > 24:
            raise ValueError
    except ValueError:
        raise refused(f"{described(value)} is not a time of day from-to, as in 22:00-07:00") from None
    if start == end:
        raise refused(f"{described(value)} starts when it ends")
    return start, end


def severity(value: Any) -> Severity:
    text = value.strip() if isinstance(value, str) else ""
    words = [level.word for level in Severity]
    if text in words:
        return Severity[text.upper()]
    raise refused(f"{described(value)} is not one of {', '.join(words)}", near(text, words))


def levels(value: Any) -> tuple[Severity, Severity]:
    """``high``, ``">=high"`` or a list of neighbours: the lowest and the highest severity that count."""
    if isinstance(value, list):
        found = sorted({severity(item) for item in value})
        if not found or found[-1] - found[0] != len(found) - 1:
            raise refused("severities in a list must be neighbours, as in [high, critical]")
        return found[0], found[-1]
    parts = _LEVEL.fullmatch(value.strip()) if isinstance(value, str) else None
    if parts is None:
        raise refused(f'{described(value)} is not a severity, as in high or ">=high"')
    try:
        level = severity(parts[2])
    except PydanticCustomError as error:
        meant = (error.context or {}).get("suggestion", "")
        shown = f'"{parts[1]}{meant}"' if parts[1] and meant else meant
        raise refused(f'{described(value)} is not a severity, as in high or ">=high"', shown) from error
    low, high = _range(parts[1] or "=", level)
    if low > high:
        raise refused(f"no severity is {value.strip()}")
    return Severity(low), Severity(high)


def update_line(value: Any) -> str:
    """A line that a story may pass: ``outlets>=5``, ``severity``, ``correction``."""
    text = value.replace(" ", "") if isinstance(value, str) else ""
    if not _LINE.fullmatch(text):
        meant = "outlets>=5" if "outlet" in text else near(text, ("severity", "correction"))
        raise refused(f"{described(value)} is not one of outlets>=5, severity, correction", meant)
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory"})


def _meant_duration(text: str) -> str:
    parts = _LOOSE_DURATION.findall(text)
    if not parts or _LOOSE_DURATION.sub("", text).strip(" ,"):
        return ""
    words = {"sec": "s", "min": "m", "hour": "h", "hr": "h", "day": "d", "week": "w"}
    words |= {"second": "s", "minute": "m"}
    found = [(n, words.get(w.lower().rstrip("s"), w.lower() if w.lower() in _UNITS else "")) for n, w in parts]
    return "".join(n + unit for n, unit in found) if all(unit for _, unit in found) else ""


def _meant_zone(text: str) -> str:
    wanted = text.rpartition("/")[2].replace(" ", "_").casefold()
    ends = sorted(zone for zone in _zones() if zone.rpartition("/")[2].casefold() == wanted)
    if ends:
        return next((zone for zone in ends if "/" in zone), ends[0])
    close = near(text, _zones())
    if close:
        return close
    cities = {zone.rpartition("/")[2]: zone for zone in sorted(_zones())}
    return cities.get(near(wanted, cities), "")


def _reads_without_month(fields: list[str]) -> bool:
    try:
        CronSim(" ".join([*fields[:3], "*", fields[4]]), _ANY_DAY)
    except CronSimError:
        return False
    return True


def _meant_cron(text: str) -> str:
    fields = text.split(" ")
    clock = re.fullmatch(r"(\d{1,2}):(\d\d)", text)
    if text in _NICKNAMES:
        meant = _NICKNAMES[text]
    elif clock:
        meant = f"{int(clock[2])} {int(clock[1])} * * *"
    elif len(fields) == 6:
        meant = " ".join(fields[1:])
    elif len(fields) == 4:
        meant = f"{text} *"
    else:
        return ""
    try:
        return cron(meant)
    except PydanticCustomError:
        return ""


def _range(sign: str, level: Severity) -> tuple[int, int]:
    return {
        "=": (level, level),
        ">=": (level, Severity.CRITICAL),
        "<=": (Severity.LOW, level),
        ">": (level + 1, Severity.CRITICAL),
        "<": (Severity.LOW, level - 1),
    }[sign]
