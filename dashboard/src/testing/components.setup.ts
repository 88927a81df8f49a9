import { notifications } from '@mantine/notifications';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

configure({
  // As in the other tests: a limit is for what will never come.
  asyncUtilTimeout: 90_000,
  // Styles are not loaded here, so asking of every element whether it can be seen takes most of the time and finds
  // nothing.
  defaultHidden: true,
});

// A text area that grows measures again when a font comes; happy-dom has no fonts.
Object.defineProperty(document, 'fonts', { value: new EventTarget() });

afterEach(() => {
  cleanup();
  notifications.clean();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
