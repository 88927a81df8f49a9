import { Button, Group, Select } from '@mantine/core';
import type { Me, Member } from '@voxanne/contract';
import { useState } from 'react';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { useRight } from '../identity/use-right.ts';
import { useHandOver } from './api/hand-over.ts';
import { useLeaveClinic } from './api/leave-clinic.ts';
import classes from './team.module.css';
import { asOne, isLastOwner, ROLES, successors } from './team-view.ts';

/** What one can do about one's own place in the clinic: hand it over, and go. */
export function YourPlace({ me, members }: { me: Me; members: readonly Member[] }) {
  const mine = members.find(({ user_id }) => user_id === me.user_id);
  const mayHandOver = useRight('owners.manage') && successors(members).length > 0;
  const isLast = mine !== undefined && isLastOwner(mine, members);
  return (
    <Panel title="Your role">
      <p className={classes.words}>
        You’re {asOne[me.role]} at {me.organization.name}. {ROLES[me.role].means}.
      </p>
      {mayHandOver ? <HandOver members={members} /> : null}
      {isLast ? (
        <p className={classes.facts}>
          {mayHandOver
            ? 'You’re the only owner. To leave, hand over the clinic first.'
            : 'You’re the only owner. To leave, first invite someone who can take over.'}
        </p>
      ) : (
        <Leave clinic={me.organization.name} />
      )}
    </Panel>
  );
}

function HandOver({ members }: { members: readonly Member[] }) {
  const [heir, choose] = useState<string | null>(null);
  const [asking, ask] = useState(false);
  const chosen = members.find(({ user_id }) => user_id === heir);
  const give = useHandOver({
    onSuccess() {
      ask(false);
      choose(null);
      notifyDone(`${chosen?.email} is an owner now, and you’re an admin.`);
    },
  });
  return (
    <Group align="flex-end" gap="sm" mb="md">
      <Select
        label="Hand over the clinic to"
        placeholder="Choose a member"
        data={successors(members).map(({ user_id, email }) => ({ value: user_id, label: email }))}
        value={heir}
        onChange={choose}
        style={{ flex: '1 1 14rem' }}
      />
      <Button variant="default" disabled={chosen === undefined} onClick={() => ask(true)}>
        Hand over
      </Button>
      <Confirm
        opened={asking}
        title={`Hand over the clinic to ${chosen?.email}?`}
        confirm="Hand over"
        cancel="Keep"
        busy={give.isPending}
        onConfirm={() => heir !== null && give.mutate(heir)}
        onCancel={() => {
          ask(false);
          give.reset();
        }}
      >
        They’ll become an owner, and you’ll become an admin. Only an owner can change that back.
        <FormError error={give.error} />
      </Confirm>
    </Group>
  );
}

function Leave({ clinic }: { clinic: string }) {
  const [asking, ask] = useState(false);
  const leave = useLeaveClinic({
    // From the start: nothing that this page knows is theirs to see anymore.
    onSuccess: () => window.location.assign('/'),
  });
  return (
    <>
      <Button variant="light" color="red" onClick={() => ask(true)}>
        Leave the clinic
      </Button>
      <Confirm
        opened={asking}
        title={`Leave ${clinic}?`}
        confirm="Leave"
        cancel="Stay"
        busy={leave.isPending}
        onConfirm={() => leave.mutate()}
        onCancel={() => {
          ask(false);
          leave.reset();
        }}
      >
        You’ll lose access within seconds. Your account stays; to come back, you’ll need an invitation.
        <FormError error={leave.error} />
      </Confirm>
    </>
  );
}
