import { z } from 'zod';
import type { Call, ToolOutcome } from './call.ts';
import type { CallerRequests, Turn } from './script.ts';

/** Who put the phone down. */
export type Ending = 'customer-ended-call' | 'assistant-ended-call';

const slot = z.looseObject({
  slot_id: z.string().optional(),
  start: z.string().optional(),
  label: z.string().optional(),
});
const availability = z.looseObject({ slots: z.array(slot), say: z.string().optional() });
const spoken = z.looseObject({
  say: z.string().optional(),
  message: z.string().optional(),
  confirmation: z.string().optional(),
});

/** A patient who knows what they want: the same friendly call every time. */
export async function bookingDialogue(call: Call, requests: CallerRequests): Promise<Ending> {
  const name = requests.patient?.name ?? 'Maria Lopez';
  const phone = requests.patient?.phone ?? call.record.from;
  const service = requests.service_type ?? 'consultation';
  const date = requests.appointment_date;
  const isTimeGiven = Boolean(requests.scheduled_at || (date && requests.appointment_time));
  await greet(call);
  await call.say('user', `Hi, this is ${name}. I’d like to book a ${service}, please.`);
  await call.say('assistant', 'Of course. Let me see what we have.');

  const found = await call.tool('checkAvailability', {
    serviceType: service,
    ...(date && { appointmentDate: date }),
  });
  const offered = offerOf(found);
  const chosen = offered?.slots[Math.min(requests.slot_index ?? 0, offered.slots.length - 1)];
  if (!isTimeGiven && !chosen) {
    await call.say('assistant', offered?.say ?? wordsOf(found));
    await call.say('user', 'All right, I’ll call back. Goodbye.');
    return 'customer-ended-call';
  }
  if (offered) await call.say('assistant', offered.say ?? `I have ${offered.slots.map(labelOf).join(', ')}.`);
  const wanted = requests.scheduled_at ?? `${date} at ${requests.appointment_time}`;
  await call.say('user', `${isTimeGiven || !chosen ? wanted : labelOf(chosen)} works for me.`);

  const when = isTimeGiven
    ? {
        scheduledAt: requests.scheduled_at,
        appointmentDate: date,
        appointmentTime: requests.appointment_time,
      }
    : { slotId: chosen?.slot_id, scheduledAt: chosen?.start };
  const booked = await call.tool('bookClinicAppointment', {
    name,
    phone,
    email: requests.patient?.email,
    serviceType: service,
    ...when,
    notes: requests.notes,
  });
  await call.say('assistant', wordsOf(booked));
  await call.say('user', booked.error === undefined ? 'Great, thank you. Goodbye.' : 'All right. Goodbye.');
  if (call.assistant.endCallMessage) await call.say('assistant', call.assistant.endCallMessage);
  return 'customer-ended-call';
}

/** Plays the turns one after the other; what a tool answers, the agent says. */
export async function scriptedDialogue(call: Call, turns: Turn[]): Promise<Ending> {
  await greet(call);
  for (const turn of turns) {
    if ('say' in turn) await call.say('user', turn.say);
    else if ('tool' in turn) {
      await call.say('assistant', wordsOf(await call.tool(turn.tool, turn.arguments, turn.id)));
    } else return 'customer-ended-call';
  }
  return 'assistant-ended-call';
}

async function greet(call: Call): Promise<void> {
  await call.say('assistant', call.assistant.firstMessage ?? 'Thank you for calling. How can I help you?');
}

function offerOf({ result }: ToolOutcome): z.infer<typeof availability> | undefined {
  return availability.safeParse(json(result)).data;
}

const labelOf = ({ label, start }: z.infer<typeof slot>): string => label ?? start ?? 'a free time';

/** A result that is JSON names what to say; any other is said as it is. */
function wordsOf({ result, error, said }: ToolOutcome): string {
  if (said !== undefined) return said;
  if (error !== undefined) return `I’m sorry. ${error.replace(NOT_SAID, '')}`;
  const { say, confirmation, message } = spoken.safeParse(json(result)).data ?? {};
  return (say ?? confirmation ?? message ?? result).replace(NOT_SAID, '');
}

/** What a tool adds for the agent in brackets after its sentence; an agent doesn't say it. */
const NOT_SAID = / \([^()]*\)$/;

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
