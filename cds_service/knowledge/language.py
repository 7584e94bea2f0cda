"""Words that turn a clinical phrase round: negation, doubt, family, history, and where they end.

Written as in ordinary text, parted by ``|``; the lexicon normalises them like everything else.
After the ideas of NegEx and ConText (house word lists): what is in doubt states nothing.
"""

from __future__ import annotations

import re
from enum import IntEnum


class Mark(IntEnum):
    """What a word or sign does to the phrases around it."""

    ABSENT_AFTER = 0  # the first five speak of what stands before them
    OVER_AFTER = 1
    MAYBE_AFTER = 2
    HISTORY_AFTER = 3
    FAMILY_AFTER = 4
    DENIES = 5  # negates the whole list that follows
    NO = 6  # negates what follows; a comma may end it
    NOT = 7  # negates a verb; a comma ends it
    NOT_NEGATION = 8  # looks like a negation and is none
    AFFIRMS = 9  # ends a negation
    PATIENT_NOW = 10  # ends negation, family and history
    MAYBE = 11
    HYPOTHETICAL = 12
    FAMILY = 13
    RELATIVE = 14
    HISTORY = 15
    PHRASE = 16
    LEG = 17
    ELSEWHERE = 18
    NO_RELIEF = 19  # denies only what relieves
    NO_RELIEF_AFTER = 20
    COMMA = 21
    CLAUSE_END = 22
    LOOKALIKE = 23  # a fixed expression: nothing inside it counts ("leg bag", "sore throat")


