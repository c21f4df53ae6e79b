// Owns the layer above the page in which the tools show themselves. It is beside the body and has a shadow root: the page's styles do not
// reach in, its scripts and selectors find nothing of it, and a swap of the body leaves it there.

import { STYLE } from './style.ts';

interface Layer {
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
}

let layer: Layer | undefined;

function createLayer(): Layer {
  const host = document.createElement('liveview-tools');
  // by script, and by sheets that are made by script: a strict Content-Security-Policy allows no other
  host.style.cssText =
    'all:initial;position:fixed;inset:0;display:block;pointer-events:none;background:none;z-index:2147483647';
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  host.popover = 'manual';
  return { host, root };
}

/** The layer's root. */
export function layerRoot(): ShadowRoot {
  layer ??= createLayer();
  if (!layer.host.isConnected) document.documentElement.append(layer.host);
  if (layer.host.showPopover && !layer.host.matches(':popover-open')) layer.host.showPopover();
  return layer.root;
}

/** Brings the layer above what the page has put on top since. */
export function raise(): void {
  const { host } = layer ?? {};
  if (!host?.hidePopover || host.shadowRoot?.activeElement) return; // the focus would get lost
  host.hidePopover();
  host.showPopover();
}

/** Makes an element of the layer. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  tag: Name,
  attributes: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Where panels stand, at the bottom of the page. */
export function dock(): HTMLElement {
  const root = layerRoot();
  let found = root.querySelector<HTMLElement>('.dock');
  if (!found) {
    found = make('div', { class: 'dock' });
    root.append(found);
  }
  return found;
}
