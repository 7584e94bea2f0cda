"""Make the code lists of ``knowledge/content/terminology`` from a folder of public terminology files.

Usage: ``python tools/build_terminology.py --source FOLDER [--also CONCEPT ...]``
(or CDS_TERMINOLOGY_DIR instead of ``--source``).

The folder holds ``valuesets.csv`` (concept, system, code, display), and beside it ``codes.csv``,
``additions.csv`` and ``synthea-codes.csv`` with single codes. A list is written for each value set
that a knowledge file names. Broad sets are narrowed here, by rules a clinician can read: a recorded
code must mean the disease, not a test, an invitation, a history or another part of the body.
No CPT descriptors are ever written.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import yaml


CONTENT = Path(__file__).parents[1] / "cds_service" / "knowledge" / "content"

_SYSTEMS = {
    "http://snomed.info/sct": "SNOMED",
    "SNOMED CT": "SNOMED",
    "http://loinc.org": "LOINC",
    "LOINC": "LOINC",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "ICD-10-CM": "ICD-10-CM",
    "http://hl7.org/fhir/sid/icd-9-cm": "ICD-9-CM",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://www.whocc.no/atc": "ATC",
}

# Sets that are made of others.
_UNIONS = {
    "dopamine_antagonist": ("antipsychotic", "dopamine_antagonist_antiemetic"),
    "coronary_disease": ("coronary_disease", "atherosclerosis_any_valueset"),
    "fracture_leg": ("fracture_injury_leg",),
}

# Administrative entries that say nothing about the patient's disease.
_NEVER = (
    r"invitation|first letter|second letter|third letter|care plan|self management|education|"
    r"counsel|multidisciplinary|services for|\breview\b|not indicated|declined|suspected|monitoring|screening"
)

# What is taken out of a set, by words of the display.
_WITHOUT = {
    "antidepressant_other": r"bupropion|budeprion|selegiline",
    "beta_blocker": r"metipranolol|levobunolol|carteolol|dorzolamide|brimonidine",
    "dopamine_antagonist": r"pimavanserin|nuplazid|benzocaine",
    "anticoagulant": r"heparin.* (2|10|100) UNT/ML",
    "oral_glucocorticoid": r"oral paste",
    "diabetes": r"gestational|during pregnancy|in mother|history of|in remission|neonat|insipidus|"
    r"insulin resistance|extreme insulin|hyperproinsulin|hypoinsulin|insulin autoimmune|"
    r"lipodystrophy|leprechaun|houssay|hypoglyc|examination|eye exam|no right|no left|absent|"
    r"poor glycemic",
    "dvt": r"^venous thrombosis$|phlebitis of lower limb vein|^thrombophlebitis of lower extremities",
    "pad": r"trash foot|acute occlusion",
    "heart_failure": r"without heart|pleural effusion|saddle embol",
    "iron_deficiency": r"developmental|dementia",
    "b12_deficiency": r"dementia|myasthenic|optic|^vitamin b deficiency, unspecified",
    "cirrhosis": r"without cirrhosis|fibrosis(?!.*cirrhosis)|nephronophthisis|joubert",
    "alcohol_use_disorder": r"history of|intoxication|flushing|remission",
    "cancer": r"in situ|history of|benign",
    "tobacco_user": r"electronic|nicotine-filled|remission|snuff|moist|chew|smokeless",
    "disc_herniation": r"thoracic region",
    "sciatica_radiculopathy": r"cauda equina|^radiculitis|plexus|thoracic region|myelopathy|"
    r"diseases classified elsewhere",
    "spinal_stenosis": r"site unspecified",
    "osteoarthritis": r"hand|shoulder|elbow|wrist|finger|heberden|bouchard|carpometacarpal",
    "peripheral_neuropathy_any": r"mononeur|femoral|peroneal|plantar|meralgia|tarsal|lower limb",
    "mri_lumbar_spine": r"angio",
    "duplex_us_leg_vein": r"graft|^extr |^fem ",
    "duplex_us_leg_artery": r"^fem |^iliac ",
    "leg_cramps": r"^cramp and spasm",
}

_DIABETES = ("E08", "E09", "E10", "E11", "E13")

# Where only some ICD-10-CM codes of a set mean what its name says: their prefixes.
_ICD_ONLY = {
    "dvt": ("I80.1", "I80.2", "I82.4", "I82.5"),
    "pad": (
        *("I70.2", "I70.3", "I70.4", "I70.5", "I70.6", "I70.7", "I70.92", "I73.9"),
        *(f"{diabetes}.5{kind}" for diabetes in _DIABETES for kind in (1, 2)),
    ),
    "diabetes": (*_DIABETES, "O24.0", "O24.1", "O24.3", "O24.8"),
    "alcohol_use_disorder": ("F10.1", "F10.2"),
    "cirrhosis": ("K70.3", "K71.7", "K74.3", "K74.4", "K74.5", "K74.6"),
    "peripheral_neuropathy_any": (
        *("G60", "G61.1", "G61.8", "G61.9", "G62", "G63"),
        *(f"{diabetes}.4{kind}" for diabetes in _DIABETES for kind in (0, 2)),
    ),
    "cvi_varicose": ("I83", "I87.0", "I87.2", "I87.3"),
    "leg_pain_symptom": ("M79.6",),
    "coronary_disease": ("I23", "I24", "I25"),
}

# Where only some names of SNOMED CT codes mean it.
_NAMES_ONLY = {
    "multiple_sclerosis": r"multiple sclerosis|marburg",
    "alcohol_use_disorder": r"dependence|abuse|alcoholism|harmful",
    "leg_pain_symptom": r"pain in (lower )?limb",
    "coronary_disease": r"coronar|myocard|heart|cardiac",
    "fracture_leg": r"fracture",
}

# Single codes of the smaller files that belong to a set.
_JOINS = {
    "restless_legs": ("restless-legs-syndrome", "restless legs", "restless legs in pregnancy"),
    "pad": (
        "peripheral-artery-disease",
        "intermittent claudication",
        "diabetic peripheral vascular disease",
    ),
    "cvi_varicose": ("venous-insufficiency", "varicose-veins"),
    "dvt": ("deep-vein-thrombosis",),
    "spinal_stenosis": ("lumbar-spinal-stenosis",),
    "sciatica_radiculopathy": ("sciatica", "chronic sciatica"),
    "erythromelalgia": ("erythromelalgia",),
    "peripheral_neuropathy_any": ("peripheral-neuropathy",),
    "diabetic_neuropathy": ("diabetic-neuropathy",),
    "hypokalaemia": ("hypokalaemia",),
    "hypomagnesaemia": ("hypomagnesaemia",),
    "hypocalcaemia": ("hypocalcaemia",),
    "iron_deficiency": ("iron-deficiency", "iron-deficiency-anaemia"),
    "b12_deficiency": ("b12-deficiency",),
    "multiple_sclerosis": ("multiple-sclerosis",),
    "leg_pain_symptom": ("leg-pain",),
    "leg_cramps": ("cramping-pain",),
}


class Row(NamedTuple):
    """One code of one list."""

    system: str
    code: str
    display: str


def main(arguments: list[str] | None = None) -> int:
    """Write the lists; 1 when a knowledge file names a set that the sources do not have."""
    options = _options(arguments)
    source = Path(options.source)
    wanted = sorted({*_named_in_knowledge(CONTENT), *options.also})
    sets = _read_sets(source)
    missing = [
        name for name in wanted if not (rows := _build(name, sets)) or not _write(name, rows)
    ]
    for name in missing:
        print(f"no code list: {name}", file=sys.stderr)
    size = sum(path.stat().st_size for path in (CONTENT / "terminology").glob("*.csv"))
    print(f"{len(wanted) - len(missing)} lists, {size / 1e6:.2f} MB")
    return 1 if missing else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--source", default=os.environ.get("CDS_TERMINOLOGY_DIR"))
    parser.add_argument("--also", nargs="*", default=[], help="further value sets to write")
    options = parser.parse_args(arguments)
    if not options.source:
        parser.error("give --source or set CDS_TERMINOLOGY_DIR")
    return options


def _named_in_knowledge(folder: Path) -> set[str]:
    found: set[str] = set()
    for path in sorted(folder.rglob("*.yaml")):
        found.update(_valuesets(yaml.safe_load(path.read_text(encoding="utf-8"))))
    return found


def _valuesets(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in cast("dict[str, Any]", node).items():
            if key == "valuesets":
                yield from value
            else:
                yield from _valuesets(value)
    elif isinstance(node, list):
        for value in node:
            yield from _valuesets(value)


def _read_sets(source: Path) -> dict[str, list[Row]]:
    """Value sets by name; single codes by the name they have in the smaller files, with a colon."""
    sets: dict[str, list[Row]] = {}
    for name, prefix in (("valuesets.csv", ""), ("codes.csv", ":"), ("additions.csv", ":")):
        with (source / name).open(encoding="utf-8", newline="") as lines:
            for line in csv.DictReader(lines):
                system = _SYSTEMS.get(line["system"])
                if system:
                    display = line["display"].replace("\u200b", "").strip()
                    row = Row(system, line["code"].strip(), display)
                    sets.setdefault(prefix + line["concept"], []).append(row)
    return sets


def _build(name: str, sets: dict[str, list[Row]]) -> list[Row]:
    parts = _UNIONS.get(name, (name,))
    rows = [row for part in parts for row in sets.get(part, [])]
    kept = [row for row in rows if _belongs(name, row)]
    dropped = {row.code for row in rows if row.system == "ICD-10-CM"} - {row.code for row in kept}
    kept = [row for row in kept if not _covers(row, dropped)]
    kept += [row for part in _JOINS.get(name, ()) for row in sets.get(f":{part}", [])]
    return _sorted(kept)


def _belongs(name: str, row: Row) -> bool:
    words = row.display.lower()
    if row.system in {"SNOMED", "ICD-10-CM"} and re.search(_NEVER, words):
        return False
    if name in _WITHOUT and re.search(_WITHOUT[name], words, re.IGNORECASE):
        return False
    if row.system == "ICD-10-CM" and name in _ICD_ONLY:
        return row.code.startswith(_ICD_ONLY[name])
    if row.system == "SNOMED" and name in _NAMES_ONLY:
        return re.search(_NAMES_ONLY[name], words) is not None
    return True


def _covers(row: Row, dropped: Iterable[str]) -> bool:
    """A category of ICD-10-CM matches by prefix and would bring back what was taken out below it."""
    return row.system == "ICD-10-CM" and any(code.startswith(row.code) for code in dropped)


def _sorted(rows: Iterable[Row]) -> list[Row]:
    """Without duplicates: of several displays of one code the first stays."""
    unique: dict[tuple[str, str], Row] = {}
    for row in rows:
        unique.setdefault((row.system, row.code), row)
    return [unique[key] for key in sorted(unique)]


def _write(name: str, rows: list[Row]) -> bool:
    folder = CONTENT / "terminology"
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(rows)
    return True


if __name__ == "__main__":
    sys.exit(main())
