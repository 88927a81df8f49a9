export const providers = ['google', 'twilio', 'vapi', 'mail'] as const;

export type Provider = (typeof providers)[number];

export function providerOf(url: string): Provider | undefined {
  const first = url.split(/[/?]/)[1];
  return providers.find((provider) => provider === first);
}
