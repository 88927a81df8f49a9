import {
  type Icon,
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconInfoCircle,
  IconLoader2,
} from '@tabler/icons-react';
import type { CSSProperties, ReactNode } from 'react';
import type { ToneName } from '../theme/colors.ts';
import { toneInk, toneWash } from '../theme/theme.ts';
import classes from './status-tag.module.css';

/** A status in a word, and how it looks. */
export interface Word {
  word: string;
  tone: ToneName;
  busy?: boolean;
}

const icons: Record<ToneName, Icon> = {
  ok: IconCircleCheck,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  info: IconInfoCircle,
  idle: IconCircleDashed,
};

interface Props {
  tone: ToneName;
  children: ReactNode;
  icon?: Icon;
  busy?: boolean;
  plain?: boolean;
}

/** A status is never color alone: icon, word and color say the same. */
export function StatusTag({ tone, children, icon, busy = false, plain = false }: Props) {
  const Glyph = busy ? IconLoader2 : (icon ?? icons[tone]);
  const style = { '--tag-ink': toneInk(tone), '--tag-wash': toneWash(tone) } as CSSProperties;
  return (
    <span className={plain ? `${classes.tag} ${classes.plain}` : classes.tag} style={style}>
      <Glyph size={16} stroke={2} aria-hidden className={busy ? classes.spin : undefined} />
      {children}
    </span>
  );
}
