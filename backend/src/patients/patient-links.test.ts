import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createPatientLinks } from './patient-links.ts';

const links = createPatientLinks({ key: Buffer.alloc(32, 7), publicUrl: 'https://voxanne.example' });
const tokenOf = (url: string) => url.slice(url.lastIndexOf('/') + 1);

describe('a patient’s link', () => {
  test('names its row and version, and is short enough for a text', () => {
    const id = randomUUID();
    const url = links.toAppointment(id, 3);
    expect(url).toMatch(/^https:\/\/voxanne\.example\/a\/[\w-]{40}[ao]$/);
    expect(links.read(tokenOf(url))).toEqual({ kind: 'appointment', id, version: 3 });
    expect(links.read(tokenOf(links.toOffer(id)))).toEqual({ kind: 'offer', id });
  });

  test('is another one for each version, appointment and deployment', () => {
    const id = randomUUID();
    const other = createPatientLinks({ key: Buffer.alloc(32, 8), publicUrl: 'https://voxanne.example' });
    const all = [links.toAppointment(id, 1), links.toAppointment(id, 2), links.toOffer(id)];
    expect(new Set([...all, other.toAppointment(id, 1)]).size).toBe(4);
    for (const url of all) expect(other.read(tokenOf(url))).toBeNull();
  });

  test('a link of one kind doesn’t work as the other', () => {
    const token = tokenOf(links.toAppointment(randomUUID(), 1));
    expect(links.read(`${token.slice(0, -1)}o`)).toBeNull();
  });

  test('a link with one changed character opens nothing', () => {
    const token = tokenOf(links.toAppointment(randomUUID(), 1));
    for (let at = 0; at < token.length; at += 1) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(links.read(changed)).toBeNull();
    }
  });

  test.each([
    '',
    'x',
    'A'.repeat(40),
    `${'A'.repeat(40)}a`,
    `${'A'.repeat(41)}o`,
    'é'.repeat(41),
    '../../etc',
    '%00',
  ])('that was made up (%s) opens nothing', (token) => expect(links.read(token)).toBeNull());

  test('is not made for a version that does not exist', () => {
    expect(() => links.toAppointment(randomUUID(), 0)).toThrow(RangeError);
    expect(() => links.toAppointment(randomUUID(), 65_536)).toThrow(RangeError);
  });
});
