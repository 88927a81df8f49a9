/** What `npm run dev` runs: the server, begun again when its code changes, and the dashboard with live reload. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { loadConfig } from '../backend/src/platform/config.ts';
import { StartupError } from '../backend/src/platform/errors.ts';
import { ended } from './lib/run.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function develop(): Promise<number> {
  const { port, publicUrl } = loadConfig(process.env, root);
  // The server trusts the origin it is published under; the browser's is Vite's.
  const api = { target: `http://127.0.0.1:${port}`, headers: { origin: publicUrl } };
  const dashboard = await createServer({
    root: join(root, 'dashboard'),
    configFile: join(root, 'dashboard', 'vite.config.ts'),
    server: { strictPort: true, proxy: { '/api': api } },
    clearScreen: false,
  });
  await dashboard.listen();

  const server = spawn(process.execPath, ['--watch', '--watch-preserve-output', 'backend/src/main.ts'], {
    cwd: root,
    stdio: 'inherit',
  });
  // Vite ends the process at a SIGTERM, and the server would drain without us.
  process.removeAllListeners('SIGTERM');
  // A terminal signals the whole group, a supervisor only us; the server takes a repeat for what it is.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal));

  console.log(`API and built dashboard: http://localhost:${port}`);
  console.log(`Dashboard with reload:   ${dashboard.resolvedUrls?.local[0] ?? ''}`);
  const code = await ended(server);
  await dashboard.close();
  return code;
}

try {
  process.exitCode = await develop();
} catch (error) {
  const { message } = error as Error;
  console.error(
    error instanceof StartupError
      ? message
      : `npm run dev can’t start: ${message}. Fix that and run it again.`,
  );
  process.exitCode = 1;
}
