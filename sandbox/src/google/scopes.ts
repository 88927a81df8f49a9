const prefix = 'https://www.googleapis.com/auth/';

export const scopesFor = {
  calendarList: ['calendar', 'calendar.readonly', 'calendar.calendarlist', 'calendar.calendarlist.readonly'],
  calendar: ['calendar', 'calendar.readonly', 'calendar.calendars', 'calendar.calendars.readonly'],
  freeBusy: ['calendar', 'calendar.readonly', 'calendar.freebusy', 'calendar.events.freebusy'],
  readEvents: [
    'calendar',
    'calendar.readonly',
    'calendar.events',
    'calendar.events.readonly',
    'calendar.events.owned',
    'calendar.events.owned.readonly',
  ],
  writeEvents: ['calendar', 'calendar.events', 'calendar.events.owned'],
} as const;

export type Right = keyof typeof scopesFor;

export function allows(scope: string, right: Right): boolean {
  const granted = new Set(scope.split(' '));
  return scopesFor[right].some((name) => granted.has(prefix + name));
}

const sentences: Record<string, string> = {
  openid: 'Associate you with your personal info on Google',
  email: 'See your primary Google Account email address',
  profile: 'See your personal info',
  [`${prefix}userinfo.email`]: 'See your primary Google Account email address',
  [`${prefix}userinfo.profile`]: 'See your personal info',
  [`${prefix}calendar`]: 'See, edit, share, and delete all the calendars you can access',
  [`${prefix}calendar.readonly`]: 'See and download any calendar you can access',
  [`${prefix}calendar.events`]: 'View and edit events on all your calendars',
  [`${prefix}calendar.events.readonly`]: 'View events on all your calendars',
  [`${prefix}calendar.events.owned`]: 'View and edit events on calendars you own',
  [`${prefix}calendar.freebusy`]: 'View your availability in your calendars',
  [`${prefix}calendar.calendarlist.readonly`]: 'See the list of calendars you are subscribed to',
};

export const sentenceOf = (scope: string): string => sentences[scope] ?? `Use ${scope.replace(prefix, '')}`;

/** Who someone is goes with signing in; only access to data can be unticked. */
export const isIdentity = (scope: string): boolean =>
  ['openid', 'email', 'profile'].includes(scope) || scope.startsWith(`${prefix}userinfo.`);
