import { LiveComponent, LiveError, liveview } from 'htmx-liveview';
import { describe, expect, test } from 'vitest';

const secret = 'x'.repeat(32);
class Good extends LiveComponent {
  static component = 'good';
  static events = { go: true };
  go() {}
  render() {
    return '';
  }
}
/** As JavaScript may have it. */
class Bare extends (LiveComponent as unknown as new () => object) {
  static component = 'bare';
}
class Arrow extends Good {
  static override events = { go: true, inc: true };
  inc = () => {};
}
/** A class with other statics. */
const like = (statics: object, methods: object = {}) => {
  class Other extends Good {}
  Object.assign(Other, statics);
  Object.assign(Other.prototype, methods);
  return Other;
};

const make = (options: object) => () => liveview({ secret, components: [Good], ...options } as never).close();

describe('liveview() throws at start for', () => {
  test.each([
    ['no secret', { secret: undefined }, 'ERR_LIVE_SECRET_MISSING', /openssl rand/],
    ['an empty list of secrets', { secret: [] }, 'ERR_LIVE_SECRET_MISSING', /openssl rand/],
    ['a short secret', { secret: 'short' }, 'ERR_LIVE_SECRET_SHORT', /got 5.*openssl rand/],
    ['a short secret in the list', { secret: [secret, 'short'] }, 'ERR_LIVE_SECRET_SHORT', /got 5/],
    [
      'a backplane that was not awaited',
      { backplane: Promise.resolve() },
      'ERR_LIVE_BACKPLANE',
      /got a promise.*await redisBackplane/,
    ],
    ['no components', { components: undefined }, 'ERR_LIVE_COMPONENTS', /list of classes/],
    ['what is no component', { components: [class {}] }, 'ERR_LIVE_COMPONENT', /extend LiveComponent/],
    [
      'a component without a name',
      { components: [like({ component: undefined })] },
      'ERR_LIVE_COMPONENT_NAME',
      /static component = /,
    ],
    ['a name with other letters', { components: [like({ component: 'a b' })] }, 'ERR_LIVE_COMPONENT_NAME', /"a b"/],
    [
      'two components of one name',
      { components: [Good, like({})] },
      'ERR_LIVE_COMPONENT_TWICE',
      /'good'.*Good and Other/,
    ],
    [
      'an event without a method',
      { components: [like({ events: { nope: true } })] },
      'ERR_LIVE_EVENT_METHOD',
      /nope\(\) \{ … \}, or remove the event\. A field that holds a function is no method\./,
    ],
    [
      'an event whose method is a field',
      { components: [Arrow] },
      'ERR_LIVE_EVENT_METHOD',
      /Arrow: events\.inc: there is no public method inc\(\)\. .* A field that holds a function is no method\./,
    ],
    [
      'no render()',
      { components: [Bare] },
      'ERR_LIVE_RENDER_MISSING',
      /Bare: there is no method render\(\)\. Add render\(\) \{ return html`…`; \}/,
    ],
    [
      'events that are called event',
      { components: [like({ events: undefined, event: { go: true } })] },
      'ERR_LIVE_EVENTS',
      /did you mean static events\? Example: static events = \{ go: true \}/,
    ],
    [
      'a list of events',
      { components: [like({ events: ['go', 'stop'] })] },
      'ERR_LIVE_EVENTS',
      /must be an object, got an array\. Example: static events = \{ go: true, stop: true \}/,
    ],
    [
      'events that are a text',
      { components: [like({ events: 'go' })] },
      'ERR_LIVE_EVENTS',
      /must be an object, got string/,
    ],
    [
      'an event with an own name',
      { components: [like({ events: { render: true } })] },
      'ERR_LIVE_EVENT_RESERVED',
      /choose another/,
    ],
    [
      'an event named constructor',
      { components: [like({ events: { constructor: true } })] },
      'ERR_LIVE_EVENT_RESERVED',
      /constructor/,
    ],
    [
      'an event that is no schema',
      { components: [like({ events: { go: {} } })] },
      'ERR_LIVE_EVENT_SCHEMA',
      /Standard Schema/,
    ],
    ['a root with a bad tag', { components: [like({ root: { tag: 'a b' } })] }, 'ERR_LIVE_ROOT', /"a b"/],
    ['a number out of range', { heartbeat: 5 }, 'ERR_LIVE_OPTION', /heartbeat.*1000 to 60000.*got 5/],
    [
      'an option that is mistyped',
      { resumeWindw: 3 },
      'ERR_LIVE_OPTION',
      /no option resumeWindw\. Did you mean resumeWindow\?/,
    ],
    ['one in another case', { onerror() {} }, 'ERR_LIVE_OPTION', /Did you mean onError\?/],
    [
      'an option that is like none',
      { colour: 1 },
      'ERR_LIVE_OPTION',
      /no option colour\. There are secret, components, context, /,
    ],
    [
      'a mistyped limit',
      { limits: { bdoy: 1 } },
      'ERR_LIVE_OPTION',
      /no option limits\.bdoy\. Did you mean limits\.body\?/,
    ],
    ['a number that is none', { resumeWindow: '60s' }, 'ERR_LIVE_OPTION', /resumeWindow.*got 60s/],
    ['a hook that is no function', { onError: 1 }, 'ERR_LIVE_OPTION', /onError must be a function/],
    ['a logger that is none', { logger: true }, 'ERR_LIVE_LOGGER', /error: undefined.*logger: pino\(\)/],
    ['a logger without warn()', { logger: { error() {} } }, 'ERR_LIVE_LOGGER', /warn: undefined/],
    ['a logger whose info is no function', { logger: { ...console, info: 1 } }, 'ERR_LIVE_LOGGER', /info: number/],
  ])('%s', (_, options, code, message) => {
    expect(make(options)).toThrow(LiveError);
    expect(make(options)).toThrow(expect.objectContaining({ code }));
    expect(make(options)).toThrow(message);
  });
});

test('liveview() takes good options', () => {
  expect(make({ secret: [secret, secret], resumeWindow: 0 })).not.toThrow();
  expect(make({ logger: console })).not.toThrow();
  expect(make({ logger: { error() {}, warn() {} } })).not.toThrow();
});

test('a class may inherit render() and its events', () => {
  class Heir extends Good {
    static override component = 'heir';
  }
  expect(make({ components: [Heir] })).not.toThrow();
});

test('a component can only be made by the server', () => {
  expect(() => new Good()).toThrow(/ERR_LIVE_CONSTRUCT.*live\.render/);
});
