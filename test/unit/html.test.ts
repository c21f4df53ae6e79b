import { load } from 'cheerio';
import fc from 'fast-check';
import { type Html, html, LiveError, raw } from 'htmx-liveview';
import { settle } from 'htmx-liveview/views';
import { describe, expect, test } from 'vitest';

const text = (content: Html) => String(content);

describe('html in text', () => {
  test('escapes what a user wrote', () => {
    expect(text(html`<p>${'<b>&"\''}</p>`)).toBe('<p>&lt;b&gt;&amp;&quot;&#39;</p>');
  });

  test('writes numbers, and nothing for null, undefined and booleans', () => {
    expect(text(html`${1}${0n}${null}${undefined}${true}${false}`)).toBe('10');
  });

  test('composes templates, arrays and other iterables', () => {
    const items = new Set(['a', '<']);
    expect(text(html`<ul>${[html`<li>1</li>`, [html`<li>2</li>`]]}</ul>${items}`)).toBe(
      '<ul><li>1</li><li>2</li></ul>a&lt;',
    );
  });

  test('writes raw text as it is', () => {
    expect(text(html`${raw('<hr>')}`)).toBe('<hr>');
  });

  test('refuses a value that has no text, and says which', () => {
    expect(() => text(html`<p>${{ a: 1 }}</p>`)).toThrow(/ERR_LIVE_HTML_VALUE.*got Object/);
    expect(() => text(html`<p>${() => 1}</p>`)).toThrow(/got function/);
    expect(() => text(html`<p title="${[1]}"></p>`)).toThrow(/in the attribute title/);
  });
});

describe('html in attributes', () => {
  test('escapes inside both kinds of quotes', () => {
    expect(text(html`<p title="${'"<'}" lang='${"'"}'></p>`)).toBe('<p title="&quot;&lt;" lang="&#39;"></p>');
  });

  test('makes an attribute come and go with a boolean as its whole value', () => {
    const input = (done: unknown) => text(html`<input type="checkbox" checked="${done}">`);
    expect(input(true)).toBe('<input type="checkbox" checked="">');
    for (const absent of [false, null, undefined]) expect(input(absent)).toBe('<input type="checkbox">');
  });

  test('writes booleans out in aria-* and data-*', () => {
    expect(text(html`<p aria-busy="${false}" data-on="${true}"></p>`)).toBe('<p aria-busy="false" data-on="true"></p>');
  });

  test('writes nothing for false inside a longer value', () => {
    expect(text(html`<p class="a ${false} ${'b'}"></p>`)).toBe('<p class="a  b"></p>');
  });

  test('keeps neighbours in place when an attribute is left out', () => {
    expect(text(html`<input a="${1}" b="${null}" c="${3}" d>`)).toBe('<input a="1" c="3" d>');
  });

  test('refuses an unquoted hole', () => {
    expect(() => html`<p class=${'a'}></p>`).toThrow(/ERR_LIVE_HTML_HOLE.*unquoted/);
    expect(
      () => html`<ul><li>a</li></ul>
      <input type="checkbox"
        name="done" ${'checked'}>`,
    ).toThrow(
      'at: <input type="checkbox" name="done" ${…}. To mend it: write name="${…}"; a boolean makes the attribute come and go: checked="${done}".',
    );
    expect(() => html`<input class="one two three four" aria-label="Is it done already?" name="done" ${'x'}>`).toThrow(
      'at: … aria-label="Is it done already?" name="done" ${…}. To mend it',
    );
  });

  test.each([
    ['the name of a tag', () => html`<${'p'}></p>`],
    ['the name of an attribute', () => html`<p ${'hidden'}></p>`],
    ['a comment', () => html`<!-- ${'x'} -->`],
    ['a script', () => html`<script>${'x'}</script>`],
    ['a style', () => html`<style>p { color: ${'red'} }</style>`],
    ['an event attribute', () => html`<p onclick="${'x'}"></p>`],
    ['hx-on', () => html`<p hx-on:click="${'x'}"></p>`],
    ['srcdoc', () => html`<iframe srcdoc="${'x'}"></iframe>`],
  ])('refuses a hole in %s', (_, make) => {
    expect(make).toThrow(LiveError);
    expect(make).toThrow(/ERR_LIVE_HTML_HOLE/);
  });

  test.each([
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:x',
    'vbscript:x',
    'data:text/html,x',
  ])('refuses the address %j', (url) => {
    expect(() => text(html`<a href="${url}">x</a>`)).toThrow(/ERR_LIVE_HTML_URL/);
    expect(() => text(html`<form action="${url}"></form>`)).toThrow(/ERR_LIVE_HTML_URL/);
  });

  test.each([
    '/a',
    'a?b=c:d',
    '#x',
    'https://example.org',
    'mailto:a@b.c',
    'tel:1',
    '//example.org/x',
    'data:image/png;base64,AA==',
  ])('allows the address %j', (url) => {
    expect(load(text(html`<a href="${url}">x</a>`))('a').attr('href')).toBe(url);
  });

  test('finds holes after comments, scripts and quotes in text', () => {
    const template = html`<!-- "' --><script>if (a < b) "</x>"</script><p title='"'>${'<'}</p>`;
    expect(text(template)).toContain('>&lt;</p>');
  });
});

test('html round-trips any text through a parser, in text and in attributes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const clean = value.replace(/[\0\r]/g, '').replace(/[\ud800-\udfff]/g, '');
      const $ = load(text(html`<p title="${clean}">.${clean}</p>`));
      expect($('p').text()).toBe(`.${clean}`);
      expect($('p').attr('title')).toBe(clean);
    }),
  );
});

describe('promises in html', () => {
  test('are awaited at any depth', async () => {
    const later = Promise.resolve(html`<b>${Promise.resolve('<')}</b>`);
    expect(text(await settle(html`<p>${later}${[Promise.resolve(1), 2]}</p>`))).toBe('<p><b>&lt;</b>12</p>');
  });

  test('cannot be written before, and the message says the cure', () => {
    expect(() => text(html`<p>${Promise.resolve(1)}</p>`)).toThrow(
      /ERR_LIVE_HTML_PROMISE: .*Is an `await` missing.*settle/,
    );
  });
});

test('Html refuses to become JSON and names the cure', () => {
  expect(() => JSON.stringify({ page: html`<p></p>` })).toThrow(/String\(html/);
});
