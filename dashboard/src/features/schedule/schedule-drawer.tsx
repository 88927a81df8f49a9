import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  opened: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
}

export const RuleDrawer = ({ opened, title, onClose, children }: Props) => (
  <Drawer
    opened={opened}
    onClose={onClose}
    position="right"
    size="32rem"
    title={title}
    closeButtonProps={{ 'aria-label': 'Close' }}
    styles={{ title: { fontSize: '1.25rem', fontWeight: 650, overflowWrap: 'anywhere' } }}
  >
    {children}
  </Drawer>
);
