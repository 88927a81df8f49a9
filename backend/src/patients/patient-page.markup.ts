import { createHash } from 'node:crypto';
import { STYLE } from './patient-page.style.ts';

/** Markup that is safe to send: made by {@link html} alone. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Markup[] | false | undefined;

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup in which every value that is not markup itself is text: names come from strangers. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(strings.reduce((text, piece, index) => text + rendered(parts[index - 1]) + piece));
}

function rendered(part: Part): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Markup) return part.text;
  if (Array.isArray(part)) return part.map((one) => one.text).join('');
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

const styleHash = createHash('sha256').update(STYLE).digest('base64');

/** Nothing may load, run or frame; a form goes to us, or nowhere. */
export const PATIENT_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** A whole page: works without a script, at 360 px, in light and dark, and with the words alone. */
export function page(title: string, clinic: string | undefined, body: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${clinic === undefined ? title : `${title} - ${clinic}`}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<link rel="icon" href="data:,">
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
${clinic !== undefined && html`<p class="clinic">${clinic}</p>`}
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text;
}
