import { z } from 'zod';
import { assistantRequestTimeoutMs, type Call } from './call.ts';
import { bookingDialogue, scriptedDialogue } from './dialogue.ts';
import { artifactOf, transcriptOf } from './envelope.ts';
import { type Assistant, assistant as assistantSchema, type Destination } from './schemas.ts';
import type { Script } from './script.ts';
import type { VapiWorld } from './world.ts';

const assistantAnswer = z.union([
  z.looseObject({ assistantId: z.string() }),
  z.looseObject({ assistant: assistantSchema }),
  z.looseObject({ error: z.string() }),
]);

/** One phone call from the first ring to the report, in the order in which Vapi reports it. */
export async function playCall(world: VapiWorld, call: Call, script: Script): Promise<void> {
  const answered = await whoAnswers(world, call);
  if ('refused' in answered) {
    await goOnWithoutServer(call, answered.refused);
    return end(world, call, answered.refused);
  }
  call.assistant = answered.assistant;
  call.record.status = 'in-progress';
  if (call.wants('status-update')) await call.send('status-update', { status: 'in-progress' });
  const ending = Array.isArray(script)
    ? await scriptedDialogue(call, script)
    : await bookingDialogue(call, script);
  return end(world, call, ending);
}

async function whoAnswers(
  { state }: VapiWorld,
  call: Call,
): Promise<{ assistant: Assistant } | { refused: string }> {
  const { assistant, server } = call.line;
  if (assistant) {
    call.record.assistant_id = assistant.id;
    return { assistant };
  }
  const answer = await call.send('assistant-request', {}, { server, timeoutMs: assistantRequestTimeoutMs });
  if (answer?.status_code !== 200 && answer?.status_code !== 201) {
    return { refused: 'assistant-request-failed' };
  }
  const parsed = assistantAnswer.safeParse(answer.json);
  if (!parsed.success) return { refused: 'assistant-request-returned-no-assistant' };
  if ('error' in parsed.data) {
    await call.say('assistant', String(parsed.data.error));
    return { refused: 'assistant-request-returned-error' };
  }
  if ('assistant' in parsed.data) return { assistant: assistantSchema.parse(parsed.data.assistant) };
  const { assistantId } = parsed.data;
  const known = state.assistants.find(({ id }) => id === assistantId);
  if (!known) return { refused: 'assistant-request-returned-invalid-assistant' };
  call.record.assistant_id = known.id;
  return { assistant: known };
}

/** What lies at the number for the case that its server names no one: a hook goes before the fallback. */
async function goOnWithoutServer(call: Call, reason: string): Promise<void> {
  const { hooks, fallbackDestination } = call.line.phoneNumber;
  for (const hook of hooks ?? []) {
    if (hook.on !== 'call.ending') continue;
    const fits = (hook.filters ?? []).every(({ oneOf }) => oneOf.some((part) => reason.includes(part)));
    if (!fits || !hook.do) continue;
    if (hook.do.type === 'say') return call.say('assistant', hook.do.exact);
    if (hook.do.destination) return putThrough(call, hook.do.destination);
  }
  if (fallbackDestination && reason === 'assistant-request-failed') {
    await putThrough(call, fallbackDestination);
  }
}

async function putThrough(call: Call, to: Destination): Promise<void> {
  const said =
    (typeof to.message === 'string' ? to.message : to.message?.content) ?? 'Transferring the call now';
  if (said !== '') await call.say('assistant', said);
  call.record.transferred_to = to.type === 'number' ? to.number : to.sipUri;
}

async function end({ config, ledger }: VapiWorld, call: Call, endedReason: string): Promise<void> {
  const { record } = call;
  const endedAt = new Date(config.now()).toISOString();
  if (call.wants('status-update')) await call.send('status-update', { status: 'ended', endedReason });
  if (call.wants('end-of-call-report')) {
    const booked = record.tool_calls.some(
      ({ name, error }) => name === 'bookClinicAppointment' && error === null,
    );
    await call.send('end-of-call-report', {
      endedReason,
      startedAt: record.started_at,
      endedAt,
      durationSeconds: (Date.parse(endedAt) - Date.parse(record.started_at)) / 1_000,
      cost: 0,
      costs: [],
      artifact: artifactOf(record),
      analysis: {
        summary: summaryOf(call, booked),
        structuredData: {},
        successEvaluation: String(booked),
      },
      transcript: transcriptOf(record),
    });
  }
  record.status = 'ended';
  record.ended_at = endedAt;
  record.ended_reason = endedReason;
  ledger.record({ type: 'call', call: record });
}

function summaryOf({ record }: Call, booked: boolean): string {
  const used = record.tool_calls.map(({ name }) => name).join(', ') || 'no tool';
  return `${record.from} called; the agent used ${used}. ${booked ? 'An appointment was booked.' : 'Nothing was booked.'}`;
}
