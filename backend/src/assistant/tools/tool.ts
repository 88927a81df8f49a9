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
  requestId: string;
}

/** What the agent hears: one line. `data` goes to programs that use the short form. */
export interface ToolAnswer {
  say: string;
  data?: Record<string, unknown>;
}

/** What Vapi is told about a tool. */
export interface ToolDefinition {
  name: string;
  description: string;
  parameters: {
    type: 'object';
    properties: Record<string, { type: 'string'; description: string }>;
    required: string[];
  };
}

export interface Tool<Arguments extends z.ZodType = z.ZodType> extends ToolDefinition {
  arguments: Arguments;
  run(input: z.infer<Arguments>, call: CallContext): Promise<ToolAnswer>;
}

/** Keeps the argument type inside and forgets it outside, where every tool is called the same way. */
export const defineTool = <Arguments extends z.ZodType>(tool: Tool<Arguments>): Tool =>
  tool as unknown as Tool;
