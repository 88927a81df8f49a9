import type { AuthorizationRequest } from './authorization-request.ts';
import { isIdentity, sentenceOf } from './scopes.ts';

/** Looks like the real thing at a glance, and says on every screen that it is not. */
export function consentPage(wanted: AuthorizationRequest, account: string): string {
  const scopes = wanted.scope.split(' ').filter(Boolean);
  const kept = Object.entries(wanted)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(String(value))}">`);
  const rights = scopes.map((scope, index) =>
    isIdentity(scope)
      ? `<li>${escapeHtml(sentenceOf(scope))}</li>`
      : `<li><label for="s${index}"><input type="checkbox" id="s${index}" name="granted" value="${escapeHtml(scope)}" checked>
         <span>${escapeHtml(sentenceOf(scope))}</span></label></li>`,
  );
  const app = new URL(wanted.redirect_uri).host;
  return document(
    'Simulated Google sign-in',
    `<h1>Voxanne wants to access your Google Account</h1>
    <p class="muted">It will return to <strong>${escapeHtml(app)}</strong>.</p>
    <form method="post" action="/google/o/oauth2/v2/auth">
      ${kept.join('\n      ')}
      <input type="hidden" name="choose" value="1">
      <label class="field" for="account">Google account</label>
      <input id="account" name="account" type="email" autocomplete="off" required value="${escapeHtml(account)}">
      <fieldset><legend>This will allow Voxanne to</legend><ul>${rights.join('')}</ul></fieldset>
      <div class="buttons">
        <button name="decision" value="approve">Allow</button>
        <button class="quiet" name="decision" value="deny" formnovalidate>Deny</button>
      </div>
    </form>`,
  );
}

export function errorPage(code: string, sentence: string): string {
  return document(
    'Simulated Google sign-in: access blocked',
    `<h1>Access blocked</h1><p>${escapeHtml(sentence)}</p><p class="muted">Error: ${escapeHtml(code)}</p>`,
  );
}

function document(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<p class="notice" role="note"><strong>Simulated Google sign-in.</strong> Nothing here reaches Google: this page belongs to the sandbox on your own machine.</p>
<section>
${content}
</section>
</main>
</body>
</html>`;
}

const style = `
:root { color-scheme: light dark; --page: light-dark(#f0f4f9, #131314); --card: light-dark(#fff, #1e1f20);
  --text: light-dark(#1f1f1f, #e3e3e3); --muted: light-dark(#444746, #c4c7c5); --line: light-dark(#747775, #8e918f);
  --accent: light-dark(#0b57d0, #a8c7fa); --on-accent: light-dark(#fff, #062e6f);
  --notice: light-dark(#fff3d6, #3d2e00); --on-notice: light-dark(#4a3600, #ffe7ad); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 1rem; }
.notice { margin: 1rem 0; padding: .75rem 1rem; border-radius: .75rem; background: var(--notice); color: var(--on-notice); }
section { padding: 1.5rem; border-radius: 1.5rem; background: var(--card); overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; font-weight: 500; line-height: 1.3; }
.muted { margin: 0 0 1.25rem; color: var(--muted); }
.field { display: block; margin-bottom: .25rem; font-weight: 500; }
input[type=email] { width: 100%; padding: .75rem; border: 1px solid var(--line); border-radius: .5rem;
  background: transparent; color: inherit; font: inherit; }
fieldset { margin: 1.25rem 0; padding: 0; border: 0; }
legend { padding: 0; font-weight: 500; }
ul { margin: .5rem 0 0; padding: 0; list-style: none; }
li, li label { display: flex; gap: .75rem; align-items: flex-start; }
li { min-height: 2rem; padding: .25rem 0; }
input[type=checkbox] { flex: none; width: 1.25rem; height: 1.25rem; margin: .15rem 0 0; accent-color: var(--accent); }
.buttons { display: flex; gap: .75rem; justify-content: flex-end; }
button { min-height: 2.75rem; padding: 0 1.5rem; border: 1px solid var(--accent); border-radius: 1.5rem;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 500; cursor: pointer; }
button.quiet { background: transparent; color: var(--accent); border-color: var(--line); }
button:focus-visible, input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
