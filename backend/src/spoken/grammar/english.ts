import { CARRIERS, HARMLESS_PHRASES } from './english-carriers.ts';
import { DONE, OWN_COMING, PARTS_PLAYED, TELLING_PHRASES } from './english-events.ts';
import { HOLIDAY_PHRASES } from './english-holidays.ts';
import { PLACE_PHRASES, PLACE_WORDS } from './english-places.ts';
import { ZONE_PHRASES, ZONE_WORDS } from './english-zones.ts';
import { vocabularyOf } from './vocabulary.ts';

/** Words that can change the day or the hour. What is not here, nor a carrier, is a word we do not know. */
const WORDS = {
  // Said without meaning: gone before anything is read.
  '': 'um uh er erm hmm hm mm ah umm uhh uhm like',
  zero: 'oh o',
  thousand: 'thousand',
  wd1: 'monday mon mondy munday',
  wd2: 'tuesday tue tues tuseday teusday tuesdy chewsday',
  wd3: 'wednesday wed weds wensday wednsday wendsday wensdays wednesdy',
  wd4: 'thursday thu thur thurs thrusday thursady thursdy',
  wd5: 'friday fri firday fridy',
  wd6: 'saturday sat saterday saturdy',
  wd7: 'sunday sun sundy',
  wds1: 'mondays',
  wds2: 'tuesdays',
  wds3: 'wednesdays',
  wds4: 'thursdays',
  wds5: 'fridays',
  wds6: 'saturdays',
  wds7: 'sundays',
  mo1: 'january jan janurary januray',
  mo2: 'february feb febuary feburary',
  mo3: 'march mar',
  mo4: 'april apr',
  mo5: 'may',
  mo6: 'june jun',
  mo7: 'july jul',
  mo8: 'august aug',
  mo9: 'september sep sept',
  mo10: 'october oct',
  mo11: 'november nov',
  mo12: 'december dec decmber',
  today: 'today',
  tomorrow: 'tomorrow tommorow tomorow tommorrow tmrw tmr tmw tomoz morrow 2morrow',
  yesterday: 'yesterday',
  'today evening': 'tonight tonite 2nite',
  now: 'now',
  day: 'day days',
  week: 'week weeks wk wks',
  fortnight: 'fortnight fortnights',
  month: 'month months',
  year: 'year years yr yrs',
  hour: 'hour hours hr hrs',
  minute: 'minute minutes min mins',
  weekend: 'weekend weekends',
  morning: 'morning mornings mourning',
  afternoon: 'afternoon afternoons arvo',
  evening: 'evening evenings',
  night: 'night nights',
  noon: 'noon midday noontime',
  midnight: 'midnight',
  lunch: 'lunch lunchtime',
  am: 'am',
  pm: 'pm',
  oclock: 'oclock clock',
  hundred: 'hundred',
  half: 'half',
  quarter: 'quarter quarters',
  past: 'past passed',
  old: 'old',
  ish: 'ish',
  a: 'a an',
  the: 'the',
  on: 'on',
  in: 'in',
  at: 'at @',
  of: 'of',
  for: 'for with',
  to: 'to',
  from: 'from',
  until: 'until till til unti untill',
  through: 'through thru',
  and: 'and &',
  or: 'or',
  but: 'but',
  not: 'not except excepting excluding besides bar barring minus nor never neither avoid avoiding skip skipping omit omitting',
  cannot:
    'cant cannot dont wont doesnt isnt didnt shouldnt couldnt wouldnt arent wasnt busy away unavailable unable traveling travelling hate',
  after: 'after',
  before: 'before',
  between: 'between',
  by: 'by',
  around: 'around about roughly approximately circa approx near nearly almost ~',
  next: 'next nxt following',
  this: 'this',
  be: 'is sounds seems looks',
  are: 'are',
  was: 'was were',
  has: 'has',
  had: 'had missed',
  when: 'when',
  strike: 'forget scratch ignore disregard drop',
  shift: 'sooner earlier',
  holiday: 'ramadan passover hanukkah diwali holiday holidays eve kwanzaa',
  ...PARTS_PLAYED,
  // Words that sound like words of time: harmless alone, a doubt beside a day, an hour or a number.
  maybe: 'lost seconds form buy threw ours mouth mouths out inn add',
  'sound:1': 'won',
  'sound:2': 'too',
  'sound:4': 'fore',
  'sound:8': 'ate',
  'sound:until': 'tell',

  been: 'been',
  have: 'have',
  coming: 'coming upcoming',
  last: 'last previous prior',
  ago: 'ago',
  gone: 'gone',
  that: 'that',
  later: 'later',
  early: 'early',
  late: 'late',
  mid: 'mid middle',
  soonest: 'asap soonest earliest',
  latest: 'latest',
  end: 'end',
  beginning: 'beginning',
  time: 'time times',
  if: 'if provided providing assuming',
  no: 'no nope nah',
  fix: 'actually sorry wait oops correction rather meant well better',
  age: 'aged age ages turning turns turned im hes shes',
  // They have no reading, and always lead to a question.
  '!':
    'plus know knew doubt doubtful hardly opposite refuse kidding joking terrible awful horrible worst impossible unlikely ' +
    'nobody none weak knot thirst fist dirty necks forth butt oar daze sentinel tent nein dismember generally halve twin ' +
    'unless otherwise alternatively versus vs during within without whichever once else ' +
    'than every each both alternate alternating biweekly weekly daily monthly yearly quarterly fortnightly twice thrice ' +
    'less least most dozen double weekday weekdays workday workdays midweek decade century season spring summer autumn ' +
    'fall winter ' +
    'sunrise sunset dawn dusk semester term beforehand afterwards afterward thereafter onward onwards henceforth ' +
    'previously recently already soon eventually unlike exclude excludes excluded cancel hence start starting starts ' +
    'ending ends delay delayed whether accept expect',
  vague: 'any some other another others same different couple few several many more business either',
  instead: 'instead',
  since: 'since',
  birth: 'birthday birthdate dob born birth',
  label:
    'apartment apt room rm suite ste unit floor extension ext number no. box gate ward bed building bldg line option pin ' +
    'code case order route exit door level step ticket account policy group ' +
    'zip # dose stage grade phase type version page file tooth teeth bus train flight channel',
  street: 'street st avenue ave road rd lane boulevard blvd highway parkway terrace',
  way: 'way drive place square circle crescent',
  court: 'court',
  dr: 'dr',
  bad: 'excluded',
  things:
    'kids children child kid people persons person adults adult boys girls sons daughters twins babies siblings friends ' +
    'patients fillings crowns teeth cavities implants pills tablets dogs cats questions things dollars bucks percent ' +
    'milligram milligrams mg microgram micrograms mcg milliliter milliliters ml gram grams ounce ounces inch inches ' +
    'miles blocks cars forms prescriptions refills shots vaccines doses pounds kilos degrees brothers sisters',
  mine: 'my our his her their your its',
  ...ZONE_WORDS,
};

