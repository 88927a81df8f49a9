/** One small sheet, inside the page: a phone on a bad line loads nothing else. Its hash is in the policy. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#555e69;--paper:#f3f5f6;--card:#fff;--line:#cdd4da;--main:#0b6b5d;--on:#fff;--bad:#b3261e;--tint:#e3f2ef}
@media(prefers-color-scheme:dark){:root{--ink:#eef1f3;--soft:#a9b4be;--paper:#12161a;--card:#1c2227;--line:#3b454e;--main:#6fd6c3;--on:#08231e;--bad:#ffb4ab;--tint:#17332e}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.5 system-ui,sans-serif;-webkit-text-size-adjust:100%;overflow-wrap:anywhere}
main{max-width:32rem;margin:0 auto;padding:1.5rem 1rem 3rem}
.clinic{margin:0 0 .25rem;color:var(--soft);font-weight:600}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25;text-wrap:balance}
h2{margin:1.5rem 0 .5rem;font-size:1.125rem}
p{margin:.5rem 0 1rem}
.card{margin:0 0 1.25rem;padding:1rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
.card .when{text-wrap:balance;margin:0;font-size:1.25rem;font-weight:600;line-height:1.3}
.card p{margin:.25rem 0 0}
.soft{color:var(--soft);font-size:.9375rem}
.note{padding:.75rem 1rem;background:var(--tint);border-left:.25rem solid var(--main);border-radius:.25rem}
.alarm{border-left-color:var(--bad)}
form{margin:0}
.button,button{display:block;width:100%;min-height:3rem;margin:0 0 .75rem;padding:.625rem 1rem;border:2px solid var(--main);border-radius:.625rem;background:transparent;color:var(--main);font:inherit;font-weight:600;line-height:1.5;text-align:center;text-decoration:none;cursor:pointer}
.first{background:var(--main);color:var(--on)}
.danger{border-color:var(--bad);color:var(--bad)}
a{color:var(--main)}
a:focus-visible,button:focus-visible,input:focus-visible+span{outline:3px solid var(--main);outline-offset:3px}
ul.days{list-style:none;margin:0 0 1rem;padding:0}
ul.days a{display:flex;justify-content:space-between;gap:1rem;min-height:3rem;padding:.6875rem 1rem;margin:0 0 .5rem;background:var(--card);border:1px solid var(--line);border-radius:.625rem;text-decoration:none;color:var(--ink)}
ul.days a span:last-child{color:var(--soft);white-space:nowrap}
fieldset{margin:0 0 1rem;padding:0;border:0;min-width:0}
legend{padding:0;margin:0 0 .5rem;font-weight:600}
.times{display:flex;flex-wrap:wrap;gap:.5rem}
.times label{position:relative;flex:1 0 6rem;max-width:100%}
.times.long label{flex-basis:100%}
.times input{position:absolute;opacity:0;width:100%;height:100%;margin:0;cursor:pointer}
.times span{display:block;min-height:2.75rem;padding:.5625rem .5rem;background:var(--card);border:1px solid var(--line);border-radius:.625rem;text-align:center}
.times input:checked+span{background:var(--main);border-color:var(--main);color:var(--on);font-weight:600}
nav{display:flex;justify-content:space-between;gap:1rem;margin:0 0 1.25rem}
@media(forced-colors:active){.times input:checked+span{outline:3px solid Highlight}}
`;
