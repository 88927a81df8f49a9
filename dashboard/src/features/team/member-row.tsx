import { Button, Group, Select } from '@mantine/core';
import type { Me, Member, Role } from '@voxanne/contract';
import { useState } from 'react';
import { formatDayShort } from '../../lib/format/format.ts';
import { Confirm } from '../../lib/ui/confirm.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone } from '../../lib/ui/notify.ts';
import { useChangeRole } from './api/change-role.ts';
import { useRemoveMember } from './api/remove-member.ts';
import classes from './team.module.css';
import { asOne, mayChangeMember, ROLES, rolesToGive } from './team-view.ts';

interface Props {
  me: Me;
  member: Member;
  members: readonly Member[];
}

export function MemberRow({ me, member, members }: Props) {
  const isMe = member.user_id === me.user_id;
  const joined = formatDayShort(member.joined_at, me.organization.time_zone);
  return (
    <li className={classes.item}>
      <span className={classes.who}>
        <span className={classes.email}>
          {member.email}
          {isMe ? ' (you)' : ''}
        </span>
        <span className={classes.facts}>
          {ROLES[member.role].word} {'\u00b7'} joined {joined}
        </span>
      </span>
      {mayChangeMember(me.role, member, members) ? <Changes me={me} member={member} isMe={isMe} /> : null}
    </li>
  );
}

/** A change of role is asked about, because it gives or takes at once. */
function Changes({ me, member, isMe }: { me: Me; member: Member; isMe: boolean }) {
  const [role, choose] = useState<Role | null>(null);
  const [removing, askToRemove] = useState(false);
  const change = useChangeRole({
    onSuccess(saved) {
      choose(null);
      notifyDone(`${saved.email} is ${asOne[saved.role]} now.`);
    },
  });
  const remove = useRemoveMember({
    onSuccess() {
      askToRemove(false);
      notifyDone(`Removed ${member.email} from the team.`);
    },
  });
  const close = () => {
    choose(null);
    change.reset();
  };
  return (
    <Group gap="sm">
      <Select
        className={classes.role ?? ''}
        aria-label={`Role of ${member.email}`}
        data={rolesToGive(me.role).map((value) => ({ value, label: ROLES[value].word }))}
        value={member.role}
        allowDeselect={false}
        onChange={(value) => choose(value === member.role ? null : (value as Role))}
      />
      {isMe ? null : (
        <Button
          variant="light"
          color="red"
          aria-label={`Remove ${member.email}`}
          onClick={() => askToRemove(true)}
        >
          Remove
        </Button>
      )}
      <Confirm
        opened={role !== null}
        title={role === null ? '' : isMe ? `Become ${asOne[role]}?` : `Make ${member.email} ${asOne[role]}?`}
        confirm="Change role"
        tone="brand"
        cancel="Keep"
        busy={change.isPending}
        onConfirm={() => role !== null && change.mutate({ userId: member.user_id, role })}
        onCancel={close}
      >
        {role === null
          ? null
          : `${ROLES[role].word}: ${ROLES[role].means}. This takes effect within seconds.`}
        <FormError error={change.error} />
      </Confirm>
      <Confirm
        opened={removing}
        title={`Remove ${member.email}?`}
        confirm="Remove"
        cancel="Keep"
        busy={remove.isPending}
        onConfirm={() => remove.mutate(member.user_id)}
        onCancel={() => {
          askToRemove(false);
          remove.reset();
        }}
      >
        They’ll lose access to this clinic within seconds, even on pages they have open. Their account stays,
        and you can invite them again. API keys belong to the clinic and keep working: rotate the ones they
        know.
        <FormError error={remove.error} />
      </Confirm>
    </Group>
  );
}
