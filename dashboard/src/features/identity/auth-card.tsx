import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { IconCalendarCheck, IconMessageCheck, IconPhoneCall } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Logo } from '../../lib/ui/logo.tsx';
import classes from './auth-card.module.css';

interface Props {
  title: string;
  hint: string;
  children: ReactNode;
  foot: ReactNode;
}

export function AuthCard({ title, hint, children, foot }: Props) {
  useDocumentTitle(`${title} \u00b7 Voxanne`);
  return (
    <div className={classes.page}>
      <aside className={classes.story} aria-label="What Voxanne does">
        <div className={classes.wordmark}>
          <Logo size={36} />
          Voxanne
        </div>
        <div>
          <p className={classes.claim}>The phone is answered. The calendar is right.</p>
          <ul className={classes.points}>
            <li>
              <IconPhoneCall size={22} stroke={1.75} aria-hidden />
              Every call is answered, day and night, and booked while the patient is still on the line.
            </li>
            <li>
              <IconCalendarCheck size={22} stroke={1.75} aria-hidden />
              No time is ever booked twice. The appointment is in your Google Calendar seconds later.
            </li>
            <li>
              <IconMessageCheck size={22} stroke={1.75} aria-hidden />
              The patient gets a confirmation text, and you can see that it arrived.
            </li>
          </ul>
        </div>
        <p className={classes.fine}>
          Runs on your own server. Sandbox mode needs no accounts and never calls or texts anyone.
        </p>
      </aside>
      <main id="main" className={classes.side}>
        <div className={classes.card}>
          <div className={classes.brandline}>
            <Logo size={30} />
            Voxanne
          </div>
          <Title order={1} mb={4}>
            {title}
          </Title>
          <p className={classes.foot} style={{ margin: '0 0 1.5rem' }}>
            {hint}
          </p>
          {children}
          <p className={classes.foot}>{foot}</p>
        </div>
      </main>
    </div>
  );
}
