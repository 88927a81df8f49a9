import type { Slot } from '@voxanne/contract';
import { spokenTime } from '../platform/local-time/wording.ts';
import { readablePhone } from '../platform/phone.ts';
import type { ClinicOnPage, OpenedAppointment, OpenedOffer } from './open-patient-link.ts';
import { html, type Markup, page } from './patient-page.markup.ts';

export interface Page {
  status: number;
  html: string;
}

/** A sentence above everything else, such as why something did not work. */
type Notice = string | undefined;

const at = ({ token }: { token: string }, rest = '') => `/a/${token}${rest}`;

/** Nothing can be said about this link, and all such links get the same answer. */
export function unknownPage(): Page {
  const body = html`<p>This link doesn't open an appointment. It may be old or incomplete.</p>
<p>Open it again from the newest text message of your clinic, or call the clinic. Nothing was changed.</p>`;
  return { status: 404, html: page('This link doesn’t work', undefined, body) };
}

export function busyPage(): Page {
  const body = html`<p>Too many of these pages were opened from your network. Nothing was changed.</p>
<p>Please try again in a few minutes, or call your clinic.</p>`;
  return { status: 429, html: page('Please wait a moment', undefined, body) };
}

export function failedPage(): Page {
  const body = html`<p>Something went wrong on our side. Please try again in a minute.</p>
<p>If it happens again, call your clinic.</p>`;
  return { status: 500, html: page('That didn’t work', undefined, body) };
}

/** Someone sent something that our page never sends. */
export function unreadablePage(status: number): Page {
  const body = html`<p>Something was missing from your request, so nothing was changed.</p>
<p>Open the link in your text message again, or call your clinic.</p>`;
  return { status, html: page('That didn’t work', undefined, body) };
}

export function appointmentPage(opened: OpenedAppointment, now: Date, notice?: Notice): Page {
  const { clinic, state } = opened;
  switch (state) {
    case 'open':
      return show(200, 'Your appointment', clinic, [
        note(notice),
        card(opened, now),
        html`<a class="button first" href="${at(opened, '?step=move')}">Move to another time</a>
<a class="button danger" href="${at(opened, '?step=cancel')}">Cancel appointment</a>
<a class="button" href="${at(opened, '/calendar.ics')}">Add to my calendar</a>`,
        callUs(clinic, 'Questions? Please call'),
      ]);
    case 'moved':
      return show(200, 'Your appointment was moved', clinic, [
        note(notice),
        card(opened, now),
        newLink(opened),
        html`<a class="button first" href="${at(opened, '/calendar.ics')}">Add to my calendar</a>`,
        undo(opened, 'Undo the move', now),
        callUs(clinic, 'Not what you wanted? Please call'),
      ]);
    case 'cancelled':
      return show(200, 'Your appointment is canceled', clinic, [
        note(notice),
        card(opened, now),
        undo(opened, 'Undo: keep the appointment', now),
        callUs(clinic, 'To make a new appointment, please call'),
      ]);
    case 'undone':
      return show(200, 'Your appointment is back on', clinic, [
        note(notice),
        card(opened, now),
        newLink(opened),
        callUs(clinic, 'Questions? Please call'),
      ]);
    case 'fixed':
      return show(200, 'Your appointment', clinic, [
        note(notice),
        card(opened, now),
        html`<p>It can't be changed here anymore.</p>`,
        callUs(clinic, 'To change it, please call'),
      ]);
    case 'replaced':
      return show(404, 'This link was already used', clinic, [
        html`<p>The appointment was changed after this link was sent. Please use the link in the newest text message.</p>`,
        callUs(clinic, 'Didn’t get a newer text? Please call'),
      ]);
    case 'passed_on':
      return show(404, 'This link was already used', clinic, [
        html`<p>The appointment is no longer under the phone number that this link was sent to.</p>`,
        callUs(clinic, 'To make another appointment, or if you expected to have this one, please call'),
      ]);
    case 'ended':
      return show(404, 'This appointment was canceled', clinic, [
        html`<p>The link is from an older text.</p>`,
        callUs(clinic, 'To rebook, call'),
      ]);
    case 'over':
      return show(404, 'This link was already used', clinic, [
        html`<p>The time of this appointment has passed.</p>`,
        callUs(clinic, 'To make another appointment, please call'),
      ]);
  }
}

export function cancelPage(opened: OpenedAppointment, now: Date): Page {
  return show(200, 'Cancel this appointment?', opened.clinic, [
    card(opened, now),
    html`<p>Someone else will be able to take this time. You can undo this for ten minutes.</p>`,
    form(opened, 'cancel', html`<button class="danger">Yes, cancel it</button>`),
    html`<a class="button" href="${at(opened)}">No, keep it</a>`,
  ]);
}

