import { notifications } from '@mantine/notifications';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, vi } from 'vitest';

// As in the other tests: a limit is for what will never come.
configure({ asyncUtilTimeout: 90_000 });

// A text area that grows measures again when a font comes; happy-dom has no fonts.
Object.defineProperty(document, 'fonts', { value: new EventTarget() });

afterEach(() => {
  cleanup();
  notifications.clean();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
