import { z } from 'zod';
import { TwilioError } from './errors.ts';
import { messageResource } from './resource.ts';
import type { Message } from './state.ts';

const day = 24 * 60 * 60 * 1_000;
const when = z
  .string()
  .refine((value) => !Number.isNaN(Date.parse(value)))
  .optional();

const listQuery = z.object({
  To: z.string().optional(),
  From: z.string().optional(),
  DateSent: when,
  'DateSent<': when,
  'DateSent>': when,
  PageSize: z.coerce.number().int().min(1).max(1_000).catch(50),
  Page: z.coerce.number().int().min(0).catch(0),
  PageToken: z.string().optional(),
});
type ListQuery = z.infer<typeof listQuery>;

/** Newest first. A page begins after the message its token names, so new ones do not shift it. */
export function listMessages(query: unknown, messages: Message[], accountSid: string) {
  const parsed = listQuery.safeParse(query);
  if (!parsed.success) throw new TwilioError(400, 20001, 'A date in the query is not valid');
  const filter = parsed.data;
  const matching = messages.filter((message) => matches(message, filter)).reverse();
  const last = matching.findIndex(({ sid }) => `PA${sid}` === filter.PageToken);
  const begin = filter.PageToken ? last + 1 : 0;
  const page = matching.slice(begin, begin + filter.PageSize);

  const uri = (changes: Record<string, string | number>): string => {
    const { PageToken: _, ...kept } = filter;
    const given = Object.entries({ ...kept, ...changes }).filter(([, value]) => value !== undefined);
    const params = new URLSearchParams();
    for (const [name, value] of given) params.set(name, String(value));
    return `/2010-04-01/Accounts/${accountSid}/Messages.json?${params}`;
  };
  const lastOfPage = page.at(-1);
  const hasMore = begin + page.length < matching.length && lastOfPage !== undefined;
  const start = filter.Page * filter.PageSize;
  return {
    first_page_uri: uri({ Page: 0 }),
    end: start + Math.max(page.length - 1, 0),
    previous_page_uri: filter.Page > 0 ? previous() : null,
    messages: page.map(messageResource),
    uri: uri(filter.PageToken ? { PageToken: filter.PageToken } : {}),
    page_size: filter.PageSize,
    start,
    next_page_uri: hasMore ? uri({ Page: filter.Page + 1, PageToken: `PA${lastOfPage.sid}` }) : null,
    page: filter.Page,
  };

  function previous(): string {
    const before = matching[begin - filter.PageSize - 1];
    return uri({ Page: filter.Page - 1, ...(before && { PageToken: `PA${before.sid}` }) });
  }
}

function matches(message: Message, filter: ListQuery): boolean {
  const shown = messageResource(message);
  if (filter.To && message.to !== filter.To) return false;
  if (filter.From && shown.from !== filter.From) return false;
  const { DateSent: on, 'DateSent<': until, 'DateSent>': since } = filter;
  if (!on && !until && !since) return true;
  const sent = message.sent_at;
  if (sent === null) return false;
  if (on && Math.floor(sent / day) !== Math.floor(Date.parse(on) / day)) return false;
  if (until && sent > Date.parse(until)) return false;
  return !since || sent >= Date.parse(since);
}
