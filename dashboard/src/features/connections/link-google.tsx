import { Button, List } from '@mantine/core';
import { IconBrandGoogle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { FormError } from '../../lib/ui/form-error.tsx';
import { linkGoogle } from './connections.api.ts';

interface Props {
  label?: string;
  prominent?: boolean;
}

export function LinkGoogleButton({ label = 'Link Google Calendar', prominent = true }: Props) {
  const here = useLocation({ select: ({ pathname, searchStr }) => `${pathname}${searchStr}` });
  const link = useMutation({ mutationFn: () => linkGoogle(here) });
  return (
    <>
      <Button
        variant={prominent ? 'filled' : 'default'}
        leftSection={<IconBrandGoogle size={18} aria-hidden />}
        loading={link.isPending || link.isSuccess}
        onClick={() => link.mutate()}
      >
        {label}
      </Button>
      <FormError error={link.error} />
    </>
  );
}

export function WhatWeTouch() {
  return (
    <List size="sm" spacing={4} c="dimmed">
      <List.Item>We read when you are busy, so that no patient is offered a taken time.</List.Item>
      <List.Item>
        We write the appointments that are booked here, and only those are changed or removed.
      </List.Item>
      <List.Item>Of your other events we use the times only, not what they are about.</List.Item>
    </List>
  );
}
