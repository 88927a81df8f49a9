import { Button, Group, Modal, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Me } from '@voxanne/contract';
import { useEffect } from 'react';
import { watchClinic } from '../../lib/api/shown-clinic.ts';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useActivateOrganization } from './api/activate-organization.ts';
import { myOrganizationsQuery } from './api/my-organizations.ts';
import { clinicGone, useClinicGone } from './clinic-gone.ts';

/** Over everything that is open, blurred: what is below belongs to a clinic the person doesn't work in anymore. */
export function ClinicChanged({ me }: { me: Me }) {
  const gone = useClinicGone();
  useEffect(() => watchClinic(clinicGone), []);
  return (
    <Modal
      opened={gone}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={490}
      title="You’re not in this clinic right now"
      overlayProps={{ blur: 10, backgroundOpacity: 0.6 }}
    >
      {gone ? <NextStep me={me} /> : null}
    </Modal>
  );
}

function NextStep({ me }: { me: Me }) {
  const { data } = useQuery({ ...myOrganizationsQuery, staleTime: 0 });
  const back = useActivateOrganization();
  const active = data?.data.find(({ is_active }) => is_active);
  const mayReturn = active?.id !== me.org_id && (data?.data.some(({ id }) => id === me.org_id) ?? false);
  const clinic = me.organization.name;
  return (
    <Stack gap="md">
      <div>
        {mayReturn
          ? `You switched from ${clinic} to ${active?.name} in another window. Nothing you do here is saved until you choose where to continue.`
          : `You no longer belong to ${clinic}, or it no longer exists. ${
              active === undefined
                ? 'Ask its owner to invite you again, or create a clinic of your own.'
                : `You can continue in ${active.name}.`
            }`}
      </div>
      <FormError error={back.error} />
      <Group justify="flex-end">
        {mayReturn ? (
          <Button variant="default" loading={back.isPending} onClick={() => back.mutate(me.org_id)}>
            Go back to {clinic}
          </Button>
        ) : null}
        <Button onClick={() => window.location.replace('/')} data-autofocus>
          {active === undefined ? 'Continue' : `Continue in ${active.name}`}
        </Button>
      </Group>
    </Stack>
  );
}
