import { createTransport } from 'nodemailer';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { aSandbox } from '../testing/sandbox.ts';

const letter = {
  from: 'Voxanne <voxanne@localhost>',
  to: 'ann@example.com',
  subject: 'Reset your password – Käthe’s clinic',
  text: 'Open this link:\n\nhttp://localhost:3001/reset-password#abc\n.\nIt’s good for an hour.\n',
};

/** The vendor's client, as the product uses it. */
function clientOf({ url }: { url: string }) {
  const transport = createTransport({
    host: 'mail.sandbox',
    port: 25,
    proxy: url,
    ignoreTLS: true,
    connectionTimeout: 2_000,
    socketTimeout: 2_000,
  });
  onTestFinished(() => transport.close());
  return transport;
}

describe('the mail server', () => {
  it('keeps what nodemailer sends: address, subject and words, signs and dots included', async () => {
    const sandbox = await aSandbox();
    await clientOf(sandbox).sendMail({ ...letter, to: ['ann@example.com', 'bo@example.com'] });

    const { data } = (await sandbox.control('GET', '/mails')).body;
    expect(data).toEqual(
      ['ann@example.com', 'bo@example.com'].map((to) => ({
        from: 'voxanne@localhost',
        to,
        subject: letter.subject,
        text: letter.text.trimEnd(),
        at: expect.any(String),
      })),
    );
    expect((await sandbox.control('GET', '/mails?to=BO@example.com')).body.data).toHaveLength(1);
    expect((await sandbox.control('GET', '/requests?provider=mail')).body.data).toMatchObject([
      { method: 'SMTP', status: 250, body: { subject: letter.subject } },
    ]);
  });

  it('shows its mailbox as a page, with links that can be followed and nothing of a mail run as a page', async () => {
    const sandbox = await aSandbox();
    await clientOf(sandbox).sendMail({ ...letter, subject: '<script>alert(1)</script>' });
    const page = await (await fetch(`${sandbox.url}/_sandbox/mailbox`)).text();
    expect(page).toContain('<a href="http://localhost:3001/reset-password#abc">');
    expect(page).not.toContain('<script>');
  });

  it('remembers across a restart, and forgets on reset', async () => {
    const first = await aSandbox();
    await clientOf(first).sendMail(letter);
    await first.close();
    const again = await aSandbox({ stateDir: first.config.stateDir });
    expect((await again.control('GET', '/mails')).body.data).toHaveLength(1);
    await again.control('POST', '/reset');
    expect((await again.control('GET', '/mails')).body.data).toEqual([]);
  });

  it('refuses, falls silent or hangs up when asked to', async () => {
    const sandbox = await aSandbox();
    const fault = (kind: string, more = {}) =>
      sandbox.control('PUT', '/faults', { provider: 'mail', kind, times: 1, ...more });
    await fault('status', { status: 452 });
    await expect(clientOf(sandbox).sendMail(letter)).rejects.toMatchObject({ responseCode: 452 });
    await fault('reset');
    await expect(clientOf(sandbox).sendMail(letter)).rejects.toThrow();
    await fault('timeout');
    await expect(clientOf(sandbox).sendMail(letter)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect((await sandbox.control('GET', '/mails')).body.data).toEqual([]);
    await fault('drop_after_commit');
    await expect(clientOf(sandbox).sendMail(letter)).rejects.toThrow();
    await vi.waitFor(async () => {
      expect((await sandbox.control('GET', '/mails')).body.data).toHaveLength(1);
    });
    expect(await fault('revoke')).toMatchObject({ status: 400 });
  });

  it('answers only for itself at its door', async () => {
    const sandbox = await aSandbox();
    const elsewhere = createTransport({ host: 'smtp.example.com', port: 25, proxy: sandbox.url });
    await expect(elsewhere.sendMail(letter)).rejects.toThrow();
  });
});
