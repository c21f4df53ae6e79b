// Acks are answered together, by nobody's request: what goes wrong with one is that one's alone.
import { expect, test } from 'vitest';
import { startApp } from '../support/app.ts';
import { Client } from '../support/client.ts';
import { Counter } from '../support/components.ts';

test('an ack whose answer middleware is in the way of ends nothing but itself', async () => {
  let isFirst = true;
  const app = await startApp({
    components: [Counter],
    before(express) {
      express.use('/live/ack', (_request, response, next) => {
        if (isFirst)
          response.writeHead = () => {
            throw new Error('a hook that fails');
          };
        isFirst = false;
        next();
      });
    },
  });
  const client = await Client.open(app);
  const failed = client.post('ack', '?ack=1', '').then(
    ({ status }) => status,
    ({ code }) => code,
  );
  const [first, second] = await Promise.all([failed, client.post('ack', '?ack=1', '')]);
  expect([first, second.status]).toEqual(['ECONNRESET', 204]);
  client.disconnect();
  await app.close();
});
