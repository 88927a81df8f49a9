import { readFileSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../backend/src/platform/config.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

interface Service {
  image: string;
  environment?: Record<string, string | number>;
  stop_grace_period?: string;
  depends_on?: Record<string, unknown>;
  ports?: string[];
  command?: string[];
  configs?: { source: string; target: string }[];
}

interface Compose {
  services: Record<string, Service>;
  configs: Record<string, { content: string }>;
}

const { services, configs }: Compose = parse(read('compose.yaml'), { merge: true });
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

  test('has no password in a file that everyone can read', () => {
    const required = /^\$\{(POSTGRES|REDIS)_PASSWORD:\?[^}]+\}$/;
    const { DATABASE_URL, REDIS_URL } = services.web?.environment ?? {};
    for (const address of [DATABASE_URL, REDIS_URL]) {
      const [, password] = /^[a-z]+:\/\/[a-z]*:(.+)@[a-z]+:\d+/.exec(String(address)) ?? [];
      expect(password).toMatch(required);
    }
    expect(services.postgres?.environment?.POSTGRES_PASSWORD).toMatch(required);
    expect(services.redis?.environment?.REDISCLI_AUTH).toMatch(required);
    expect(read('compose.yaml').match(/PASSWORD:-/g)).toBeNull();
  });

  test('keeps Redis behind its password, and from evicting', () => {
    const [config] = services.redis?.configs ?? [];
    expect(services.redis?.command).toEqual(['redis-server', config?.target]);
    const lines = configs[config?.source ?? '']?.content.trim().split('\n');
    expect(lines).toContainEqual(expect.stringMatching(/^requirepass \$\{REDIS_PASSWORD:\?/));
    expect(lines).toContain('maxmemory-policy noeviction');
  });

  test('is a sandbox that says that it listens to more than itself, and can be set otherwise', () => {
    for (const name of ['web', 'worker', 'sandbox']) {
      expect(services[name]?.environment).toMatchObject({
        HOST: '0.0.0.0',
        VOXANNE_MODE: expect.stringMatching(/^\$\{VOXANNE_MODE:-sandbox\}$/),
        VOXANNE_PUBLIC_SANDBOX: expect.stringMatching(/^\$\{VOXANNE_PUBLIC_SANDBOX:-container\}$/),
      });
    }
  });
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');

  test('starts as npm start does', () => {
    const command: string[] = JSON.parse(/^CMD (.+)$/m.exec(dockerfile)?.[1] ?? '[]');
    expect(`exec ${command.join(' ')}`).toBe(JSON.parse(read('package.json')).scripts.start);
  });

  test('is live unless set otherwise: it listens on every address', () => {
    const settings = /^ENV (.+)$/m.exec(dockerfile)?.[1]?.split(' ') ?? [];
    const env = Object.fromEntries(settings.map((setting) => setting.split('=')));
    expect(env).toMatchObject({ HOST: '0.0.0.0' });
    expect(() => loadConfig({ ...env, VOXANNE_DATA_DIR: root }, '/nonexistent')).toThrow(
      /VOXANNE_PUBLIC_SANDBOX: others can reach this sandbox \(HOST=0\.0\.0\.0\)/,
    );
  });

  test('holds no one’s settings, whatever the file is called', () => {
    const lines = read('.dockerignore').trim().split('\n');
    const isLeftOut = (file: string) => {
      let left = false;
      for (const line of lines) {
        const pattern = line.replace(/^!/, '');
        if (posix.matchesGlob(file, pattern)) left = !line.startsWith('!');
      }
      return left;
    };
    const secret = [
      '.env',
      '.env.local',
      '.env.production',
      '.env.bak',
      'backend/.env',
      'dashboard/.env.live',
    ];
    for (const file of [...secret, '.voxanne', 'backend/src/main.test.ts'])
      expect(isLeftOut(file), file).toBe(true);
    for (const file of ['.env.example', 'package.json', 'backend/src/main.ts']) {
      expect(isLeftOut(file), file).toBe(false);
    }
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
