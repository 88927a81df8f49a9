/**
 * What each role may do. Written by `npm run db:types` from the rows of app_private.rights, which the functions of the
 * database ask.
 */
export const RIGHTS = {
  'api_keys.manage': { roles: ['owner', 'admin'], description: 'make and revoke API keys' },
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
  'security.manage': { roles: ['owner'], description: 'require two-step sign-in of everyone in the clinic' },
  'settings.edit': { roles: ['owner', 'admin'], description: 'change settings, services, providers and time off' },
  'tasks.edit': { roles: ['owner', 'admin', 'staff'], description: 'close and reopen tasks' },
  'tasks.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see tasks' },
  'team.manage': { roles: ['owner', 'admin'], description: 'invite people, and change and remove members' },
  'team.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see who belongs to the clinic' },
  'waitlist.edit': { roles: ['owner', 'admin', 'staff'], description: 'change the waitlist' },
  'waitlist.read': { roles: ['owner', 'admin', 'staff', 'auditor'], description: 'see the waitlist' },
} as const;

/** What an API key may do, by its scopes: the rows of app_private.scopes. */
export const SCOPES = {
  admin: {
    description: 'do what an admin can, team and API keys included',
    rights: ['api_keys.manage', 'appointments.book', 'appointments.read', 'calls.read', 'clinic.read', 'connections.test', 'feeds.manage', 'messages.read', 'messages.send', 'patients.edit', 'patients.read', 'schedule.read', 'settings.edit', 'tasks.edit', 'tasks.read', 'team.manage', 'team.read', 'waitlist.edit', 'waitlist.read'],
  },
  book: {
    description: 'book, move and cancel appointments, and edit patients, the waitlist and tasks',
    rights: ['appointments.book', 'appointments.read', 'patients.edit', 'patients.read', 'schedule.read', 'tasks.edit', 'tasks.read', 'waitlist.edit', 'waitlist.read'],
  },
  message: {
    description: 'read and send texts',
    rights: ['messages.read', 'messages.send'],
  },
  operate: {
    description: 'replay webhooks and outgoing work, reset circuit breakers, and replace the secret of the receptionist',
    rights: ['breakers.reset', 'clinic.read', 'connections.test', 'deliveries.read', 'deliveries.replay', 'receptionist.manage'],
  },
  read: {
    description: 'see what staff see',
    rights: ['appointments.read', 'calls.read', 'clinic.read', 'messages.read', 'patients.read', 'schedule.read', 'tasks.read', 'team.read', 'waitlist.read'],
  },
} as const;
