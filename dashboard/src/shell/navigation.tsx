import {
  type Icon,
  IconActivityHeartbeat,
  IconCalendarEvent,
  IconCalendarWeek,
  IconMessage2,
  IconRocket,
  IconSettings,
  IconUsers,
  IconWebhook,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import classes from './shell.module.css';

const places: {
  to: '/' | '/calendar' | '/patients' | '/messages' | '/setup' | '/health' | '/deliveries' | '/settings';
  label: string;
  icon: Icon;
}[] = [
  { to: '/', label: 'Today', icon: IconCalendarEvent },
  { to: '/calendar', label: 'Calendar', icon: IconCalendarWeek },
  { to: '/patients', label: 'Patients', icon: IconUsers },
  { to: '/messages', label: 'Messages', icon: IconMessage2 },
  { to: '/setup', label: 'Setup', icon: IconRocket },
  { to: '/health', label: 'Health', icon: IconActivityHeartbeat },
  { to: '/deliveries', label: 'Deliveries', icon: IconWebhook },
  { to: '/settings', label: 'Settings', icon: IconSettings },
];

/** One list: a rail beside the page, or tabs under the thumb. */
export function Navigation() {
  return (
    <nav className={classes.nav} aria-label="Main">
      <ul className={classes.places}>
        {places.map(({ to, label, icon: Glyph }) => (
          <li key={to}>
            <Link
              to={to}
              className={classes.place}
              activeOptions={{ exact: to === '/', includeSearch: false }}
            >
              <Glyph size={20} stroke={1.75} aria-hidden />
              <span>{label}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
