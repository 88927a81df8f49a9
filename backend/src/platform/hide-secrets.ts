import type { Config } from './config.ts';
import { operatorTokensOf } from './settings/operator-tokens.ts';

/** Shorter ones would also be found inside of ordinary words. */
const MIN_LENGTH = 8;

/** Every secret of a configuration, as it could appear in a message that someone else wrote. */
function secretsOf(config: Config): string[] {
  const { auth, database, encryptionKeys, google, operatorToken, redisUrl, twilio, vapi } = config;
  const passwords = [database.url, database.runtimeUrl, database.migrationUrl, redisUrl].flatMap(
    (address) => {
      const password = URL.parse(address ?? '')?.password ?? '';
      return [password, asTyped(password)];
    },
  );
  return [
    auth.secret,
    auth.supabaseJwtSecret ?? '',
    ...operatorTokensOf(operatorToken),
    google.clientSecret,
    twilio.authToken,
    vapi.apiKey,
    ...encryptionKeys.flatMap(({ key }) => [key.toString('base64'), key.toString('hex')]),
    ...passwords,
  ];
}

function asTyped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * For what is printed in a crash. Our own messages name no secret, but a driver or library may put an address or an
 * argument into the words of its error.
 */
export function createSecretFilter(config: Config): (text: string) => string {
  const secrets = [...new Set(secretsOf(config))]
    .filter(({ length }) => length >= MIN_LENGTH)
    // The longest first: one may be part of another.
    .sort((one, other) => other.length - one.length);
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[hidden]'), text);
}
