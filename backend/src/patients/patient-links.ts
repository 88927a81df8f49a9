import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link is for. A link of an appointment is good for one version of it. */
export type PatientLink =
  | { kind: 'appointment'; id: string; version: number }
  | { kind: 'offer'; id: string };

export interface PatientLinks {
  toAppointment(id: string, version: number): string;
  toOffer(id: string): string;
  /** @returns null for everything that was not made here, after the same work as for what was. */
  read(token: string): PatientLink | null;
}

const ID_BYTES = 16;
const BODY_BYTES = ID_BYTES + 2;
const MAC_BYTES = 12;
// Last comes a letter: a phone takes a hyphen at the end for punctuation, and leaves it out of the link.
const TOKEN = /^[\w-]{40}[ao]$/;
const LAST_VERSION = 0xffff;

/**
 * The addresses that patients get by text. They are derived, 41 characters after `/a/`: which row, which version of it,
 * a MAC, and what it is for. So no queue and no log holds what opens them, only the text itself, and that stays within
 * two parts. Changing the key (`AUTH_SECRET`) ends the links that are out.
 */
export function createPatientLinks({ key, publicUrl }: { key: Buffer; publicUrl: string }): PatientLinks {
  const macOf = (kind: string, body: Buffer) =>
    createHmac('sha256', key).update(kind).update(body).digest().subarray(0, MAC_BYTES);
  const link = (kind: 'a' | 'o', id: string, version = 0) => {
    const body = Buffer.alloc(BODY_BYTES);
    body.write(id.replaceAll('-', ''), 'hex');
    body.writeUInt16BE(version, ID_BYTES);
    return `${publicUrl}/a/${Buffer.concat([body, macOf(kind, body)]).toString('base64url')}${kind}`;
  };
  return {
    toAppointment(id, version) {
      if (version < 1 || version > LAST_VERSION)
        throw new RangeError('No link can be made for that version.');
      return link('a', id, version);
    },
    toOffer: (id) => link('o', id),
    read(token) {
      const bytes = TOKEN.test(token)
        ? Buffer.from(token.slice(0, -1), 'base64url')
        : Buffer.alloc(BODY_BYTES + MAC_BYTES);
      const kind = token.slice(-1);
      const body = bytes.subarray(0, BODY_BYTES);
      if (!timingSafeEqual(bytes.subarray(BODY_BYTES), macOf(kind, body))) return null;
      const hex = body.toString('hex', 0, ID_BYTES);
      const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      return kind === 'o'
        ? { kind: 'offer', id }
        : { kind: 'appointment', id, version: body.readUInt16BE(ID_BYTES) };
    },
  };
}
