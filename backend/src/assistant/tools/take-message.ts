import { z } from 'zod';
import type { BookingContext } from '../../booking/index.ts';
import { isPlaceholderPhone } from '../../contacts/index.ts';
import { leaveTask } from '../../tasks/index.ts';
import { originOf, text, textUpTo } from './callers-appointment.ts';
import { defineTool } from './tool.ts';

// Leans to yes: a message that is called urgent for nothing costs a look.
const URGENT = /^\W*(?:y|yes|yeah|yep|sure|ok|okay|true|1|urgent|very|high|emergency)\b/i;

export const takeMessage = (context: BookingContext) =>
  defineTool({
    name: 'takeMessage',
    description:
      'Leaves a message for the clinic’s staff, who see it right away and call back. Use it when the caller wants something that no other tool does, asks for a person, or could not be helped. First ask for their full name and what it is about.',
    parameters: {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'The caller’s first and last name' },
        phone: {
          type: 'string',
          description: 'The number to call back, only if it is not the number they are calling from',
        },
        message: {
          type: 'string',
          description:
            'What the clinic should know or do, in one to three sentences, in the caller’s own words',
        },
        urgent: {
          type: 'string',
          description: '"yes" only if the caller says it can’t wait until tomorrow',
        },
      },
      required: ['name', 'message'],
    },
    arguments: z.object({
      name: text,
      patientName: text,
      phone: text,
      patientPhone: text,
      message: textUpTo(2_000),
      urgent: z
        .unknown()
        .optional()
        .transform((said) => URGENT.test(String(said ?? ''))),
    }),
    async run(input, call) {
      const said = [input.phone, input.patientPhone].find(
        (one) => one !== undefined && !isPlaceholderPhone(one),
      );
      const { urgent } = input;
      const { callId, requestId } = originOf(call);
      const left = await leaveTask(
        context,
        { orgId: call.orgId, userId: null },
        {
          name: input.name ?? input.patientName ?? '',
          phone: said ?? call.callerNumber ?? '',
          call: { from: call.callerNumber, to: call.calledNumber },
          message: input.message ?? '',
          urgent,
        },
        { callId, requestId },
      );
      return {
        say: `I’ve passed that on${urgent ? ' and marked it urgent' : ''}. Someone from the clinic will call you back.`,
        data: { task_id: left.taskId },
      };
    },
  });
