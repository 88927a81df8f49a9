import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import PostalMime from 'postal-mime';
import type { FaultKind } from '../core/faults.ts';
import { Ledger } from '../core/ledger.ts';
import type { StandIn, World } from '../core/stand-in.ts';
import { mailboxPage } from './mailbox-page.ts';
import { type Envelope, type SmtpRefusal, serveSmtp } from './smtp-session.ts';
import { type Mail, MailState, mailEntry } from './state.ts';

const TARGET = 'SMTP DATA';
const duringTheTalk: readonly FaultKind[] = ['reset', 'timeout'];
const atTheMessage: readonly FaultKind[] = ['latency', 'status', 'drop_after_commit'];

/**
 * A mail server that keeps what it accepts and delivers it nowhere. It has no port of its own: a client comes through
 * HTTP CONNECT on the sandbox's port, as through a proxy, and speaks SMTP from there on.
 */
export function mailStandIn({ config, faults, recorder }: World): StandIn {
  const state = new MailState();
  const ledger = new Ledger(join(config.stateDir, 'mail.jsonl'), mailEntry, (entry) => state.apply(entry));
  const open = new Set<Duplex>();

  async function accept({ from, to, raw }: Envelope): Promise<SmtpRefusal | 'accepted' | 'drop'> {
    const at = new Date(config.now()).toISOString();
    const { subject = '', text = '' } = await PostalMime.parse(raw);
    const struck = faults.strike('mail', TARGET, atTheMessage);
    const entry = recorder.add({
      provider: 'mail',
      method: 'SMTP',
      path: '/mail',
      query: {},
      at,
      authorization: null,
    });
    entry.body = { from, to, subject };
    entry.faults.push(...struck.map(({ kind }) => kind));
    const refusal = struck.find(({ kind }) => kind === 'status');
    if (refusal) {
      entry.status = refusal.status ?? 451;
      return { code: entry.status, words: 'The sandbox was asked to refuse this' };
    }
    for (const recipient of to) {
      ledger.record({ type: 'mail', mail: { from, to: recipient, subject, text: text.trimEnd(), at } });
    }
    const latency = struck.find(({ kind }) => kind === 'latency');
    if (latency) await sleep(latency.latency_ms ?? 1_000, undefined, { ref: false });
    if (struck.some(({ kind }) => kind === 'drop_after_commit')) return 'drop';
    entry.status = 250;
    return 'accepted';
  }

  function tunnel(_request: IncomingMessage, socket: Duplex): void {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    const kinds = new Set(faults.strike('mail', TARGET, duringTheTalk).map(({ kind }) => kind));
    serveSmtp(socket, {
      onCommand: () => (kinds.has('reset') ? 'reset' : kinds.has('timeout') ? 'silence' : 'answer'),
      onMessage: accept,
    });
  }

  const addressed = (query: unknown): Mail[] => {
    const { to } = query as { to?: unknown };
    // A plus sign that was not escaped in the address arrives as a space.
    return state.sentTo(typeof to === 'string' ? to.trim().replaceAll(' ', '+') : undefined);
  };

  return {
    provider: 'mail',
    routes: () => undefined,
    control(app: FastifyInstance) {
      app.get('/mails', async (request) => ({ data: addressed(request.query) }));
      app.get('/mailbox', async (request, reply) =>
        reply.type('text/html; charset=utf-8').send(mailboxPage(addressed(request.query).toReversed())),
      );
    },
    refuse: (reply: FastifyReply, { status }) => reply.code(status).send(),
    revoke: () => false,
    tunnel,
    open: () => ledger.open(),
    reset() {
      ledger.clear();
      state.clear();
    },
    async close() {
      for (const socket of open) socket.destroy();
      ledger.close();
    },
  };
}
