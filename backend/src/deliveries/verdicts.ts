interface Verdict {
  verdict: string;
  explanation: string;
}

const SIGNATURES: Record<string, string> = {
  secret: 'The shared secret in the header is the clinic’s.',
  bearer: 'The bearer token is the clinic’s.',
  hmac: 'The HMAC over the raw body matches, and it’s less than 5 minutes old.',
  twilio: 'X-Twilio-Signature matches the address and the form.',
  channel_token: 'The Google channel’s token is the one we gave it.',
};

/** Unauthenticated requests were refused and have no delivery; `none` marks rows from before the verdict was stored. */
export const signatureVerdict = (signature: string): Verdict => ({
  verdict: signature,
  explanation: SIGNATURES[signature] ?? 'It was verified before it was accepted; how wasn’t recorded.',
});

export function dedupeVerdict(duplicates: number, last: Date | null): Verdict {
  if (duplicates === 0) return { verdict: 'first_copy', explanation: 'First copy; no others have arrived.' };
  const copies = duplicates === 1 ? '1 further copy' : `${duplicates} further copies`;
  const when = last ? `, the last at ${last.toISOString()}` : '';
  return { verdict: 'first_copy', explanation: `First copy; ${copies} ignored${when}.` };
}
