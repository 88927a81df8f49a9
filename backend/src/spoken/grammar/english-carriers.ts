/** Words around a wish that change neither its day nor its hour. */
export const CARRIERS = `
  i you he she we they it me him us them myself yourself himself herself ourselves themselves someone
  anybody nobody id ill ive youre youd youll hed shell weve theyre thats its lets theres heres whats hows
  wheres itll itd thatll thatd be being am do does did done doing having will would could should can might
  must shall gonna wanna gotta going go goes went come comes came get gets got getting give gives gave take
  takes took taking make makes made making see sees saw seeing seen knows think thinks thought thinking want
  wants wanted wanting need needs needed needing likes liked love loves prefer prefers preferred preferably
  ideally hope hopes hoping wish wondering wonder try trying tried book books booked booking schedule
  schedules scheduled scheduling reschedule rescheduling rescheduled reserve reserved reserving arrange
  arranged arranging plan planned planning move moved moving change changed changing switch switched
  switching shift shifted set setting put pencil fit squeeze slot slots slotted add keep hold holding
  confirm confirms confirmed confirming sign check checking look looking find finding offer offers offered
  call called calling phone phoned phoning ring text texting ask asking asked say says said saying tell
  telling speak speaking talk talking hear heard listen mean means let leave leaving left arrive arriving
  bring bringing brought stop swing pop visit visiting visits attend meet meets meeting met work works
  working suit suits suited fits sound sounds sounding seem seems happen happens start help helps helping
  use using used feel feeling felt pay paying show showing showed send sending sent push pushed bump bumped
  postpone postponed pull pulled shoot shooting aim aiming target grab snag nab claim secure lock run
  running appointment appointments appt appts apointment appoinment consultation consultations consult
  consults checkup checkups exam exams examination cleaning cleanings physical physicals followup followups
  session sessions treatment treatments therapy procedure procedures test tests testing screening scan scans
  xray mri ultrasound blood bloodwork lab labs vaccine vaccination shot injection botox filler facial
  massage haircut filling extraction whitening crown braces dental dentist dentists doctor doctors dr doc
  nurse hygienist specialist physician therapist provider assistant office clinic practice hospital place
  location opening openings availability available space spot spots free vacancy vacancies thing anything
  something nothing everything stuff reason reasons problem problems issue issues pain ache hurting hurts
  hurt toothache headache back knee shoulder foot feet hand hands eye eyes ear ears throat skin rash cough
  fever cold flu sick unwell injury refill prescription medication medicine referral insurance results
  result report new existing current regular usual routine annual urgent important emergency quick quickly
  fast brief short long longer simple good great fine perfect wonderful lovely awesome excellent super nice
  best ok okay alright cool sure yes yeah yep yup yea ya aye certainly definitely absolutely exactly
  precisely sharp dot right correct indeed course true surely obviously clearly please thanks thank thankyou
  cheers appreciate appreciated grateful hello hi hey hiya greetings bye goodbye welcome dear maam sir madam
  miss mrs mr ms so basically literally honestly just simply really very quite pretty rather kind sort kinda
  sorta maybe perhaps possibly probably possible potentially likely hopefully supposedly apparently guess
  suppose believe reckon still too also again therefore because cause cuz cos though although however anyway
  anyways who whom whose what where why how when which there here those these such much into onto over under
  up down off together per via upon across along inside outside front name named names family friend mom mum
  mother dad father parent parents husband wife partner son daughter sister brother boy girl baby grandson
  granddaughter grandmother grandfather grandma grandpa aunt uncle niece nephew cousin boss coworker
  colleague job home house school college university car train traffic drive driving walk walking street
  town city date dates calendar diary agenda hours open opens opened only then even ever always usually
  normally as told talked spoke spoken message messages voicemail email number line desk reception
  receptionist staff patient client customer member record records file form paperwork history info
  information details question answer hoped able happy glad interested ready willing flexible easy easier
  convenient convenience comfortable ideal lemme gimme dont ta bit little lot lots big small whole full
  entire general basic standard initial firsttime returning follow follows following moment second while sec
  picture wedding vacation trip party class classes game soccer football church gym alone both total
  everyone anyone byebye alrighty okey dokey k yo folks guys looks tooth gum gums jaw root canal veneers
  dentures invisalign retainer implant denture hip ankle wrist neck elbow spine heart stomach allergy
  allergies asthma diabetes pressure cholesterol pregnancy prenatal pediatric paediatric gynecology
  dermatology cardiology physio physiotherapy acupuncture chiropractor mammogram colonoscopy biopsy
  immunization covid booster checkin evaluation assessment adjustment whatever sometime anywhere somewhere
  anytime whenever someday exact pls plz thx ty tho
`;

