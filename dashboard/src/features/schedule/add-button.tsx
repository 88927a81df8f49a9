import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

interface AddButtonProps {
  /** The page whose drawer opens for a new one. */
  page: '/settings/services' | '/settings/providers' | '/settings/time-off';
  children: string;
}

export function AddButton({ page, children }: AddButtonProps) {
  return (
    <Button
      size="sm"
      leftSection={<IconPlus size={16} aria-hidden />}
      renderRoot={(props) => (
        <Link {...props} from={page} to={page} search={{ open: 'new' }} resetScroll={false} />
      )}
    >
      {children}
    </Button>
  );
}
