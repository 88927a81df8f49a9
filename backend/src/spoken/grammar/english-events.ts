/**
 * Words by the part they play in a sentence: none changes a day or an hour, but together they tell a request ("can my
 * daughter come Friday at ten") from an event of the caller's life ("the movers come Friday at ten").
 */
export const PARTS_PLAYED = {
  // What a time is praised for; it changes nothing, but "Friday at ten is ..." anything else is no wish.
  good:
    'good great fine perfect wonderful lovely awesome excellent super nice best ok okay cool right correct ideal convenient ' +
    'comfortable easy easier available availability possible doable okey alrighty preference choice favorite preferred',
  free: 'free open clear',
  // What is booked here.
  visit:
    'appointment appointments appt appts appoinment visit visits checkup checkups checkin consult consults consultation ' +
    'consultations session sessions physical physicals date followup followups spot spots opening openings vaccine ' +
    'vaccination form forms referral clearance exam cleaning',
  // Where another clause begins.
  so: 'so because cause cuz cos therefore although though however',
  me: 'i we you',
  ask: 'id please book schedule reschedule reserve arrange',
  modal: 'can could would should shall need want do does did let lets prefer hope',
  come: 'come arrive deliver',
  they: 'he she they',
  hedge: 'maybe perhaps possibly probably',
  keep: 'keep hold save block',
  // No visit to a clinic.
  event:
    'wedding weddings party parties game games match matches church mass sermon class classes conference graduation ceremony ' +
    'reunion prom dance ballet karate swimming soccer football baseball basketball hockey tennis golf yoga pilates choir ' +
    'lesson lessons tournament camp daycare kindergarten preschool school college university play show movie theater theatre ' +
    'premiere concert recital funeral rehearsal interview jury hearing deposition meeting meetings seminar workshop ' +
    'webinar exhibition festival parade picnic barbecue barbeque brunch dinner baptism christening shower ' +
    'movers mover plumber plumbers electrician contractor contractors painter painters carpenter roofer roofers landlord ' +
    'realtor lawyer attorney accountant banker inspector inspection handyman repairman technician cable delivery deliveries ' +
    'package parcel furniture sofa fridge appliance mailman courier cleaner cleaners housekeeper babysitter nanny sitter ' +
    'boss supervisor guests visitors inlaws houseguests gym bus train plane truck ferry store shop bank library mall dmv embassy ' +
    'consulate vet veterinarian salon barber hairdresser mechanic garage carpool bankruptcy closing audition',
  procedure: 'surgery operation procedure therapy chemo dialysis',
  // What has happened: "I took two pills at nine".
  did:
    'took drank woke awoke started began fell slipped tripped broke burned burnt twisted sprained slept swallowed vomited fainted ' +
    'cracked chipped happened bit crashed finished stopped ended noticed developed appeared injured scraped bruised bled banged ' +
    'smashed choked coughed sneezed arrived flew drove walked ran exercised gave called phoned rang emailed texted messaged came ' +
    'went saw stood sat spoke',
  // These are said of a visit as well ("I want it checked"), so that someone must have done it.
  'own-did':
    'visited met got hurt hit felt made booked scheduled reserved moved changed worked checked tested talked asked brought sent ' +
    'paid stayed attended received',
  // Verbs of other things than a visit: "my plane departs Friday at ten".
  tells:
    'arrives departs depart departing lands land landing leaves leave leaving finish finishes finishing begins ends closes ' +
    'teach teaches teaching flies flying graduates graduate wakes drives commute comes visits opens delivers goes gets plays ' +
    'stops meets performs marries babysit babysits',
};

export const TELLING_PHRASES = [
  // The hour of a call or a message, not of a visit.
  'call me | text me | remind me | phone me | ring me | email me | message me | send me | let me know | ring back | phone back | call back | call again | call you | ring you | get back to you | get back to me | pick up | wife works | husband works | he works | she works | they work | we work',
  'picking up | drive my | drive him | drive her | drive them | driving my | driving him | driving her | driving them | drop off my | dropping off | drop my | meet my | meet a friend | meeting my | meeting a friend | seeing a friend | take my mother | take my mom | take my father | take my dad | take my son | take my daughter | take my kids | taking my mother | taking my mom | taking my father | taking my dad | taking my son | taking my daughter | taking my kids',
  'lets out | let out at | school is out | school ends | school gets out | class ends | he is coming | she is coming | they are coming | hes coming | shes coming | theyre coming | he is visiting | she is visiting | shows up | show up | is coming | are coming | will come | is visiting | are visiting | is arriving | are arriving | is landing | moves in | move in | moving in | moving out | moves out | are off | is off | gets off | get off early | get out early | gets home | wants me | needs me | expects me',
  'ill be at | i will be at | we will be at | be at the | im at the | i am at the | has me down | have me down | has us down | has me scheduled',
  'has an appointment | has a doctors appointment | has another appointment | have another appointment | has a meeting | has a class | has school | has practice | has plans | has a game | has work | has something',
];

/** Of these the caller speaks for themselves. */
export const OWN_COMING = 'we are coming | i will come | we will come | you will come | i am coming';

/** Words of what has happened that are another word alone: "my left knee", "I got Friday off". */
export const DONE = [
  'threw up | got sick | got hurt | got worse | got bad | got injured | got burned | got bitten | got stung | got home | passed out',
  'i left | we left | he left | she left | they left | you left | i cut | he cut | she cut | we cut | i did | we did | you did | he did | she did | they did',
];
