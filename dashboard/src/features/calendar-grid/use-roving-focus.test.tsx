import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useRef } from 'react';
import { expect, test } from 'vitest';
import { useRovingFocus } from './use-roving-focus.ts';

type Columns = Record<string, number[]>;

/** What stops of each column there are, by their minute; drawn in another order than by time. */
function Grid({ columns }: { columns: Columns }) {
  const scroller = useRef<HTMLElement>(null);
  const { onKeyDown, onFocus } = useRovingFocus(scroller);
  return (
    <>
      <button type="button">Before</button>
      <section ref={scroller} aria-label="Calendar" onKeyDown={onKeyDown} onFocus={onFocus}>
        {Object.entries(columns).map(([key, minutes]) => (
          <div key={key} data-column={key}>
            {minutes.toReversed().map((minute) => (
              <button key={minute} type="button" tabIndex={-1} data-stop={minute}>
                {`${key} ${minute}`}
              </button>
            ))}
          </div>
        ))}
      </section>
      <button type="button">After</button>
    </>
  );
}

const WEEK: Columns = { mon: [540, 600, 660], tue: [], wed: [570, 630], thu: [540] };

function openGrid(columns = WEEK) {
  const { rerender } = render(<Grid columns={columns} />);
  return {
    user: userEvent.setup({ delay: null }),
    show: (next: Columns) => rerender(<Grid columns={next} />),
  };
}

const here = () => document.activeElement?.textContent;
const tabStops = () =>
  [...document.querySelectorAll<HTMLElement>('[data-stop]')]
    .filter(({ tabIndex }) => tabIndex === 0)
    .map(({ textContent }) => textContent);

test('the whole grid is one tab stop', async () => {
  const { user } = openGrid();
  await user.tab();
  await user.tab();
  expect(here()).toBe('mon 540');
  expect(tabStops()).toEqual(['mon 540']);
  await user.tab();
  expect(here()).toBe('After');
});

test('Tab comes back to the time that was left', async () => {
  const { user } = openGrid();
  await user.click(screen.getByText('wed 570'));
  await user.keyboard('{ArrowDown}');
  await user.tab();
  await user.tab({ shift: true });
  expect(here()).toBe('wed 630');
  expect(tabStops()).toEqual(['wed 630']);
});

test('up and down go through the times of a day in their order, and stop at its ends', async () => {
  const { user } = openGrid();
  await user.click(screen.getByText('mon 540'));
  await user.keyboard('{ArrowUp}');
  expect(here()).toBe('mon 540');
  await user.keyboard('{ArrowDown}{ArrowDown}');
  expect(here()).toBe('mon 660');
  await user.keyboard('{ArrowDown}');
  expect(here()).toBe('mon 660');
  await user.keyboard('{ArrowUp}');
  expect(here()).toBe('mon 600');
});

test('Home and End go to the first and the last time of the day', async () => {
  const { user } = openGrid();
  await user.click(screen.getByText('mon 600'));
  await user.keyboard('{End}');
  expect(here()).toBe('mon 660');
  await user.keyboard('{Home}');
  expect(here()).toBe('mon 540');
});

test('left and right go to the closest time of the next day that has one', async () => {
  const { user } = openGrid();
  await user.click(screen.getByText('mon 660'));
  await user.keyboard('{ArrowRight}');
  expect(here()).toBe('wed 630');
  await user.keyboard('{ArrowRight}');
  expect(here()).toBe('thu 540');
  await user.keyboard('{ArrowRight}');
  expect(here()).toBe('thu 540');
  await user.keyboard('{ArrowLeft}{ArrowLeft}');
  expect(['mon 540', 'mon 600']).toContain(here());
});

test('shortcuts of the browser are left to it', async () => {
  const { user } = openGrid();
  await user.click(screen.getByText('mon 540'));
  await user.keyboard('{Control>}{ArrowDown}{/Control}{Alt>}{ArrowRight}{/Alt}');
  expect(here()).toBe('mon 540');
});

test('when the time with the focus goes, the closest one of its day has the focus', async () => {
  const { user, show } = openGrid();
  await user.click(screen.getByText('mon 660'));
  show({ ...WEEK, mon: [540, 600] });
  expect(here()).toBe('mon 600');
  expect(tabStops()).toEqual(['mon 600']);
});

test('when its day goes, another time is the tab stop', async () => {
  const { user, show } = openGrid();
  await user.click(screen.getByText('thu 540'));
  show({ fri: [600] });
  expect(tabStops()).toEqual(['fri 600']);
});

test('a focus that is elsewhere stays there when times go', async () => {
  const { user, show } = openGrid();
  await user.click(screen.getByText('mon 660'));
  await user.click(screen.getByText('After'));
  show({ ...WEEK, mon: [540] });
  expect(here()).toBe('After');
  expect(tabStops()).toEqual(['mon 540']);
});

test('a grid without any time can be reached, to be scrolled by keys', async () => {
  const { user, show } = openGrid({ mon: [], tue: [] });
  await user.tab();
  await user.tab();
  expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Calendar' }));
  show(WEEK);
  expect(screen.getByRole('region', { name: 'Calendar' }).hasAttribute('tabindex')).toBe(false);
});
