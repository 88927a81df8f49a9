import { visibleLine, visibleLines } from '@voxanne/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import ical, { ICalCalendarMethod, ICalEventStatus, ICalEventTransparency } from 'ical-generator';
import { z } from 'zod';
import { sha256 } from '../platform/crypto.ts';
import { knowsEtag } from '../platform/known-etag.ts';
import type { IcsRow } from './ics.queries.ts';

export interface CalendarFile {
  name: string;
  events: { row: IcsRow; summary: string; description: string }[];
  /** The file name in a browser. */
  file: string;
  /** Of a feed: how often a calendar program should look again. */
  refreshSeconds?: number;
}

/**
 * RFC 5545, all times in UTC. The same rows make the same bytes: DTSTAMP is when the appointment last changed. The UID
 * stays over moves, SEQUENCE is the version, and what was cancelled says so instead of being gone.
 */
export function toCalendar({ name, events, refreshSeconds }: Omit<CalendarFile, 'file'>): string {
  const calendar = ical({
    name: escapedText(visibleLine(name)),
    prodId: { company: 'Voxanne', product: 'Voxanne', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
    ...(refreshSeconds === undefined ? {} : { ttl: refreshSeconds }),
  });
  for (const { row, summary, description } of events) {
    const cancelled = row.status === 'cancelled';
    calendar.createEvent({
      id: `${row.id}@voxanne`,
      sequence: row.version,
      stamp: row.updated_at,
      created: row.created_at,
      lastModified: row.updated_at,
      start: row.scheduled_at,
      end: new Date(row.scheduled_at.getTime() + row.duration_minutes * 60_000),
      summary: visibleLine(summary),
      description: { plain: visibleLines(description) },
      status: cancelled
        ? ICalEventStatus.CANCELLED
        : row.status === 'pending'
          ? ICalEventStatus.TENTATIVE
          : ICalEventStatus.CONFIRMED,
      transparency: cancelled ? ICalEventTransparency.TRANSPARENT : ICalEventTransparency.OPAQUE,
    });
  }
  const text = calendar.toString();
  return text.endsWith('\r\n') ? text : `${text}\r\n`;
}

// The library escapes the texts of events and writes the calendar's name as it is (RFC 5545, 3.3.11).
const escapedText = (text: string): string => text.replace(/[\\;,]/g, (sign) => `\\${sign}`);

/** For the API document. */
export const CALENDAR_FILE = {
  200: {
    description: 'An iCalendar file (RFC 5545)',
    content: { 'text/calendar': z.string() },
    headers: { etag: 'Send it back as If-None-Match' },
  },
  304: { description: 'Nothing has changed since the ETag that was sent' },
};

/** With an ETag; who has it already gets 304. */
export function sendCalendar(request: FastifyRequest, reply: FastifyReply, file: CalendarFile): FastifyReply {
  const text = toCalendar(file);
  const etag = `"${sha256(text).toString('base64url')}"`;
  reply.header('etag', etag);
  if (knowsEtag(request, etag)) return reply.code(304).send();
  return reply
    .type('text/calendar; charset=utf-8')
    .header('content-disposition', `attachment; filename="${file.file}"`)
    .serializer((payload: unknown) => String(payload))
    .send(text);
}
