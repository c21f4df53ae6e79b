// A table of 1000 rows: sorted, filtered as one types, and paged. What it shows is in the address, so that Back, a reload and a shared link show the same.
import { html, LiveComponent, type Params } from 'htmx-liveview';
import { z } from 'zod';
import { type Column, findRivers, type River } from './rivers.ts';

const ROWS = 20;
const columns = { name: 'River', region: 'Region', length: 'Length, km', flow: 'Flow, m³/s' } as const;

/** What an address may say; what makes no sense there is as if it were not there. */
const address = z.object({
  text: z.string().trim().max(40).catch(''),
  sort: z.enum(['name', 'region', 'length', 'flow']).catch('name'),
  descending: z.stringbool().catch(false),
  page: z.coerce.number().int().min(1).catch(1),
});

const usual = address.parse({});

export class RiverTable extends LiveComponent {
  static component = 'demo.RiverTable';
  static events = {
    filter: z.object({ text: z.string().max(40) }),
    sort: z.object({ by: z.enum(['name', 'region', 'length', 'flow']) }),
    turn: z.object({ page: z.coerce.number().int() }),
  };

  query = usual;
  url = new URL('http://localhost');

  /** The only place where state comes from: the handlers below do no more than change the address. */
  navigate(url: URL) {
    this.url = url;
    this.query = address.parse(Object.fromEntries(url.searchParams));
  }

  filter({ text }: Params<typeof RiverTable, 'filter'>) {
    this.browser.replaceUrl(this.addressWith({ text, page: 1 }));
  }

  sort({ by }: Params<typeof RiverTable, 'sort'>) {
    const { sort, descending } = this.query;
    this.browser.pushUrl(this.addressWith({ sort: by, descending: by === sort && !descending, page: 1 }));
  }

  turn({ page }: Params<typeof RiverTable, 'turn'>) {
    if (page >= 1 && page <= pagesOf(findRivers(this.query))) this.browser.pushUrl(this.addressWith({ page }));
  }

  /** The page's address with another query. What is as usual is left out of it; what is not of the query stays. */
  addressWith(change: Partial<typeof usual>): string {
    const { pathname, searchParams } = new URL(this.url);
    for (const [name, value] of Object.entries({ ...this.query, ...change })) {
      if (value === usual[name as keyof typeof usual]) searchParams.delete(name);
      else searchParams.set(name, String(value));
    }
    return `${pathname}?${searchParams}`;
  }

  render() {
    const found = findRivers(this.query);
    const pages = pagesOf(found);
    const page = Math.min(this.query.page, pages);
    return html`
      <form lv-event="filter" class="row" role="search">
        <input type="search" name="text" value="${this.query.text}" placeholder="Name or region" aria-label="Filter by name or region"
          maxlength="40" autocomplete="off" lv-event="filter" hx-trigger="input changed delay:150ms">
      </form>
      <p id="count" class="hint" role="status">${countOf(found.length)}, page ${page} of ${pages}</p>
      <div class="scroll" tabindex="0" role="region" aria-label="Rivers">
        <table>
          <caption>A thousand rivers that are on no map</caption>
          <thead><tr>${Object.keys(columns).map((column) => this.renderHead(column as Column))}</tr></thead>
          <tbody id="rows">${found.slice((page - 1) * ROWS, page * ROWS).map(renderRow)}</tbody>
        </table>
      </div>
      <div class="row" role="group" aria-label="Pages">
        <button lv-event="turn" name="page" value="${page - 1}" class="quiet" aria-disabled="${page === 1}">Previous</button>
        <button lv-event="turn" name="page" value="${page + 1}" class="quiet" aria-disabled="${page === pages}">Next</button>
      </div>`;
  }

  renderHead(column: Column) {
    const { sort, descending } = this.query;
    const order = column === sort ? (descending ? 'descending' : 'ascending') : null;
    return html`<th id="head-${column}" scope="col" aria-sort="${order}"><button lv-event="sort" name="by" value="${column}">${columns[column]}</button></th>`;
  }
}

function pagesOf(found: readonly River[]): number {
  return Math.max(1, Math.ceil(found.length / ROWS));
}

function countOf(found: number): string {
  return found === 1 ? 'One river' : `${found.toLocaleString('en')} rivers`;
}

function renderRow({ id, name, region, length, flow }: River) {
  return html`
    <tr id="river-${id}"><th scope="row">${name}</th><td>${region}</td><td>${length}</td><td>${flow.toLocaleString('en')}</td></tr>`;
}