_WORDS = {
    Mark.CLAUSE_END: """
        . | ? | ) | but | however | although | though | whereas | except | apart from
        """,
    Mark.COMMA: ",",
    Mark.DENIES: """
        denies | denied | denying | negative for | neg for | no evidence of | no sign of | no signs
        of | no symptoms of | no complaint of | no complaints of | absence of | free of | free from
        | rules out | ruled out | excludes | excluded | no history of | no hx of | does not complain
        of | never had | has not had | have not had | nil | lack of | lacks
        """,
    Mark.NO: """
        no | without | w/o | none of | no longer | no known | no new | no associated | negative |
        neg | absent | unlikely
        """,
    Mark.NOT: """
        not | never | isn't | aren't | wasn't | weren't | doesn't | don't | didn't | hasn't |
        haven't | hadn't | neither | nor | not have | not had | not present with
        """,
    Mark.NOT_NEGATION: """
        not only | no change | not improving | not resolved | not resolving | not responding | no
        response to | does not go away | doesn't go away | not go away | not settling | not settled
        | no respite | no let up | no idea | not sure | not certain | not tolerating | not coping |
        no explanation for | no cause | no obvious cause | without obvious cause | no clear cause |
        not able to | not sleeping | not sleep | does not stop | doesn't stop | no history given |
        not controlled | not well controlled | no further | not yet | not just | not always | prior
        to | without warning | no matter | no
        appetite
        """,
    Mark.NO_RELIEF: """
        no relief | no relief from | no improvement | no better | without relief | without improvement
        | not relieved | not relieved by | not eased | not eased by | not helped | not helped by | not better
        | not improved | not improved by | unrelieved | unrelieved by | isn't relieved | isn't eased | isn't helped
        | no benefit from | no help from | without better | isn't better | no ease with | does not settle
        """,
    Mark.NO_RELIEF_AFTER: """
        does not help | doesn't help | do not help | don't help | did not help | didn't help | no help
        | makes no difference | made no difference | make no difference | does not relieve | doesn't relieve
        | does not ease | doesn't ease | gives no relief | gave no relief | no use | not helping | brings no relief
        """,
    Mark.AFFIRMS: """
        has | have | had | having | feels | feel | describes | describing | states | endorses |
        endorsing | admits | admits to | positive for | only | also has | which | that is | that are
        | because of | due to | secondary to | still | continues | there is | there are | notes |
        noted
        """,
    Mark.PATIENT_NOW: """
        patient | pt | presents | presenting | presented | presents with | complains | complaining |
        complains of | c/o | reports | reporting | reported | now | currently | today | he has | she
        has | i have | comes with | experiencing | he | she | self
        """,
    Mark.MAYBE: """
        maybe | poss | prob | dd | d/d | ddx | possible | possibly | probable | probably | likely | suspected | suspect | suspicion
        of | suspicious for | suspicion for | concern for | concerns for | concerned about | query |
        question of | questionable | presumed | could be | might be | may be | may have | might have
        | rule out | r/o | to rule out | exclude | to exclude | evaluate for | evaluation for |
        evaluation of | assess for | assessment for | differential | versus | vs | suggestive
        of | suggests | suggesting | working diagnosis | provisional | ? for | look for | looking
        for | investigate for | check for
        """,
    Mark.HYPOTHETICAL: """
        return if | call if | come back if | go to er if | seek help if | in case of | risk of |
        risk for | at risk of | at risk for | risk factor for | risk factors for | screen for |
        screening for | monitor for | watch for | prevention of | prevent | to prevent | prophylaxis
        for | prophylaxis of | advised about | educated about | education about | information about
        | worried about | worry about | fear of | afraid of | vaccination for | high risk of | low
        safety netted | safety netted re | safety netting | safety-netted | advised re | advice re | red flag advice | risk of | at increased risk of
        """,
    Mark.FAMILY: """
        family history of | family history | family hx of | family hx | fam hx | fhx | fh | fhx of |
        fh of | family hx positive for | family member with | family members with | relative with |
        relatives with | family history positive for | familial history of | first degree relative
        with
        """,
    Mark.RELATIVE: """
        mother | father | mam | mums | moms | mat gm | gran | nan | niece | nephew | friend | friends | neighbour | colleague | flatmate | mum | mom | dad | brother | sister | brothers | sisters | sibling |
        siblings | parent | parents | grandmother | grandfather | grandparent | aunt | uncle |
        cousin | son | daughter | mother's | father's | sister's | brother's | relative | relatives
        | wife | husband | spouse | partner | wife's | husband's | spouse's | partner's | son's |
        daughter's | friend's
        """,
    Mark.HISTORY: """
        history of | h/o | hx of | hx | past history of | past medical history of | previous |
        previously | previous history of | former | formerly | remote | prior | s/p | status post |
        old | personal history of | used to have | recovered from | resolved
        """,
    Mark.ABSENT_AFTER: """
        ruled out | absent | not present | unlikely | negative | neg | not seen | not found | not
        detected | not demonstrated | not identified | not evident | excluded | is denied | denied |
        : no | , no | , nil | , none | , absent | , denied | , negative | : none | : nil | : denies | : negative | are denied | was denied | were denied
        """,
    Mark.OVER_AFTER: """
        resolved | subsided | gone | has gone | have gone | has settled | have settled | no longer present
        | has stopped | have stopped | went away | cleared up | in remission | is gone | are gone
        """,
    Mark.MAYBE_AFTER: """
        ? | risk assessment | risk score | prevention | warning signs | warning | symptoms | pathway | leaflet | advice |
        wells score | score | screen | education | clinic | suspected | possible | query | to be excluded | prophylaxis | screening | risk | cannot be excluded | likely
        """,
    Mark.HISTORY_AFTER: """
        last month | last year | last winter | last summer | years ago | year ago | in childhood | as a child | in the past | as a teenager | when young
        | in youth | in adolescence | decades ago | during childhood | as a youth | in my childhood
        """,
    Mark.FAMILY_AFTER: """
        in family | in the family | in mother | in father | in brother | in sister | in parents | in
        her mother | in his mother | in her father | in his father | in a sibling | in siblings | in
        the mother | in the father | in sibling | in relatives | in a relative | in parent
        """,
    Mark.LEG: """
        leg | legs | calf | calves | thigh | thighs | foot | feet | toe | toes | ankle | ankles |
        shin | shins | knee | knees | hip | hips | hallux | heel | heels | sole | soles | lower limb | lower limbs | lower extremity |
        lower extremities | forefoot | plantar | tib/fib | tibia | fibula | achilles | quads | quadriceps | malleolus | metatarsal | instep | LL | LLs | hamstring | hamstrings | LE | RLE | LLE | BLE | LEs
        """,
    Mark.ELSEWHERE: """
        hand | hands | finger | fingers | arm | arms | wrist | wrists | elbow | face | facial | neck
        | chest | shoulder | shoulders | jaw | head | tongue | lip | lips | mouth | scalp | upper
        limb | upper limbs | upper extremity | upper extremities | abdomen | abdominal | throat | eye | eyes
        | ear | ears | nose | tooth | breast | stomach | tummy | flank | loin | pelvic | sacral | sacrum
        """,
    Mark.LOOKALIKE: """
        leg bag | leg bags | table leg | chair leg | leg press | leg length | leg room | leg day | foot of bed | foot of stairs
        | foot clinic | feet first | head to toe | knee replacement | knee replacements | hip replacement | hip replacements | hip fracture | hip surgery | hip op | knee op | hip arthroplasty | hip pain | hip pains | knee pain | knee pains | knee surgery
        | knee arthroscopy | heart burn | burning urine | burning micturition | burning on micturition | burning
        on urination | burning urination | burning when urinating | burning when passing urine | burning on passing urine
        | burning passing urine | urine burning | burning with urination | burning eyes | burning eye | burning mouth
        | burning tongue | burning in chest | burning sensation in chest | burning epigastric | sore throat
        | sore throats | throat sore | cold sore | cold sores | cold and cough | cough and cold | coughs and colds | common
        cold | has a cold | cold and flu | cold virus | head cold | hot flush | hot flushes | hot flash | hot flashes | hot
        drink | hot drinks | white male | white female | white man | white woman | white british | white european
        | white other | white cell | white cells | white blood | white coat | white matter | white discharge | black
        male | black female | black man | black woman | black british | black african | black stool | black stools | red
        cell | red cells | red blood | red eye | red eyes | red flag | red flags | numbed | numbed for suture | restless
        night | restless nights | restless sleep | stocking up | cramped office | cramped conditions | cramped space
        | cramped seat | cramped desk | period cramp | period cramps | menstrual cramp | menstrual cramps | stomach cramps |
        abdominal cramp | abdominal cramps | tummy cramps | hand cramp | hand cramps | finger cramps | writer's cramp | uterine
        cramps | cramping abdominal pain | stomach ulcer | peptic ulcer | gastric ulcer | duodenal ulcer | mouth ulcer |
        mouth ulcers | corneal ulcer | stomach ulcers | ulcerative | running nose | standing order | weak tea | weak bladder
        | nasal swelling | hip pocket | tender loving care | pain clinic | pain team | pain score 0 | pain 0/10 | 0/10 pain |
        pain management | pain specialist | labor pain | labour pains | period pain | period pains | growing pains | dull as
        | chest wall | constant supervision | persistent cough | chronic cough | progressive lenses | walking stick | walking
        frame | walking aid | crawling baby | gun shooting | shooting range | shin pads | tight budget
        | non tender | nontender | heating pad | incontinence pad | abdo cramps | belly cramps | toe nail | toenail | head cold
        | goes rock hard | goes rock-hard | goes hard as rock | goes hard | goes solid | goes tight and hard | goes hard and tight
        | ex smoker | ex smokers | former smoker | non smoker | never smoker | never a smoker | past smoker | previous smoker | prior smoker
        | passive smoker | was a smoker | been a smoker | be a smoker | lifelong non smoker | reformed smoker | not a smoker
        | swollen glands | swollen lymph nodes | facial swelling | lip swelling
        """,
}

