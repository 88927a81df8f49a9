import { Menu } from '@mantine/core';
import {
  type Icon,
  IconActivityHeartbeat,
  IconCalendarEvent,
  IconCalendarWeek,
  IconDots,
  IconMessage2,
  IconRocket,
  IconSettings,
  IconUsers,
  IconWebhook,
} from '@tabler/icons-react';
import { Link, useLocation } from '@tanstack/react-router';
import classes from './shell.module.css';

interface Place {
  to: '/' | '/calendar' | '/patients' | '/messages' | '/setup' | '/health' | '/deliveries' | '/settings';
  label: string;
  icon: Icon;
}

/** A thumb reaches five tabs: the four of every day, and the rest behind the fifth. */
const daily: Place[] = [
  { to: '/', label: 'Today', icon: IconCalendarEvent },
  { to: '/calendar', label: 'Calendar', icon: IconCalendarWeek },
  { to: '/patients', label: 'Patients', icon: IconUsers },
  { to: '/messages', label: 'Messages', icon: IconMessage2 },
];
const seldom: Place[] = [
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
        {daily.map((place) => (
          <li key={place.to}>
            <PlaceLink {...place} />
          </li>
        ))}
        {seldom.map((place) => (
          <li key={place.to} className={classes.seldom}>
            <PlaceLink {...place} />
          </li>
        ))}
        <li className={classes.more}>
          <More />
        </li>
      </ul>
    </nav>
  );
}

const PlaceLink = ({ to, label, icon: Glyph }: Place) => (
  <Link to={to} className={classes.place} activeOptions={{ exact: to === '/', includeSearch: false }}>
    <Glyph size={20} stroke={1.75} aria-hidden />
    <span>{label}</span>
  </Link>
);

/** It has the name of the page that it led to, so that the active tab is always on screen. */
function More() {
  const here = useLocation({
    select: ({ pathname }) => seldom.find(({ to }) => pathname === to || pathname.startsWith(`${to}/`)),
  });
  const Glyph = here?.icon ?? IconDots;
  return (
    <Menu position="top-end" width={220}>
      <Menu.Target>
        <button
          type="button"
          className={classes.place}
          aria-current={here === undefined ? undefined : 'page'}
          aria-label={here === undefined ? 'More' : `More, now ${here.label}`}
        >
          <Glyph size={20} stroke={1.75} aria-hidden />
          <span>{here?.label ?? 'More'}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {seldom.map(({ to, label, icon: ItemGlyph }) => (
          <Menu.Item
            key={to}
            leftSection={<ItemGlyph size={18} stroke={1.75} aria-hidden />}
            renderRoot={(props) => <Link {...props} to={to} />}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
