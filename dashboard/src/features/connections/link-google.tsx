import { Button, List } from '@mantine/core';
import { IconBrandGoogle } from '@tabler/icons-react';
import { useLocation } from '@tanstack/react-router';
import { FormError } from '../../lib/ui/form-error.tsx';
import { useRight } from '../identity/use-right.ts';
import { useLinkGoogle } from './api/link-google.ts';

interface Props {
  label?: string;
  prominent?: boolean;
}

export function LinkGoogleButton({ label = 'Link Google Calendar', prominent = true }: Props) {
  const here = useLocation({ select: ({ pathname, searchStr }) => `${pathname}${searchStr}` });
  const link = useLinkGoogle();
  const mayLink = useRight('connections.manage');
  if (!mayLink) return <p>An owner or admin of the clinic can link it.</p>;
  return (
    <>
      <Button
        variant={prominent ? 'filled' : 'default'}
        leftSection={<IconBrandGoogle size={18} aria-hidden />}
        loading={link.isPending || link.isSuccess}
        onClick={() => link.mutate(here)}
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
      <List.Item>We check when you’re busy, so we never offer a patient a time that’s taken.</List.Item>
      <List.Item>
        We add the appointments booked here. Those are the only events we change or remove.
      </List.Item>
      <List.Item>We only use the times of your other events, not what they’re about.</List.Item>
    </List>
  );
}
