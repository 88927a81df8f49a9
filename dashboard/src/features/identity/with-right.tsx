import type { Right } from '@voxanne/contract';
import type { ReactNode } from 'react';
import { useRight } from './use-right.ts';

/** What only those see who may do it: no one finds a button that would be refused. */
export function WithRight({
  right,
  children,
  otherwise = null,
}: {
  right: Right;
  children: ReactNode;
  otherwise?: ReactNode;
}) {
  return useRight(right) ? children : otherwise;
}
