import { Button, Checkbox, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { ApiKeyCreate, type Me, type NewApiKey, type Scope } from '@voxanne/contract';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { useCreateApiKey } from './api/create-api-key.ts';
import { EXPIRIES, expiryOf, SCOPE_NAMES, scopeMeans, scopesToGive } from './api-key-view.ts';

interface Values {
  name: string;
  scopes: Scope[];
  expires: string;
  requests_per_hour: number | '';
}

export function NewKeyForm({ me, onMade }: { me: Me; onMade: (made: NewApiKey) => void }) {
  const form = useForm<Values>({
    initialValues: { name: '', scopes: [], expires: 'never', requests_per_hour: '' },
    validate: {
      name: (name) =>
        ApiKeyCreate.shape.name.safeParse(name).success ? null : 'Enter a name, such as Website.',
      scopes: (scopes) => (scopes.length > 0 ? null : 'Choose what the key can do.'),
    },
  });
  const save = useSaveForm(form, useCreateApiKey(), {
    toRequest: ({ name, scopes, expires, requests_per_hour: limit }) => ({
      name,
      scopes,
      expires_at: expiryOf(expires, Date.now()),
      requests_per_hour: limit === '' ? null : limit,
    }),
    onSaved: onMade,
  });
  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <TextInput
          label="Name"
          description="The program that will use it"
          required
          maxLength={80}
          {...form.getInputProps('name')}
        />
        <Checkbox.Group
          size="md"
          label="What it can do"
          description="Check only what the program needs"
          required
          {...form.getInputProps('scopes')}
        >
          <Stack gap="sm" mt="xs">
            {scopesToGive(me.role).map((scope) => (
              <Checkbox
                key={scope}
                size="md"
                value={scope}
                label={SCOPE_NAMES[scope]}
                description={`${scopeMeans(scope)}.`}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select label="Expires" data={EXPIRIES} allowDeselect={false} {...form.getInputProps('expires')} />
        <NumberInput
          label="Requests an hour"
          description="Leave blank for no limit besides the clinic’s"
          size="md"
          min={1}
          allowDecimal={false}
          allowNegative={false}
          {...form.getInputProps('requests_per_hour')}
        />
        <FormError error={save.error} />
        <div>
          <Button type="submit" loading={save.isSaving}>
            Create key
          </Button>
        </div>
      </Stack>
    </form>
  );
}
