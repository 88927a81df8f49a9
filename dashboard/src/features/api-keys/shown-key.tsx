import { Alert, Button, Stack } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { NewApiKey } from '@voxanne/contract';
import { CopyField } from '../../lib/ui/copy-field.tsx';

/** The one time that a key is seen. */
export function ShownKey({ made, onHide }: { made: NewApiKey; onHide: () => void }) {
  return (
    <Alert color="brand" title={`The new key of ${made.name}`} icon={<IconKey aria-hidden />}>
      <Stack gap="sm">
        Copy it now: it is shown only this once. Keep it where your program reads its passwords.
        <CopyField label="API key" value={made.key} />
        <div>
          <Button size="sm" variant="default" onClick={onHide}>
            Hide key
          </Button>
        </div>
      </Stack>
    </Alert>
  );
}
