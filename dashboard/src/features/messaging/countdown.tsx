import { useNow } from '../../lib/ui/use-now.ts';
import { secondsLeft } from './text-delay.ts';

/** "Texting in 9 s." The seconds are for the eye: read aloud, they would drown what happened. */
export function Countdown({ sendsAt }: { sendsAt: string }) {
  const left = secondsLeft(Date.parse(sendsAt), useNow(500));
  return <strong aria-live="off">{left > 0 ? `Texting in ${left} s.` : 'Texting now.'}</strong>;
}
