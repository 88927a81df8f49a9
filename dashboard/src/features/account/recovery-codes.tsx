import { Alert, Button, CopyButton, Group, Stack } from '@mantine/core';
import { IconCheck, IconCopy, IconDownload } from '@tabler/icons-react';
import classes from './account.module.css';

/** Shown once. They let someone in without the phone, so they belong where the phone is not. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const text = codes.join('\n');
  return (
    <Alert color="brand" title="Save your recovery codes">
      <Stack gap="md">
        <div>
          Each code signs you in once when you don’t have your phone. They’re shown only now: print them, or
          keep them in a password manager.
        </div>
        <ul className={classes.codes} aria-label="Recovery codes">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
        <Group gap="sm">
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button
                variant="default"
                leftSection={
                  copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />
                }
                onClick={copy}
              >
                {copied ? 'Copied' : 'Copy codes'}
              </Button>
            )}
          </CopyButton>
          <Button
            component="a"
            variant="default"
            href={`data:text/plain;charset=utf-8,${encodeURIComponent(`Voxanne recovery codes\n\n${text}\n`)}`}
            download="voxanne-recovery-codes.txt"
            leftSection={<IconDownload size={16} aria-hidden />}
          >
            Download
          </Button>
          <Button onClick={onDone}>I saved them</Button>
        </Group>
      </Stack>
    </Alert>
  );
}
