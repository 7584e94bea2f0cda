"""Words that are written in several ways and read in one: short forms, slips, turns of phrase.

House word lists, not from a source. Phrases and texts pass through them alike, so that a phrase
written once in the knowledge ("keep legs still", "relieved by sitting") meets its variants ("keep
her legs still", "eases on sitting").
"""

from __future__ import annotations

import re


_WRITTEN_OUT = """
    rle = right leg | lle = left leg | ble = both legs | bles = both legs | bilat = bilateral |
    bilaterally = bilateral | noct = nocturnal | whilst = while | cannot = cant |
    oedma = edema | odema = edema | odeama = edema | edma = edema | oedemea = edema | eodema = edema |
    oedeema = edema | swolen = swollen | swollon = swollen | swelled = swollen | swelliing = swelling |
    sweling = swelling | swellling = swelling | swellings = swelling | bruning = burning |
    burining = burning | buring = burning | burnning = burning | numbess = numbness | numness = numbness |
    numbnes = numbness | nubness = numbness | tinglling = tingling | tingeling = tingling |
    parasthesiae = paresthesia | parasthesias = paresthesias | parathesia = paresthesia |
    paraesthesiae = paresthesias | paresthesiae = paresthesias | crampping = cramping |
    craming = cramping | weekness = weakness | weaknes = weakness | incontinance = incontinence |
    incontinant = incontinent | sciatcia = sciatica | siatica = sciatica |
    claudicaton = claudication | claudcation = claudication | restles = restless | resltess = restless |
    diabetis = diabetes | diabeties = diabetes | diabtic = diabetic | neuropthy = neuropathy |
    nueropathy = neuropathy | vericose = varicose | varicous = varicose | pian = pain | leggs = legs |
    calfs = calves | haemoptosis = haemoptysis | breathlesness = breathlessness | tinling = tingling |
    temprature = temperature | anesthetised = anaesthetised | saddel = saddle | ulser = ulcer |
    layed = laid | feeet = feet | abt = about | wks = weeks | wk = week | yrs = years | hrs = hours |
    mths = months | mth = month
"""
# Whose legs they are does not matter to a phrase ("keeps her awake", "the soles").
_LEFT_OUT = "the his her my their your him"


def _pairs(written: str) -> dict[str, str]:
    pairs = (entry.split("=") for entry in " ".join(written.split()).split("|"))
    return {short.strip(): full.strip() for short, full in pairs}


SHORT_FORMS = _pairs(_WRITTEN_OUT) | dict.fromkeys(_LEFT_OUT.split(), "")
SHORT_WORDS = frozenset(SHORT_FORMS)
SIDE_WORDS = frozenset({"l", "r", "lt", "rt"})

_HOW = "(?:by|with|when|on|upon|while|if|from)"
BETTER_WHEN = re.compile(
    rf"(?<= )(?:better|relieved|relieves|eased|eases|improved|improves|helped|settles|subsides|disappears"
    rf"|alleviated|lessens|relief|resolves) {_HOW} (?=[a-z])"
)
WORSE_WHEN = re.compile(
    rf"(?<= )(?:made worse|worse|worsens|worsened|aggravated|exacerbated|provoked|brought on|triggered"
    rf"|precipitated) {_HOW} (?=[a-z])"
)
# "better when leaning or sitting" says both: "better when leaning or better when sitting".
_POSTURE = "sitting|standing|walking|lying|leaning|bending|resting|moving|stretching|hanging|dangling|raising|elevating"
EASES_SO = re.compile(
    rf"(?<= )(?:relieved|relieves|eased|eases|improved|improves|settles) (?=(?:{_POSTURE}) )"
)
EITHER = re.compile(rf" (better|worse) when ((?:[a-z]+ ){{1,5}}?)or (?=(?:{_POSTURE}) )")
NO_HELP = re.compile(
    r" (walking|moving|stretching|sitting|standing|elevation|massage|heat|warmth|hanging|dangling|lying down|lying)"
    r"(?: \w+ down| it| them| up| about| around)? (?:does not|doesnt|did not|didnt|do not|dont|is not|isnt|not) help(?:ing)? "
)
_TURNING = """
    better relieved relieves eased eases improved improves helped settles subsides disappears
    alleviated lessens relief resolves worse worsens worsened aggravated exacerbated provoked brought
    triggered precipitated help helping
"""
TURNING_WORDS = frozenset(_TURNING.split())
