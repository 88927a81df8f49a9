import type { MantineColorsTuple } from '@mantine/core';

export const brand: MantineColorsTuple = [
  '#ecf8f6',
  '#d2eeea',
  '#a6dbd5',
  '#74c5bd',
  '#43aba2',
  '#1f9389',
  '#0f7f77',
  '#0b6a64',
  '#08544f',
  '#053e3b',
];

export const slate: MantineColorsTuple = [
  '#f6f8fa',
  '#edf1f5',
  '#e1e7ee',
  '#cdd6e0',
  '#a9b5c4',
  '#77869a',
  '#566579',
  '#435164',
  '#2a3647',
  '#172030',
];

/** Mantine's dark scheme reads its surfaces from here: 0 is text, 7 the page. */
export const night: MantineColorsTuple = [
  '#e4eaf2',
  '#c3cddb',
  '#a0adbf',
  '#8391a5',
  '#38465a',
  '#283547',
  '#182231',
  '#0e1622',
  '#0a111b',
  '#070c14',
];

export interface Tone {
  ink: string;
  wash: string;
}
export type ToneName = 'ok' | 'warn' | 'bad' | 'info' | 'idle';

/** Ink on its own wash and on the page: kept above 4.5:1 by the test beside this file. */
export const tones: Record<'light' | 'dark', Record<ToneName, Tone>> = {
  light: {
    ok: { ink: '#0a6443', wash: '#e2f4eb' },
    warn: { ink: '#824600', wash: '#fcefd8' },
    bad: { ink: '#a3201c', wash: '#fdebea' },
    info: { ink: '#3b45b0', wash: '#ebedfc' },
    idle: { ink: '#4a586b', wash: '#edf1f5' },
  },
  dark: {
    ok: { ink: '#7cdcae', wash: '#12332a' },
    warn: { ink: '#f3c06a', wash: '#3a2b13' },
    bad: { ink: '#ffa49d', wash: '#3f2022' },
    info: { ink: '#b0b8ff', wash: '#252b52' },
    idle: { ink: '#b6c1d0', wash: '#222d3c' },
  },
};

export const surfaces = {
  light: {
    canvas: '#f4f7f9',
    surface: '#ffffff',
    sunken: '#f6f8fa',
    line: '#dde5ec',
    field: '#7f8c9e',
    text: '#172030',
  },
  dark: {
    canvas: '#0e1622',
    surface: '#151f2d',
    sunken: '#111a27',
    line: '#2a384a',
    field: '#6a7a90',
    text: '#e4eaf2',
  },
};
