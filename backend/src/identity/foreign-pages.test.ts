import { describe, expect, test } from 'vitest';
import { ownOrigins } from './foreign-pages.ts';

describe('our own pages', () => {
  test.each([
    ['live', 'https://clinic.example'],
    ['live', 'https://clinic.example:8443'],
    ['live', 'http://localhost:3001'],
    ['sandbox', 'https://trial.example'],
  ] as const)('in %s mode at %s have that one origin', (mode, publicUrl) =>
    expect(ownOrigins({ mode, publicUrl })).toEqual([publicUrl]),
  );

  test.each(['http://localhost:3001', 'http://127.0.0.1:3001'])(
    'of a sandbox on this machine (%s) have both of its names',
    (publicUrl) =>
      expect(ownOrigins({ mode: 'sandbox', publicUrl }).sort()).toEqual([
        'http://127.0.0.1:3001',
        'http://localhost:3001',
      ]),
  );
});
