import { screen } from '@testing-library/react';

/** The field with that label; the star of a required one is not read out. */
export const field = (label: string): HTMLInputElement =>
  screen.getByLabelText<HTMLInputElement>((text) => text.replace(/\s*\*$/, '') === label, {
    selector: 'input, textarea',
  });

export const button = (name: string | RegExp): HTMLButtonElement =>
  screen.getByRole<HTMLButtonElement>('button', { name });

/** What is said as soon as it happens: a failure, a refusal. */
export const alertText = async (): Promise<string> => (await screen.findByRole('alert')).textContent;