export interface FreeDay {
  date: string;
  label: string;
  /** For a narrow line. */
  short: string;
  slots: Slot[];
}

export interface DayList {
  days: FreeDay[];
  /** First days of the ranges beside this one. */
  earlier: string | undefined;
  later: string | undefined;
}

export function daysPage(opened: OpenedAppointment, list: DayList, now: Date, notice?: Notice): Page {
  const { days, earlier, later } = list;
  return show(200, 'Choose a day', opened.clinic, [
    note(notice),
    html`<p>Now: ${spokenTime(opened.appointment.scheduled_at, opened.clinic.time_zone, now)}, with ${opened.appointment.provider_name}.</p>`,
    days.length === 0
      ? html`<p class="note" role="status">There are no free times in these two weeks.</p>`
      : html`<ul class="days">${days.map(
          ({ date, short, slots }) =>
            html`<li><a href="${at(opened, `?step=move&day=${date}`)}"><span>${short}</span><span>${slots.length} ${slots.length === 1 ? 'time' : 'times'}</span></a></li>`,
        )}</ul>`,
    html`<nav aria-label="Other days">${
      earlier === undefined
        ? html`<span></span>`
        : html`<a href="${at(opened, `?step=move&from=${earlier}`)}">Earlier days</a>`
    }${later !== undefined && html`<a href="${at(opened, `?step=move&from=${later}`)}">Later days</a>`}</nav>`,
    html`<a class="button" href="${at(opened)}">Keep my current time</a>`,
    callUs(opened.clinic, 'Don’t see a time that works? Please call'),
  ]);
}

export function timesPage(opened: OpenedAppointment, { label, slots }: FreeDay, notice?: Notice): Page {
  const { time_zone: timeZone } = opened.clinic;
  const hours = new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', hourCycle: 'h23' });
  const parts = [
    { name: 'Morning', until: 12 },
    { name: 'Afternoon', until: 17 },
    { name: 'Evening', until: 24 },
  ];
  const partOf = (slot: Slot) =>
    parts.find(({ until }) => Number(hours.format(new Date(slot.start))) < until);
  return show(200, `Free times on ${label}`, opened.clinic, [
    note(notice),
    form(
      opened,
      'move',
      html`${parts.map((part) => {
        const inPart = slots.filter((slot) => partOf(slot) === part);
        return inPart.length === 0
          ? html``
          : html`<fieldset><legend>${part.name}</legend><div class="times">${inPart.map((slot) => radio(slot, timeOnly(slot, timeZone)))}</div></fieldset>`;
      })}
<p class="soft">All times are in the clinic’s time zone (${zoneName(timeZone, new Date(slots[0]?.start ?? 0))}).</p>
<button class="first">Move to this time</button>`,
    ),
    html`<a class="button" href="${at(opened, '?step=move')}">Another day</a>
<a class="button" href="${at(opened)}">Keep my current time</a>`,
  ]);
}

/** The requested time is gone; what is free instead. */
export function takenPage(opened: OpenedAppointment, alternatives: Slot[], sentence: string): Page {
  const { status, html: text } = show(409, 'That time is gone', opened.clinic, [
    note(sentence, true),
    alternatives.length > 0 &&
      form(
        opened,
        'move',
        html`<fieldset><legend>Other free times</legend><div class="times long">${alternatives.map((slot) => radio(slot, slot.label))}</div></fieldset>
<button class="first">Move to this time</button>`,
      ),
    html`<a class="button" href="${at(opened, '?step=move')}">See all days</a>
<a class="button" href="${at(opened)}">Keep my current time</a>`,
    callUs(opened.clinic, 'Don’t see a time that works? Please call'),
  ]);
  return { status, html: text };
}

