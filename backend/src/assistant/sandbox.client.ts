import { z } from 'zod';
import { AppError } from '../platform/errors.ts';

const Started = z.object({ call_id: z.string() });
const Call = z.looseObject({
  call_id: z.string(),
  org_id: z.string().nullish(),
  status: z.string(),
  ended_reason: z.string().nullish(),
  transcript: z.array(
    z.looseObject({ role: z.enum(['assistant', 'user']), text: z.string(), at: z.string() }),
  ),
  tool_calls: z.array(
    z.looseObject({
      id: z.string(),
      name: z.string(),
      result: z.string().nullish(),
      error: z.string().nullish(),
      ms: z.number().nullish(),
    }),
  ),
});
const Texts = z.object({
  data: z.array(
    z.looseObject({ to: z.string(), from: z.string(), body: z.string(), sid: z.string(), at: z.string() }),
  ),
});

export interface SandboxClient {
  call(request: { org_id: string; from: string; script?: object }): Promise<string>;
  findCall(id: string): Promise<z.infer<typeof Call> | undefined>;
  textsTo(number: string): Promise<z.infer<typeof Texts>['data']>;
}

const TIMEOUT_MS = 10_000;

/** The control routes of the stand-ins, which exist in sandbox mode only. */
export function createSandboxClient(sandboxUrl: string): SandboxClient {
  const ask = async (path: string, body?: object): Promise<Response> => {
    try {
      return await fetch(`${sandboxUrl}/_sandbox${path}`, {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body
          ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
          : {}),
      });
    } catch {
      throw new AppError({
        code: 'SANDBOX_UNAVAILABLE',
        status: 503,
        detail:
          'The simulated phone network isn’t responding. It starts with Voxanne; try again in a moment.',
        retryable: true,
      });
    }
  };
  return {
    async call(request) {
      const response = await ask('/call', request);
      if (!response.ok) {
        const problem = (await response.json().catch(() => ({}))) as { detail?: string };
        throw new AppError({
          code: 'CALL_NOT_PLACED',
          status: 409,
          detail: problem.detail ?? 'We couldn’t place the simulated call. Try again in a moment.',
          retryable: true,
        });
      }
      return Started.parse(await response.json()).call_id;
    },
    async findCall(id) {
      const response = await ask(`/calls/${encodeURIComponent(id)}`);
      return response.ok ? Call.parse(await response.json()) : undefined;
    },
    async textsTo(number) {
      return Texts.parse(await (await ask(`/messages?to=${encodeURIComponent(number)}`)).json()).data;
    },
  };
}