/** Several words that change nothing, though one of them alone could. */
export const HARMLESS_PHRASES = [
  // Politeness that has the form of a condition.
  'if possible | if its possible | if that is possible | if thats possible | if it is possible | if at all possible | if possible please',
  'if that works | if that works for you | if that works for the doctor | if it works | if it works for you | if that suits | if that suits you | if it suits you | if that would work | if that would be ok | if that would be okay | if that would be possible',
  'if you can | if you could | if you would | if i can | if i could | if i may | if we can | if we could | if you will | if you please | if you like | if you want',
  'if thats ok | if thats okay | if thats alright | if thats all right | if thats fine | if thats good | if that is ok | if that is okay | if that is alright | if that is all right | if that is fine | if its ok | if its okay | if its alright | if its all right | if its fine | if it is ok | if it is okay | if thats good for you | if thats ok with you | if thats okay with you',
  'if available | if thats available | if that is available | if its available | if it is available | if its free | if thats free | if that is free | if its open | if thats open | if that is open | if its still available | if thats still available | if its still free | if thats still free | if that time is available | if that time is free',
  'if you have it | if you have that | if you have anything | if you have something | if you have an opening | if you have one | if you have space | if you have time | if you have a spot | if you have availability | if theres an opening | if there is an opening | if theres space | if theres anything | if theres a slot | if theres room | if you have room | if youve got it | if youve got something | if youve got anything | if there is space | if there are any openings | if you are open | if youre open | if theres one | if you got it | if you still have it | if you have any | if you have any time',
  'if yall dont mind | if you guys dont mind | if you all dont mind | if nobody minds | before i head to work | before i go to work | before i leave for work | call so late | call this late | call so early | calling so early | if you dont mind | if you do not mind | if its not too much trouble | if it isnt too much trouble | if its no trouble | if that isnt a problem | if thats not a problem | if its not a problem | if thats no problem | if thats not too much trouble | if i remember correctly | if im not mistaken | if i am not mistaken',
  'wondering if | wonder if | see if | know if | ask if | check if | asking if | checking if | tell me if | sure if you | find out if | seeing if | as if | hoping if | curious if | whether you | know whether | wondering whether | ask whether | see whether',
  'needs to be seen | has to be seen | have to be seen | needs to be checked | needs to be looked at | needs to be in | need to be seen',
  'any time | any time of day | any time of the day | any time of the week | any time at all',
  'any day | any day of the week | any day at all | any hour | any hour of the day | any hour of the week | any hour at all',
  'any moment | any moment of the day | any moment of the week | any moment at all',
  'be at the clinic | be at the office | be at the practice',
  'wondering if i might | wonder if i might | whether i might | whether we might | could i maybe | can i maybe | could you maybe | can you maybe | could we maybe | could i possibly | can i possibly | could you possibly | can you possibly | could we possibly | can we possibly | may i possibly | maybe you can | maybe you could | maybe i can | maybe i could',
  'how about | what about | think about | thinking about | calling about | asking about | about an | about a | about my | about the | was thinking around',
  'all right | isnt it | is it not | isnt that right | isnt that so | doesnt it | wont it | am i right | all day | whole day | the whole day | as well | feeling well | very well | might as well | get better | feel better | feeling better | do you have anything better',
  'i wonder whether | wonders whether | wonder if | if i might | whether i could | whether i can | whether it is possible | whether you could | whether you can | whether there is',
  'have no | has no | with no | there is no | theres no | got no | im no | see no | had no | am i | i am calling | i am looking | am calling | am looking',
  'do you know | i know | to know | know about | so you know | you know | know of | know how | know what | know when | know the | know that | dont know | dunno',
  'was wondering | was thinking | was hoping | were hoping | were wondering | were thinking | was looking | were looking | was told | was referred | was asked | was asking | was going to | was calling | was trying | was sent | was just',
  'you have | can i have | could i have | may i have | i have to get | i have to see | i have to have | i have | to have | have you | ive had | have had | had hoped | had in mind | had thought | had wanted | had asked | has a | has an | has to | have to | has been | had been | have been | have you got | has anything | has anyone',
  'when can | when could | when is | when are | when do | when would | when you | drop in | drop me | drop off | dont forget | come out | find out | sort out | figure out | check out | fill out | out of | help out | working out',
  // Words of denial that deny no day.
  'why not | why dont we | why dont you | why dont i | dont you | dont we | wont you | cant we | cant you | couldnt you | wouldnt you | couldnt we | couldnt i | cant i | not a problem | not a big deal | not urgent | not an emergency | not too bad | not bad',
  'dont worry | i dont mind | dont mind | doesnt matter | it doesnt matter | dont care | i dont care | dont forget | cant wait | i cant wait | wouldnt mind | i wouldnt mind | wouldnt hurt | dont hesitate | no need | cant thank you enough | cannot wait | i do not mind | does not matter | do not worry | will not take long | wont take long | dont have insurance | not insured | dont have a preference | dont have any preference',
  'killing me all weekend | killing me all week | hurting all weekend | hurting all week | hurt all weekend | hurt all week | hurting me all weekend | hurting me all week | up all weekend',
  'six month cleaning | six month checkup | six month exam | six month followup | six month visit | for calling so late | for calling late | for calling this late | for calling so early | start the new year right | no joke',
  'name is april | name is may | name is june | name is august | name is jan | cant sleep | cant eat | cant chew | cant walk | cant breathe | cant swallow',
  'no problem | no worries | no rush | no hurry | no preference | no doubt | no question | no pain | no insurance | no big deal | no trouble | no matter | no issue | no issues | no kidding | no allergies | no one | no particular | no other | no specific | no offense | not feeling well | not feeling great | not feeling good | isnt feeling well | havent been | hasnt been | no surprises | no pressure | no charge | no biggie',
  'not sure what its called | not a new patient | not a patient yet | not been there | not been in | cant stand the pain | doesnt feel good | doesnt feel right | dont feel well | dont feel good | not too sure | i dont know | dont know | dunno',
  'been there before | been here before | been before | seen before | come before | never been before | like before | as before | was there before | had before | done before | know before',
  // Words of number and order that name no day.
  'a second | one second | just a second | wait a second | hold on a second | hang on a second | a sec | one sec | one moment | a minute | one minute | just a minute | wait a minute | hold on a minute | wait a moment | hold on a moment | just one second | just one moment | give me a second | give me one second | give me a minute',
  'first visit | first time | second visit | third visit | first appointment with | second opinion | second appointment | third appointment | second time | third time | first name | last name | second dose | first dose | third dose | first floor | second floor | third floor | fourth floor | fifth floor | first of all | first off | at first | second shot | first shot | last visit | last time | last appointment i | at last | second checkup | first checkup | first session | second session | third session | first one | last one you said | last one you mentioned | first grade | second grade | third grade | fourth grade | first cleaning | second cleaning | second child | first child | third child | second thought',
  'that one | this one | which one | any one | a good one | is what i want | is what i need | is what im hoping for | is what i am hoping for | is what i was hoping for | is what im after | is what im looking for | is what i am looking for | is what id like | is what i would like | is what id prefer | is what i prefer | is what im thinking | is what i had in mind | is what works for me | is when i can | is when im free | is when i am free | one of | one thing | one more thing | one more | one more time | one of your | one of the | the ones | number one | one person | one question | one last thing | one quick thing | one appointment | one slot | one opening | one visit | day one | one on one',
  'next door | next to | next of kin | next appointment | next visit | my next | the next one | next checkup | next cleaning | next session',
  'good morning | good afternoon | good evening | good day | good night | have a good day | have a nice day | have a great day | have a good one | have a good evening | have a good night | have a good weekend | have a great weekend | have a nice evening | have a nice weekend | have a lovely day | nice day | great day | these days | nowadays | one of these days | time of day | how are you today | how is your day | hows your day | hows it going today | hows your day going | how is your day going | day off | days off | day care | busy day | birthday boy',
  'by the way | by phone | by car | by bus | by myself | by himself | by herself | by chance | by any chance | come by | stop by | drop by | swing by | pop by | coming by | stopping by | be by | get by | came by | go by | by mistake | by then | by text | by email | seen by | treated by | referred by | sent by | by dr | by doctor | run by | dropping by | swinging by | come on by | passing by | checked by | looked at by | by the doctor | by the dentist',
  'sooner the better | the sooner the better | see you later | talk to you later | talk later | call you later | call back later | call later | later on thanks | see you soon | talk soon | get well soon | as well | hear from you soon | see you then | see you next',
  'right now | for now | by now | until now | till now | just now | now then | ok now | okay now | up to now | from now on',
  'last minute | at the last minute | in time | on time | in the past | past due | over the past | the past few | in the end | at the end | in between | day to day | all the time | most of the time | from time to time | the time being | next in line | next step | next steps | last but not least | more than happy | once more | once again | at once | more information | how many | how much more | any more | anymore | no more | and more | a few questions | a couple of questions | few questions | couple of questions | every time | everyday life | both of us | both of them | for both | both me | both my | both kids | both children | the both | with both | some other | other people | each of us | each of them',
  'or so please | whatever works | whatever is available | whatever you have | whatever you think | whatever suits | either is fine | either one | either works | whichever works',
  'between you and me | between us | between jobs | after all | look after | looking after | looks after | after hours line | before i forget | before we start | before anything else | ever since | since then | not long ago | a while ago | a long time ago | some time ago | a while back | the other day | time off | off work',
  'short of breath | short of time | short of money | short of cash | outside of town | outside of work | outside of the city | candy bar | protein bar | granola bar | chocolate bar | cereal bar | energy bar | bar exam',
  'part time | full time | half time | better half | half day | my other half | half of | a hundred percent | hundred percent | one hundred percent | 100 percent | 100 %',
  'a lot | a bit | a little | for a while | in a while | quite a while | it is | this is | that would be | that will be | that should be | that sounds | that works | that suits | that fits | that time | that slot | that opening | that spot | that appointment | that way | like that | do that | that i | that you | that we | that my | that the | so that | is that | can that | could that | would that | and that | that all | thats it | that is it | that is all | thats all | now that | given that | with that | about that | take that | book that | want that | have that | love that | for that | see that | say that | said that | think that | hoping that | hope that | believe that | sure that',
];
