// The extension's own View in a bare page: applies what the server's diff says, and compares with what a browser's parser makes.
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { diff, type Rendered, rendered } from '../../server/diff.ts';
import type { Content } from '../../views/html.ts';

let bundle: Promise<string> | undefined;

async function code(): Promise<string> {
  bundle ??= build({
    stdin: {
      contents: "export * from './htmx-ext/apply.ts'; export { Misfit } from './htmx-ext/regions.ts'",
      resolveDir: process.cwd(),
    },
    bundle: true,
    format: 'iife',
    globalName: 'Apply',
    write: false,
  }).then((it) => it.outputFiles[0]?.text ?? '');
  return bundle;
}

/** Loads the View into a page. */
export async function loadView(page: Page): Promise<void> {
  await page.goto('about:blank');
  await page.setContent('<!doctype html><title>View</title>');
  await page.evaluate(await code());
}

export interface Step {
  readonly html?: string;
  readonly patch?: readonly unknown[];
}

export interface Outcome {
  /** The page, after all steps. */
  readonly live: string;
  /** What the server said, parsed as a whole. */
  readonly expected: string;
  /** How many steps were fetched whole because a patch did not fit. */
  readonly misfits: number;
}

/** The updates that lead through contents, and their texts. */
export function stepsThrough(contents: readonly Content[]): { texts: string[]; steps: Step[]; whole: number } {
  const all = contents.map((content) => rendered(content));
  const steps = all.slice(1).map((now, at) => diff(all[at] as Rendered, now) ?? {});
  return {
    texts: all.map(({ content }) => String(content)),
    steps,
    whole: steps.filter(({ html }) => html !== undefined).length,
  };
}

/** Applies steps in the page. A patch that does not fit is replaced by the whole content, as the extension asks for it then. */
export async function applySteps(
  page: Page,
  texts: readonly string[],
  steps: readonly Step[],
  tag = 'div',
): Promise<Outcome> {
  return page.evaluate(
    ([texts, steps, tag]) => {
      const { createView, Misfit } = (window as any).Apply;
      const host = document.createElement('div');
      document.body.replaceChildren(host);
      const wrap = (html: string) => {
        const open = { tbody: '<table>', tr: '<table><tbody>', g: '<svg>' }[tag as string] ?? '';
        host.innerHTML = `${open}<${tag} data-id="x" data-component="c" data-session="s">${html}</${tag}>`;
        return host.querySelector('[data-id]') as Element;
      };
      const root = wrap(texts[0] as string);
      const view = createView(root, { added() {}, changed() {}, removed() {} });
      let misfits = 0;
      for (const [at, { html, patch }] of steps.entries()) {
        try {
          if (html !== undefined) view.update(html);
          else if (patch) view.patch(patch);
        } catch (error) {
          if (!(error instanceof Misfit)) throw error;
          misfits++;
          view.update(texts[at + 1]);
        }
      }
      /** Attributes have no order: one that came later stands behind the others. */
      const sort = (within: Element | DocumentFragment) => {
        for (const element of within.querySelectorAll('*')) {
          const attributes = [...element.attributes].sort((one, other) => (one.name < other.name ? -1 : 1));
          for (const attribute of attributes) element.removeAttributeNode(attribute);
          for (const attribute of attributes) element.setAttributeNode(attribute);
          if (element instanceof HTMLTemplateElement) sort(element.content);
        }
        return within;
      };
      const textOf = (element: Element) => (sort(element) as Element).innerHTML;
      const context = root.cloneNode(false) as Element;
      context.innerHTML = texts.at(-1) as string;
      return { live: textOf(root), expected: textOf(context), misfits };
    },
    [texts, steps, tag] as const,
  );
}
