import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Page } from '../../lib/ui/page.tsx';
import { Panel } from '../../lib/ui/panel.tsx';
import { ErrorState, LoadingRows } from '../../lib/ui/states.tsx';
import { meQuery } from '../identity/api/me.ts';
import { useRight } from '../identity/use-right.ts';
import { SettingsNav } from '../organizations/settings-nav.tsx';
import { membersQuery } from './api/members.ts';
import { InvitationsPanel } from './invitations-panel.tsx';
import { MemberRow } from './member-row.tsx';
import classes from './team.module.css';
import { YourPlace } from './your-place.tsx';

export function TeamPage() {
  const me = useQuery(meQuery).data;
  const { data: members, error, refetch } = useQuery(membersQuery);
  const mayInvite = useRight('team.manage');
  return (
    <Page title="Team" hint="Who works at your clinic, and what they can do." narrow>
      <SettingsNav />
      <Stack gap="md">
        <Panel title="Members">
          {members !== undefined && me !== undefined ? (
            <ul className={classes.list}>
              {members.map((member) => (
                <MemberRow key={member.user_id} me={me} member={member} members={members} />
              ))}
            </ul>
          ) : error === null ? (
            <LoadingRows rows={2} height={56} label="Loading the team" />
          ) : (
            <ErrorState title="We couldn’t load the team" error={error} onRetry={() => void refetch()} />
          )}
        </Panel>
        {me !== undefined && mayInvite ? <InvitationsPanel me={me} /> : null}
        {members !== undefined && me !== undefined ? <YourPlace me={me} members={members} /> : null}
      </Stack>
    </Page>
  );
}
