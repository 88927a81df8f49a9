const refusals: Record<string, string> = {
  denied: 'Google says access was not given. Nothing was linked; you can try again.',
  insufficient_scope:
    'Google linked the account, but without the permission to write events. Link again and leave every box ticked.',
  failed: 'Google did not finish linking. Nothing was changed; please try again.',
};

/** What the address bar says after Google sent the browser back; null when there is nothing to say. */
export function googleReturn(google: string | undefined): { ok: boolean; text: string } | null {
  if (google === undefined) return null;
  if (google === 'connected') return { ok: true, text: 'Google Calendar is linked.' };
  return { ok: false, text: refusals[google] ?? refusals.failed ?? '' };
}
