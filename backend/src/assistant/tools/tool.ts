import type { z } from 'zod';
import type { OrgId } from '../../platform/tenant.ts';

/** The call a tool runs in, as far as it was authenticated. */
export interface CallContext {
  orgId: OrgId;
  callId: string | null;
  /** Id of this one tool call, as the caller gave it. */
  toolCallId: string;
  /** Caller id from signalling, not from the model. */
  callerNumber: string | null;
  /** The clinic's number that was called, as signalling has it. */
  calledNumber: string | null;
  requestId: string;
  /** When the request came: an answer to a question cannot have come before the question was given. */
  arrivedAt: Date;
}

/** What the agent hears, as one line: a sentence, or facts as JSON. `data` goes to programs that use the short form. */
export interface ToolAnswer {
  say: string | Record<string, unknown>;
  data?: Record<string, unknown>;
}

/** What Vapi knows about a tool. */
export interface ToolDefinition {
  name: string;
  description: string;
  parameters: {
    type: 'object';
    properties: Record<string, { type: 'string'; description: string }>;
    required: string[];
  };
}

export interface ToolWork<Arguments extends z.ZodType = z.ZodType> extends ToolDefinition {
  arguments: Arguments;
  run(input: z.infer<Arguments>, call: CallContext): Promise<ToolAnswer>;
}

export interface Tool extends ToolWork {
  /** The clinic's date and time, which goes with every answer; a model's own clock is years old. */
  nowLocal(orgId: OrgId): Promise<string>;
}

/** Keeps the argument type inside and forgets it outside, where every tool is called the same way. */
export const defineTool = <Arguments extends z.ZodType>(tool: ToolWork<Arguments>): ToolWork =>
  tool as unknown as ToolWork;