const PHRASES = {
  until: ['and till'],
  'or ~': [
    'or something | or anything | or whatever | or whenever | or another | or any | or any time | or any day | or any hour | or any moment | or similar | or something like that',
  ],
  or: ['if not | failing that | or if not | and if not | or else | if that is gone | if thats gone'],
  'n6 month': ['half a year | half year'],
  between: ['be twin'],
  '! unless': ['and less'],
  evening: ['even in'],
  ago: ['a go'],
  wd1: ['mon day'],
  wd2: ['choose day | tues day'],
  wd4: ['thirst day | thurs day'],
  wd5: ['fry day'],
  'a week': ['a weak'],
  week: ['weak of'],
  ...HOLIDAY_PHRASES,
  birth: ['date of birth | birth date | birth day | was born | is born'],
  after: [
    'any day after | some day after | later than | any time after | anytime after | sometime after | some time after',
  ],
  before: [
    'be four',
    'any day before | some day before | earlier than | sooner than | any time before | anytime before | sometime before | some time before',
  ],
  be: ['will be | has to be | needs to be'],
  'would be': ['would be | could be | should be'],
  'hedge be': ['might be | may be'],
  gone: ['just gone | just past | just passed'],
  // The caller is not done: a question, unless a day or an hour follows.
  sametime: ['same time | the same time | at the same time | same hour | the same hour | at the same hour'],
  sameday: [
    'same date | the same date | on the same date | that same date | same day | the same day | on the same day | that same day | the very same day',
  ],
  wait: [
    'let me see | lets see | let me think | let me check | let me look | think about it | think it over | think on it',
    'what was that | sorry what | repeat that | say that again | come again | i have a question | ask my wife | ask my husband',
  ],
  'startat at': ['starting at | beginning at | to start at | that starts at | with a start at'],
  '! at': [
    'any time starting at | anytime starting at | any time beginning at | sometime starting at | some time starting at',
  ],
  'wait fix': [
    'hold on | hang on | wait a minute | wait a moment | wait a second | give me a minute | give me a second',
  ],
  visit: ['only day | only time | only slot | only hour'],
  good: ['first choice | second choice'],
  // Which of the offered times is for the caller to say.
  choice: [
    'the other one | other one | other won | an earlier one | earlier one | a later one | later one | early one | late one | another one | the second one | second one | the third one | third one',
  ],
  tells: TELLING_PHRASES,
  '~ come': [OWN_COMING],
  slot: ['down for | me for | it for | him for | her for | me in for | me down for | it down for'],
  '': [
    'you know | i think | i guess | i believe | i suppose | i dunno | you see | kind of | sort of | how do you say',
  ],
  tomorrow: ['two morrow | too morrow', 'to morrow | 2 morrow'],
  today: ['to day'],
  afternoon: ['after noon'],
  noon: ['mid day | noon time'],
  midnight: ['mid night'],
  oclock: ['o clock'],
  weekend: ['week end'],
  lunch: ['lunch time | lunch break | lunch hour'],
  'n30 minute': ['half an hour | half a hour | half hour | a half hour'],
  'n90 minute': ['an hour and a half | hour and a half | one and a half hours'],
  'n15 minute': ['a quarter of an hour | quarter of an hour | quarter hour'],
  'today morning': ['this morning'],
  'today afternoon': ['this afternoon | this arvo'],
  'today evening': ['this evening | to night'],
  'today night': ['this night'],
  this: ['this coming | the coming | this very | this here | this upcoming'],
  around: ['more or less | or so | or thereabouts | give or take | in the neighborhood of'],
  soonest: [
    'as soon as possible | as soon as you can | as early as possible | as early as you can | the soonest | the earliest',
    'first available | next available | first opening | next opening | first open | next open | next free | first free | first slot | next slot',
    'earliest possible | soonest possible | earliest available | soonest available | next possible | first possible | next appointment available',
    'first thing available | right away | straight away | immediately | first appointment you have | first appointment available | earliest appointment',
  ],
  // Behind it a comma: "first thing Thursday" is no Thursday among several.
  'soonest morning': [
    'first thing in the morning | first thing | first appointment in the morning | early bird',
  ],
  'soonest ,': ['first appointment of the day | first slot of the day | first of the day'],
  'latest ,': [
    'last appointment of the day | last slot of the day | last opening of the day | last one of the day | last thing',
    'end of the day | end of day | at the end of the day | close of business | the end of the day | right before you close | before you close',
  ],
  by: ['by the end of the day | by end of day | before the end of the day | by close of business'],
  'beginning of': ['start of | the start of | first part of | the first part of'],
  latest: [
    'latest possible | last available',
    'as late as possible | as late as you can | last appointment | last slot | last opening | latest appointment | the latest',
    'last appointment you have | latest available',
  ],
  // What stands before a bound, or behind it.
  notbefore: [
    'not be four | nothing be four | nothing before | none before | no earlier than | not earlier than | not before | no sooner than',
  ],
  notafter: ['nothing after | none after | nothing later than | no later than | not later than | not after'],
  atleast: [
    'at the earliest | or later | or after | onwards | and later | and after | or afterwards | and onwards | or any time after',
  ],
  atmost: ['at the latest | or earlier | or before | or sooner | and earlier | and before'],
  afterwork: ['after work'],
  afterschool: ['after school'],
  afterlunch: ['after lunch | after my lunch'],
  beforelunch: ['before lunch'],
  beforework: ['before work | before school'],
  not: [
    'any date but | any date except | all daze but | anything butt | apart form | definitely no | absolutely no',
    'nothing on | nothing at | nothing for | none on | nothing in | nothing this | nothing for me on',
    'but not | other than | apart from | aside from | anything but | any day but | any but | all but | everything but | anyday but | every day but | any day except | not on | not at',
    'instead of | rather than | with the exception of | except for | but for | in place of | away from | not for | as opposed to | any time but | anytime but | not necessarily | any day other than',
    'save for | all save | any save | everything save | anything save | every day save | any day save | any time save | anytime save | outside of | short of | leaving out | leave out | not counting | not including | not for anything on',
    'any day accept | accept for | every day except | anything except | all except | everyday but | everyday except | each day but | any day besides | ruled out | rule out',
  ],
  cannot: [
    'can t | don t | won t | doesn t | isn t | couldn t | wouldn t | shouldn t | aren t | wasn t | didn t',
    'i have to work | we have to work | i have work | i have school | i have class | i have plans | i have a meeting | i have another appointment | i have something else | i have something | i have to be',
    'have to work | got to work | gotta work | i work | im working | i am working | on shift | on call | in a meeting | have a meeting | have another appointment | have plans | have something else | already have something | am working | need to work | must work | at a conference | in surgery | got something on | have a thing',
    'out of town | not available | not able | not free | not around | not possible for | wouldnt be able | am booked | im booked | is not | will not | can not | do not | does not | could not | would not',
    'cant make it | cant do | cant come | cant make | dont want | do not want | wont be able to make | have work | at work | in school | have school | have class | on vacation | on holiday | cant on',
  ],
  did: DONE,
  bad: [
    'is know good | is know use | know good',
    'was taken | already taken | is already taken | got taken | were taken | was full | was booked | is gone | was gone | is already booked | was already taken | is fully booked | fell through',
    'doesnt work | does not work | wont work | will not work | isnt good | is not good | is no good | no good | is bad | is out | is full | not good | doesnt suit | is not possible | isnt possible',
    'doesnt work for me | is bad for me | wont do | isnt going to work | is booked | is taken | is off the table | is not an option | isnt an option | doesnt fit | is impossible | is too early | is too late',
    'is a no go | is no use | is not great | isnt great | is tough | is difficult | is hard | not going to work | is not going to work | does not suit | doesnt suit me | is closed',
  ],
  no: [
    'no thanks | no thank you | actually no | or no | or rather no | no no | no wait | no sorry | no actually | no no no | oh no | no hold on | nope wait | wait no | sorry no | no i mean | no make that | no make it | no i meant | no lets say | no lets do',
  ],
  strike: [
    'scratch that | strike that | forget that | forget it | never mind that | not that | ignore that | on second thought | on second thoughts | cross that out | never mind | nevermind | change that to | change it to | let me change that',
  ],
  fix: [
    'i tell a lie | i lie | i tell a lie no | lets rather say | im wrong | i was wrong | thats wrong | i misspoke | im sorry | i am sorry',
    'make that | make it | i mean | i meant | or rather | or actually | let me rephrase | better yet | or better | what i mean is | i meant to say | excuse me | pardon me | my mistake | my bad | let us say | or make it | or make that',
    'or wait | sorry i mean | sorry i meant | actually make it | actually make that | lets make it | lets make that | lets do | lets say | i should say | wait i mean',
  ],
  age: [
    'i am | he is | she is | who is | years of age | son is | daughter is | child is | baby is | who just turned | just turned | kid is | girl is | boy is | husband is | wife is',
  ],
  ...ZONE_PHRASES,
  '!': [
    // A chance is no wish.
    'i might | we might | he might | she might | they might | it might | might come | might work | might do | might be able',
    'keep me free | keep myself free | keep us free',
    'or something | or anything | or whatever | or whenever | or another | or any | either way | even better | as well as | as far as | give me a few',
    'my flight is | flight lands | i fly | get off work | did you say | is what my | for someone else | for somebody else | my other appointment | would be late | would be early',
    'other than that | a week ago wednesday | used to | i had an appointment | i had one | my appointment is | my appointment was | i have an appointment | was supposed to | were supposed to | i am scheduled | im scheduled | i am booked for | was scheduled | is scheduled | i already have | i had it | i have it',
    'the date after | the date before | the date but | second to last | second last | next to last | next to next | next next | last to last | last but one | and a half | like last time | was there | is know | know way | no way | so is | so are | p and | hang on know | even fry | too days | it was | that was',
    'first days | last days | first few | last few | first half | second half',
    'at least | at most | up to | back to back | in a row | day off work | as soon as | each other | day or two | week or two | month or two',
  ],
};

export const ENGLISH = vocabularyOf({
  words: { ...PLACE_WORDS, '~': CARRIERS, ...WORDS },
  phrases: {
    ...Object.fromEntries(Object.entries(PLACE_PHRASES).map(([zone, names]) => [zone, [names]])),
    '~': HARMLESS_PHRASES,
    ...PHRASES,
  },
  numbers:
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
  ordinals:
    'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth',
  tens: {
    twenty: 20,
    thirty: 30,
    forty: 40,
    fourty: 40,
    fifty: 50,
    sixty: 60,
    seventy: 70,
    eighty: 80,
    ninety: 90,
  },
  ordinalTens: { twentieth: 20, thirtieth: 30, twelvth: 12, fith: 5, ninteenth: 19 },
  pastEnding: 'ed',
  telling:
    'monday tuesday wednesday thursday friday saturday sunday january february march april august september october november december ' +
    'tomorrow yesterday today morning afternoon evening midnight except before after until between instead unless either following weekend',
});
