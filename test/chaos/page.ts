// What a page is made of. Several nodes' chaos loads it once for each page, as browsers do: two POSTs of a page are in flight at most, not of all pages.
export { createPage } from '../../htmx-ext/page.ts';
export { createSender } from '../../htmx-ext/send.ts';
