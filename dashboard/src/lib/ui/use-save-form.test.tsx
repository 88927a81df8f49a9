import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { screen, within } from '@testing-library/react';
import { useState } from 'react';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startFakeServer } from '../../testing/fake-server.ts';
import { alertText, button, field } from '../../testing/on-screen.ts';
import { renderScreen } from '../../testing/render-screen.tsx';
import { fieldMessages } from '../api/api-error.ts';
import { request } from '../api/request.ts';
import { FormError } from './form-error.tsx';
import { useAskToLeave } from './unsaved.tsx';
import { useSaveForm } from './use-save-form.ts';

const Patient = z.object({ name: z.string(), phone: z.string(), email: z.string() });
type Patient = z.infer<typeof Patient>;

const ROUTE = 'POST /api/patients';

interface Props {
  label?: string;
  staysOpen?: boolean;
  onSaved?: (name: string) => void;
}

/** A form as the features have them: two fields, a third that is put away, and a way out. */
function PatientForm({ label = 'Patient', staysOpen = false, onSaved }: Props) {
  const form = useForm<Patient>({
    initialValues: { name: '', phone: '', email: '' },
    validate: { name: (name) => (name === '' ? 'Enter a name.' : null) },
  });
  const [more, setMore] = useState(false);
  const mutation = useMutation({
    mutationFn: (body: Patient) => request(Patient, '/api/patients', { method: 'POST', body }),
  });
  const save = useSaveForm(form, mutation, {
    toRequest: (values) => values,
    saved: ({ name }) => `${name} is saved.`,
    onSaved: ({ name }) => onSaved?.(name),
    messagesOf: (error) => fieldMessages(error, (name) => (name === 'phone_number' ? 'phone' : name)),
    onFaults: (fields) => fields.includes('email') && setMore(true),
    ...(staysOpen ? { toValues: (saved: Patient) => saved } : {}),
  });
  const leave = useAskToLeave(() => onSaved?.('nothing'));
  return (
    <form noValidate aria-label={label} onSubmit={save.onSubmit}>
      <TextInput label="Name" {...form.getInputProps('name')} />
      <TextInput label="Phone" {...form.getInputProps('phone')} />
      {more ? <TextInput label="Email" {...form.getInputProps('email')} /> : null}
      <FormError error={save.error} />
      <Button type="submit" loading={save.isSaving}>
        Save
      </Button>
      <Button onClick={leave}>Close</Button>
    </form>
  );
}

const refusal = (errors: { path: string; message: string }[]) => ({
  status: 422,
  code: 'VALIDATION_FAILED',
  detail: 'Some fields are wrong.',
  errors,
});

test('a fault that the page finds itself is under its field, and nothing is sent', async () => {
  const server = startFakeServer();
  const { user } = await renderScreen(<PatientForm />);
  await user.click(button('Save'));
  expect(screen.getByText('Enter a name.')).toBeDefined();
  expect(document.activeElement).toBe(field('Name'));
  expect(server.sentTo(ROUTE)).toEqual([]);
});

test("the server's fault of a field is under that field, which has the focus", async () => {
  const server = startFakeServer();
  server.refuses(ROUTE, refusal([{ path: 'phone_number', message: 'too short' }]));
  const { user } = await renderScreen(<PatientForm />);
  await user.type(field('Name'), 'Ana');
  await user.click(button('Save'));
  await screen.findByText('Too short');
  expect(document.activeElement).toBe(field('Phone'));
  expect(screen.queryByText('Some fields are wrong.')).toBeNull();
});

test('of several faulty fields the first on the screen has the focus', async () => {
  const server = startFakeServer();
  const errors = [
    { path: 'phone', message: 'too short' },
    { path: 'name', message: 'too long' },
  ];
  server.refuses(ROUTE, refusal(errors));
  const { user } = await renderScreen(<PatientForm />);
  await user.type(field('Name'), 'Ana');
  await user.click(button('Save'));
  await screen.findByText('Too short');
  expect(document.activeElement).toBe(field('Name'));
});

test('a fault of a field that is put away brings the field out', async () => {
  const server = startFakeServer();
  server.refuses(ROUTE, refusal([{ path: 'email', message: 'not an address' }]));
  const { user } = await renderScreen(<PatientForm />);
  await user.type(field('Name'), 'Ana');
  await user.click(button('Save'));
  await screen.findByText('Not an address');
  expect(document.activeElement).toBe(field('Email'));
});

