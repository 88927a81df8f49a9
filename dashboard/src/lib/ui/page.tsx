import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './page.module.css';

interface Props {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  /** Takes all the room there is. */
  wide?: boolean;
  children: ReactNode;
}

export function Page({ title, hint, actions, narrow = false, wide = false, children }: Props) {
  useDocumentTitle(`${title} \u00b7 Voxanne`);
  return (
    <div className={`${classes.page} ${narrow ? classes.narrow : ''} ${wide ? classes.wide : ''}`}>
      <header className={classes.head}>
        <div>
          <Title order={1}>{title}</Title>
          {hint === undefined ? null : <p className={classes.hint}>{hint}</p>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}
