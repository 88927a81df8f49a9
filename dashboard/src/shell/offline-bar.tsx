import { IconCloudOff } from '@tabler/icons-react';
import { useEffect } from 'react';
import { isOffline, useReachable } from '../lib/api/reachability.ts';
import classes from './offline-bar.module.css';

/** Above everything, drawers and dialogs included: what is entered now goes nowhere. */
export function OfflineBar() {
  const reachable = useReachable();
  useEffect(() => {
    document.documentElement.toggleAttribute('data-offline', !reachable);
  }, [reachable]);
  return (
    <div role="status">
      {reachable ? null : (
        <p className={classes.bar}>
          <IconCloudOff size={18} aria-hidden />
          {isOffline() ? 'You’re offline.' : 'Can’t reach Voxanne.'} Nothing is being saved.
        </p>
      )}
    </div>
  );
}
