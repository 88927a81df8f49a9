export interface ServerSentEvent {
  id: string | null;
  data: string;
}

/** The part of the event-stream format that `/api/events` uses: `id:`, `data:`, comments. Feed it text, it returns whole events. */
export function createEventParser(): (text: string) => ServerSentEvent[] {
  let rest = '';
  let id: string | null = null;
  let data: string[] = [];

  function line(text: string, out: ServerSentEvent[]) {
    if (text === '') {
      if (data.length > 0) out.push({ id, data: data.join('\n') });
      data = [];
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? text : text.slice(0, colon);
    const value = colon === -1 ? '' : text.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') id = value;
    if (field === 'data') data.push(value);
  }

  return (text) => {
    const out: ServerSentEvent[] = [];
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const raw of lines) line(raw.replace(/\r$/, ''), out);
    return out;
  };
}
