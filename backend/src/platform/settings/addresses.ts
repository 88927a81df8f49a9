import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether no one but this machine can reach that host. A name counts only where every resolver agrees (RFC 6761). */
export function isLoopbackHost(host: string): boolean {
  const bare = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  const family = isIP(bare);
  if (family > 0) return loopback.check(bare, family === 4 ? 'ipv4' : 'ipv6');
  return bare === 'localhost' || bare.endsWith('.localhost');
}

export const isLoopbackUrl = (url: string): boolean => isLoopbackHost(new URL(url).hostname);

export type Read = { value: string; fault?: never } | { fault: string; value?: never };

/**
 * The address given to browsers and vendors: scheme, host and port, nothing else. Written as the URL standard
 * writes it (small letters, names in ASCII, no port that the scheme implies), because it is compared as text.
 */
export function readOrigin(text: string): Read {
  const url = parse(text);
  if (url === undefined) {
    return { fault: 'isn’t a web address. Write it as https://voxanne.example.com, with its scheme.' };
  }
  const more = [
    ...(hasCredentials(text, url) ? ['a user name or password'] : []),
    ...(url.pathname === '/' ? [] : ['a path']),
    ...(text.includes('?') ? ['a query'] : []),
    ...(text.includes('#') ? ['a fragment'] : []),
  ];
  if (more.length > 0) {
    return {
      fault: `can only have a scheme, host and port, such as https://voxanne.example.com, but has ${more.join(' and ')}. Leave that out.`,
    };
  }
  return { value: url.origin };
}

/** Where an API answers: a path may follow, and a slash at its end is dropped. */
export function readAddress(text: string): Read {
  const url = parse(text);
  if (url === undefined)
    return { fault: 'isn’t a web address. Write it with its scheme, such as https://api.example.com.' };
  if (hasCredentials(text, url)) {
    return { fault: 'has a user name or password in it. Leave that out: addresses appear in logs.' };
  }
  if (/[?#]/.test(text))
    return { fault: 'has a query or a fragment. Leave that out, because paths are added to it.' };
  return { value: `${url.origin}${url.pathname.replace(/\/+$/, '')}` };
}

function parse(text: string): URL | undefined {
  // The parser would repair these: drop line breaks and tabs, and take "https:host" and backslashes.
  if (!/^https?:\/\/[^/\\\s]/i.test(text) || /[\s\\]/.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.port === '0' ? undefined : url;
}

/** An empty pair (`https://@host`) leaves no trace in the parsed address. */
const hasCredentials = (text: string, url: URL): boolean =>
  url.username !== '' || url.password !== '' || /^https?:\/\/[^/?#]*@/i.test(text);
