import { Link } from '@tanstack/react-router';
import classes from './settings-nav.module.css';

const places = [
  { to: '/settings', label: 'Clinic' },
  { to: '/settings/hours', label: 'Opening hours' },
  { to: '/settings/services', label: 'Services' },
  { to: '/settings/providers', label: 'Providers' },
  { to: '/settings/time-off', label: 'Time off' },
  { to: '/settings/team', label: 'Team' },
  { to: '/settings/api-keys', label: 'API keys' },
  { to: '/settings/security', label: 'Security' },
] as const;

export function SettingsNav() {
  return (
    <nav aria-label="Settings" className={classes.nav}>
      <ul className={classes.places}>
        {places.map(({ to, label }) => (
          <li key={to}>
            <Link to={to} className={classes.place} activeOptions={{ exact: true, includeSearch: false }}>
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
