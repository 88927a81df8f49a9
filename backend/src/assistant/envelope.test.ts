import { describe, expect, test } from 'vitest';
import { parseEnvelope, readBody, readToolCalls } from './envelope.ts';

const args = { name: 'Maria Lopez', serviceType: 'consultation' };
const call = { id: 'call_1', type: 'function', function: { name: 'bookClinicAppointment', arguments: args } };
const message = (fields: object) => ({
  message: { type: 'tool-calls', timestamp: 1_777_907_426_083, ...fields },
});
const read = (fields: object, tool?: string) => readToolCalls(message(fields), tool);

describe('a tool call of Vapi', () => {
  test.each<[string, object]>([
    ['function.arguments as an object', call],
    [
      'function.arguments as JSON text',
      { ...call, function: { ...call.function, arguments: JSON.stringify(args) } },
    ],
    ['function.parameters', { ...call, function: { name: call.function.name, parameters: args } }],
    ['arguments beside the name', { id: 'call_1', name: 'bookClinicAppointment', arguments: args }],
    [
      'arguments as JSON text',
      { id: 'call_1', name: 'bookClinicAppointment', arguments: JSON.stringify(args) },
    ],
    ['parameters beside the name', { id: 'call_1', name: 'bookClinicAppointment', parameters: args }],
    ['toolCallId for its id', { toolCallId: 'call_1', name: 'bookClinicAppointment', parameters: args }],
  ])('is read with its %s', (_form, raw) => {
    const expected = [{ id: 'call_1', key: 'call_1', name: 'bookClinicAppointment', arguments: args }];
    for (const list of [
      { toolCallList: [raw] },
      { toolCalls: [raw] },
      { toolWithToolCallList: [{ type: 'function', toolCall: raw }] },
      { toolCallList: [], toolCalls: [raw] },
      { toolCallList: null, toolCalls: [], toolWithToolCallList: [{ toolCall: raw }] },
    ]) {
      expect(read(list)?.calls, JSON.stringify(list)).toEqual(expected);
    }
  });

  test('is taken from the first list that has any, so that nothing runs twice', () => {
    const all = { toolCallList: [call], toolCalls: [call], toolWithToolCallList: [{ toolCall: call }] };
    expect(read(all)?.calls).toHaveLength(1);
  });

  test('says who called whom', () => {
    const numbers = { customer: { number: '+14155550132' }, phoneNumber: { number: '+12125550100' } };
    expect(read({ toolCallList: [call], ...numbers })).toMatchObject({
      callerNumber: '+14155550132',
      calledNumber: '+12125550100',
    });
  });

  test.each([[''], [null], [undefined]])(
    'with %j for an id is known by its name and its message, and gets the id back that it had',
    (id) => {
      const named = (name: string) => ({ id, function: { name, arguments: args } });
      const read_ = (timestamp: number) =>
        read({ timestamp, toolCallList: [named('a'), named('b')] })?.calls.map(({ key }) => key);
      expect(read({ toolCallList: [named('a')] })?.calls[0]?.id).toBe('');
      expect(read_(1)).toEqual(read_(1));
      expect(new Set([...(read_(1) ?? []), ...(read_(2) ?? [])]).size).toBe(4);
    },
  );

  test('with a number for an id, or of no one by name, is still one', () => {
    expect(read({ toolCallList: [{ ...call, id: 7 }, { id: 'x' }] })?.calls).toMatchObject([
      { id: '7', name: 'bookClinicAppointment' },
      { id: 'x', name: '', arguments: {} },
    ]);
  });

  test.each<[string, object]>([
    ['parameters', { name: 'bookClinicAppointment', parameters: args }],
    ['parameters as JSON text', { name: 'bookClinicAppointment', parameters: JSON.stringify(args) }],
    ['arguments', { name: 'bookClinicAppointment', arguments: args }],
  ])('of the older kind is read with its %s', (_where, functionCall) => {
    const body = { message: { type: 'function-call', functionCall, call: { id: 'c-1' } } };
    expect(readToolCalls(body, undefined)).toMatchObject({
      form: 'legacy',
      callId: 'c-1',
      calls: [{ id: '', name: 'bookClinicAppointment', arguments: args }],
    });
  });

  test('keeps the order of several', () => {
    const calls = ['a', 'b', 'c'].map((id) => ({ ...call, id }));
    expect(read({ toolCallList: calls })?.calls.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  test('without a name is that of the address it came to', () => {
    expect(read({ toolCallList: [{ id: 'call_1', arguments: {} }] }, 'getClinicInfo')?.calls).toEqual([
      { id: 'call_1', key: 'call_1', name: 'getClinicInfo', arguments: {} },
    ]);
  });

  test.each([[undefined], [null], [''], ['{}'], [{}]])('with %j for arguments has none', (given) => {
    const calls = read({
      toolCallList: [{ id: 'x', function: { name: 'getClinicInfo', arguments: given } }],
    });
    expect(calls?.calls[0]?.arguments).toEqual({});
  });

  test('with text that is no JSON keeps it, for the tool to refuse', () => {
    const calls = read({
      toolCallList: [{ id: 'x', function: { name: 'getClinicInfo', arguments: '{oops' } }],
    });
    expect(calls?.calls[0]?.arguments).toBe('{oops');
  });

  test('carries the call it belongs to and the number that signalling gave', () => {
    expect(
      read({ toolCallList: [call], call: { id: 'c-1', customer: { number: '+14155550132' } } }),
    ).toMatchObject({ form: 'envelope', callId: 'c-1', callerNumber: '+14155550132' });
    expect(
      read({ toolCallList: [call], call: { id: 'c-1' }, customer: { number: '+14155550133' } }),
    ).toMatchObject({ callerNumber: '+14155550133' });
    expect(read({ toolCallList: [call] })).toMatchObject({ callId: null, callerNumber: null });
  });

  test('every form that Vapi has been seen to send is read', () => {
    const captured = {
      toolCalls: [call],
      toolCallList: [call],
      toolWithToolCallList: [{ type: 'function', function: { name: 'x' }, async: false, toolCall: call }],
      artifact: {
        messages: [{ role: 'bot', toolCalls: [{ ...call, function: { name: 'x', arguments: '{}' } }] }],
      },
      call: {
        id: '019e0000-0000-7000-8000-000000000000',
        orgId: 'their-org',
        type: 'inboundPhoneCall',
        status: 'ringing',
        monitor: { listenUrl: 'wss://x', controlUrl: 'https://x' },
      },
      phoneNumber: { id: 'pn', number: '+15550100100', twilioAuthToken: 'secret' },
      customer: { number: '+14155550132', sipUri: null },
      assistant: { id: 'a', name: 'Receptionist' },
    };
    expect(read(captured)).toMatchObject({ calls: [{ id: 'call_1', arguments: args }] });
  });

  test('in the short form has its name from the address', () => {
    const body = { toolCallId: 'call_1', tool: { arguments: args }, customer: { number: '+14155550132' } };
    expect(readToolCalls(body, 'bookClinicAppointment')).toEqual({
      form: 'short',
      calls: [{ id: 'call_1', key: 'call_1', name: 'bookClinicAppointment', arguments: args }],
      callId: null,
      callerNumber: '+14155550132',
      calledNumber: null,
    });
    const asText = { ...body, tool: { arguments: JSON.stringify(args) } };
    expect(readToolCalls(asText, 'bookClinicAppointment')?.calls[0]?.arguments).toEqual(args);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['text', 'hello'],
    ['a message without a type', { message: {} }],
    ['no call at all', message({})],
    ['an empty list', message({ toolCallList: [] })],
    ['hundreds of calls', message({ toolCallList: Array.from({ length: 300 }, () => call) })],
    ['a short form without an id', { tool: { arguments: {} } }],
  ])('%s is none', (_what, body) => {
    expect(readToolCalls(body, undefined)).toBeNull();
  });

  test('a message of a type that came yesterday is read as well', () => {
    expect(
      parseEnvelope({ message: { type: 'call.artifact.upload', timestamp: '2026-08-01T00:00:00Z' } }).success,
    ).toBe(true);
  });
});

describe('the body of a message', () => {
  const read_ = (text: string) => readBody(Buffer.from(text));

  test('is JSON or it is not', () => {
    expect(read_('{"a":1}')).toEqual({ a: 1 });
    for (const text of ['', '{', 'hello', '{"a":1}}'])
      expect(() => read_(text), text).toThrow('isn’t valid JSON');
  });

  test('loses what PostgreSQL cannot keep: NULs and halves of characters', () => {
    expect(read_('{"a":"x\\u0000y","b":["\\ud83d"],"c\\u0000":1,"d":"\\ud83d\\ude00"}')).toEqual({
      a: 'xy',
      b: ['\ufffd'],
      d: '😀',
    });
  });
});
