import { expect, test } from 'vitest';
import { brand, night, slate, surfaces, tones } from './colors.ts';

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

for (const scheme of ['light', 'dark'] as const) {
  const { canvas, surface, sunken } = surfaces[scheme];
  for (const [name, { ink, wash }] of Object.entries(tones[scheme])) {
    test(`${scheme}: ${name} is readable on its wash and on every surface`, () => {
      for (const ground of [wash, canvas, surface, sunken]) {
        expect(contrast(ink, ground)).toBeGreaterThanOrEqual(4.5);
      }
    });
  }
  test(`${scheme}: dimmed text is readable on every surface`, () => {
    const dimmed = scheme === 'light' ? slate[6] : night[2];
    for (const ground of [canvas, surface, sunken]) {
      expect(contrast(dimmed, ground)).toBeGreaterThanOrEqual(4.5);
    }
  });
}

for (const scheme of ['light', 'dark'] as const) {
  test(`${scheme}: the edge of a field stands out from what is around it`, () => {
    const { field, canvas, surface, sunken } = surfaces[scheme];
    for (const ground of [canvas, surface, sunken]) expect(contrast(field, ground)).toBeGreaterThanOrEqual(3);
  });
}

test('white is readable on the brand color of buttons', () => {
  expect(contrast('#ffffff', brand[7])).toBeGreaterThanOrEqual(4.5);
});
