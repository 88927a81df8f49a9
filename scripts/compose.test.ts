import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Service {
  image: string;
  environment?: Record<string, string | number>;
  stop_grace_period?: string;
  depends_on?: Record<string, unknown>;
  ports?: string[];
}

const { services }: { services: Record<string, Service> } = parse(read('compose.yaml'), { merge: true });
const settings = new Set(
  [...read('.env.example').matchAll(/^#? ?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name),
);

describe('compose.yaml', () => {
  test('has two web and two worker processes, each with its role', () => {
    for (const role of ['web', 'worker']) {
      expect(services[role]).toMatchObject({ environment: { VOXANNE_ROLE: role }, deploy: { replicas: 2 } });
    }
  });

  test.each(['web', 'worker', 'sandbox'])('names only settings that exist: %s', (name) => {
    const names = Object.keys(services[name]?.environment ?? {});
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((setting) => !settings.has(setting))).toEqual([]);
  });

  test('gives a process the time that its end may take', () => {
    for (const role of ['web', 'worker']) {
      expect(Number.parseInt(services[role]?.stop_grace_period ?? '', 10)).toBeGreaterThan(25);
    }
  });

  test('waits for services that are there', () => {
    const wanted = Object.values(services).flatMap(({ depends_on }) => Object.keys(depends_on ?? {}));
    expect(wanted.length).toBeGreaterThan(3);
    expect(wanted.filter((name) => !(name in services))).toEqual([]);
  });

  test('is reachable from this machine alone, and says which version of each image it wants', () => {
    for (const { ports, image } of Object.values(services)) {
      for (const port of ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      expect(image).toMatch(/^voxanne$|:\d/);
    }
  });
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');

  test('starts as npm start does', () => {
    const command: string[] = JSON.parse(/^CMD (.+)$/m.exec(dockerfile)?.[1] ?? '[]');
    expect(`exec ${command.join(' ')}`).toBe(JSON.parse(read('package.json')).scripts.start);
  });

  test('installs every workspace', () => {
    const entries: { link?: boolean; resolved?: string }[] = Object.values(
      JSON.parse(read('package-lock.json')).packages,
    );
    const workspaces = entries.filter(({ link }) => link).map(({ resolved }) => resolved);
    expect(workspaces.length).toBeGreaterThan(4);
    for (const folder of workspaces) {
      expect(dockerfile).toContain(`COPY ${folder}/package.json ${folder}/`);
    }
  });
});