# Pain and swelling of other places: "pain" is then no leg pain, although a leg stands near by.
_OTHER_PLACES = """
    back | chest | abdominal | abdo | tummy | stomach | belly | epigastric | pelvic | flank | loin | arm |
    hand | finger | thumb | wrist | elbow | shoulder | neck | head | jaw | face | facial | ear | eye | tooth | dental | breast | rib |
    throat | testicular | scrotal | groin
    """
_COMPLAINTS = "pain | pains | ache | aches | hurts | hurting | aching | sore | soreness | swelling | discomfort | burning"
# What one begins and is no drug: "since started running" dates a complaint, and blames nothing that was prescribed.
_BEGUN = "since started | since starting | after starting"
_ACTIVITIES = """
    wearing | working | running | walking | jogging | playing | training | gym | exercise | exercising | exercises | new job |
    job | work | cycling | dancing | swimming | standing | school | college | university | sport | football | couch
    """


def _listed(words: str) -> tuple[str, ...]:
    return tuple(" ".join(word.split()) for word in words.split("|"))


def _pairs(first: str, second: str) -> tuple[str, ...]:
    """Each of the first with each of the second."""
    return tuple(f"{begin} {end}" for begin in _listed(first) for end in _listed(second))


WORDS: dict[Mark, tuple[str, ...]] = {mark: _listed(words) for mark, words in _WORDS.items()}
WORDS[Mark.LOOKALIKE] += _pairs(_OTHER_PLACES, _COMPLAINTS) + _pairs(_BEGUN, _ACTIVITIES)

