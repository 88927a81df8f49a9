import ICAL from 'ical.js';
import { describe, expect, test } from 'vitest';
import { toCalendar } from './ics.ts';

const row = {
  id: '7f1c2a52-7f2c-4c52-8a53-0d6a1f6f2b10',
  status: 'confirmed',
  scheduled_at: new Date('2099-03-02T14:00:00Z'),
  duration_minutes: 30,
  version: 1,
  created_at: new Date('2099-03-01T09:00:00Z'),
  updated_at: new Date('2099-03-01T09:00:00Z'),
  provider_name: 'Dr. Ada',
  contact_name: 'Maria Lopez',
  service_name: 'Consultation',
};
const fileWith = (text: string) =>
  toCalendar({ name: text, events: [{ row, summary: text, description: text }] });

// This parser leaves properties that it does not know as they are written.
const textOf = (value: unknown) => String(value).replace(/\\([\\;,])/g, '$1');

/** As another program reads it. */
function read(file: string) {
  const calendar = new ICAL.Component(ICAL.parse(file));
  const events = calendar.getAllSubcomponents('vevent');
  return {
    names: calendar.getAllProperties().map((property) => property.name),
    name: textOf(calendar.getFirstPropertyValue('name')),
    title: textOf(calendar.getFirstPropertyValue('x-wr-calname')),
    events: events.map((event) => event.getAllProperties().map((property) => property.name)),
    summary: events[0]?.getFirstPropertyValue('summary'),
    description: events[0]?.getFirstPropertyValue('description'),
  };
}

const plain = read(fileWith('Elm'));
const INJECTED = 'BEGIN:VEVENT|UID:evil|SUMMARY:Injected|END:VEVENT|ATTENDEE:mailto:evil@example.com';

describe('a calendar file', () => {
  test.each([
    ['CR LF', '\r\n'],
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['a folded line', '\r\n '],
    ['the next-line character', '\u0085'],
    ['a line separator', '\u2028'],
    ['a paragraph separator', '\u2029'],
    ['a vertical tab', '\u000b'],
    ['a form feed', '\u000c'],
    ['an information separator', '\u001e'],
    ['NUL', '\u0000'],
  ])('has one event and no property of a stranger’s, whatever %s brings along', (_, lineBreak) => {
    const file = fileWith(`Elm${lineBreak}${INJECTED.replaceAll('|', lineBreak)}${lineBreak}X-A:`);
    expect(read(file)).toMatchObject({ names: plain.names, events: plain.events });
    // Other programs end a line at each of these.
    const lines = file.split(/\r\n|[\p{Cc}\u2028\u2029]/u);
    expect(lines.filter((line) => /^(BEGIN:VEVENT|ATTENDEE|UID)/.test(line))).toHaveLength(2);
  });

  test.each([
    'Zahn; "Praxis", Müller\\Söhne',
    'Müller\\neu',
    'a\\,b;c,d\\',
    'NAME:x',
    '#1 "Dental" 100%',
    '光'.repeat(40),
  ])('says %s as it is written, in each of its texts', (text) => {
    expect(read(fileWith(text))).toMatchObject({ name: text, title: text, summary: text, description: text });
  });

  test('leaves out what no one can see', () => {
    expect(read(fileWith('\u202eElm\u200b\u001b'))).toMatchObject({
      name: 'Elm',
      title: 'Elm',
      summary: 'Elm',
    });
  });
});
