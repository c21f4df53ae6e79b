// Owns the parting of one way to other nodes in two: the app's, and the inspector's beside it. So the inspector works behind a load balancer too,
// and neither hears what the other says.

import type { Backplane, Responder } from '../backplane.ts';
import { MemoryStore } from '../store.ts';

/** In front of the inspector's topics and questions. The app's questions are sealed, and begin otherwise; its topics are no control characters. */
const MARK = '\0inspector ';
/** Behind its node's name: a stream's name says which of both holds it. */
const SUFFIX = '-inspector';

const nobody: Responder = () => Promise.reject(new Error('nobody answers here'));

/** Parts a backplane. The app's is closed by the app; the inspector's has nothing of its own to close, and tells of no faults, which the app's does. */
export function partBackplane(whole: Backplane): { readonly app: Backplane; readonly inspector: Backplane } {
  let [forApp, forInspector] = [nobody, nobody];
  whole.answer((question) =>
    question.startsWith(MARK) ? forInspector(question.slice(MARK.length)) : forApp(question),
  );
  const app: Backplane = {
    node: whole.node,
    get isOpen() {
      return whole.isOpen;
    },
    store: whole.store,
    publish: (topic, value) => whole.publish(topic, value),
    listen: (topic, listener) => whole.listen(topic, listener),
    ask: (...asked) => whole.ask(...asked),
    answer: (respond) => {
      forApp = respond;
    },
    observe: (observer) => whole.observe(observer),
    close: () => whole.close(),
  };
  const inspector: Backplane = {
    ...app,
    node: whole.node + SUFFIX,
    get isOpen() {
      return whole.isOpen;
    },
    store: new MemoryStore(),
    publish: (topic, value) => whole.publish(MARK + topic, value),
    listen: (topic, listener) => whole.listen(MARK + topic, listener),
    ask: (node, question, patience) => whole.ask(node.slice(0, -SUFFIX.length), MARK + question, patience),
    answer: (respond) => {
      forInspector = respond;
    },
    observe: () => () => {},
    close: () => Promise.resolve(),
  };
  return { app, inspector };
}
