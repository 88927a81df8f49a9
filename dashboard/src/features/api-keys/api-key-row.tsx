import { Button, Group, NumberInput, Select, Stack } from '@mantine/core';
import type { ApiKey, Me, NewApiKey } from '@voxanne/contract';
import { useState } from 'react';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { useChangeApiKey } from './api/change-api-key.ts';
import { useRevokeApiKey } from './api/revoke-api-key.ts';
import { useRotateApiKey } from './api/rotate-api-key.ts';
import { factsOf, OVERLAPS, SCOPE_NAMES, STATUS, scopesToGive } from './api-key-view.ts';
import classes from './api-keys.module.css';

interface Props {
  me: Me;
  apiKey: ApiKey;
  onMade: (made: NewApiKey) => void;
  onGone: (id: string) => void;
}

export function ApiKeyRow({ me, apiKey, onMade, onGone }: Props) {
  const { word, tone } = STATUS[apiKey.status];
  const given = scopesToGive(me.role);
  const isGood = apiKey.status !== 'expired';
  return (
    <li className={classes.item}>
      <span className={classes.what}>
        <span className={classes.name}>
          {apiKey.name} <StatusTag tone={tone}>{word}</StatusTag>
        </span>
        <span className={classes.facts}>
          <span className={classes.prefix}>{apiKey.prefix}…</span> {'\u00b7'}{' '}
          {apiKey.scopes.map((scope) => SCOPE_NAMES[scope]).join(', ')}
        </span>
        <span className={classes.facts}>{factsOf(apiKey, me.organization.time_zone).join(' \u00b7 ')}</span>
      </span>
      <Group gap="sm">
        {isGood ? <Limit apiKey={apiKey} /> : null}
        {apiKey.status === 'active' && apiKey.scopes.every((scope) => given.includes(scope)) ? (
          <Rotate apiKey={apiKey} onMade={onMade} />
        ) : null}
        <Revoke apiKey={apiKey} isGood={isGood} onGone={onGone} />
      </Group>
    </li>
  );
}

/** A rotated key and the one in its place have the same name. */
const labelOf = ({ name, prefix }: ApiKey): string => `${name}, ${prefix}`;

function Limit({ apiKey }: { apiKey: ApiKey }) {
  const [limit, set] = useState<number | '' | null>(null);
  const change = useChangeApiKey({
    onSuccess(saved) {
      set(null);
      notifyDone(`Saved the limit of ${saved.name}.`);
    },
  });
  const close = () => {
    set(null);
    change.reset();
  };
  return (
    <>
      <Button
        variant="default"
        aria-label={`Change the limit of ${labelOf(apiKey)}`}
        onClick={() => set(apiKey.requests_per_hour ?? '')}
      >
        Limit
      </Button>
      <Confirm
        opened={limit !== null}
        title={`Limit ${apiKey.name}`}
        confirm="Save limit"
        tone="brand"
        cancel="Cancel"
        busy={change.isPending}
        onConfirm={() => change.mutate({ id: apiKey.id, requestsPerHour: limit === '' ? null : limit })}
        onCancel={close}
      >
        <Stack gap="sm">
          <NumberInput
            label="Requests an hour"
            description="Leave blank for no limit besides the clinic’s. They count against the clinic’s limit, too."
            size="md"
            min={1}
            allowDecimal={false}
            allowNegative={false}
            value={limit ?? ''}
            onChange={(value) => set(value === '' ? '' : Number(value))}
          />
          <FormError error={change.error} />
        </Stack>
      </Confirm>
    </>
  );
}

function Rotate({ apiKey, onMade }: Pick<Props, 'apiKey' | 'onMade'>) {
  const [isAsking, ask] = useState(false);
  const [overlap, choose] = useState('24');
  const rotate = useRotateApiKey({
    onSuccess(made) {
      ask(false);
      onMade(made);
    },
  });
  return (
    <>
      <Button variant="default" aria-label={`Rotate ${labelOf(apiKey)}`} onClick={() => ask(true)}>
        Rotate
      </Button>
      <Confirm
        opened={isAsking}
        title={`Rotate ${apiKey.name}?`}
        confirm="Rotate"
        tone="brand"
        cancel="Keep"
        busy={rotate.isPending}
        onConfirm={() => rotate.mutate({ id: apiKey.id, overlapHours: Number(overlap) })}
        onCancel={() => {
          ask(false);
          rotate.reset();
        }}
      >
        <Stack gap="sm">
          <p className={classes.words}>
            You get a new key that can do the same. Give it to your program while the old one still works.
          </p>
          <Select
            label="The old key works"
            data={OVERLAPS}
            value={overlap}
            allowDeselect={false}
            onChange={(value) => choose(value ?? '24')}
          />
          <FormError error={rotate.error} />
        </Stack>
      </Confirm>
    </>
  );
}

function Revoke({ apiKey, isGood, onGone }: Pick<Props, 'apiKey' | 'onGone'> & { isGood: boolean }) {
  const [isAsking, ask] = useState(false);
  const revoke = useRevokeApiKey({
    onSuccess() {
      ask(false);
      onGone(apiKey.id);
      notifyDone(isGood ? `${apiKey.name} is revoked.` : `${apiKey.name} is removed from the list.`);
    },
  });
  const verb = isGood ? 'Revoke' : 'Remove';
  return (
    <>
      <Button variant="light" color="red" aria-label={`${verb} ${labelOf(apiKey)}`} onClick={() => ask(true)}>
        {verb}
      </Button>
      <Confirm
        opened={isAsking}
        title={`${verb} ${apiKey.name}?`}
        confirm={verb}
        cancel="Keep"
        busy={revoke.isPending}
        onConfirm={() => revoke.mutate(apiKey.id)}
        onCancel={() => {
          ask(false);
          revoke.reset();
        }}
      >
        {isGood
          ? 'Programs that use this key are refused within seconds, and it can’t be brought back. Invitations it made end.'
          : 'It doesn’t work anymore. The audit log keeps what it did.'}
        <FormError error={revoke.error} />
      </Confirm>
    </>
  );
}
