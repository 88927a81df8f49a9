import { expect, test } from 'vitest';
import { findTimeZones, timeZoneChoices } from './time-zones.ts';

const find = (typed: string, kept = 'UTC') =>
  findTimeZones(timeZoneChoices(kept), typed).map(({ value }) => value);

test.each([
  ['New York', 'America/New_York'],
  ['new y', 'America/New_York'],
  ['New_York', 'America/New_York'],
  ['America/New_York', 'America/New_York'],
  ['Kolkata', 'Asia/Kolkata'],
  ['Calcutta', 'Asia/Kolkata'],
  ['India', 'Asia/Kolkata'],
  ['Kyiv', 'Europe/Kyiv'],
  ['Kiev', 'Europe/Kyiv'],
  ['ukraine', 'Europe/Kyiv'],
  ['germany', 'Europe/Berlin'],
  ['São Paulo', 'America/Sao_Paulo'],
  ['sao paulo', 'America/Sao_Paulo'],
  ['Ho Chi Minh', 'Asia/Ho_Chi_Minh'],
  ['saigon', 'Asia/Ho_Chi_Minh'],
  ['kathmandu', 'Asia/Kathmandu'],
  ['Buenos Aires', 'America/Argentina/Buenos_Aires'],
  ['Port-au-Prince', 'America/Port-au-Prince'],
  ['utc', 'UTC'],
])('%j finds %s first', (typed, zone) => {
  expect(find(typed)[0]).toBe(zone);
});

test('a name that several zones share finds all of them', () => {
  expect(find('eastern time')).toEqual(expect.arrayContaining(['America/New_York', 'America/Detroit']));
  expect(find('united states')).toContain('America/Los_Angeles');
  expect(find('Atlantis')).toEqual([]);
});

test('a zone reads as its city and country, each once', () => {
  const choices = timeZoneChoices('UTC');
  const label = (zone: string) => choices.find(({ value }) => value === zone)?.label;
  expect(label('America/New_York')).toBe('New York, United States');
  expect(label('Asia/Kolkata')).toBe('Kolkata, India');
  expect(label('Asia/Singapore')).toBe('Singapore');
  expect(new Set(choices.map(({ value }) => value)).size).toBe(choices.length);
});

test.each(['Asia/Calcutta', 'US/Eastern', 'Europe/Kiev'])('%s, once chosen, stays a choice', (zone) => {
  expect(timeZoneChoices(zone).map(({ value }) => value)).toContain(zone);
  expect(find(zone, zone)[0]).toBe(zone);
});
