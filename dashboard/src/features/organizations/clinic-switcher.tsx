import { Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconPlus, IconSelector } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { MyOrganization } from '@voxanne/contract';
import { notifyFailed } from '../../lib/ui/notify.ts';
import { useUnsavedGuard } from '../../lib/ui/unsaved.tsx';
import { useActivateOrganization } from './api/activate-organization.ts';
import { myOrganizationsQuery } from './api/my-organizations.ts';
import classes from './clinic-switcher.module.css';

/** For people of several clinics; those of one see its name. */
export function ClinicSwitcher({
  orgId,
  name,
  onlySeveral = false,
}: {
  orgId: string;
  name: string;
  /** Where there is no room for what can’t be changed. */
  onlySeveral?: boolean;
}) {
  const clinics = useQuery(myOrganizationsQuery).data?.data ?? [];
  if (clinics.length < 2) return onlySeveral ? null : <p className={classes.name}>{name}</p>;
  return <Switcher orgId={orgId} name={name} clinics={clinics} />;
}

function Switcher({
  orgId,
  name,
  clinics,
}: {
  orgId: string;
  name: string;
  clinics: readonly MyOrganization[];
}) {
  const activate = useActivateOrganization();
  const { mayLeave } = useUnsavedGuard();
  async function choose(id: string) {
    if (id === orgId || !(await mayLeave())) return;
    activate.mutate(id, { onError: (error) => notifyFailed('We couldn’t switch clinics', error) });
  }
  return (
    <Menu position="bottom-start" width={260} disabled={activate.isPending}>
      <Menu.Target>
        <UnstyledButton className={classes.button} aria-label={`${name}, switch clinic`}>
          <span className={classes.name}>{name}</span>
          <IconSelector size={18} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown className={classes.list}>
        <Menu.Label>Your clinics</Menu.Label>
        {clinics.map((clinic) => (
          <Menu.Item
            key={clinic.id}
            aria-current={clinic.id === orgId}
            leftSection={
              <IconCheck size={18} aria-hidden visibility={clinic.id === orgId ? undefined : 'hidden'} />
            }
            onClick={() => void choose(clinic.id)}
          >
            <span className={classes.item}>{clinic.name}</span>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconPlus size={18} aria-hidden />}
          renderRoot={(props) => <Link {...props} to="/create-clinic" />}
        >
          Create another clinic
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
