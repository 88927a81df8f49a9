import { emergencyNumber } from './emergency-number.ts';
import type { ToolDefinition } from './tools/tool.ts';
import type { AssistantDefinition, ServerDefinition } from './vapi.client.ts';

export interface ReceptionistProfile {
  orgId: string;
  clinicName: string;
  timeZone: string;
  country: string;
  services: string[];
  /** In words; empty when the clinic is never open. */
  openingHours: string;
}

// Vapi's limit.
const NAME_CHARACTERS = 40;
/** Cut to what Vapi allows, less what will be added to it, and never through the middle of a character. */
export const nameForVapi = (name: string, reserved = 0): string =>
  name.slice(0, NAME_CHARACTERS - reserved).replace(/[\ud800-\udbff]$/, '');

/** Only what we act on: Vapi's default set sends a message for every word spoken. */
const SERVER_MESSAGES = ['tool-calls', 'status-update', 'end-of-call-report', 'hang'] as const;

/** The receptionist as Vapi runs it. Everything it may do goes through the tools, signed with the clinic's secret. */
export function defineAssistant(
  profile: ReceptionistProfile,
  tools: ToolDefinition[],
  server: ServerDefinition,
  toolServer: (name: string) => ServerDefinition,
): AssistantDefinition {
  return {
    name: nameForVapi(`Receptionist ${profile.clinicName}`),
    firstMessage: `Thank you for calling ${profile.clinicName}. I’m the clinic’s AI receptionist. How can I help you?`,
    model: {
      provider: 'openai',
      model: 'gpt-4o',
      messages: [{ role: 'system', content: instructions(profile) }],
      tools: tools.map((tool) => ({
        type: 'function' as const,
        async: false,
        function: { name: tool.name, description: tool.description, parameters: tool.parameters },
        server: toolServer(tool.name),
        messages: [{ type: 'request-failed' as const, content: failureOf(tool.name) }],
      })),
    },
    server,
    serverMessages: [...SERVER_MESSAGES],
    ...KEPT_AT_VAPI,
    metadata: { org_id: profile.orgId, managed_by: 'voxanne' },
  };
}

/**
 * At Vapi everything here is on by default, and the two addresses of a running call work for anyone who has them. The
 * caller gets no notice of a recording, so no audio is kept; transcript and summary are the clinic's record.
 */
const KEPT_AT_VAPI = {
  artifactPlan: {
    recordingEnabled: false,
    videoRecordingEnabled: false,
    pcapEnabled: false,
    loggingEnabled: false,
    transcriptPlan: { enabled: true },
  },
  analysisPlan: {
    summaryPlan: { enabled: true },
    structuredDataPlan: { enabled: false },
    successEvaluationPlan: { enabled: false },
  },
  monitorPlan: {
    listenEnabled: false,
    listenAuthenticationEnabled: true,
    controlEnabled: false,
    controlAuthenticationEnabled: true,
  },
} satisfies Partial<AssistantDefinition>;

const CHANGING = new Set(['bookClinicAppointment', 'rescheduleAppointment', 'cancelAppointment']);

/** Said when we could not be reached: an answer may have been lost behind a change, so it claims nothing. */
const failureOf = (tool: string): string =>
  CHANGING.has(tool)
    ? 'I’m sorry, I can’t reach our schedule right now, so I’m not sure that went through. Please call back in a few minutes to check.'
    : 'I’m sorry, I can’t look that up right now. Please try again in a few minutes.';

// {{now}} of Vapi is UTC: an evening call in America would think it is tomorrow. The tools give the local time.
const instructions = (profile: ReceptionistProfile): string =>
  [
    `You are the phone receptionist of ${profile.clinicName}. You book appointments. You don’t give medical advice.`,
    `The clinic's time zone is ${profile.timeZone}. Every tool answer names the local time; trust only that clock, and don’t read out what is in brackets.`,
    `Services: ${profile.services.join(', ')}.`,
    profile.openingHours === ''
      ? 'The clinic has no opening hours right now. Say so, and don’t book anything.'
      : `Opening hours: ${profile.openingHours}. They don’t include holidays; getClinicInfo and checkAvailability do.`,
    'Pass what the caller says about the day and time to the tools as dateText, all of it and word for word. Never work out a date yourself. If they ask for someone by name, pass that as providerName.',
    'Offer only times that checkAvailability returned, and book with the slot_id it gave. Ask it again for every other time the caller names: it knows more times than it offers.',
    'To move or cancel, call the tool, read its question to the caller, and call it again with their answer as confirmed and with the confirmToken.',
    'If no tool can do what the caller wants, use takeMessage: someone from the clinic will call them back.',
    'Ask for the caller’s full name. Their own number is known; ask only if they want the text somewhere else.',
    'Never say that an appointment is booked until bookClinicAppointment says so. Read its answer to the caller.',
    `If the caller describes an emergency that is happening now, say at once: "This sounds like an emergency. Please hang up now and call ${emergencyNumber(profile.country)}." Then don’t ask anything else, and don’t book. Never bring up emergencies yourself.`,
  ].join('\n');
