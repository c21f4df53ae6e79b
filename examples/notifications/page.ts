// The page, and an ordinary Express route that notifies all pages: it knows a topic, and nothing of components.
import { type Express, urlencoded } from 'express';
import { html, type Live } from 'htmx-liveview';
import { z } from 'zod';
import { page } from '../page.ts';
import { Notifications } from './notifications.ts';
import { addNotice, LEVELS, noticed } from './store.ts';

const Message = z.object({
  text: z.string().trim().min(1).max(120),
  level: z.enum(LEVELS).default('info'),
  to: z.enum(['all', 'me']).default('all'),
});

export function notifications(app: Express, live: Live) {
  app.get('/notifications', async (req, res) => {
    const bell = await live.render(req, Notifications);
    res.send(
      page(
        req,
        'Notifications',
        html`
        <link rel="stylesheet" href="/notifications.css">
        <p>Open this page in a second browser, and send something to all. It is a plain form, and its route a plain route:
          <code>curl -d text=Hello ${req.protocol}://${req.get('host') ?? ''}/notifications</code> does the same.</p>
        <section class="card">
          ${bell}
          <form action="/notifications" method="post" hx-post="/notifications" hx-swap="none" class="row">
            <input name="text" value="The backup is done." aria-label="What to say" maxlength="120" required autocomplete="off">
            <select name="level" aria-label="How it is meant">${LEVELS.map((level) => html`<option>${level}</option>`)}</select>
            <button name="to" value="all">To all</button>
            <button name="to" value="me" class="quiet">Only to me</button>
          </form>
        </section>`,
      ),
    );
  });

  app.post('/notifications', urlencoded({ extended: false }), (req, res) => {
    const { data: message } = Message.safeParse(req.body ?? {});
    if (!message) return void res.status(422).send('Expected a text, a level, and to: all or me.');
    const { text, level, to } = message;
    live.publish(noticed, addNotice({ text, level, ...(to === 'me' && { to: req.sessionID }) }));
    if (req.get('HX-Request')) res.sendStatus(204);
    else res.redirect(303, '/notifications'); // without script: the page comes again
  });
}
