import { describe, expect, test } from 'vitest';
import { isLoopbackHost, readAddress, readOrigin } from './addresses.ts';

describe('a public address', () => {
  test.each([
    ['https://clinic.example.com', 'https://clinic.example.com'],
    ['https://clinic.example.com/', 'https://clinic.example.com'],
    ['HTTPS://Clinic.Example.COM', 'https://clinic.example.com'],
    ['https://clinic.example.com:443', 'https://clinic.example.com'],
    ['https://clinic.example.com:8443', 'https://clinic.example.com:8443'],
    ['http://localhost:3001', 'http://localhost:3001'],
    ['http://[::1]:3001/', 'http://[::1]:3001'],
    ['https://praxis-müller.de', 'https://xn--praxis-mller-klb.de'],
    ['https://PRAXIS-MÜLLER.de', 'https://xn--praxis-mller-klb.de'],
  ])('is kept as the URL standard writes it: %s', (text, value) => {
    expect(readOrigin(text)).toEqual({ value });
  });

  test.each([
    ['https://clinic.example.com/voxanne', 'a path'],
    ['https://clinic.example.com//', 'a path'],
    ['https://clinic.example.com/?a=b', 'a query'],
    ['https://clinic.example.com?', 'a query'],
    ['https://clinic.example.com/#top', 'a fragment'],
    ['https://user:pass@clinic.example.com', 'a user name or password'],
    ['https://@clinic.example.com', 'a user name or password'],
    ['https://u@clinic.example.com/x?y#z', 'a path and a query and a fragment'],
  ])('is refused with what is too much: %s', (text, more) => {
    const { fault } = readOrigin(text);
    expect(fault).toContain(more);
    expect(fault).not.toContain('pass@');
  });

  test.each([
    '',
    'clinic.example.com',
    'localhost:3001',
    '//clinic.example.com',
    'ftp://clinic.example.com',
    'https:clinic.example.com',
    'https:///clinic.example.com',
    'https://',
    'https://clinic example.com',
    'https://clinic.exa\nmple.com',
    'https:\\\\clinic.example.com',
    'https://clinic.example.com:0',
    'https://clinic.example.com:99999',
    'javascript://clinic.example.com',
  ])('is refused if it isn’t one: %j', (text) => {
    expect(readOrigin(text).fault).toContain('isn’t a web address');
  });
});

describe('the address of an API', () => {
  test.each([
    ['https://api.example.com', 'https://api.example.com'],
    ['https://api.example.com//', 'https://api.example.com'],
    ['https://api.example.com/twilio/', 'https://api.example.com/twilio'],
    ['HTTP://127.0.0.1:3002/Vapi', 'http://127.0.0.1:3002/Vapi'],
  ])('keeps its path without a slash at the end: %s', (text, value) => {
    expect(readAddress(text)).toEqual({ value });
  });

  test.each([
    'https://a:b@api.example.com',
    'https://api.example.com?key=1',
    'https://api.example.com#x',
    'api',
  ])('is refused: %s', (text) => {
    expect(readAddress(text).fault).toBeDefined();
  });
});

describe('this machine alone is', () => {
  test.each([
    'localhost',
    'LOCALHOST',
    'voxanne.localhost',
    '127.0.0.1',
    '127.9.8.7',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    '[::ffff:7f00:1]',
  ])('%s', (host) => expect(isLoopbackHost(host)).toBe(true));

  test.each([
    'localhost.evil',
    'localhost.example.com',
    'notlocalhost',
    '127.0.0.1.nip.io',
    '127.example.com',
    '0.0.0.0',
    '::',
    '[::]',
    '192.168.1.20',
    '10.0.0.1',
    '::ffff:10.0.0.1',
    'fe80::1',
    '',
  ])('not: %s', (host) => expect(isLoopbackHost(host)).toBe(false));
});
