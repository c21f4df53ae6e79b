import { describe, expect, test } from 'vitest';
import { systemClock } from '../../server/clock.ts';
import { createTokens } from '../../server/token.ts';

const [OLD, NEW] = ['old secret, long enough to be a secret', 'new secret, long enough to be a secret'] as const;
const HOUR = 3_600_000;
const claims = { id: 'i', component: 'c', session: { start: 1 }, content: 'h' };
const holder = { id: 'i', component: 'c', sessionId: 'sid' };

/** Tokens at a time that the test sets. */
function at(time: number, ...secrets: string[]) {
  return createTokens(secrets.length > 0 ? secrets : [OLD], HOUR, { ...systemClock, now: () => time });
}

describe('session tokens', () => {
  test('are verified by who signed them', () => {
    const token = at(0).sign(claims, 'sid');
    expect(at(HOUR).verify(token, holder)).toEqual({ ok: true, value: claims });
  });

  test.each([
    ['another id', { ...holder, id: 'j' }],
    ['another component', { ...holder, component: 'd' }],
    ['another express-session', { ...holder, sessionId: 'other' }],
  ])('are refused for %s', (_, other) => {
    expect(at(0).verify(at(0).sign(claims, 'sid'), other)).toMatchObject({ ok: false, refusal: { kind: 'token' } });
  });

  test('expire', () => {
    expect(at(HOUR + 1000).verify(at(0).sign(claims, 'sid'), holder)).toMatchObject({
      ok: false,
      refusal: { kind: 'expired' },
    });
  });

  test('are refused with any letter changed', () => {
    const token = at(0).sign(claims, 'sid');
    for (let place = 0; place < token.length; place++) {
      const changed = token.slice(0, place) + (token[place] === 'A' ? 'B' : 'A') + token.slice(place + 1);
      // the last letter of base64url holds bits that decode to nothing
      if (place === token.length - 1) continue;
      expect(at(0).verify(changed, holder).ok).toBe(false);
    }
    for (const nothing of ['', '.', '..', 'v1..', `${token}.x`, token.slice(3)])
      expect(at(0).verify(nothing, holder).ok).toBe(false);
  });

  test('outlive a rotation: the old secret still verifies, the new one signs', () => {
    const rotated = at(0, NEW, OLD);
    expect(rotated.verify(at(0, OLD).sign(claims, 'sid'), holder).ok).toBe(true);
    expect(at(0, NEW).verify(rotated.sign(claims, 'sid'), holder).ok).toBe(true);
    expect(at(0, OLD).verify(rotated.sign(claims, 'sid'), holder).ok).toBe(false);
  });

  test('do not show the id of the express-session', () => {
    const payload = Buffer.from(
      at(0).sign(claims, 'a very secret sid').split('.')[1] as string,
      'base64url',
    ).toString();
    expect(payload).not.toContain('secret sid');
  });
});

test('the key of a stream is derived from the secret and the stream alone', () => {
  expect(at(0).streamKey('s')).toBe(at(99).streamKey('s'));
  expect(at(0).streamKey('s')).not.toBe(at(0).streamKey('t'));
  expect(at(0, NEW).streamKey('s')).not.toBe(at(0, OLD).streamKey('s'));
});

test('the seal of a token is no key of a stream, whatever its id', () => {
  const [version, text, seal] = at(0).sign(claims, 'sid').split('.');
  expect(at(0).streamKey(`${version}.${text}`)).not.toBe(seal);
});