test('two forms with the same fields keep their focus apart', async () => {
  const server = startFakeServer();
  server.refuses(ROUTE, refusal([{ path: 'name', message: 'too long' }]));
  const { user } = await renderScreen(
    <>
      <PatientForm label="First" />
      <PatientForm label="Second" />
    </>,
  );
  const second = within(screen.getByRole('form', { name: 'Second' }));
  await user.type(second.getByRole('textbox', { name: 'Name' }), 'Ana');
  await user.click(second.getByRole('button', { name: 'Save' }));
  await second.findByText('Too long');
  expect(document.activeElement).toBe(second.getByRole('textbox', { name: 'Name' }));
});

test('a failure of no field is said beside the button, with the number of the request', async () => {
  const server = startFakeServer();
  server.refuses(ROUTE, { status: 409, code: 'CLINIC_CLOSED', detail: 'The clinic is closed.' });
  const { user } = await renderScreen(<PatientForm />);
  await user.type(field('Name'), 'Ana');
  await user.click(button('Save'));
  expect(await alertText()).toBe('The clinic is closed.Request req-1');
});

test('a fault of a field that the form does not have is said beside the button', async () => {
  const server = startFakeServer();
  server.refuses(ROUTE, {
    ...refusal([{ path: 'country', message: 'unknown' }]),
    detail: 'No such country.',
  });
  const { user } = await renderScreen(<PatientForm />);
  await user.type(field('Name'), 'Ana');
  await user.click(button('Save'));
  expect(await alertText()).toContain('No such country.');
});

test('a double click sends once', async () => {
  const server = startFakeServer();
  server.answers(ROUTE, Patient, ({ body }) => body as Patient);
  const { user } = await renderScreen(<PatientForm />);
  await user.type(field('Name'), 'Ana');
  await user.dblClick(button('Save'));
  await screen.findByText('Ana is saved.');
  expect(server.sentTo(ROUTE)).toEqual([{ name: 'Ana', phone: '', email: '' }]);
});

test('a refused form can be sent again', async () => {
  const server = startFakeServer();
  server.refuses(ROUTE, { status: 409, code: 'CLINIC_CLOSED', detail: 'The clinic is closed.' });
  const { user } = await renderScreen(<PatientForm />);
  await user.type(field('Name'), 'Ana');
  await user.click(button('Save'));
  await alertText();
  server.answers(ROUTE, Patient, ({ body }) => body as Patient);
  await user.click(button('Save'));
  await screen.findByText('Ana is saved.');
  expect(screen.queryByRole('form')?.textContent).not.toContain('closed');
});

test('what was typed and not saved is asked about before the form closes', async () => {
  startFakeServer();
  const closed: string[] = [];
  const { user } = await renderScreen(<PatientForm onSaved={(name) => closed.push(name)} />);
  await user.type(field('Name'), 'Ana');
  await user.click(button('Close'));
  const question = within(await screen.findByRole('dialog', { name: 'Discard changes?' }));
  await user.click(question.getByRole('button', { name: 'Keep editing' }));
  expect(closed).toEqual([]);
  expect(field('Name').value).toBe('Ana');
  await user.click(button('Close'));
  await user.click(await screen.findByRole('button', { name: 'Discard' }));
  await expect.poll(() => closed).toEqual(['nothing']);
});

test('nothing is asked once it is saved', async () => {
  const server = startFakeServer();
  server.answers(ROUTE, Patient, ({ body }) => body as Patient);
  const closed: string[] = [];
  const { user } = await renderScreen(<PatientForm onSaved={(name) => closed.push(name)} />);
  await user.type(field('Name'), 'Ana');
  await user.click(button('Save'));
  await expect.poll(() => closed).toEqual(['Ana']);
  await user.click(button('Close'));
  await expect.poll(() => closed).toEqual(['Ana', 'nothing']);
});

test('a form that stays open shows what was saved, and keeps what was typed since', async () => {
  const server = startFakeServer();
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  server.answers(ROUTE, Patient, async () => {
    await answered;
    return { name: 'Ana Ruiz', phone: '+14155550132', email: '' };
  });
  const { user } = await renderScreen(<PatientForm staysOpen />);
  await user.type(field('Name'), 'ana ruiz');
  await user.click(button('Save'));
  await user.type(field('Phone'), '212');
  answer();
  await screen.findByText('Ana Ruiz is saved.');
  expect(field('Name').value).toBe('Ana Ruiz');
  expect(field('Phone').value).toBe('212');
});
