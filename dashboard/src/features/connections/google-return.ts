const refusals: Record<string, string> = {
  denied: 'You didn’t give access on Google’s page, so nothing was linked. You can try again.',
  insufficient_scope:
    'Google linked the account, but without permission to add events. Link again and leave every box checked.',
  failed: 'Google didn’t finish linking, so nothing changed. Please try again.',
};

/** What the address bar says after Google sent the browser back; null when it says nothing. */
export function googleReturn(google: string | undefined): { ok: boolean; text: string } | null {
  if (google === undefined) return null;
  if (google === 'connected') return { ok: true, text: 'Google Calendar is linked.' };
  return { ok: false, text: refusals[google] ?? refusals.failed ?? '' };
}
