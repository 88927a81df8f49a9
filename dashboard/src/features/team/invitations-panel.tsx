import { Alert, Button, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconMail } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type Invitation, InvitationCreate, type Me, type NewInvitation, type Role } from '@voxanne/contract';
import { useState } from 'react';
import { formatMoment } from '../../lib/format/format.ts';
import { CopyField } from '../../lib/ui/copy-field.tsx';
import { FormError } from '../../lib/ui/form-error.tsx';
import { notifyDone, notifyFailed } from '../../lib/ui/notify.ts';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState } from '../../lib/ui/states.tsx';
import { StatusTag } from '../../lib/ui/status-tag.tsx';
import { useSaveForm } from '../../lib/ui/use-save-form.ts';
import { invitationsQuery } from './api/invitations.ts';
import { useInvite } from './api/invite.ts';
import { useWithdrawInvitation } from './api/withdraw-invitation.ts';
import classes from './team.module.css';
import { asOne, ROLES, rolesToGive } from './team-view.ts';

export function InvitationsPanel({ me }: { me: Me }) {
  const { data: invitations = [], error, refetch } = useQuery(invitationsQuery);
  const [made, show] = useState<NewInvitation | null>(null);
  return (
    <Panel title="Invitations" hint="Each link works for one person, for 7 days.">
      <Stack gap="md">
        <InviteForm me={me} onMade={show} />
        {made === null ? null : (
          <Alert color="brand" title="Send this link" icon={<IconMail aria-hidden />}>
            <Stack gap="sm">
              {`With it, ${made.email} can join as ${asOne[made.role]}. We only show it once.`}
              <CopyField label="Invitation link" value={made.url} />
              <div>
                <Button size="sm" variant="default" onClick={() => show(null)}>
                  Hide link
                </Button>
              </div>
            </Stack>
          </Alert>
        )}
        {error === null ? null : (
          <ErrorState title="We couldn’t load the invitations" error={error} onRetry={() => void refetch()} />
        )}
        {invitations.length === 0 ? null : (
          <ul className={classes.list} aria-label="Open invitations">
            {invitations.map((invitation) => (
              <InvitationRow
                key={invitation.id}
                me={me}
                invitation={invitation}
                onWithdrawn={() => made?.id === invitation.id && show(null)}
              />
            ))}
          </ul>
        )}
      </Stack>
    </Panel>
  );
}

function InviteForm({ me, onMade }: { me: Me; onMade: (made: NewInvitation) => void }) {
  const form = useForm<{ email: string; role: Role }>({
    initialValues: { email: '', role: 'staff' },
    validate: {
      email: (email) =>
        InvitationCreate.shape.email.safeParse(email.trim()).success
          ? null
          : 'Enter an email address, such as bob@clinic.com.',
    },
  });
  const send = useInvite();
  const save = useSaveForm(form, send, {
    toRequest: ({ email, role }) => ({ email: email.trim(), role }),
    onSaved(made) {
      form.reset();
      onMade(made);
    },
  });
  return (
    <form noValidate onSubmit={save.onSubmit}>
      <Stack gap="md">
        <TextInput
          label="Email"
          type="email"
          autoComplete="off"
          description="They’ll sign in with this address"
          required
          {...form.getInputProps('email')}
        />
        <Select
          label="Role"
          data={rolesToGive(me.role).map((value) => ({ value, label: ROLES[value].word }))}
          description={ROLES[form.values.role].means}
          allowDeselect={false}
          {...form.getInputProps('role')}
        />
        <FormError error={save.error} />
        <div>
          <Button type="submit" loading={save.isSaving}>
            Create invitation
          </Button>
        </div>
      </Stack>
    </form>
  );
}

interface RowProps {
  me: Me;
  invitation: Invitation;
  onWithdrawn: () => void;
}

function InvitationRow({ me, invitation, onWithdrawn }: RowProps) {
  const withdraw = useWithdrawInvitation({
    onSuccess() {
      onWithdrawn();
      notifyDone(`Withdrew the invitation for ${invitation.email}.`);
    },
    onError: (error) => notifyFailed('We couldn’t withdraw the invitation', error),
  });
  const isOpen = invitation.status === 'open';
  return (
    <li className={classes.item}>
      <span className={classes.who}>
        <span className={classes.email}>{invitation.email}</span>
        <span className={classes.facts}>
          {ROLES[invitation.role].word} {'\u00b7'} {isOpen ? 'expires' : 'expired'}{' '}
          {formatMoment(invitation.expires_at, me.organization.time_zone)}
        </span>
      </span>
      <StatusTag tone={isOpen ? 'info' : 'warn'}>{isOpen ? 'Open' : 'Expired'}</StatusTag>
      {rolesToGive(me.role).includes(invitation.role) ? (
        <Button
          variant="default"
          loading={withdraw.isPending}
          aria-label={`Withdraw the invitation for ${invitation.email}`}
          onClick={() => withdraw.mutate(invitation.id)}
        >
          Withdraw
        </Button>
      ) : null}
    </li>
  );
}
