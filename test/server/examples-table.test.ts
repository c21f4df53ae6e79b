// The gallery's table without a browser: its state is its address.
import { mountLive } from 'htmx-liveview/testing';
import { expect, test } from 'vitest';
import { RiverTable } from '../../examples/table/table.ts';

test('a table shows what its address says, and says in its address what it shows', async () => {
  const view = await mountLive(RiverTable, {
    url: 'http://localhost/rivers?tag=1&text=kel&sort=length&descending=true&page=2',
  });
  expect(view.find('#head-length').attr('aria-sort')).toBe('descending');
  expect(view.find('[role=status]').text()).toContain('page 2 of');
  await view.click('#head-length button');
  expect(view.url).toBe('http://localhost/rivers?tag=1&text=kel&sort=length');
  await view.change('[type=search]', '');
  await view.elapse(150);
  expect(view.url).toBe('http://localhost/rivers?tag=1&sort=length');
  await view.navigate('/rivers?page=3');
  expect(view.find('[role=status]').text()).toBe('1,000 rivers, page 3 of 50');
});

test.each(['?page=-1', '?page=9e99', '?sort=constructor', '?descending=maybe', `?text=${'x'.repeat(999)}`])(
  'an address that makes no sense shows the table all the same: %.30s',
  async (query) => {
    const view = await mountLive(RiverTable, { url: `http://localhost/rivers${query}` });
    expect(view.find('tbody tr').length).toBeGreaterThan(0);
    expect(view.find('[aria-sort]').length).toBe(1);
  },
);

test('a button that leads nowhere changes nothing', async () => {
  const view = await mountLive(RiverTable, { url: 'http://localhost/rivers?page=50' });
  await view.click('button:contains("Next")');
  expect(view.url).toBe('http://localhost/rivers?page=50');
});
