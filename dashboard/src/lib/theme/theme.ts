import { type CSSVariablesResolver, createTheme } from '@mantine/core';
import { brand, night, slate, surfaces, type ToneName, tones } from './colors.ts';

const sans =
  "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";
const mono = "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace";

const CLOSE = { 'aria-label': 'Close' };

export const theme = createTheme({
  primaryColor: 'brand',
  primaryShade: 7,
  colors: { brand, gray: slate, dark: night },
  black: surfaces.light.text,
  fontFamily: sans,
  fontFamilyMonospace: mono,
  defaultRadius: 'md',
  radius: { sm: '6px', md: '10px', lg: '16px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: {
    fontFamily: sans,
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '1.75rem', lineHeight: '1.2' },
      h2: { fontSize: '1.125rem', lineHeight: '1.35' },
      h3: { fontSize: '1rem', lineHeight: '1.4' },
    },
  },
  components: {
    // <Button mod="wraps">: words that may be longer than a phone is wide, such as a day, an hour and a name.
    Button: {
      defaultProps: { size: 'md' },
      styles: (_: unknown, { mod }: { mod?: unknown }) =>
        mod === 'wraps' ? { root: { height: 'auto', paddingBlock: 8 }, label: { whiteSpace: 'normal' } } : {},
    },
    // An example in red reads as what is wrong.
    Input: { styles: { wrapper: { '--input-placeholder-color': 'var(--mantine-color-placeholder)' } } },
    TextInput: { defaultProps: { size: 'md' } },
    PasswordInput: { defaultProps: { size: 'md' } },
    InputWrapper: { styles: { label: { marginBottom: 4 } } },
    Select: { defaultProps: { size: 'md', comboboxProps: { shadow: 'md' } } },
    Drawer: {
      defaultProps: { position: 'right', closeButtonProps: CLOSE },
      styles: { title: { fontSize: '1.25rem', fontWeight: 650, overflowWrap: 'anywhere' } },
    },
    Modal: {
      defaultProps: { centered: true, closeButtonProps: CLOSE },
      styles: { title: { fontSize: '1.125rem', fontWeight: 650, lineHeight: 1.3, overflowWrap: 'anywhere' } },
    },
    // Their <header> would be a second banner of the page.
    DrawerTitle: { defaultProps: { lh: 1.3 } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    ModalHeader: { defaultProps: { role: 'presentation' } },
    Skeleton: { defaultProps: { radius: 'md' } },
  },
});

function toneVariables(scheme: 'light' | 'dark'): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, tone] of Object.entries(tones[scheme])) {
    variables[`--vx-${name}`] = tone.ink;
    variables[`--vx-${name}-wash`] = tone.wash;
  }
  for (const [name, value] of Object.entries(surfaces[scheme])) variables[`--vx-${name}`] = value;
  return variables;
}

/** Mantine's own dimmed, placeholder and light-variant colors miss 4.5:1; these do not. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...toneVariables('light'),
    '--mantine-color-body': surfaces.light.surface,
    '--mantine-color-dimmed': 'var(--mantine-color-gray-6)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-6)',
    '--mantine-color-error': tones.light.bad.ink,
    '--mantine-color-default-border': '#8794a5',
    '--mantine-color-disabled-color': 'var(--mantine-color-gray-6)',
    '--mantine-color-brand-light': brand[0],
    '--mantine-color-brand-light-hover': brand[1],
    '--mantine-color-brand-light-color': brand[8],
    '--mantine-color-red-light': tones.light.bad.wash,
    '--mantine-color-red-light-color': tones.light.bad.ink,
    '--mantine-color-red-filled': '#b3261f',
    '--mantine-color-red-filled-hover': '#96201a',
  },
  dark: {
    ...toneVariables('dark'),
    '--mantine-color-body': surfaces.dark.surface,
    '--mantine-color-default': surfaces.dark.sunken,
    '--mantine-color-dimmed': 'var(--mantine-color-dark-2)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-2)',
    '--mantine-color-error': tones.dark.bad.ink,
    '--mantine-color-anchor': brand[3],
    '--mantine-color-default-border': '#64748a',
    '--mantine-color-disabled-color': 'var(--mantine-color-dark-2)',
    '--mantine-color-brand-light': '#12332f',
    '--mantine-color-brand-light-hover': '#173f3a',
    '--mantine-color-brand-light-color': brand[2],
    '--mantine-color-red-light': tones.dark.bad.wash,
    '--mantine-color-red-light-color': tones.dark.bad.ink,
    '--mantine-color-red-filled': '#b3261f',
    '--mantine-color-red-filled-hover': '#c5352d',
  },
});

export const toneInk = (tone: ToneName) => `var(--vx-${tone})`;
export const toneWash = (tone: ToneName) => `var(--vx-${tone}-wash)`;
