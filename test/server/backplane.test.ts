// What every backplane does; and what only the one on Redis can get wrong.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join as joinPath } from 'node:path';
import { promisify } from 'node:util';
import { type Backplane, LiveError } from 'htmx-liveview';
import { redisBackplane } from 'htmx-liveview/redis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createBackplane } from '../../server/backplane.ts';
import { makeLease, STATE_LIFE } from '../../server/store.ts';
import { Inbox } from '../support/inbox.ts';
import { describeWithRedis, Redis } from '../support/redis.ts';

/** The behaviours of one node, whatever is behind it. */
function contract(make: () => Promise<Backplane>): void {
  let backplane: Backplane;
  afterEach(() => backplane.close());

  test('hands a value to every listener of its topic, once, and to no other', async () => {
    backplane = await make();
    const [one, two, other] = [new Inbox(), new Inbox(), new Inbox()];
    backplane.listen('a', one.take);
    backplane.listen('a', two.take);
    backplane.listen('b', other.take);
    backplane.publish('a', { n: 1 });
    backplane.publish('b', 'end');
    expect(await other.next()).toBe('end');
    expect([one.all, two.all, other.all]).toEqual([[{ n: 1 }], [{ n: 1 }], ['end']]);
  });

  test('hands values on in their order, and at once on this node', async () => {
    backplane = await make();
    const inbox = new Inbox();
    backplane.listen('a', inbox.take);
    for (let n = 0; n < 100; n++) backplane.publish('a', n);
    expect(inbox.all).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['text with line ends', 'a\nb\r\n\u2028"'],
    ['an empty text', ''],
    ['a number', -0.5],
    ['a list of objects', [{ a: [1, { b: true }] }, []]],
  ])('carries %s as it is', async (_, value) => {
    backplane = await make();
    const inbox = new Inbox();
    backplane.listen('a\n"b\0', inbox.take);
    backplane.publish('a\n"b\0', value);
    expect(await inbox.next()).toEqual(value);
  });

  test('hands nothing to a listener that has left, also while values are handed on', async () => {
    backplane = await make();
    const inbox = new Inbox();
    const leave = backplane.listen('a', inbox.take);
    backplane.listen('a', leave);
    backplane.publish('a', 1);
    backplane.publish('a', 2);
    expect(inbox.all).toEqual([1]);
    leave();
    leave();
  });

  test('publishes where nobody listens', async () => {
    backplane = await make();
    expect(() => backplane.publish('nobody', 1)).not.toThrow();
  });

  test('knows at once that there is nobody of a name', async () => {
    backplane = await make();
    expect(await backplane.ask('AAAAAAAAAAAAAAAAAAAAAA', 'there?')).toEqual({ failed: 'gone' });
  });

  describe('keeps state', () => {
    const text = 'a\n"b"\u2028 é';
    let lease: string;
    const make1 = async () => {
      backplane = await make();
      lease = makeLease(backplane.node, 'one');
      return backplane.store;
    };
    const free = makeLease('', 'free');

    test('under a lease, which is claimed once', async () => {
      const store = await make1();
      expect(await store.find('claimed')).toBeUndefined();
      expect(await store.claim('claimed', { lease, text })).toBe(true);
      expect(await store.claim('claimed', { lease: free, text: '' })).toBe(false);
      expect(await store.find('claimed')).toEqual({ lease, text });
    });

    test('that only its lease can write, and give away', async () => {
      const store = await make1();
      expect(await store.write('written', lease, { lease, text: 'first' })).toBe(true); // where there is none
      expect(await store.write('written', free, { lease: free, text: 'other' })).toBe(false);
      expect(await store.write('written', lease, { lease: free, text })).toBe(true);
      expect(await store.write('written', lease, { lease, text: 'late' })).toBe(false);
      expect(await store.find('written')).toEqual({ lease: free, text });
    });

    test('that is taken where it is free, and not where its node lives', async () => {
      const store = await make1();
      await store.claim('taken', { lease: free, text });
      expect(await store.take('taken', makeLease('', 'other'), lease)).toBe('lost');
      expect(await store.take('taken', free, lease)).toBe('taken');
      expect(await store.take('taken', lease, makeLease('another', 'two'))).toBe('held');
      expect(await store.take('nowhere', lease, lease)).toBe('lost');
      expect(await store.find('taken')).toEqual({ lease, text });
    });

    test('until its lease removes it', async () => {
      const store = await make1();
      await store.claim('removed', { lease, text });
      await store.remove('removed', free);
      expect(await store.find('removed')).toBeDefined();
      await store.remove('removed', lease);
      expect(await store.find('removed')).toBeUndefined();
    });

    test('and knows whether its leases hold', async () => {
      const store = await make1();
      await store.holding();
      expect(store.holds).toBe(true);
    });
  });

  test('has a name of its own, and is open', async () => {
    backplane = await make();
    const other = await make();
    expect(backplane.node).toMatch(/^[\w-]{22}$/);
    expect(other.node).not.toBe(backplane.node);
    expect(backplane.isOpen).toBe(true);
    await other.close();
  });
}

