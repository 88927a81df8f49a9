/** Where a file belongs. The numbers of the floors and the order of the rooms are explained in ARCHITECTURE.md. */
export type Zone =
  | { kind: 'package'; name: string }
  | { kind: 'platform' | 'top' | 'testing' | 'sandbox' | 'dashboard' | 'journeys' | 'tools' | 'nowhere' }
  | { kind: 'room'; name: string };

/** Rooms in import order; those of one line do not know each other. */
export const ROOM_ORDER = [
  ['identity'],
  ['tenancy'],
  ['deliveries'],
  ['connections'],
  ['contacts'],
  ['schedule'],
  ['calendar', 'messaging'],
  ['availability'],
  ['booking'],
  ['tasks', 'waitlist'],
  ['patients'],
  ['spoken'],
  ['assistant'],
  ['health'],
] as const;
const RANK = new Map<string, number>(
  ROOM_ORDER.flatMap((names, rank) => names.map((name) => [name, rank] as const)),
);
const TOP = new Set(['main.ts', 'app.ts', 'worker.ts', 'dependencies.ts', 'sandbox-process.ts']);

/** Rooms that talk to a vendor; those between them and the assistant write an outbox row instead of calling them. */
const VENDOR_ROOMS = new Set(['calendar', 'messaging']);
const PROMISING_ROOMS = new Set(['availability', 'booking', 'tasks', 'waitlist', 'patients', 'spoken']);

/** Whether one room would call a vendor inside of what it promises. */
export const callsVendor = (from: string, to: string): boolean =>
  PROMISING_ROOMS.has(from) && VENDOR_ROOMS.has(to);

/** Whether a room of a vendor would call a verb itself, instead of emitting what happened. */
export const callsVerb = (from: string, to: string): boolean =>
  VENDOR_ROOMS.has(from) && PROMISING_ROOMS.has(to);

/** Help for tests and benches: imported by those alone. */
export const isTestHelp = (path: string): boolean =>
  /(^|\/)(testing|testdata|hazards|differential|bench)\/|\/testing\.ts$/.test(path);

export const isTest = (path: string): boolean =>
  /\.(test|journey|bench)\.tsx?$|^vitest\.config\.ts$/.test(path) || isTestHelp(path);

export function zoneOf(path: string): Zone {
  const [first = '', second = '', third = ''] = path.split('/');
  if (first === 'packages') return { kind: 'package', name: second };
  if (first === 'journeys') return { kind: 'journeys' };
  if (second !== 'src') return { kind: 'tools' };
  if (first === 'sandbox' || first === 'dashboard') return { kind: first };
  if (first !== 'backend') return { kind: 'tools' };
  if (third === 'platform' || third === 'testing') return { kind: third };
  if (RANK.has(third)) return { kind: 'room', name: third };
  if (third === 'app') return { kind: 'top' };
  const onTop = path === `backend/src/${third}` && (TOP.has(third) || isTest(path));
  return { kind: onTop ? 'top' : 'nowhere' };
}

export const roomIsLeftOf = (left: string, right: string): boolean =>
  (RANK.get(left) ?? Number.NaN) < (RANK.get(right) ?? Number.NaN);
