import type { LiveEventType } from '@voxanne/contract';

/** The first part of the query keys that an event makes stale. */
export const affected: Record<LiveEventType, readonly string[]> = {
  'organization.updated': ['me', 'organization', 'availability', 'onboarding', 'health'],
  'calendar.connected': ['integrations', 'onboarding', 'health', 'appointments'],
  'calendar.changed': ['integrations', 'onboarding', 'health', 'appointments', 'availability'],
  'assistant.ready': ['integrations', 'vapi', 'onboarding', 'health'],
  'appointment.booked': ['appointments', 'availability', 'onboarding', 'contacts'],
  'appointment.updated': ['appointments', 'availability', 'onboarding', 'contacts'],
  'message.created': ['messages', 'appointments', 'contacts', 'phone', 'onboarding'],
  'message.updated': ['messages', 'appointments', 'contacts', 'phone', 'onboarding'],
  'call.ended': ['call', 'onboarding', 'appointments', 'messages', 'phone'],
  'contact.updated': ['contacts', 'appointments', 'onboarding'],
  'waitlist.updated': ['waitlist', 'contacts', 'onboarding'],
  'task.updated': ['tasks', 'onboarding'],
  'service.updated': ['services', 'availability', 'onboarding'],
  'provider.updated': ['providers', 'availability', 'appointments', 'time-off', 'onboarding'],
  'time_off.updated': ['time-off', 'availability', 'onboarding'],
  'team.updated': ['members', 'invitations', 'me', 'onboarding'],
};

/** What is read again after a gap in the stream, when no one knows which events were missed. */
export const everythingLive = [...new Set(Object.values(affected).flat())];