describe('the backplane of one process', () => {
  describe('as every backplane', () => contract(async () => createBackplane()));

  test('hands values over as they are', () => {
    const [backplane, inbox, value] = [createBackplane(), new Inbox(), { when: new Date() }];
    backplane.listen('a', inbox.take);
    backplane.publish('a', value);
    expect(inbox.all[0]).toBe(value);
  });
});

describeWithRedis('the backplane on Redis', () => {
  let redis: Redis;
  const made: Backplane[] = [];
  beforeAll(async () => {
    redis = await Redis.start();
  });
  afterEach(async () => {
    await Promise.all(made.splice(0).map((it) => it.close()));
  });
  afterAll(() => redis.stop());

  const join = async (options: object = {}): Promise<Backplane> => {
    const backplane = await redisBackplane({ url: redis.url, ...options });
    made.push(backplane);
    return backplane;
  };

  describe('as every backplane', () => contract(() => redisBackplane({ url: redis.url })));

  test('tells other nodes in order, and its own node once', async () => {
    const [here, there] = [await join(), await join()];
    const [own, far] = [new Inbox(), new Inbox()];
    here.listen('a', own.take);
    there.listen('a', far.take);
    for (let n = 0; n < 1000; n++) here.publish('a', n);
    await far.until(999);
    expect(far.all).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    there.publish('a', 'answer');
    await own.until('answer');
    expect(own.all).toEqual([...far.all.slice(0, 1000), 'answer']);
  });

  test('hands a copy to listeners, here as there', async () => {
    const [here, there] = [await join(), await join()];
    const [own, far, value] = [new Inbox(), new Inbox(), { list: [1] }];
    here.listen('a', own.take);
    there.listen('a', far.take);
    here.publish('a', value);
    value.list.push(2);
    expect(own.all).toEqual([{ list: [1] }]);
    expect(await far.next()).toEqual({ list: [1] });
  });

  test.each([
    ['a Date', { when: new Date(0) }, 'value.when (Date)'],
    ['a Map', new Map(), 'value (Map)'],
    ['a function', [() => {}], 'value.0 (function)'],
    ['NaN', Number.NaN, 'value (NaN)'],
    ['a bigint', { n: 1n }, 'value.n (bigint)'],
  ])('refuses to publish %s, by name', async (_, value, found) => {
    const here = await join();
    const publish = () => here.publish('things', value);
    expect(publish).toThrow(LiveError);
    expect(publish).toThrow(`publish(things): expected JSON, which is what Redis carries to other nodes, got ${found}`);
  });

  test('asks one node, and gets what it answers, or the word that it won’t', async () => {
    const [here, there, other] = [await join(), await join(), await join()];
    there.answer(async (question) => `${question}\n!`);
    other.answer(() => Promise.reject(new Error('no')));
    const many = Array.from({ length: 100 }, (_, n) => `${n}`);
    expect(await Promise.all(many.map((n) => here.ask(there.node, n)))).toEqual(
      many.map((n) => ({ answer: `${n}\n!` })),
    );
    expect(await here.ask(other.node, '')).toEqual({ failed: 'silent' });
    await there.close();
    expect(await here.ask(there.node, '')).toEqual({ failed: 'gone' });
  });

  test('a node that leaves answers what it was asked, and is gone for who asks later', async () => {
    const [here, there] = [await join(), await join()];
    let asked = () => {};
    const arrived = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let reply: (text: string) => void = () => {};
    there.answer(() => {
      asked();
      return new Promise((resolve) => {
        reply = resolve;
      });
    });
    const answer = here.ask(there.node, 'before');
    await arrived;
    const closed = there.close();
    await vi.waitFor(async () => expect(await here.ask(there.node, 'after')).toEqual({ failed: 'gone' }));
    reply('still here');
    expect(await answer).toEqual({ answer: 'still here' });
    await closed;
  });

  test('a node that dies while it is asked is not waited for', async () => {
    const here = await join();
    const client = await createClient({ url: redis.url }).connect();
    const heard = new Promise<void>((resolve) => void client.subscribe('liveview:1:doomed', () => resolve()));
    const start = performance.now();
    const answer = here.ask('doomed', 'there?');
    await heard;
    client.destroy();
    expect(await answer).toEqual({ failed: 'silent' });
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  test('does not wait longer than it was told for one that does not answer', async () => {
    const [here, there] = [await join(), await join()];
    there.answer(() => new Promise(() => {}));
    expect(await here.ask(there.node, '', 20)).toEqual({ failed: 'silent' });
  });

  test('apps with different prefixes don’t hear each other', async () => {
    const [here, there, other] = [await join(), await join(), await join({ prefix: 'other' })];
    const [far, strange] = [new Inbox(), new Inbox()];
    there.listen('a', far.take);
    other.listen('a', strange.take);
    other.listen('b', strange.take);
    here.publish('a', 1);
    await far.next();
    other.publish('b', 'own');
    expect(strange.all).toEqual(['own']);
  });

  test('a client can be given, which stays as it is', async () => {
    const client = createClient({ url: redis.url });
    const [here, there] = [await join({ url: undefined, client }), await join()];
    const far = new Inbox();
    there.listen('a', far.take);
    here.publish('a', 1);
    expect(await far.next()).toBe(1);
    expect(client.isOpen).toBe(false);
  });

  test('a program waits for it at start, and it keeps no program from its end', async () => {
    expect(await run('')).toBe('joined\n');
  });

  test('the last words of a program that closes it are heard', async () => {
    const [there, far] = [await join(), new Inbox()];
    there.listen('a', far.take);
    const said = await run("backplane.publish('a', 'last'); await backplane.close(); console.log('left');");
    expect(said).toBe('joined\nleft\n');
    expect(await far.next()).toBe('last');
  });

  /** Runs a program that joins. */
  async function run(rest: string): Promise<string> {
    const text = `import { redisBackplane } from 'htmx-liveview/redis';
      const backplane = await redisBackplane({ url: '${redis.url}' });
      console.log('joined');
      ${rest}`;
    const cwd = joinPath(import.meta.dirname, '../..');
    return (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', text], { cwd })).stdout;
  }

  test('what is no message is reported, and those after it arrive', async () => {
    const [here, there] = [await join(), await join()];
    const [far, faults] = [new Inbox(), new Inbox()];
    there.listen('a', far.take);
    there.observe({ gap: () => {}, fault: (_, doing) => faults.take(doing) });
    const client = await createClient({ url: redis.url }).connect();
    await client.publish('liveview:1', 'not ours');
    here.publish('a', 1);
    expect(await far.next()).toBe(1);
    expect(faults.all).toEqual(['reading a message']);
    client.destroy();
  });

  test('takes the leases of a node once it has left', async () => {
    const [here, there] = [await join(), await join()];
    const lease = makeLease(there.node, 'one');
    await there.store.claim('left', { lease, text: 'kept' });
    expect(await here.store.take('left', lease, makeLease(here.node, 'two'))).toBe('held');
    await there.close();
    expect(await here.store.take('left', lease, makeLease(here.node, 'two'))).toBe('taken');
  });

  test('what nobody touches is gone in time, and so are a dead node’s leases', async () => {
    const here = await join();
    await here.store.claim('timed', { lease: makeLease(here.node, 'one'), text: 'kept' });
    const client = await createClient({ url: redis.url }).connect();
    const lives = async (key: string) => client.pTTL(`liveview:1:${key}`);
    expect(await lives('state:timed')).toBeLessThanOrEqual(STATE_LIFE);
    expect(await lives(`node:${here.node}`)).toBeLessThanOrEqual(5_000);
    await client.pExpire('liveview:1:state:timed', 1_000);
    await here.store.touch(['timed', 'nowhere']);
    expect(await lives('state:timed')).toBeGreaterThan(STATE_LIFE - 10_000);
    client.destroy();
  });

  describe('while Redis is away', () => {
    let own: Redis;
    afterEach(() => own?.stop());

    test('that Redis answers, but takes nothing, is told once, and again when it was well between', async () => {
      own = await Redis.start();
      const here = await join({ url: own.url });
      const faults: string[] = [];
      here.observe({ gap() {}, fault: (error, doing) => faults.push(`${doing}: ${error}`) });
      const client = await createClient({ url: own.url }).connect();
      for (const times of [1, 2]) {
        await client.configSet('maxmemory', '1');
        await vi.waitFor(() => expect(faults).toHaveLength(times), 5_000);
        await vi.waitFor(() => expect(here.store.holds).toBe(false), 6_000);
        await client.configSet('maxmemory', '0');
        await here.store.holding();
      }
      expect(faults[0]).toMatch(/^keeping state: .*OOM/);
      client.destroy();
    });

    test('leases hold for a while, then they may have been taken; when it is back they hold again', async () => {
      own = await Redis.start();
      const { store } = await join({ url: own.url });
      await own.kill();
      expect(store.holds).toBe(true);
      await expect(store.find('any')).rejects.toThrow();
      await vi.waitFor(() => expect(store.holds).toBe(false), 5_000);
      await own.run();
      await store.holding();
      expect(store.holds).toBe(true);
    });

    test('this node goes on; when it is back, nodes are told of the gap, and messages flow', async () => {
      own = await Redis.start();
      const [here, there] = [await join({ url: own.url }), await join({ url: own.url })];
      const [near, far, events, farEvents] = [new Inbox(), new Inbox(), new Inbox(), new Inbox()];
      for (const [node, inbox] of [
        [here, events],
        [there, farEvents],
      ] as const)
        node.observe({ gap: () => inbox.take('gap'), fault: (error) => inbox.take((error as LiveError).code) });
      here.listen('a', near.take);
      there.listen('a', far.take);
      await own.kill();
      await events.until('ERR_LIVE_REDIS_CONNECT');
      expect(here.isOpen).toBe(false);
      here.publish('a', 'lost');
      expect(near.all).toEqual(['lost']);
      expect(await here.ask(there.node, '')).toEqual({ failed: 'away' });
      await own.run();
      await Promise.all([events.until('gap'), farEvents.until('gap')]);
      expect(events.all).toEqual(['ERR_LIVE_REDIS_CONNECT', 'ERR_LIVE_REDIS_DROPPED', 'gap']);
      here.publish('a', 'after');
      expect(await far.next()).toBe('after');
      expect(near.all).toEqual(['lost', 'after']);
    });

    test('a node that alone was cut off lets the others know what they missed', async () => {
      own = await Redis.start();
      const [here, there] = [await join({ url: own.url }), await join({ url: own.url })];
      const [events, farEvents] = [new Inbox(), new Inbox()];
      here.observe({ gap: () => events.take('gap'), fault: () => events.take('fault') });
      there.observe({ gap: () => farEvents.take('gap'), fault: () => farEvents.take('fault') });
      const client = await createClient({ url: own.url }).connect();
      const [first] = (await client.clientList()).filter(({ sub }) => sub > 0);
      await client.clientKill({ filter: 'ID', id: first?.id as number });
      client.destroy();
      await events.until('fault');
      here.publish('a', 'lost');
      await farEvents.until('gap');
      expect(farEvents.all).toEqual(['gap']);
    });

    test('what Redis takes too slowly is dropped at a bound, and others are told of the gap', async () => {
      own = await Redis.start();
      const [here, there] = [await join({ url: own.url }), await join({ url: own.url })];
      const [events, farEvents] = [new Inbox(), new Inbox()];
      here.observe({ gap: () => {}, fault: (error) => events.take((error as LiveError).code) });
      there.observe({ gap: () => farEvents.take('gap'), fault: () => farEvents.take('fault') });
      own.freeze();
      for (let n = 0; n < 100_010; n++) here.publish('a', n);
      own.thaw();
      await events.until('ERR_LIVE_REDIS_DROPPED');
      await farEvents.until('gap');
      expect(here.isOpen).toBe(true);
    });

    test('a Redis that is connected but silent is given up', { timeout: 20_000 }, async () => {
      own = await Redis.start();
      const here = await join({ url: own.url });
      const faults = new Inbox();
      here.observe({ gap: () => {}, fault: (error) => faults.take(String(error)) });
      own.freeze();
      expect(await faults.next()).toContain('no answer for 5000 ms');
      expect(here.isOpen).toBe(false);
    });
  });

  describe('refuses to start, and says why, where', () => {
    let own: Redis | undefined;
    afterEach(() => own?.stop());
    const fails = (options: object) => expect(redisBackplane(options)).rejects;

    test('nothing answers', async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      server.close();
      await fails({ url: `redis://:secret@127.0.0.1:${port}` }).toThrow(
        `expected Redis at 127.0.0.1:${port}, got: connect ECONNREFUSED`,
      );
    });

    test('the password is wrong or missing, without writing it out', async () => {
      own = await Redis.start('--requirepass', 'right');
      const at = `127.0.0.1:${own.port}`;
      await fails({ url: `redis://${at}` }).toThrow(/expected to be let in as 'default' at .*NOAUTH.*user:password@/);
      await fails({ url: `redis://:wr0ng@${at}` }).toThrow(/WRONGPASS/);
      await fails({ url: `redis://:wr0ng@${at}` }).not.toThrow(/wr0ng/);
    });

    test('the user may not subscribe', async () => {
      own = await Redis.start('--user', ...'app on >pass +@connection +publish'.split(' '));
      await fails({ url: `redis://app:pass@127.0.0.1:${own.port}` }).toThrow(
        /the user 'app' .* NOPERM .*ACL SETUSER app .*&liveview:1/,
      );
    });

    test('the user may not keep state', async () => {
      own = await Redis.start('--user', ...'app on >pass +@connection +publish +subscribe &liveview:*'.split(' '));
      await fails({ url: `redis://app:pass@127.0.0.1:${own.port}` }).toThrow(
        /NOPERM.*ACL SETUSER app .*\+eval ~liveview:1:\*/,
      );
    });

    test('what it asks for is enough', async () => {
      const rights =
        '+@connection +publish +subscribe +pubsub +get +getrange +set +del +exists +pexpire +eval ~liveview:1:* &liveview:1 &liveview:1:*';
      own = await Redis.start('--user', ...`app on >pass ${rights}`.split(' '));
      const url = `redis://app:pass@127.0.0.1:${own.port}`;
      const [here, there] = [await join({ url }), await join({ url })];
      there.answer(async () => 'yes');
      expect(await here.ask(there.node, '?')).toEqual({ answer: 'yes' });
      const lease = makeLease(here.node, 'one');
      await here.store.claim('a', { lease, text: '' });
      await here.store.write('a', lease, { lease: '.free', text: '' });
      await here.store.touch(['a']);
      expect(await there.store.take('a', '.free', makeLease(there.node, 'two'))).toBe('taken');
      await there.store.remove('a', makeLease(there.node, 'two'));
      expect(await here.store.find('a')).toBeUndefined();
    });

    test('it is a read-only replica', async () => {
      own = await Redis.start('--replicaof', '127.0.0.1', String(redis.port));
      await fails({ url: own.url }).toThrow(/expected a primary that can be written to, got a replica/);
    });

    test.each([
      ['is older than RESP 3', '-ERR unknown command `HELLO`\r\n'],
      ['is 6.0', '%2\r\n+version\r\n+6.0.9\r\n+role\r\n+master\r\n'],
    ])('it %s', async (_, answer) => {
      const server = createServer((socket) =>
        socket.on('data', (data) => {
          for (const command of String(data).match(/\b(?:HELLO|CLIENT)\b/g) ?? [])
            socket.write(command === 'HELLO' ? answer : '+OK\r\n');
        }),
      ).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      await fails({ url: `redis://127.0.0.1:${port}` }).toThrow(/expected Redis 6.2 or later at .*, got .*Update it/);
      server.close();
    });

    test('the address or the client is none', async () => {
      await fails({ url: 'http://:secret@localhost' }).toThrow(/url is no address of Redis/);
      await fails({ client: {} }).toThrow(/client must be made by createClient\(\)/);
    });
  });
});
