import type { Mail } from './state.ts';

/** What the sandbox's mail server has accepted, the newest first, with links that can be followed. */
export function mailboxPage(mails: readonly Mail[]): string {
  const list = mails.map(
    (mail) => `<article>
<h2>${escapeHtml(mail.subject)}</h2>
<p class="muted">To ${escapeHtml(mail.to)} from ${escapeHtml(mail.from)}, <time datetime="${mail.at}">${escapeHtml(
      mail.at.replace('T', ' ').slice(0, 19),
    )} UTC</time></p>
<p class="text">${withLinks(mail.text)}</p>
</article>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>Simulated mailbox</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Simulated mailbox</h1>
<p class="notice" role="note">Emails that Voxanne sent in the sandbox. None of them reached a real mailbox.</p>
${list.join('\n') || '<p class="muted">No emails yet. Reload this page after Voxanne sends one.</p>'}
</main>
</body>
</html>`;
}

const style = `
:root { color-scheme: light dark; --page: light-dark(#f4f5f7, #141517); --card: light-dark(#fff, #1f2023);
  --text: light-dark(#1f1f1f, #e3e3e3); --muted: light-dark(#50555c, #b9bec5); --accent: light-dark(#0b57d0, #a8c7fa);
  --notice: light-dark(#fff3d6, #3d2e00); --on-notice: light-dark(#4a3600, #ffe7ad); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; margin: .5rem 0 1rem; }
h2 { font-size: 1.125rem; margin: 0; }
.notice { padding: .75rem 1rem; border-radius: .75rem; background: var(--notice); color: var(--on-notice); }
article { margin: 1rem 0; padding: 1rem 1.25rem; border-radius: .75rem; background: var(--card); overflow-wrap: anywhere; }
.muted { margin: .25rem 0 1rem; color: var(--muted); font-size: .875rem; }
.text { margin: 0; white-space: pre-line; }
a { color: var(--accent); }
`;

const withLinks = (text: string): string =>
  escapeHtml(text).replaceAll(/https?:\/\/[^\s<>"]+/g, (url) => `<a href="${url}">${url}</a>`);

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
