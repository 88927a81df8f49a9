import { describe, expect, it } from 'vitest';
import { aSandbox } from '../testing/sandbox.ts';
import { aBackOffice, aCall, anAssistant, caller, clientOf, org, slots } from './testing.ts';

describe('a phone call', () => {
  it('asks who answers, offers a time, books it, and reports, each message signed', async () => {
    const sandbox = await aSandbox();
    const assistant = { id: '' };
    const office = await aBackOffice({}, () => ({ assistantId: assistant.id }));
    Object.assign(assistant, await anAssistant(sandbox, { url: office.url, secret: 's3cret' }));

    const call = await aCall(sandbox, { org_id: org });

    expect(call).toMatchObject({
      org_id: org,
      from: caller,
      assistant_id: assistant.id,
      ended_reason: 'customer-ended-call',
      tool_calls: [{ name: 'checkAvailability' }, { name: 'bookClinicAppointment', error: null }],
    });
    expect(call.transcript.map(({ text }: { text: string }) => text)).toEqual([
      'Lakeside Clinic, how can I help?',
      'Hi, this is Maria Lopez. I’d like to book a consultation, please.',
      'Of course. Let me see what we have.',
      'I have Monday at 9:00 AM or 9:30 AM.',
      'Monday, November 23 at 9:00 AM works for me.',
      'You are booked for Monday, November 23 at 9:00 AM.',
      'Great, thank you. Goodbye.',
    ]);
    const types = office.messages().map(({ type }) => type);
    expect(types.filter((type) => type !== 'transcript')).toEqual([
      'assistant-request',
      'status-update',
      'tool-calls',
      'tool-calls',
      'status-update',
      'end-of-call-report',
    ]);
    expect(call.requests.map(({ type }: { type: string }) => type)).toEqual(types);
    for (const { headers } of office.received) expect(headers['x-vapi-secret']).toBe('s3cret');
    expect(office.received.map(({ text }) => text).join()).not.toContain('s3cret');
  });

  it('speaks the envelope of the wire: arguments are an object, the call rings forever', async () => {
    const sandbox = await aSandbox();
    const office = await aBackOffice();
    const { id } = await anAssistant(sandbox, { url: office.url });
    await clientOf(sandbox).phoneNumbers.create({ provider: 'vapi', assistantId: id });

    await aCall(sandbox, { to: '+15550100100' });

    const booking = office
      .messages()
      .find(({ toolCallList }) => toolCallList?.[0]?.function.name === 'bookClinicAppointment');
    const toolCall = {
      id: expect.stringMatching(/^call_/),
      type: 'function',
      function: {
        name: 'bookClinicAppointment',
        arguments: {
          name: 'Maria Lopez',
          phone: caller,
          serviceType: 'consultation',
          slotId: 's-1',
          scheduledAt: '2026-11-23T14:00:00Z',
        },
      },
      isPrecededByText: true,
    };
    expect(booking).toMatchObject({
      timestamp: expect.any(Number),
      toolCalls: [toolCall],
      toolCallList: [toolCall],
      toolWithToolCallList: [{ type: 'function', toolCall }],
      call: {
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        type: 'inboundPhoneCall',
        status: 'ringing',
        assistantId: id,
      },
      phoneNumber: { number: '+15550100100', assistantId: id },
      customer: { number: caller },
      assistant: { name: 'Receptionist' },
    });
    const report = office.messages().at(-1);
    expect(report).toMatchObject({
      type: 'end-of-call-report',
      endedReason: 'customer-ended-call',
      artifact: { transcript: expect.stringContaining('User: Hi, this is Maria Lopez.') },
      analysis: { successEvaluation: 'true' },
    });
    expect(office.messages()[0]?.type).toBe('status-update');
  });

  it("goes to the tool's own server first, with that server's proof", async () => {
    const sandbox = await aSandbox();
    const [office, tools] = [await aBackOffice(), await aBackOffice()];
    const { id } = await anAssistant(
      sandbox,
      { url: office.url, secret: 'general' },
      {
        model: {
          provider: 'openai',
          model: 'gpt-4o',
          tools: [
            {
              type: 'function',
              function: { name: 'bookClinicAppointment' },
              server: { url: `${tools.url}/book`, headers: { 'X-Vapi-Secret': 'special' } },
              parameters: [{ key: 'clinicId', value: 'c-1' }],
            },
          ],
        },
      },
    );
    await clientOf(sandbox).phoneNumbers.create({ provider: 'vapi', assistantId: id });

    await aCall(sandbox, { org_id: org });

    expect(tools.received).toHaveLength(1);
    expect(tools.received[0]).toMatchObject({
      path: '/book',
      headers: { 'x-vapi-secret': 'special' },
    });
    expect(tools.messages()[0]?.toolCallList?.[0]?.function.arguments).toMatchObject({ clinicId: 'c-1' });
    expect(office.messages().filter(({ type }) => type === 'tool-calls')).toHaveLength(1);
  });

  it('plays the requests of a script, and turns one by one', async () => {
    const sandbox = await aSandbox();
    const asked: object[] = [];
    const keep = (args: object) => {
      asked.push(args);
      return { result: 'ok' };
    };
    const office = await aBackOffice({
      bookClinicAppointment: keep,
      cancelAppointment: keep,
    });
    const { id } = await anAssistant(sandbox, { url: office.url });
    await clientOf(sandbox).phoneNumbers.create({ provider: 'vapi', assistantId: id });

    await aCall(sandbox, {
      org_id: org,
      script: { patient: { name: 'Ana', email: 'ana@example.com' }, slot_index: 1 },
    });
    await aCall(sandbox, {
      org_id: org,
      script: { appointment_date: '2026-11-24', appointment_time: '10:00' },
    });
    const scripted = await aCall(sandbox, {
      org_id: org,
      script: [
        { say: 'Cancel it, please.' },
        { tool: 'cancelAppointment', arguments: { all: true } },
        { hang_up: true },
      ],
    });

    expect(asked).toEqual([
      {
        name: 'Ana',
        email: 'ana@example.com',
        phone: caller,
        serviceType: 'consultation',
        slotId: 's-2',
        scheduledAt: slots[1]?.start,
      },
      {
        name: 'Maria Lopez',
        phone: caller,
        serviceType: 'consultation',
        appointmentDate: '2026-11-24',
        appointmentTime: '10:00',
      },
      { all: true },
    ]);
    expect(scripted.transcript.at(-1)).toMatchObject({ role: 'assistant', text: 'ok' });
  });

  it('says what it was told and ends politely when there is nothing to choose', async () => {
    const sandbox = await aSandbox();
    const office = await aBackOffice({
      checkAvailability: () => ({ result: 'We are closed this week.' }),
    });
    const { id } = await anAssistant(sandbox, { url: office.url });
    await clientOf(sandbox).phoneNumbers.create({ provider: 'vapi', assistantId: id });

    const call = await aCall(sandbox, { org_id: org });

    expect(call.tool_calls).toHaveLength(1);
    expect(call.transcript.at(-2)).toMatchObject({ text: 'We are closed this week.' });
  });

  it('hears nothing from a tool that answers in several lines or with an error status', async () => {
    const sandbox = await aSandbox();
    const office = await aBackOffice({ checkAvailability: () => ({ result: 'two\nlines' }) });
    const { id } = await anAssistant(sandbox, { url: office.url });
    await clientOf(sandbox).phoneNumbers.create({ provider: 'vapi', assistantId: id });

    const call = await aCall(sandbox, { org_id: org });

    expect(call.tool_calls).toMatchObject([{ result: null, error: 'No result returned.' }]);
  });

  it('fails when the assistant request is refused, and says why', async () => {
    const sandbox = await aSandbox();
    const office = await aBackOffice();
    await anAssistant(sandbox, { url: office.url });

    const call = await aCall(sandbox, { org_id: org });

    expect(call).toMatchObject({
      ended_reason: 'assistant-request-returned-error',
      transcript: [{ text: 'Nobody is here.' }],
    });
  });

  it('waits for an assistant that is still being made, and gives up in a sentence', async () => {
    const sandbox = await aSandbox();
    const office = await aBackOffice();

    const tooEarly = sandbox.control('POST', '/call', { org_id: org, from: caller });
    await anAssistant(sandbox, { url: office.url });
    const nobody = await sandbox.control('POST', '/call', { org_id: 'unknown', from: caller });

    expect((await tooEarly).status).toBe(200);
    expect(nobody).toMatchObject({
      status: 404,
      body: { code: 'ASSISTANT_NOT_FOUND', detail: expect.stringContaining('unknown') },
    });
  });

  it('can be delivered twice, forged or late when a fault says so', async () => {
    const sandbox = await aSandbox();
    const office = await aBackOffice();
    const { id } = await anAssistant(sandbox, { url: office.url, secret: 's3cret' });
    await clientOf(sandbox).phoneNumbers.create({ provider: 'vapi', assistantId: id });
    const fault = { provider: 'vapi', match: 'tool-calls', times: 1 };
    await sandbox.control('PUT', '/faults', { ...fault, kind: 'duplicate_callback' });

    await aCall(sandbox, { org_id: org });
    const ids = office.messages().flatMap(({ toolCallList }) => toolCallList?.[0]?.id ?? []);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(2);

    office.received.length = 0;
    await sandbox.control('PUT', '/faults', { ...fault, kind: 'bad_signature' });
    await aCall(sandbox, { org_id: org });
    const secrets = office.received.map(({ headers }) => headers['x-vapi-secret']);
    expect(secrets.filter((secret) => secret !== 's3cret')).toEqual(['not-the-secret']);
  });

  it('is listed, newest first, by the control routes and by the Vapi API', async () => {
    const sandbox = await aSandbox();
    const office = await aBackOffice();
    const { id } = await anAssistant(sandbox, { url: office.url });
    await clientOf(sandbox).phoneNumbers.create({ provider: 'vapi', assistantId: id });

    const first = await aCall(sandbox, { org_id: org });
    const second = await aCall(sandbox, { org_id: org });

    const listed = await sandbox.control('GET', '/calls');
    expect(listed.body.data.map((call: { call_id: string }) => call.call_id)).toEqual([
      second.call_id,
      first.call_id,
    ]);
    const [newest] = await clientOf(sandbox).calls.list({ limit: 1 });
    expect(newest).toMatchObject({
      id: second.call_id,
      status: 'ended',
      endedReason: 'customer-ended-call',
    });
  });
});
