import type { Arrived } from './arrived.ts';
import type { ToolCallMessage } from './envelope.ts';
import { type RunToolOptions, runTool, type StoredToolAnswer } from './run-tool.ts';

/**
 * Runs the tool calls of a message and answers in the form in which they came.
 * @param message - What `readToolCalls` made of the body.
 */
export async function answerTools(
  options: RunToolOptions,
  { orgId, arrival, at }: Arrived,
  message: ToolCallMessage,
) {
  const context = {
    orgId,
    arrival,
    callId: message.callId,
    callerNumber: message.callerNumber,
    calledNumber: message.calledNumber,
    requestId: arrival.requestId,
    arrivedAt: at,
  };
  // One after the other, in the order they were asked: "cancel, then book" is not "book, then cancel".
  const results: (ReturnType<typeof result> & { stored: StoredToolAnswer })[] = [];
  for (const call of message.calls) {
    const stored = await runTool(options, call, context);
    results.push({ ...result(call.id, call.name, stored), stored });
  }
  const [first] = results;
  if (message.form === 'legacy' && first) return { result: first.stored.say };
  const answer = { results: results.map(({ stored: _stored, ...rest }) => rest) };
  if (message.form === 'envelope' || !first) return answer;
  const { ok, code, say, data } = first.stored;
  return { ...answer, success: ok, ...(ok ? {} : { error: code, message: say }), ...data };
}

const result = (toolCallId: string, name: string, stored: StoredToolAnswer) => ({
  toolCallId,
  name,
  ...(stored.ok ? { result: stored.say } : { error: stored.say }),
});
