import { Button, Checkbox, Group, Input, Stack, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { Appointment } from '@voxanne/contract';
import { useState } from 'react';
import { formatPhone } from '../../lib/format/format.ts';
import { contactsQuery } from '../contacts/api/contacts.ts';
import { passedOnWords } from './change-words.ts';

type Patient = Pick<Appointment['contact'], 'id' | 'name' | 'phone' | 'no_texts'>;
interface Props {
  current: Patient;
  status: Appointment['status'];
  /** Whether the patients hear of it. */
  notify: boolean;
  onNotify: (notify: boolean) => void;
  onChange: (id: string) => void;
}

const labelOf = ({ name, phone }: Patient) => (phone === null ? name : `${name}, ${formatPhone(phone)}`);
/** More are found by typing more. */
const MAX_SHOWN = 5;

/** Another one of the clinic's patients, found by name or number. */
export function PatientSelect({ current, status, notify, onNotify, onChange }: Props) {
  const [chosen, setChosen] = useState(current);
  const [isOpen, setOpen] = useState(false);
  const choose = (patient: Patient) => {
    setChosen(patient);
    onChange(patient.id);
    setOpen(false);
  };
  return (
    <Input.Wrapper label="Patient" labelElement="div">
      <Group justify="space-between" gap="xs">
        <strong>{labelOf(chosen)}</strong>
        <Button size="xs" variant="default" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Change patient
        </Button>
      </Group>
      {isOpen ? <Search onChoose={choose} /> : null}
      {chosen.id === current.id ? null : (
        <Stack gap="xs" mt="xs">
          <div role="status">{passedOnWords(status, current, chosen)}</div>
          {status === 'confirmed' ? (
            <Checkbox
              label="Text the patients about it"
              checked={notify}
              onChange={({ currentTarget }) => onNotify(currentTarget.checked)}
            />
          ) : null}
        </Stack>
      )}
    </Input.Wrapper>
  );
}

function Search({ onChoose }: { onChoose: (patient: Patient) => void }) {
  const [typed, setTyped] = useState('');
  const [find] = useDebouncedValue(typed.trim(), 250);
  const { data } = useInfiniteQuery(contactsQuery({ find, status: undefined }));
  const found = data?.pages[0]?.data;
  return (
    <Stack gap="xs" mt="xs">
      <TextInput
        label="Find a patient"
        description="Name, email or part of the phone number"
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        data-autofocus
      />
      {found?.length === 0 ? <div role="status">No matching patients.</div> : null}
      {found?.slice(0, MAX_SHOWN).map((one) => (
        <Button key={one.id} size="sm" variant="default" justify="start" onClick={() => onChoose(one)}>
          {labelOf(one)}
        </Button>
      ))}
    </Stack>
  );
}
