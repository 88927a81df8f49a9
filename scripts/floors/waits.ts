import { isNode, literalText, type Node, nameOf, type Source, walk } from '../lib/source.ts';
import type { Finding } from './imports.ts';
import { isTest } from './zones.ts';

/** Below it a wait or a test ends in vain on a machine that is busy with something else. */
const MIN_LIMIT_MS = 10_000;
const POLLS = new Set(['poll', 'waitFor', 'waitUntil']);
const TESTS = new Set(['test', 'it', 'beforeAll', 'afterAll', 'beforeEach', 'afterEach']);
const COMPARISONS = /^toBe(?:LessThan|GreaterThan)(?:OrEqual)?$|^toBeCloseTo$/;
/** A comment, not a text that quotes one. */
const MARKER = /^[^'"`]*\/\/ waits: (.*)$/;
const ADVICE =
  'Wait for what happens instead, or pass the clock in; if neither can be, say why: // waits: <why>.';

/**
 * Tests must not depend on how busy the machine is: no wait of a fixed length, no assertion about how long something
 * took, no limit that a busy machine reaches. A line above (or on the same line) may say why one is right:
 * `// waits: <why>`.
 */
export function waitFindings(source: Source): Finding[] {
  if (!isWaitingTest(source.path)) return [];
  const lines = source.text.split('\n');
  const used = new Set<number>();
  const found: Finding[] = [];
  const markerAt = (line: number) => MARKER.exec(lines[line - 1] ?? '')?.[1]?.trim();
  const add = (node: Node, message: string): void => {
    const line = source.lineAt(node.start);
    const marked = [line, line - 1].find((one) => markerAt(one) !== undefined);
    if (marked === undefined)
      found.push({ rule: 'waits', file: source.path, line, message: `${message} ${ADVICE}` });
    else used.add(marked);
  };
  const measured = measuredNames(source.program);
  walk(source.program, (node) => {
    for (const message of faultsOf(node, measured)) add(node, message);
  });
  lines.forEach((_, index) => {
    const reason = markerAt(index + 1);
    if (reason === undefined) return;
    const message = used.has(index + 1)
      ? reason.split(' ').length < 3 && 'has a "waits:" without a reason. Say in a few words why it must be.'
      : 'has a "waits:" above nothing that waits. Remove it.';
    if (message) found.push({ rule: 'waits', file: source.path, line: index + 1, message });
  });
  return found;
}

/** Benches measure; everything else that tests are made of must not. */
const isWaitingTest = (path: string): boolean =>
  (isTest(path) || path.startsWith('journeys/')) && !/(^|\/)bench\/|\.bench\.ts$/.test(path);

function* faultsOf(node: Node, measured: ReadonlySet<string>): Generator<string> {
  if (node.type === 'ImportDeclaration' && literalText(node.source as Node) === 'node:timers/promises') {
    yield 'takes a timer to wait a fixed time.';
  }
  if (/^(Literal|TemplateElement)$/.test(node.type) && /\bpg_sleep\b/.test(wordsOf(node))) {
    yield 'lets the database wait a fixed time.';
  }
  if (node.type !== 'CallExpression') return;
  const callee = node.callee as Node;
  const name = nameOf(callee.type === 'MemberExpression' ? callee.property : callee) ?? '';
  const args = node.arguments as Node[];
  if (callee.type === 'Identifier' && name === 'setTimeout') yield 'waits a fixed time.';
  if (callee.type === 'MemberExpression' && POLLS.has(name)) yield* limitFaults(args);
  if (
    COMPARISONS.test(name) &&
    callee.type === 'MemberExpression' &&
    isElapsed(callee.object as Node, measured)
  ) {
    yield 'asserts how long something took.';
  }
  if (TESTS.has(rootOf(callee))) {
    const limit = args
      .slice(1)
      .map(numberOf)
      .find((one) => one !== undefined);
    if (limit !== undefined && limit < MIN_LIMIT_MS) {
      yield `gives a test ${limit} ms, and a busy machine needs more than ${MIN_LIMIT_MS}.`;
    }
  }
}

function* limitFaults(args: Node[]): Generator<string> {
  const [, options] = args;
  const properties = options?.type === 'ObjectExpression' ? (options.properties as Node[]) : [];
  const given = properties.find((one) => nameOf(one.key) === 'timeout');
  const limit = given ? numberOf(given.value) : options && numberOf(options);
  if (limit !== undefined && limit < MIN_LIMIT_MS) {
    yield `gives up after ${limit} ms, and a busy machine needs more than ${MIN_LIMIT_MS}.`;
  }
}

/** Names that hold a length of time: `const took = performance.now() - begun`. */
function measuredNames(program: Node): Set<string> {
  const names = new Set<string>();
  walk(program, (node) => {
    if (node.type !== 'VariableDeclarator' || !isNode(node.init)) return;
    const name = nameOf(node.id);
    if (name && isDifference(node.init)) names.add(name);
  });
  return names;
}

function isElapsed(expected: Node, measured: ReadonlySet<string>): boolean {
  let elapsed = false;
  walk(expected, (node) => {
    elapsed ||= isDifference(node);
    elapsed ||= /^(elapsed|waited|took)(Ms)?$|_?elapsed_?ms$/i.test(nameOf(node) ?? '');
    elapsed ||= node.type === 'Identifier' && measured.has(nameOf(node) ?? '');
  });
  return elapsed;
}

function isDifference(node: Node): boolean {
  if (node.type !== 'BinaryExpression' || node.operator !== '-') return false;
  return [node.left, node.right].some((side) => isNode(side) && readsClock(side));
}

function readsClock(node: Node): boolean {
  if (node.type !== 'CallExpression') return false;
  const callee = node.callee as Node;
  return (
    callee.type === 'MemberExpression' &&
    nameOf(callee.property) === 'now' &&
    ['performance', 'Date'].includes(nameOf(callee.object) ?? '')
  );
}

/** `test` of `test.each([...])('...')`. */
function rootOf(node: Node): string {
  if (node.type === 'MemberExpression') return rootOf(node.object as Node);
  if (node.type === 'CallExpression') return rootOf(node.callee as Node);
  return nameOf(node) ?? '';
}

const numberOf = (node: unknown): number | undefined =>
  isNode(node) && node.type === 'Literal' && typeof node.value === 'number' ? node.value : undefined;

const wordsOf = (node: Node): string => {
  const { value } = node as { value?: unknown };
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null && 'raw' in value ? String(value.raw) : '';
};
