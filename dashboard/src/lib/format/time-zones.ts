export const detectedTimeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** The browser's list leaves out UTC and may spell the detected zone by an older name. */
export function timeZones(detected = detectedTimeZone()): string[] {
  return [...new Set([...Intl.supportedValuesOf('timeZone'), detected, 'UTC'])].sort();
}
