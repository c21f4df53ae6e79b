// Owns what stands for a browser in a test: a page, its user, and what the page was told to do beside its content.

import type { CheerioAPI } from 'cheerio';
import type { Order } from '../../protocol/patch.ts';
import type { Clock } from '../clock.ts';
import { Controls } from './controls.ts';
import type { Element } from './dom.ts';
import { Events } from './events.ts';
import type { Link } from './link.ts';
import { Page } from './page.ts';
import { User } from './user.ts';

/** Milliseconds for which something is waited for. */
export const PATIENCE = 5_000;

/**
 * What a component pushed to the browser: `browser.push(name, detail)`.
 * @example const toasts = view.pushes.filter(({ name }: Pushed) => name === 'toast');
 */
export interface Pushed {
  /** The CustomEvent's type. */
  readonly name: string;
  /** Its detail; null where none was given. */
  readonly detail: unknown;
}

/** What a test knows of the server behind a page. */
export interface Server {
  /** Waits until what has been done has had its effect. */
  quiet(): Promise<void>;
  /** Waits until nothing is under way any more, tasks included. Rejects where that takes too long. */
  settled(): Promise<void>;
  /** What was thrown there since this was asked last. */
  takeErrors(): unknown[];
  /** Why it refused something last, as far as that is known. */
  takeRefusal(): string | undefined;
}

/** A page, and what is behind it. */
export interface Browser {
  readonly server: Server;
  readonly page: Page;
  readonly controls: Controls;
  readonly events: Events;
  readonly user: User;
  readonly pushes: Pushed[];
  redirected: string | undefined;
  title: string | undefined;
  /** How many actions have not ended: what is thrown is theirs. */
  acting: number;
}

/** Loads a page into a browser that has only a user. */
export function createBrowser($: CheerioAPI, url: string, link: Link, clock: Clock, server: Server): Browser {
  const ordered = (root: Element, order: Order) => {
    if (order[0] === 'redirect') browser.redirected = order[1];
    else if (order[0] === 'title') browser.title = order[1];
    else if (order[0] === 'url') page.url = new URL(order[1], page.url).href;
    else {
      browser.pushes.push({ name: order[1], detail: order[2] });
      events.dispatch({ type: order[1], target: root, detail: order[2] });
    }
  };
  const page = new Page($, url, link, clock, {
    ordered: ({ root }, order) => ordered(root, order),
    controlChanged: (control) => controls.changed(control),
    loaded: () => events.load(),
    reset: (entry, show) => events.recover(entry, show),
  });
  const controls = new Controls($);
  const events = new Events(page, controls, clock);
  const user = new User($, controls, events);
  const title = $('title').text() || undefined;
  const browser: Browser = {
    server,
    page,
    controls,
    events,
    user,
    pushes: [],
    redirected: undefined,
    title,
    acting: 0,
  };
  return browser;
}
