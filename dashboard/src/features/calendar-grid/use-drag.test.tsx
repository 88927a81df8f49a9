import { act, fireEvent, render, screen } from '@testing-library/react';
import { useRef } from 'react';
import { expect, test, vi } from 'vitest';
import { appointmentWith } from '../../testing/examples.ts';
import { useDrag } from './use-drag.ts';

const MARIA = appointmentWith();
const AT_9 = { from: 540, to: 570 };

/** A pixel a minute from 8:00 to 18:00; Ada's column is on the left, Bob's on the right. */
const boxes: Record<string, [x: number, y: number, width: number, height: number]> = {
  grid: [0, 0, 200, 700],
  ada: [0, 50, 100, 600],
  bob: [100, 50, 100, 600],
  card: [0, 50 + 60, 100, 30],
};
const placed = (name: string) => (element: HTMLElement | null) => {
  if (element !== null) element.getBoundingClientRect = () => new DOMRect(...(boxes[name] ?? [0, 0, 0, 0]));
};

const scrolled = vi.fn();

function Grid({ onDrop, onOpen }: { onDrop: (place: string) => void; onOpen: () => void }) {
  const scroller = useRef<HTMLElement>(null);
  const { preview, grab, wasDrag } = useDrag({
    scroller,
    axis: { from: 480, to: 1080 },
    onDrop: ({ contact }, column, from) => onDrop(`${contact.name} to ${column} at ${from}`),
  });
  return (
    <section
      ref={(element) => {
        scroller.current = element;
        placed('grid')(element);
        if (element !== null) element.scrollBy = scrolled;
      }}
    >
      <div ref={placed('ada')} data-column="ada">
        <button
          ref={placed('card')}
          type="button"
          onPointerDown={(event) => grab(event, MARIA, AT_9)}
          onClick={() => wasDrag() || onOpen()}
        >
          Maria
        </button>
      </div>
      <div ref={placed('bob')} data-column="bob" />
      <output>
        {preview === null ? 'nothing' : `${preview.name} at ${preview.columnKey} ${preview.from}`}
      </output>
    </section>
  );
}

function openGrid() {
  scrolled.mockClear();
  const drops: string[] = [];
  const onOpen = vi.fn();
  const { unmount } = render(<Grid onDrop={(place) => drops.push(place)} onOpen={onOpen} />);
  return { drops, onOpen, unmount };
}

const card = () => screen.getByRole('button', { name: 'Maria' });
const preview = () => screen.getByRole('status').textContent;
const MOUSE = { pointerType: 'mouse', button: 0, isPrimary: true };
const TOUCH = { ...MOUSE, pointerType: 'touch' };

/** Ten minutes below the top of the card. */
const press = (by = MOUSE) => fireEvent.pointerDown(card(), { ...by, clientX: 20, clientY: 120 });
const moveTo = (clientX: number, clientY: number, by = MOUSE) =>
  fireEvent.pointerMove(window, { ...by, clientX, clientY });
/** The browser clicks what the pointer was pressed on. */
const release = (by = MOUSE) => {
  fireEvent.pointerUp(window, by);
  fireEvent.click(card());
};

test('a card that is dragged by mouse is previewed on the way, and dropped where the pointer is', () => {
  const { drops, onOpen } = openGrid();
  press();
  moveTo(120, 120 + 61);
  expect(preview()).toBe('Maria Lopez at bob 600');
  release();
  expect(drops).toEqual(['Maria Lopez to bob at 600']);
  expect(preview()).toBe('nothing');
  expect(onOpen).not.toHaveBeenCalled();
});

test('a hand that trembles while it clicks moves nothing', () => {
  const { drops, onOpen } = openGrid();
  press();
  moveTo(22, 123);
  expect(preview()).toBe('nothing');
  release();
  expect(drops).toEqual([]);
  expect(onOpen).toHaveBeenCalledOnce();
});

test('a card that is put back where it was has not changed', () => {
  const { drops, onOpen } = openGrid();
  press();
  moveTo(120, 200);
  moveTo(21, 121);
  expect(preview()).toBe('Maria Lopez at ada 540');
  release();
  expect(drops).toEqual([]);
  expect(onOpen).not.toHaveBeenCalled();
});

test('Escape puts it back', () => {
  const { drops, onOpen } = openGrid();
  press();
  moveTo(120, 200);
  fireEvent.keyDown(card(), { key: 'Escape' });
  expect(preview()).toBe('nothing');
  release();
  expect(drops).toEqual([]);
  expect(onOpen).not.toHaveBeenCalled();
});

test('beside the grid there is no place to drop it', () => {
  const { drops } = openGrid();
  press();
  moveTo(120, 200);
  moveTo(500, 200);
  expect(preview()).toBe('nothing');
  release();
  expect(drops).toEqual([]);
});

test('after a drag the next click opens the appointment again', () => {
  const { onOpen } = openGrid();
  press();
  moveTo(120, 200);
  release();
  press();
  release();
  expect(onOpen).toHaveBeenCalledOnce();
});

test('a finger that rests drags, and the page below it keeps still', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { drops } = openGrid();
  press(TOUCH);
  act(() => vi.advanceTimersByTime(400));
  moveTo(120, 120 + 61, TOUCH);
  expect(preview()).toBe('Maria Lopez at bob 600');
  // Not canceled: the browser would scroll.
  expect(fireEvent.touchMove(card(), { cancelable: true })).toBe(false);
  release(TOUCH);
  expect(drops).toEqual(['Maria Lopez to bob at 600']);
  expect(fireEvent.touchMove(card(), { cancelable: true })).toBe(true);
});

test('a finger that moves at once scrolls, and drags nothing', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { drops } = openGrid();
  press(TOUCH);
  moveTo(20, 160, TOUCH);
  act(() => vi.advanceTimersByTime(400));
  moveTo(120, 200, TOUCH);
  expect(preview()).toBe('nothing');
  release(TOUCH);
  expect(drops).toEqual([]);
});

test('a drag that the browser takes over is given up', () => {
  const { drops } = openGrid();
  press();
  moveTo(120, 200);
  fireEvent.pointerCancel(window, MOUSE);
  expect(preview()).toBe('nothing');
  release();
  expect(drops).toEqual([]);
});

test('only the main button drags', () => {
  const { drops } = openGrid();
  press({ ...MOUSE, button: 2 });
  moveTo(120, 200);
  expect(preview()).toBe('nothing');
  fireEvent.pointerUp(window, MOUSE);
  expect(drops).toEqual([]);
});

test('at the edge of the grid it scrolls on', async () => {
  openGrid();
  press();
  moveTo(120, 690);
  await expect.poll(() => scrolled.mock.lastCall).toEqual([0, 9]);
  moveTo(10, 10);
  await expect.poll(() => scrolled.mock.lastCall).toEqual([-9, -9]);
});

test('a grid that is left while something is dragged hears nothing more', () => {
  const { drops, unmount } = openGrid();
  press();
  moveTo(120, 200);
  unmount();
  fireEvent.pointerUp(window, MOUSE);
  expect(drops).toEqual([]);
});
