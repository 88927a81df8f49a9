import type { Target } from './graph.ts';
import {
  callsVendor,
  callsVerb,
  isTest,
  isTestHelp,
  ROOM_ORDER,
  roomIsLeftOf,
  type Zone,
  zoneOf,
} from './zones.ts';

export interface Finding {
  rule: string;
  file: string;
  line: number;
  /** What is wrong and what to do: whole sentences. */
  message: string;
}

/** The vendors' SDKs. An adapter is one file, so that retries, timeouts and base URLs are set in one place. */
const SDKS = new Set([
  'twilio',
  '@googleapis/calendar',
  'googleapis',
  'google-auth-library',
  '@vapi-ai/server-sdk',
  '@slack/web-api',
  '@sentry/node',
]);

/** What the dashboard and others may rely on in a package; undefined: whatever its package.json names. */
const PACKAGE_MAY_USE: Record<string, readonly string[]> = { contract: ['zod'], 'safe-call': [] };

export function importFindings(file: string, targets: readonly Target[]): Finding[] {
  const from = zoneOf(file);
  if (from.kind === 'nowhere') {
    const message =
      'isn’t on any floor. Move it into platform/ or a room, or give the new room its place in scripts/floors/zones.ts.';
    return [{ rule: 'floors', file, line: 1, message }];
  }
  return targets.flatMap((target) => {
    const fault = faultOf(file, from, target);
    return fault ? [{ ...fault, file, line: target.line }] : [];
  });
}

type Fault = Pick<Finding, 'rule' | 'message'>;

function faultOf(file: string, from: Zone, target: Target): Fault | undefined {
  const free = isTest(file) || from.kind === 'tools';
  switch (target.kind) {
    case 'missing':
      return fault('unreadable', `imports ${target.specifier}, which doesn’t exist. Correct the path.`);
    case 'computed':
      if (free || from.kind === 'platform') return undefined;
      return fault(
        'unreadable',
        'imports a computed name, which no check can follow. Write the name as a string.',
      );
    case 'npm':
    case 'node':
      return free ? undefined : outsideFault(file, from, target);
    case 'asset':
      return undefined;
    case 'ours':
      return ownFault(file, from, target.path);
  }
}

const fault = (rule: string, message: string): Fault => ({ rule, message });

function outsideFault(file: string, from: Zone, target: { kind: 'npm' | 'node'; name: string }) {
  if (from.kind === 'package') {
    const allowed = PACKAGE_MAY_USE[from.name];
    if (!allowed || allowed.includes(target.name)) return undefined;
    // The contract is also the browser's; safe-call is Node's alone.
    if (target.kind === 'node' && from.name === 'safe-call') return undefined;
    const may = allowed.length > 0 ? `only ${allowed.join(', ')}` : 'no other package';
    return fault(
      'packages',
      `imports ${target.name}, but packages/${from.name} imports ${may}. Pass what it needs as an argument.`,
    );
  }
  if (target.name === 'better-auth' && !file.startsWith('backend/src/identity/')) {
    return fault(
      'sdk',
      'imports better-auth, which only the identity room does. Ask identity/index.ts for it.',
    );
  }
  if (SDKS.has(target.name) && !file.endsWith('.client.ts')) {
    return fault(
      'sdk',
      `imports the SDK ${target.name}. Only *.client.ts files do: move the call (or the type) there and import that.`,
    );
  }
  return undefined;
}

function ownFault(file: string, from: Zone, path: string): Fault | undefined {
  const to = zoneOf(path);
  if (isTest(path)) {
    if (isTest(file) && isTestHelp(path)) return undefined;
    return fault('testing', `imports ${path}, which is for tests alone. Move what it needs out of there.`);
  }
  const same = from.kind === to.kind && (from as { name?: string }).name === (to as { name?: string }).name;
  if (same || from.kind === 'tools' || from.kind === 'testing') return undefined;
  if (isTest(file) && file.startsWith('backend/') && to.kind === 'sandbox') return undefined;
  // A test sets its scene in whichever rooms it needs, and an index exports nothing for tests alone.
  if (isTest(file) && file.startsWith('backend/') && to.kind === 'room') return undefined;
  return directionFault(from, to, path) ?? entryFault(to, path);
}

const hasEntry = (zone: Zone): boolean => zone.kind === 'room' || zone.kind === 'package';

function entryFault(to: Zone, path: string): Fault | undefined {
  if (!hasEntry(to) || path.endsWith('/index.ts')) return undefined;
  const name = (to as { name: string }).name;
  return fault(
    'entry',
    `imports ${path}. Enter ${name} through its index.ts: export from there what it needs.`,
  );
}

function directionFault(from: Zone, to: Zone, path: string): Fault | undefined {
  switch (from.kind) {
    case 'package':
      return fault(
        'floors',
        `imports ${path}: a package is on floor 0 and can’t import anything of ours above it.`,
      );
    case 'platform':
      if (to.kind === 'package') return undefined;
      return fault(
        'floors',
        `imports ${path}: the platform (floor 1) has never heard of a clinic. Pass it in, or move the file into a room.`,
      );
    case 'room':
      if (to.kind === 'package' || to.kind === 'platform') return undefined;
      return to.kind === 'room' ? roomFault(from.name, to.name) : upwardsFault(path);
    case 'top':
      if (['package', 'platform', 'room', 'sandbox'].includes(to.kind)) return undefined;
      return fault('floors', `imports ${path}, which isn’t part of the server.`);
    case 'sandbox':
      return fault(
        'sandbox',
        `imports ${path}: the stand-ins import nothing of ours, so that they can’t share a mistake with it.`,
      );
    case 'dashboard':
      if (to.kind === 'package' && to.name === 'contract') return undefined;
      return fault(
        'dashboard',
        `imports ${path}: the dashboard imports only @voxanne/contract and its own files.`,
      );
    case 'journeys':
      if (to.kind === 'package' && to.name === 'contract') return undefined;
      return fault(
        'journeys',
        `imports ${path}: a journey sees the product from outside, over HTTP and a browser.`,
      );
    default:
      return undefined;
  }
}

const upwardsFault = (path: string): Fault =>
  fault(
    'floors',
    `imports ${path}: imports only go down. Take it as an argument from dependencies.ts or worker.ts.`,
  );

function roomFault(from: string, to: string): Fault | undefined {
  if (callsVendor(from, to)) {
    return fault(
      'rooms',
      `imports ${to}: ${from} knows neither calendar nor messaging. Write an outbox row; the handler in worker.ts calls ${to}.`,
    );
  }
  if (roomIsLeftOf(to, from)) return undefined;
  if (callsVerb(from, to)) {
    return fault('rooms', `imports ${to}: ${from} emits, and the handler table in worker.ts calls the verb.`);
  }
  const order = ROOM_ORDER.map((names) => names.join('|')).join(', ');
  return fault(
    'rooms',
    `imports ${to}, but ${from} may only import rooms to its left (${order}). Move it, or connect the two in dependencies.ts.`,
  );
}
