import { Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import classes from './appointment-drawer.module.css';

/** Says which change has opened below the facts, and brings it into view: on a phone it would be below the edge. */
export function FormTitle({ children }: { children: string }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    title.current?.focus({ preventScroll: true });
    title.current?.scrollIntoView({ block: 'start' });
  }, []);
  return (
    <Title ref={title} order={3} tabIndex={-1} className={classes.formTitle}>
      {children}
    </Title>
  );
}
