import { TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { Ref } from 'react';

interface PatientValues {
  name: string;
  phone: string;
}

export const patientRules = {
  name: (value: string) => (value.trim() === '' ? 'Enter the patient’s name.' : null),
  phone: (value: string) => (value.trim() === '' ? 'Enter a phone number for texts.' : null),
};

interface Props<Values> {
  form: UseFormReturnType<Values>;
  /** Where the form is about more than the patient. */
  labels?: { name: string; phone: string };
  nameRef?: Ref<HTMLInputElement>;
}

/** Who a form is about: the fields that identify a patient. */
export function PatientFields<Values extends PatientValues>({
  form,
  labels = { name: 'Name', phone: 'Phone' },
  nameRef,
}: Props<Values>) {
  return (
    <>
      <TextInput
        ref={nameRef}
        label={labels.name}
        autoComplete="off"
        required
        maxLength={120}
        {...form.getInputProps('name')}
      />
      <TextInput
        label={labels.phone}
        type="tel"
        autoComplete="off"
        placeholder="+1 415 555 0132"
        required
        maxLength={60}
        {...form.getInputProps('phone')}
      />
    </>
  );
}

export function PatientEmail<Values extends { email: string }>({ form }: Pick<Props<Values>, 'form'>) {
  return (
    <TextInput
      label="Email"
      type="email"
      autoComplete="off"
      maxLength={254}
      {...form.getInputProps('email')}
    />
  );
}