export function offerPage(opened: OpenedOffer, now: Date, notice?: string): Page {
  const { clinic, offer, state } = opened;
  const when = spokenTime(offer.scheduled_at, clinic.time_zone, now);
  const details = html`<div class="card"><p class="when">${when}</p><p>${opened.service} with ${offer.provider_name}</p>
<p class="soft">This time is in the clinic’s time zone (${zoneName(clinic.time_zone, offer.scheduled_at)}).</p></div>`;
  switch (state) {
    case 'open':
      return show(200, 'A time has opened up', clinic, [
        note(notice),
        details,
        html`<p>We're holding it for you until <strong>${timeAt(offer.expires_at, clinic.time_zone)}</strong>. After that, we'll offer it to the next person on the waitlist.</p>`,
        form(opened, 'accept', html`<button class="first">Yes, book it for me</button>`),
        form(opened, 'decline', html`<button>No, keep me on the waitlist</button>`),
        form(opened, 'leave', html`<button class="danger">Take me off the waitlist</button>`),
        callUs(clinic, 'Questions? Please call'),
      ]);
    case 'accepted':
      return offer.hold_status === 'cancelled'
        ? show(404, 'This link was already used', clinic, [
            html`<p>You accepted this time, but it has since been canceled.</p>`,
            callUs(clinic, 'To make a new appointment, please call'),
          ])
        : show(200, 'You’re booked', clinic, [
            details,
            offer.why_no_text === null
              ? html`<p>You'll get a text message to confirm it, with a link to move or cancel the appointment.</p>`
              : html`<p>We can't text you a confirmation, so please write down the time.</p>`,
            callUs(clinic, 'Questions? Please call'),
          ]);
    case 'declined':
      return show(200, 'Thanks for letting us know', clinic, [
        html`<p>We'll offer that time to someone else. You're still on the waitlist, and you'll hear from us when another time opens up.</p>`,
        form(opened, 'leave', html`<button class="danger">Take me off the waitlist</button>`),
        callUs(clinic, 'Questions? Please call'),
      ]);
    case 'left':
      return show(200, 'You’re off the waitlist', clinic, [
        html`<p>You won't get any more offers.</p>`,
        callUs(clinic, 'Changed your mind? Please call'),
      ]);
    case 'ended':
      return show(404, 'This offer has ended', clinic, [
        html`<p>The hold on that time has expired. You’ll hear from us when another time opens up.</p>`,
        callUs(clinic, 'Questions? Please call'),
      ]);
  }
}

const show = (
  status: number,
  title: string,
  clinic: ClinicOnPage,
  parts: (Markup | false | undefined)[],
): Page => ({
  status,
  html: page(title, clinic.name, html`${parts.filter((part) => part !== undefined && part !== false)}`),
});

const note = (text: Notice, alarm = false): Markup | undefined =>
  text === undefined
    ? undefined
    : html`<p class="note${alarm && ' alarm'}" role="${alarm ? 'alert' : 'status'}">${text}</p>`;

/** Only what comes is promised. */
const newLink = ({ appointment }: OpenedAppointment): Markup =>
  appointment.why_no_text === null
    ? html`<p>We've texted you a new link. This one has expired.</p>`
    : html`<p>This link has expired, and we can't text you a new one. Please write down the time.</p>`;

function card({ appointment, clinic, service }: OpenedAppointment, now: Date): Markup {
  return html`<div class="card"><p class="when">${spokenTime(appointment.scheduled_at, clinic.time_zone, now)}</p>
<p>${service} with ${appointment.provider_name}, ${appointment.duration_minutes} minutes</p>
${appointment.status === 'pending' && html`<p>The clinic hasn't confirmed it yet.</p>`}
<p class="soft">This time is in the clinic’s time zone (${zoneName(clinic.time_zone, appointment.scheduled_at)}).</p></div>`;
}

/** Forms carry no cookie and need no proof against forgery: the address itself is what allows the change. */
const form = (opened: { token: string }, action: string, inside: Markup): Markup =>
  html`<form method="post" action="${at(opened)}"><input type="hidden" name="action" value="${action}">${inside}</form>`;

const radio = (slot: Slot, label: string): Markup =>
  html`<label><input type="radio" name="slot" value="${slot.slot_id}" required><span>${label}</span></label>`;

function undo(opened: OpenedAppointment, label: string, now: Date): Markup | undefined {
  const { undo_until: until } = opened.appointment;
  if (until === null || opened.appointment.scheduled_at <= now) return undefined;
  return html`${form(opened, 'undo', html`<button>${label}</button>`)}
<p class="soft">You can do this until ${timeAt(until, opened.clinic.time_zone)}, as long as no one else takes the time.</p>`;
}

function callUs({ name, phone }: ClinicOnPage, lead: string): Markup {
  return phone === null
    ? html`<p>${lead} ${name}.</p>`
    : html`<p>${lead} ${name}: <a href="tel:${phone}">${readablePhone(phone)}</a></p>`;
}

const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');
const timeAt = (moment: Date, timeZone: string) =>
  plain(new Intl.DateTimeFormat('en-US', { timeZone, hour: 'numeric', minute: '2-digit' }).format(moment));
const timeOnly = (slot: Slot, timeZone: string) => timeAt(new Date(slot.start), timeZone);
const zoneName = (timeZone: string, moment: Date) =>
  new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'long' })
    .formatToParts(moment)
    .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
