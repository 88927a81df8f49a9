import type { Appointment } from '@voxanne/contract';
import { type PointerEvent as ReactPointerEvent, type RefObject, useEffect, useRef, useState } from 'react';
import type { Range } from './days.ts';
import { snapped } from './drag-place.ts';

export interface Preview {
  id: string;
  name: string;
  columnKey: string;
  from: number;
  minutes: number;
}

interface Options {
  scroller: RefObject<HTMLElement | null>;
  axis: Range;
  onDrop: (item: Appointment, columnKey: string, from: number) => void;
}

const MOUSE_SLOP = 5;
const TOUCH_SLOP = 10;
/** A finger that moves at once wants to scroll; one that rests wants to drag. */
const REST_MS = 350;
const EDGE = 40;
const SCROLL_STEP = 9;

/**
 * Dragging an appointment by mouse, pen or finger. Nothing changes but a preview until it is dropped; Escape gives up.
 */
export function useDrag(options: Options) {
  const [preview, setPreview] = useState<Preview | null>(null);
  const latest = useRef(options);
  latest.current = options;
  const stop = useRef<() => void>(() => undefined);
  const clickIsDrop = useRef(false);
  const dragging = useRef(false);
  useEffect(() => () => stop.current(), []);
  // There before the finger is: browsers ask at its first touch whether anything may keep the page from scrolling.
  useEffect(() => {
    const scroller = latest.current.scroller.current;
    const keepStill = (touch: TouchEvent) => {
      if (dragging.current && touch.cancelable) touch.preventDefault();
    };
    scroller?.addEventListener('touchmove', keepStill, { passive: false });
    return () => scroller?.removeEventListener('touchmove', keepStill);
  }, []);

  function grab(event: ReactPointerEvent<HTMLElement>, item: Appointment, range: Range) {
    clickIsDrop.current = false;
    if (event.button !== 0 || !event.isPrimary) return;
    stop.current();
    const byTouch = event.pointerType === 'touch';
    const card = event.currentTarget.getBoundingClientRect();
    const home = event.currentTarget.closest<HTMLElement>('[data-column]')?.dataset.column;
    const begun = { x: event.clientX, y: event.clientY };
    const grip = (begun.y - card.top) / Math.max(card.height, 1);
    let at = begun;
    let shown: Preview | null = null;
    let active = false;
    let frame = 0;

    const show = (next: Preview | null) => {
      if (next?.columnKey === shown?.columnKey && next?.from === shown?.from) return;
      shown = next;
      setPreview(next);
    };
    const look = () => {
      const scroller = latest.current.scroller.current;
      if (scroller === null) return;
      const rects = [...scroller.querySelectorAll<HTMLElement>('[data-column]')].map((column) => ({
        key: column.dataset.column ?? '',
        rect: column.getBoundingClientRect(),
      }));
      const place = snapped(rects, at, {
        axis: latest.current.axis,
        minutes: range.to - range.from,
        grip,
      });
      show(
        place === null
          ? null
          : { id: item.id, name: item.contact.name, minutes: range.to - range.from, ...place },
      );
    };
    const scrollAtEdges = () => {
      const scroller = latest.current.scroller.current;
      if (scroller !== null) {
        const box = scroller.getBoundingClientRect();
        const push = (low: number, value: number, high: number) =>
          value < low + EDGE ? -SCROLL_STEP : value > high - EDGE ? SCROLL_STEP : 0;
        scroller.scrollBy(push(box.left, at.x, box.right), push(box.top, at.y, box.bottom));
      }
      look();
      frame = requestAnimationFrame(scrollAtEdges);
    };
    const activate = () => {
      active = true;
      dragging.current = true;
      clickIsDrop.current = true;
      // At once: the pointer may be released before the next frame.
      look();
      frame = requestAnimationFrame(scrollAtEdges);
    };
    const rest = byTouch ? setTimeout(activate, REST_MS) : undefined;

    const move = ({ clientX: x, clientY: y }: PointerEvent) => {
      at = { x, y };
      const far = Math.hypot(x - begun.x, y - begun.y);
      if (active) look();
      else if (byTouch && far > TOUCH_SLOP) end();
      else if (!byTouch && far > MOUSE_SLOP) activate();
    };
    const drop = () => {
      const place = active ? shown : null;
      end();
      // Put back where it was, nothing has changed.
      const isBack = place?.columnKey === home && place?.from === range.from;
      if (place !== null && !isBack) latest.current.onDrop(item, place.columnKey, place.from);
    };
    const giveUp = (key: KeyboardEvent) => {
      if (key.key !== 'Escape' || !active) return;
      key.preventDefault();
      end();
    };
    const noMenu = (menu: Event) => {
      if (byTouch) menu.preventDefault();
    };
    function end() {
      clearTimeout(rest);
      cancelAnimationFrame(frame);
      active = false;
      dragging.current = false;
      shown = null;
      setPreview(null);
      listening.abort();
      stop.current = () => undefined;
    }
    const listening = new AbortController();
    const { signal } = listening;
    window.addEventListener('pointermove', move, { signal });
    window.addEventListener('pointerup', drop, { signal });
    window.addEventListener('pointercancel', end, { signal });
    window.addEventListener('keydown', giveUp, { signal, capture: true });
    window.addEventListener('contextmenu', noMenu, { signal });
    stop.current = end;
  }

  /** The click that ends a drag opens nothing. */
  const wasDrag = () => {
    const was = clickIsDrop.current;
    clickIsDrop.current = false;
    return was;
  };
  return { preview, grab, wasDrag };
}