# First words of what follows a comma that show that a new statement has begun.
NEW_STATEMENT = frozenset(
    _listed("""
        worse | worsens | worsening | better | relieved | eases | eased | improves | improved | aggravated
        | wakes | waking | started | began | since | for | x | he | she | patient | pt | but | with
        | now | self | own | hx | h | history | pmh | pmhx | known | ongoing | still
        """)
)
# ("toe" reads "te" in a normalised text.) The same where only one thing was denied: "no injury, left leg painful".
NEW_PLACE = frozenset(
    _listed("""
        leg | legs | feet | foot | calf | calves | te | tes | thigh | thighs | ankle | ankles | knee | shin | sole | soles |
        both | bilateral | left | right | pain | burning | swelling
        """)
)
# After "denies ..." such a segment goes on with the list, unless it says something of its subject.
PREDICATES = frozenset(
    _listed("""
        swollen | painful | hurts | hurt | ache | aches | is | are | feels | feel | burn | burns | sore | red | hot | cold | numb
        | weak | heavy | restless | tender | jump | twitch | tingle | cramp | went | gone | swells | swell
        """)
)
# The expressions below meet text that the lexicon has normalised ("hours" reads "hors").
# "3 year history of ..." and "history of 3 weeks of ..." speak of now.
LASTING_BEFORE = re.compile(
    r"(?<![a-z])(?:years?|yrs?|y|months?|mths?|mo|m|weeks?|wks?|w|days?|d|hors?|long|short|longstanding|recent|\d+)s? (?:old )?$"
)
LASTING_AFTER = re.compile(
    r" (?:\d+|one|two|three|for|five|six|several|few|many|some|a few)[ -]?\w* ?(?:hor|day|week|wk|month|year|yr)"
)
# "mother had", "father with": a relative's illness; "mother reports", "accompanied by daughter": not.
RELATIVE_ILL = re.compile(
    r"(?: (?:and|or|,|/|\(|:|also|who|both|her|his|my|is|was|were|maternal|paternal|mother|father|sister|brother"
    r"|mum|mom|dad|sisters|brothers|aunt|uncle|grandmother|grandfather)){0,12}"
    r" (?:had|has|have|with|suffers|suffered|diagnosed|died|known)\b(?! noti[cs]e| seen| observe| report| told| said)"
)
RELATIVE_PRESENT = re.compile(
    r"(?:accompanied by|lives with|living with|here with|brought by|brought in by|attends with|carer for|cares for"
    r"|caring for|attended with|came with)(?: (?:his|her|my|a|the|their))? $"
)
PARTNERS = frozenset(
    {
        "wife",
        "husband",
        "spouse",
        "partner",
        "friend",
        "friends",
        "neighbor",
        "colleague",
        "flatmate",
    }
)
BEGAN = re.compile(r"\b(?:start|began|begin|begun|onset|since|diagnos|first|commenc)")
# "resolved with walking" says what relieves, not that it is over.
ONLY_RELIEVED = re.compile(r" (?:with|by|when|on|after|partially|if|upon)\b")
# "no leg pain on walking" does not say that there is no leg pain.
QUALIFIED = re.compile(
    r" (?:when|on|while|during|after|with|in bed|at night|at rest)\b(?! exam| inspection| palpation| testing| review)"
)
# "cramps at night, none on walking" denies only the walking.
NONE_THEN = re.compile(
    r" (?:when |while |during |on |at |in |with |after |by )(?:walk|exert|exerci|effort|stand|sitting|rest|night|day|bed"
    r"|lying|mov|activity|morning|evening)"
)
BY_WHOM = (
    "by ",
    "on ",
    "with ",
    "via ",
    "after ",
    "today ",
    "at ",
    "in ",
    "last ",
    "yesterday ",
    "clinically ",
)
AUXILIARIES = frozenset({"was", "were", "been", "is", "are", "be", "being"})
# What stands before a phrase of posture or time turns it: "relieved by lying down" is no "worse lying down".
_EASED = (
    "better|relieved|relieves|eased|eases|improved|improves|helped|settles|settled|subsides|disappears|relief|alleviated"
    "|lessens|less|resolves|gone|ges|fine|ok|okay|comfortable|pain free|none|absent|easier|no pain|no symptoms|feels good"
    "|abates|asymptomatic|stops|vanishes"
)
_WORSENED = "worse|worsened|worsens|aggravated|exacerbated|provoked|triggered|brought on|precipitated|increased|caused"
TURNS = re.compile(rf" (?:{_EASED}|{_WORSENED}) ")
EASING_BEFORE = re.compile(
    rf" (?:{_EASED})(?: (?:away|pain|it|symptoms|somewhat|slightly|completely|partially|partly|only|when|on|by|with|while"
    r"|after|from|quickly|at|he|she|they|i|if|and|walking|sitting|standing|lying|resting|or)){0,4} $"
)
WORSE_BEFORE = re.compile(
    rf" (?:{_WORSENED})(?: (?:when|on|by|with|while|after|from|at|he|she|they|i|if|or|and|feet|legs|foot|leg|are|is|warm|hot|heat"
    r"|walking|sitting|standing|lying|down|resting|exercise|at night|in bed)){0,5} $"
)
# ... but "worse lying down and hanging foot out of bed helps" is relief.
HELPS_AFTER = re.compile(
    r"(?:[a-z]+ ){0,6}?(?:helps?|helped|eases?|relieves?|better|relief|settles?)\b"
)
SAYS_WORSE = re.compile(
    r"worse|aggravat|exacerbat|pain|hurt|ache|burn|cramp|tingl|numb|can'?t|cannot|unable|wakes"
)
# "DVT 2019", "DVT in 2019", "DVT (2019)": an event with a bare year is over.
YEAR_AFTER = re.compile(r" (?:\( |in |, |dated |circa )*(?:19|20)\d\d(?= )")
# A phrase of an earlier illness: the illness inside it ("previous DVT") is not one of now.
SAYS_PAST = re.compile(
    r"\b(?:history|hx|h/o|previous|prev|prior|past|pmhx?|old|had|recurrent|chronic|ago|20\*|19\*|years)(?:\b|$)|\d\d\*"
)
