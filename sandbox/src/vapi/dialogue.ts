import { z } from 'zod';
import type { Call, ToolOutcome } from './call.ts';
import type { Turn, Wishes } from './script.ts';

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
export async function bookingDialogue(call: Call, wishes: Wishes): Promise<Ending> {
  const name = wishes.patient?.name ?? 'Maria Lopez';
  const phone = wishes.patient?.phone ?? call.record.from;
  const service = wishes.service_type ?? 'consultation';
  const date = wishes.appointment_date;
  const isTimeGiven = Boolean(wishes.scheduled_at || (date && wishes.appointment_time));
  await greet(call);
  await call.say('user', `Hi, this is ${name}. I would like to book a ${service}, please.`);
  await call.say('assistant', 'Of course. Let me see what we have.');

  const found = await call.tool('checkAvailability', {
    serviceType: service,
    ...(date && { appointmentDate: date }),
  });
  const offered = offerOf(found);
  const chosen = offered?.slots[Math.min(wishes.slot_index ?? 0, offered.slots.length - 1)];
  if (!isTimeGiven && !chosen) {
    await call.say('assistant', offered?.say ?? wordsOf(found));
    await call.say('user', 'All right, I will call again. Goodbye.');
    return 'customer-ended-call';
  }
  if (offered) await call.say('assistant', offered.say ?? `I have ${offered.slots.map(labelOf).join(', ')}.`);
  const wanted = wishes.scheduled_at ?? `${date} at ${wishes.appointment_time}`;
  await call.say('user', `${isTimeGiven || !chosen ? wanted : labelOf(chosen)} works for me.`);

  const when = isTimeGiven
    ? {
        scheduledAt: wishes.scheduled_at,
        appointmentDate: date,
        appointmentTime: wishes.appointment_time,
      }
    : { slotId: chosen?.slot_id, scheduledAt: chosen?.start };
  const booked = await call.tool('bookClinicAppointment', {
    name,
    phone,
    email: wishes.patient?.email,
    serviceType: service,
    ...when,
    notes: wishes.notes,
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
  if (error !== undefined) return `I am sorry. ${error.replace(NOT_SAID, '')}`;
  const { say, confirmation, message } = spoken.safeParse(json(result)).data ?? {};
  return (say ?? confirmation ?? message ?? result).replace(NOT_SAID, '');
}

/** What a tool tells the agent in brackets behind its sentence, as an agent leaves it out. */
const NOT_SAID = / \([^()]*\)$/;

function json(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
