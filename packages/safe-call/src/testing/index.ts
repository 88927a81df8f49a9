export { createTestClock, settle, type TestClock } from './test-clock.ts';
