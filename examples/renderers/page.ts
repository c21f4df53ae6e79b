import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Express } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { JsxShelf } from './jsx.tsx';
import { EjsShelf, EtaShelf, HandlebarsShelf, PugShelf, TemplateShelf } from './shelf.ts';

export const shelves = [TemplateShelf, EjsShelf, PugShelf, HandlebarsShelf, EtaShelf, JsxShelf] as const;
const names = ['html`…`', 'EJS', 'Pug', 'Handlebars', 'Eta', 'JSX'];

export function renderers(app: Express, live: Live) {
  // the way any Express app sets its views up: the engines are found by the files' endings
  app.set(
    'views',
    join(dirname(createRequire(import.meta.url).resolve('htmx-liveview/package.json')), 'examples/renderers/views'),
  );

  app.get('/renderers', async (req, res) => {
    const rendered = await Promise.all(shelves.map((shelf) => live.render(req, shelf)));
    res.send(
      page(
        req,
        'Any renderer',
        html`
        <p>The same component six times. Whatever writes the HTML, only the row that changed is sent.</p>
        ${rendered.map((shelf, at) => html`<section class="card"><h2>${names[at]}</h2>${shelf}</section>`)}`,
      ),
    );
  });
}
