"""Many phrases found in one pass over a text, as whole words (Aho-Corasick).

Texts and phrases are brought into one spelling first, so that they meet: lower case, single
spaces, signs set apart, British and American words alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import ahocorasick

from cds_service.knowledge.entries import Entry, Token
from cds_service.knowledge.language import Mark
from cds_service.knowledge.spelling import (
    BETTER_WHEN,
    EASES_SO,
    EITHER,
    NO_HELP,
    SHORT_FORMS,
    SHORT_WORDS,
    SIDE_WORDS,
    TURNING_WORDS,
    WORSE_WHEN,
)


_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff'\u2018\u2019\u02bc`]")
_SIGN = re.compile(r"(?<=\s)[-\u2013\u2014]+(?=\s)|\.(?!\d)|\n\s*|[^\w\s.]")
# "+cramps, -numbness": who writes plus for yes writes minus for no.
_PLUS = re.compile(r"(?:^|[\s,(:])\+[a-z]{2}")
_MINUS = re.compile(r"(?<=[\s,(:])-(?=[a-z]{2})")
_READ_AS = {
    ".": " . ",
    "\n": " . ",
    ";": " . ",
    "!": " . ",
    "\u2022": " . ",
    "?": " ? ",
    ")": " ) ",
    "(": " ( ",
    ",": " , ",
    ":": " : ",
    "/": " / ",
    "+": " + ",
}
_ABBREVIATED = re.compile(r"(?<!\w)(?:vs|dr|mr|mrs|approx|e\.g|i\.e|incl|esp)$")
_VISIBLE = re.compile(r"\S")
_DASHES = "-\u2013\u2014"
_ABBREVIATION = re.compile(r"(?<!\w)[A-Z]{2,3}s?(?!\w)")


def _as_sign(match: re.Match[str]) -> str:
    sign = match[0]
    if sign[0] == "\n":
        return " . "
    before = match.string[match.start() - 1 : match.start()]
    if sign == "?" and not before.isalnum() and _VISIBLE.search(match.string, match.end()):
        return " ? maybe " if before.isspace() else " maybe "
    if sign[0] in _DASHES and before.isspace() and len(match.string) > match.end():
        return " , " if match.string[match.end()].isspace() else " "
    # The longest abbreviation has six letters; a look at all that went before would take too long.
    near = max(match.start() - 8, 0)
    if sign == "." and _ABBREVIATED.search(match.string, near, match.start()):
        return " "
    return _READ_AS.get(sign, " ")


def normalise(text: str) -> str:
    """Lower case, single spaces, signs set apart, short forms and slips of the pen written out.

    British and American spellings become one ("oedema", "edema"; "paralysed", "paralyzed"), "her
    legs" and "the legs" become "legs", "eased by" and "relieved with" become "better when".
    """
    plain = _INVISIBLE.sub("", text.lower())
    if "+" in plain and _PLUS.search(plain) is not None:
        plain = _MINUS.sub("no ", plain)
    words = _SIGN.sub(_as_sign, plain).split()
    if not SHORT_WORDS.isdisjoint(words):
        words = [written for word in words if (written := SHORT_FORMS.get(word, word))]
    plain = f" {' '.join(words)} "
    if not SIDE_WORDS.isdisjoint(words):
        plain = _SIDE.sub(_as_side, plain.replace(" b / l ", " bilateral "))
    if " w / " in plain:
        plain = plain.replace(" w / o ", " without ").replace(" w / ", " with ")
    if not TURNING_WORDS.isdisjoint(words):
        plain = NO_HELP.sub(r" not better when \1 , ", plain)
        plain = WORSE_WHEN.sub("worse when ", BETTER_WHEN.sub("better when ", plain))
        plain = EASES_SO.sub("better when ", plain)
        plain = EITHER.sub(r" \1 when \2or \1 when ", plain)
    if _ONE_FOR_BOTH in plain:
        plain = plain.replace(_ONE_FOR_BOTH, " bilateral calves ")
    return plain.replace("ae", "e").replace("oe", "e").replace("our", "or").replace("z", "s")


# A calf is one leg, but not in "bilateral calf swelling".
_ONE_FOR_BOTH = " bilateral calf "
_SIDE = re.compile(
    r" (?:\( )?(lt?|rt?) (?:\) )?(?=(?:lower |great |big |upper |lat |post )?"
    r"(?:legs?|calf|calve|foot|feet|thigh|ankle|knee|toe|hallux|shin|heel|hip|sole|buttock|groin|limb|le|sciatica)\b)"
)


def _as_side(match: re.Match[str]) -> str:
    return " left " if match[1][0] == "l" else " right "


class _Key:
    """One entry of an automaton."""

    __slots__ = ("capitals", "entry", "length", "mark", "open_end")

    def __init__(self, mark: Mark, words: str, entry: Entry | None) -> None:
        self.mark = mark
        self.entry = entry
        self.open_end = words.endswith("*")
        self.length = 0
        self.capitals = tuple(
            re.compile(rf"(?<!\w){found}(?!\w)") for found in _ABBREVIATION.findall(words)
        )

    def in_capitals(self, original: str) -> bool:
        """Short abbreviations ("LE", "PAD") count only where they are written in capitals."""
        return all(pattern.search(original) for pattern in self.capitals)


class Automaton:
    """Finds many phrases in a text in one pass, as whole words."""

    def __init__(self, keys: Iterable[tuple[str, Mark, Entry | None]]) -> None:
        self._automaton = ahocorasick.Automaton()
        grouped: dict[str, list[_Key]] = {}
        for words, mark, entry in keys:
            written = _normalised_key(words)
            key = _Key(mark, words, entry)
            key.length = len(written)
            if written.strip():
                grouped.setdefault(written, []).append(key)
        for written, found in grouped.items():
            self._automaton.add_word(written, tuple(found))
        self._empty = not grouped
        if grouped:
            self._automaton.make_automaton()

    def tokens(self, text: str, original: str) -> list[Token]:
        """Every key found, as (start, start of the next word, mark, entry)."""
        if self._empty:
            return []
        tokens: list[Token] = []
        capitals: dict[int, bool] = {}
        for end, keys in self._automaton.iter(text):
            for key in keys:
                if key.capitals:
                    if id(key) not in capitals:
                        capitals[id(key)] = key.in_capitals(original)
                    if not capitals[id(key)]:
                        continue
                after = text.find(" ", end) + 1 if key.open_end else end + 1
                tokens.append((end - key.length + 2, after, key.mark, key.entry))
        return tokens


def _normalised_key(words: str) -> str:
    open_end = words.endswith("*")
    written = normalise(words.rstrip("*"))
    return written[:-1] if open_end else written
