// Starts the app: npm run dev, or npm start after npm run build.
import { existsSync } from 'node:fs';
import { createApp } from './app.ts';

if (existsSync('.env')) process.loadEnvFile('.env');
const { SESSION_SECRET = '', LIVE_SECRET = '', PORT = '3000', NODE_ENV } = process.env;
const missing = Object.entries({ SESSION_SECRET, LIVE_SECRET }).flatMap(([name, value]) => (value ? [] : [name]));
if (missing.length > 0) {
  const cure = missing.map((name) => `  echo "${name}=$(openssl rand -base64 32)" >> .env`);
  fail(`Missing: ${missing.join(', ')}. Make what is missing, and keep it out of git:\n${cure.join('\n')}`);
}

const { app, live } = createApp({ session: SESSION_SECRET, live: LIVE_SECRET });
const server = app.listen(Number(PORT), (error) => {
  if (error) fail(`Can't listen on port ${PORT} (${error.message}). Choose another: PORT=3001 npm run dev`);
  console.log(`http://localhost:${PORT}`);
});

// A deploy, and tsx after a change, sends SIGTERM: the pages go to whoever answers next.
process.once('SIGTERM', () => stop(NODE_ENV === 'production' ? 10_000 : 100));
process.once('SIGINT', () => stop(0)); // Ctrl-C

async function stop(within: number) {
  server.close();
  await live.drain({ within });
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
