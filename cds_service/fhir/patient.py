"""The Patient: age, sex, and whether alive."""

from __future__ import annotations

import re
from datetime import datetime

import msgspec

from cds_service.fhir.access import Json, ReadingError, text_of
from cds_service.fhir.context import Reading
from cds_service.fhir.dates import moment_of


_SEXES = frozenset({"female", "male", "other"})
_BIRTH = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?")
_OLDEST = 130


class Demographics(msgspec.Struct, frozen=True):
    """What the Patient resource says of the person."""

    age: int | None = None
    sex: str = ""
    deceased: bool = False


def read_patient_resource(reading: Reading, patient: Json) -> Demographics:
    """Age, sex and death. A member that cannot be read is noted and counts as unknown."""
    return Demographics(
        age=_age(reading, patient), sex=_sex(reading, patient), deceased=_deceased(reading, patient)
    )


def _sex(reading: Reading, patient: Json) -> str:
    try:
        sex = text_of(patient, "gender").lower()
    except ReadingError as problem:
        reading.skip(patient, str(problem))
        return ""
    return sex if sex in _SEXES else ""


def _age(reading: Reading, patient: Json) -> int | None:
    try:
        birth = _birth(text_of(patient, "birthDate"))
    except ReadingError as problem:
        reading.skip(patient, str(problem))
        return None
    return None if birth is None else _completed_years(birth, reading.as_of)


def _birth(written: str) -> tuple[int, int, int] | None:
    """Year, month, day. An unknown month counts as July, an unknown day as the 15th."""
    if not written:
        return None
    parts = _BIRTH.fullmatch(written)
    if parts is None:
        raise ReadingError("birthDate: not a date")
    month = int(parts[2] or 7)
    day = int(parts[3] or (15 if parts[2] else 1))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ReadingError("birthDate: not a date")
    return int(parts[1]), month, day


def _completed_years(birth: tuple[int, int, int], as_of: datetime) -> int | None:
    """None when the birth lies in the future or the age is not plausible."""
    year, month, day = birth
    age = as_of.year - year - ((as_of.month, as_of.day) < (month, day))
    return age if 0 <= age <= _OLDEST else None


def _deceased(reading: Reading, patient: Json) -> bool:
    """True by flag, or by a date not after the instant of reasoning; an unreadable date is a death."""
    flag = patient.get("deceasedBoolean")
    if flag is True or flag == "true":
        return True
    try:
        died = moment_of(patient, "deceasedDateTime", reading.as_of)
    except ReadingError as problem:
        reading.skip(patient, str(problem))
        return True
    return reading.is_past(died)
