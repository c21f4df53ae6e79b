// Starts the app: npm run dev for development; npm run build and npm start for production.
import './env.ts'; // before all others
import { createApp } from './app.ts';

const { SESSION_SECRET = '', LIVE_SECRET = '', PORT = '3000', NODE_ENV } = process.env;
const isProduction = NODE_ENV === 'production';
const missing = Object.entries({ SESSION_SECRET, LIVE_SECRET }).flatMap(([name, value]) => (value ? [] : [name]));
if (missing.length > 0) {
  const cure = missing.map((name) => `  echo "${name}=$(openssl rand -base64 32)" >> .env`);
  fail(`Missing: ${missing.join(', ')}. Make what is missing, and keep it out of git:\n${cure.join('\n')}`);
}

const { app, live } = createApp({ session: SESSION_SECRET, live: LIVE_SECRET });
const server = app.listen(Number(PORT), (error) => {
  if (error) fail(`Can't listen on port ${PORT} (${error.message}). Choose another: PORT=3001 npm run dev`);
  const url = `http://localhost:${PORT}`;
  const development = `in development: pages show the errors of the server. Inspector: ${url}/live/inspector`;
  console.log(`${url} ${isProduction ? 'in production' : development}`);
});

// A deploy, and tsx after a change, sends SIGTERM: the pages go to whoever answers next.
process.once('SIGTERM', () => stop(isProduction ? 10_000 : 100));
process.once('SIGINT', () => stop(0)); // Ctrl-C

async function stop(within: number) {
  server.close();
  await live.drain({ within });
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
