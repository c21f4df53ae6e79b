// Starts the app: npm run dev, or npm start after npm run build.
import { existsSync } from 'node:fs';
import { createApp } from './app.ts';

if (existsSync('.env')) process.loadEnvFile('.env');
const { app, live } = createApp({ session: secret('SESSION_SECRET'), live: secret('LIVE_SECRET') });
const port = Number(process.env.PORT ?? 3000);

const server = app.listen(port, (error) => {
  if (error) fail(`Can't listen on port ${port} (${error.message}). Choose another: PORT=3001 npm run dev`);
  console.log(`http://localhost:${port}`);
});

// A deploy, and tsx after a change, sends SIGTERM: the pages go to whoever answers next.
process.once('SIGTERM', () => stop(process.env.NODE_ENV === 'production' ? 10_000 : 100));
process.once('SIGINT', () => stop(0)); // Ctrl-C

async function stop(within: number) {
  server.close();
  await live.drain({ within });
}

function secret(name: string): string {
  const value = process.env[name];
  return (
    value ||
    fail(`${name} is missing. Make one, and keep it out of git:\n  echo "${name}=$(openssl rand -base64 32)" >> .env`)
  );
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
