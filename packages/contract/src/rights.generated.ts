/**
 * What each role may do. Written by `npm run db:types` from the rows of app_private.rights, which the functions of the
 * database ask.
 */
export const RIGHTS = {
  'appointments.book': { roles: ['owner', 'admin', 'staff'], description: 'book, move and cancel appointments' },
  'appointments.overbook': { roles: ['owner'], description: 'book a time that is taken' },
  'appointments.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see appointments' },
  'breakers.reset': { roles: ['owner'], description: 'reset circuit breakers' },
  'calls.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see calls' },
  'clinic.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see the clinic, its connections and its health' },
  'connections.manage': { roles: ['owner', 'admin'], description: 'link and unlink Google Calendar' },
  'connections.test': { roles: ['owner', 'admin', 'staff'], description: 'test the link to Google Calendar' },
  'deliveries.read': { roles: ['owner'], description: 'see webhooks and outgoing work' },
  'deliveries.replay': { roles: ['owner'], description: 'replay webhooks and outgoing work' },
  'feeds.manage': { roles: ['owner', 'admin'], description: 'make and revoke calendar feeds' },
  'messages.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'read texts' },
  'messages.send': { roles: ['owner', 'admin', 'staff'], description: 'send texts' },
  'owners.manage': { roles: ['owner'], description: 'make and change owners' },
  'patients.edit': { roles: ['owner', 'admin', 'staff'], description: 'change the details of patients' },
  'patients.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see patients' },
  'receptionist.manage': { roles: ['owner'], description: 'see and replace the secret of the receptionist' },
  'schedule.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see services, providers, time off and free times' },
  'settings.edit': { roles: ['owner', 'admin'], description: 'change settings, services, providers and time off' },
  'tasks.edit': { roles: ['owner', 'admin', 'staff'], description: 'close and reopen tasks' },
  'tasks.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see tasks' },
  'team.manage': { roles: ['owner', 'admin'], description: 'invite people, and change and remove members' },
  'team.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see who belongs to the clinic' },
  'waitlist.edit': { roles: ['owner', 'admin', 'staff'], description: 'change the waitlist' },
  'waitlist.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see the waitlist' },
} as const;
