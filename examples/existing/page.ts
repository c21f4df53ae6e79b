// A page that was there before, with hx-get and hx-post of its own. Three lines make a part of it live: they are marked.
import { type Express, urlencoded } from 'express';
import { html, type Live } from 'htmx-liveview';
import { page } from '../page.ts';
import { type Order, orders, Till, taken } from './orders.ts';

export function existing(app: Express, live: Live) {
  app.get('/existing', async (req, res) => {
    const till = await live.render(req, Till); // (1) render the component
    res.send(
      page(
        req,
        'An existing page',
        html`
        <p>The form and the search are plain htmx, as they were. The till beside them is a live component.</p>
        <section class="card">
          <h2>Take an order</h2>
          <form hx-post="/existing/orders" hx-target="#orders" hx-swap="beforeend" class="row">
            ${dishField}
            <input name="price" type="number" min="1" max="99" value="9" aria-label="Price" class="short">
            <button>Order</button>
          </form>
          <input type="search" name="q" placeholder="Search the orders" aria-label="Search the orders"
            hx-get="/existing/orders" hx-trigger="input changed delay:200ms" hx-target="#orders">
          <ul id="orders" class="list">${orders.map(renderOrder)}</ul>
        </section>
        <section class="card">
          <h2>The till</h2>
          ${till}
        </section>
        <section class="card">
          <h2>Loaded by htmx</h2>
          <button hx-get="/existing/till" hx-target="#place">Show another till</button>
          <button hx-get="/existing/nothing" hx-target="#place" class="quiet">Take it away</button>
          <div id="place"></div>
        </section>`,
      ), // (2) put it into the page
    );
  });

  app.get('/existing/orders', (req, res) => {
    const wanted = String(req.query.q ?? '').toLowerCase();
    const found = orders.filter((order) => order.dish.toLowerCase().includes(wanted));
    res.send(String(html`${found.map(renderOrder)}`));
  });

  app.post('/existing/orders', urlencoded({ extended: false }), (req, res) => {
    const { dish, price } = req.body as { dish?: string; price?: string };
    const order = { id: (orders.at(-1)?.id ?? 0) + 1, dish: String(dish).slice(0, 40), price: Number(price) || 0 };
    if (orders.push(order) > 1_000) orders.shift();
    live.publish(taken, order); // (3) tell the live part
    res.send(String(html`${renderOrder(order)}${dishField}`)); // with a new, empty field
  });

  app.get('/existing/till', async (req, res) => {
    res.send(String(await live.render(req, Till)));
  });

  app.get('/existing/nothing', (_req, res) => {
    res.send('<p class="hint">Taken away, and unmounted on the server.</p>');
  });
}

const dishField = html`<input id="dish" hx-swap-oob="true" name="dish" placeholder="Dish" aria-label="Dish" required autocomplete="off">`;

function renderOrder({ dish, price }: Order) {
  return html`<li><span>${dish}</span> <span>€ ${price}</span></li>`;
}
