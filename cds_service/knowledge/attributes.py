"""Adjectives shared out to their noun: "cold, pale, painful left leg" says three things.

Phrases of the knowledge are written plainly ("cold leg"). People write lists, sides and
sentences: "left leg went white and cold", "hot swollen red right foot", "pulses not palpable".
``spread`` writes the plain pairs behind such a group, so that the plain phrases meet them.
House word lists, not from a source.
"""

from __future__ import annotations

from collections.abc import Iterable

from cds_service.knowledge.automaton import normalise


def _words(written: str) -> frozenset[str]:
    return frozenset(normalise(written).split())


_NOUNS = _words(
    "leg legs limb limbs calf calves foot feet toe toes thigh thighs ankle ankles knee knees joint joints "
    "muscle muscles skin urine pulse pulses"
)
_ADJECTIVES = _words(
    "cold cool icy hot warm red white pale blue dusky mottled black purple blanched swollen puffy tender painful "
    "sore aching achy burning tingling numb heavy tired restless fidgety jumpy jittery weak stiff tight tense hard "
    "shiny dry itchy cramping throbbing pulseless paralysed insensate brown dark cola-coloured tea-coloured rusty "
    "absent reduced diminished decreased poor faint normal good intact strong palpable impalpable missing"
)
_SIDES = _words(
    "left right both lower upper entire whole one the her his my great big lateral outer inner pedal distal "
    "peripheral femoral popliteal dorsalis pedis tibial l r bilateral"
)
_JOINING = frozenset({",", "and", "or", "/", "+"})
_BETWEEN = _words(
    "is are was were be been being went goes gone go feels feel felt feeling looks look looked looking became "
    "become becomes turned turns turning has have had got getting gets remains remain seems seem that which it "
    "suddenly very quite now also more a bit rather so all extremely slightly increasingly markedly"
)
# What goes on behind an adjective: "cold to touch", "legs weak, numb around the saddle", "calf cramping on walking".
_COMPARING = frozenset(
    {
        "as",
        "to",
        "around",
        "round",
        "between",
        "below",
        "on",
        "when",
        "while",
        "after",
        "during",
        "at",
    }
)
_LONGEST_COMPARISON = 10
_STOPPING = _words("but and or has with resolved gone settled now which was is denied absent")
_GOING_ON = _ADJECTIVES | _JOINING | _BETWEEN
_NOT = frozenset({"not", "isnt", "arent", "wasnt", "werent", "never"})


def spread(text: str) -> str:
    """A normalised text with the plain pairs added behind each group of adjectives."""
    words = text.split()
    if _NOUNS.isdisjoint(words) or _ADJECTIVES.isdisjoint(words):
        return text
    pending: dict[int, list[str]] = {}
    for position, word in enumerate(words):
        if word in _NOUNS:
            at, pairs = _pairs(words, position)
            if pairs:
                at = _past_comparison(words, at)
                pending.setdefault(at, []).extend(pairs)
    return _with_pairs(words, pending) if pending else text


def _past_comparison(words: list[str], at: int) -> int:
    """Behind "tight as a drum", "numb between legs": the pairs must not tear it apart."""
    if at + 1 < len(words) and words[at + 1] in _COMPARING:
        last = min(at + _LONGEST_COMPARISON, len(words) - 1)
        while at < last and words[at + 1].isalnum() and words[at + 1] not in _STOPPING:
            at += 1
    return at


def _with_pairs(words: list[str], pending: dict[int, list[str]]) -> str:
    written: list[str] = []
    for position, word in enumerate(words):
        written.append(word)
        written.extend(f"& {pair}" for pair in pending.get(position, ()))
    return f" {' '.join(written)} "


def _pairs(words: list[str], noun: int) -> tuple[int, list[str]]:
    """Where to write, and the pairs that a noun makes with adjectives before and behind it."""
    before = _before(words, noun)
    behind, last, denied = _behind(words, noun)
    pairs = [f"{adjectives} {words[noun]}" for adjectives in _groups(before)]
    sign = "no " if denied else ""
    pairs += [f"{sign}{adjectives} {words[noun]}" for adjectives in _groups(behind)]
    return last, pairs


def _groups(adjectives: list[str]) -> Iterable[str]:
    """Each adjective alone, then pairs in both orders ("hot swollen joint")."""
    yield from adjectives
    if len(adjectives) <= 3:
        yield from (f"{a} {b}" for a in adjectives for b in adjectives if a != b)


def _before(words: list[str], noun: int) -> list[str]:
    """Adjectives in front of the noun, unless one of them already stands beside it alone."""
    at = noun - 1
    while at >= 0 and words[at] in _SIDES:
        at -= 1
    beside = at == noun - 1
    found: list[str] = []
    first = at
    while at >= 0 and (words[at] in _ADJECTIVES or words[at] in _JOINING):
        if words[at] in _ADJECTIVES:
            found.append(words[at])
        at -= 1
    found.reverse()
    if not found or words[first] not in _ADJECTIVES:
        return []
    if at >= 0 and (words[at] in _NOUNS or words[at] in _BETWEEN) and len(found) > 1:
        found = found[-1:]  # the earlier ones belong to the noun before them
    return [] if beside and len(found) == 1 else found


def _behind(words: list[str], noun: int) -> tuple[list[str], int, bool]:
    """Adjectives said of the noun behind it, the place of the last one, and whether denied."""
    at = noun + 1
    denied = False
    while at < len(words) and (words[at] in _BETWEEN or words[at] in _NOT):
        denied = denied or words[at] in _NOT
        at += 1
    found: list[str] = []
    last = noun
    if at >= len(words) or words[at] not in _ADJECTIVES:
        return [], noun, False
    while at < len(words) and (words[at] in _GOING_ON):
        if words[at] in _ADJECTIVES:
            found.append(words[at])
            last = at
        at += 1
    if at < len(words) and (words[at] in _NOUNS or words[at] in _SIDES):
        found, last = found[:-1], last - 1 if len(found) > 1 else noun
    return found, last, denied
