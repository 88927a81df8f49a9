interface Verdict {
  verdict: string;
  explanation: string;
}

const SIGNATURES: Record<string, string> = {
  secret: 'The shared secret in the header is the clinic’s own.',
  bearer: 'The bearer token is the clinic’s own.',
  hmac: 'The HMAC over the raw body matches, and its time is within 5 minutes.',
  twilio: 'X-Twilio-Signature matches the address and the form.',
  channel_token: 'The token of the Google channel is the one that we gave it.',
};

/** What proved nothing was refused and has no delivery; `none` are rows from before the verdict was kept. */
export const signatureVerdict = (signature: string): Verdict => ({
  verdict: signature,
  explanation: SIGNATURES[signature] ?? 'It was verified before it was taken in; how was not written down.',
});

export function dedupeVerdict(duplicates: number, last: Date | null): Verdict {
  if (duplicates === 0) return { verdict: 'first_copy', explanation: 'First copy; no further one has come.' };
  const copies = duplicates === 1 ? '1 further copy' : `${duplicates} further copies`;
  const when = last ? `, the last at ${last.toISOString()}` : '';
  return { verdict: 'first_copy', explanation: `First copy; ${copies} ignored${when}.` };
}
