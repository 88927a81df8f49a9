import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const Service = z.object({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  deploy: z.object({ replicas: z.number() }).optional(),
  stop_grace_period: z.string().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  ports: z.array(z.string()).optional(),
});
const { services } = z
  .object({ services: z.record(z.string(), Service) })
  .parse(parse(read('compose.yaml'), { merge: true }));
const settings = new Set(
  [...read('.env.example').matchAll(/^#? ?([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name),
);
const manifest = z
  .object({ scripts: z.object({ start: z.string() }), workspaces: z.array(z.string()) })
  .parse(JSON.parse(read('package.json')));

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
    const command = z.array(z.string()).parse(JSON.parse(/^CMD (.+)$/m.exec(dockerfile)?.[1] ?? ''));
    expect(`exec ${command.join(' ')}`).toBe(manifest.scripts.start);
  });

  test('installs every workspace', () => {
    const lock = z
      .object({
        packages: z.record(
          z.string(),
          z.object({ link: z.boolean().optional(), resolved: z.string().optional() }),
        ),
      })
      .parse(JSON.parse(read('package-lock.json')));
    const workspaces = Object.values(lock.packages).flatMap(({ link, resolved }) =>
      link && resolved ? [resolved] : [],
    );
    expect(workspaces.length).toBeGreaterThanOrEqual(manifest.workspaces.length);
    for (const folder of workspaces) expect(dockerfile).toContain(`COPY ${folder}/package.json ${folder}/`);
  });
});
