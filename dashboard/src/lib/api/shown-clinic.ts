/** Of which clinic this page shows anything. A page never changes it: for another clinic it is loaded from the start. */
let shown: string | null = null;
const CHANNEL = 'voxanne-clinic';

export const showClinic = (orgId: string): void => {
  shown ??= orgId;
};

/** Before someone signs in: what they see is theirs. */
export const forgetClinic = (): void => {
  shown = null;
};

/** Says it to the server, which refuses what was meant for another clinic than the one it would be done in. */
export const clinicHeader = (): Record<string, string> => (shown === null ? {} : { 'x-clinic-id': shown });

/** Continues with another clinic: nothing of this one stays in memory, and other windows hear of it. */
export function continueAt(path: string, orgId: string): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(orgId);
  channel.close();
  window.location.replace(path);
}

/** Calls back when another window of this browser switched. A page that the browser kept for "Back" is loaded again. */
export function watchClinic(onSwitch: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }) => {
    if (shown !== null && data !== shown) onSwitch();
  };
  const reloadKept = ({ persisted }: PageTransitionEvent) => {
    if (persisted) window.location.reload();
  };
  window.addEventListener('pageshow', reloadKept);
  return () => {
    channel.close();
    window.removeEventListener('pageshow', reloadKept);
  };
}
