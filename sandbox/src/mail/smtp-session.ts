import type { Duplex } from 'node:stream';

/** What a client handed over: the envelope's addresses and the message as it came. */
export interface Envelope {
  from: string;
  to: string[];
  raw: Buffer;
}

export interface SmtpRefusal {
  code: number;
  words: string;
}

export interface SmtpOptions {
  /** Asked when the first command has arrived; the connection breaks or falls silent instead of an answer. */
  onCommand(): 'answer' | 'reset' | 'silence';
  /** Keeps the message before it is accepted. @returns the refusal, where there is one; `drop` breaks the connection. */
  onMessage(envelope: Envelope): Promise<SmtpRefusal | 'accepted' | 'drop'>;
}

const MAX_LINE = 64 * 1_024;
const MAX_MESSAGE = 1_024 * 1_024;

/** One conversation of RFC 5321, as much of it as a client without a password needs. */
export function serveSmtp(socket: Duplex, options: SmtpOptions): void {
  let buffer = '';
  let from: string | undefined;
  let to: string[] = [];
  let isData = false;
  let work = Promise.resolve();

  const say = (line: string): void => {
    if (!socket.destroyed) socket.write(`${line}\r\n`);
  };
  const forget = (): void => {
    from = undefined;
    to = [];
  };

  function command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    const address = /<([^<>\s]*)>/.exec(line)?.[1];
    if (verb === 'EHLO') say('250-sandbox greets you\r\n250-8BITMIME\r\n250 SMTPUTF8');
    else if (verb === 'HELO' || verb === 'NOOP') say('250 OK');
    else if (verb === 'RSET') {
      forget();
      say('250 OK');
    } else if (verb === 'QUIT') {
      say('221 Bye');
      socket.end();
    } else if (/^MAIL FROM:/i.test(line)) {
      forget();
      from = address ?? '';
      say('250 OK');
    } else if (/^RCPT TO:/i.test(line) && from !== undefined && address) {
      to.push(address);
      say('250 OK');
    } else if (verb === 'DATA' && to.length > 0) {
      isData = true;
      say('354 End with a dot on a line by itself');
    } else say('503 That command doesn’t fit here');
  }

  async function message(text: string): Promise<void> {
    const raw = text.replaceAll(/^\.\./gm, '.');
    const answer = await options.onMessage({ from: from ?? '', to, raw: Buffer.from(raw, 'latin1') });
    forget();
    if (answer === 'drop') socket.destroy();
    else if (answer === 'accepted') say('250 Accepted');
    else say(`${answer.code} ${answer.words}`);
  }

  /** @returns false when more has to arrive first. */
  async function step(): Promise<boolean> {
    if (isData) {
      // An empty message ends with the line that began it.
      const end = buffer.startsWith('.\r\n') ? 0 : buffer.indexOf('\r\n.\r\n');
      if (end < 0) return false;
      const text = buffer.slice(0, end);
      buffer = buffer.slice(end === 0 ? 3 : end + 5);
      isData = false;
      await message(text);
      return true;
    }
    const end = buffer.indexOf('\r\n');
    if (end < 0) return false;
    const line = buffer.slice(0, end);
    buffer = buffer.slice(end + 2);
    const what = options.onCommand();
    if (what === 'reset') socket.destroy();
    if (what === 'answer') command(line);
    return what === 'answer';
  }

  async function consume(): Promise<void> {
    while (!socket.destroyed && (await step()));
    if (buffer.length > (isData ? MAX_MESSAGE : MAX_LINE)) socket.destroy();
  }

  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    // A byte for a character, so that a letter which arrives in two halves stays whole.
    buffer += chunk.toString('latin1');
    work = work.then(consume).catch(() => {
      socket.destroy();
    });
  });
  say('220 sandbox ESMTP');
}
