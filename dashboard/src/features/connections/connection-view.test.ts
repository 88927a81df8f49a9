import { ConnectionStatus } from '@voxanne/contract';
import { expect, test } from 'vitest';
import { connectionView, isLinked, needsLinking } from './connection-view.ts';

test('every state has a word', () => {
  for (const status of ConnectionStatus.options) expect(connectionView(status).word).not.toBe('');
});

test('a person is asked to link only where the server cannot help itself', () => {
  expect(ConnectionStatus.options.filter(needsLinking)).toEqual([
    'not_linked',
    'reconnect_required',
    'insufficient_scope',
    'revoked',
  ]);
});

test('what was never linked or is withdrawn cannot be unlinked', () => {
  expect(ConnectionStatus.options.filter((status) => !isLinked(status))).toEqual(['not_linked', 'revoked']);
});
