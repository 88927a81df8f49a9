import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';

/**
 * One tab stop for a whole calendar: arrows go from time to time and from column to column, over appointments and free
 * times alike. Kept in the document and not in React's state, so that a key press renders nothing.
 */
export function useRovingFocus(scroller: RefObject<HTMLElement | null>) {
  const current = useRef<HTMLElement | null>(null);
  const place = useRef({ column: '', minute: 0 });

  const stand = (on: HTMLElement | undefined) => {
    if (on === undefined || on === current.current) return;
    if (current.current !== null) current.current.tabIndex = -1;
    on.tabIndex = 0;
    current.current = on;
    const column = on.closest<HTMLElement>('[data-column]')?.dataset.column ?? '';
    place.current = { column, minute: minuteOf(on) };
  };

  useEffect(() => {
    const all = scroller.current;
    if (all === null) return;
    if (current.current?.isConnected && all.contains(current.current)) return;
    const wasFocused = current.current !== null && document.activeElement === document.body;
    current.current = null;
    const next = closestTo(all, place.current);
    stand(next);
    // A closed day has nothing to stop at, and can be scrolled by keys anyway.
    if (next === undefined) all.tabIndex = 0;
    else all.removeAttribute('tabindex');
    // A free time that was booked, a card that was moved: the keyboard stays at its place.
    if (wasFocused) next?.focus({ preventScroll: true });
  });

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const here = (event.target as HTMLElement).closest<HTMLElement>('[data-stop]');
    if (here === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const next = neighbor(event.currentTarget, here, event.key);
    if (next === undefined) return;
    event.preventDefault();
    stand(next);
    next.focus();
    next.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  function onFocus(event: { target: EventTarget }) {
    const here = (event.target as HTMLElement).closest<HTMLElement>('[data-stop]');
    if (here !== null) stand(here);
  }

  return { onKeyDown, onFocus };
}

const minuteOf = (stop: HTMLElement) => Number(stop.dataset.stop);

function closestTo(all: Element, { column, minute }: { column: string; minute: number }) {
  const same = all.querySelector(`[data-column="${CSS.escape(column)}"]`);
  const [closest] = stopsOf(same ?? all).sort(
    (a, b) => Math.abs(minuteOf(a) - minute) - Math.abs(minuteOf(b) - minute),
  );
  return closest ?? all.querySelector<HTMLElement>('[data-stop]') ?? undefined;
}

function stopsOf(column: Element): HTMLElement[] {
  return [...column.querySelectorAll<HTMLElement>('[data-stop]')].sort((a, b) => minuteOf(a) - minuteOf(b));
}

function neighbor(all: Element, here: HTMLElement, key: string): HTMLElement | undefined {
  const columns = [...all.querySelectorAll('[data-column]')];
  const index = columns.findIndex((column) => column.contains(here));
  const column = columns[index];
  if (column === undefined) return undefined;
  const stops = stopsOf(column);
  const at = stops.indexOf(here);
  switch (key) {
    case 'ArrowDown':
      return stops[at + 1];
    case 'ArrowUp':
      return stops[at - 1];
    case 'Home':
      return stops[0];
    case 'End':
      return stops.at(-1);
    case 'ArrowRight':
      return beside(columns.slice(index + 1), here);
    case 'ArrowLeft':
      return beside(columns.slice(0, index).reverse(), here);
    default:
      return undefined;
  }
}

/** The closest time in the first column that has one. */
function beside(columns: Element[], here: HTMLElement): HTMLElement | undefined {
  for (const column of columns) {
    const distance = (stop: HTMLElement) => Math.abs(minuteOf(stop) - minuteOf(here));
    const [closest] = stopsOf(column).sort((a, b) => distance(a) - distance(b));
    if (closest !== undefined) return closest;
  }
  return undefined;
}
