// Owns what editors are told of the extension: each attribute, event and class once, in words, and two ways to write them down.

/** An attribute that the extension reads. Each may have `data-` before its name. */
const ATTRIBUTES = [
  {
    name: 'hx-ext',
    values: { liveview: 'Makes the live components in this element live.', 'ignore:liveview': 'Leaves them static.' },
    description:
      'The extensions of htmx that are on for this element and all in it, with commas between them. `liveview` makes live components live.',
  },
  {
    name: 'lv-event',
    description:
      'The event that this element sends to the live component around it: one of its `static events`. When it is sent is said by `hx-trigger`; without it by a form’s `submit`, a field’s `change`, else a `click`. What is sent is said by `hx-vals` and `hx-include`, beside the form, or the element’s own `name` and `value`.',
  },
  {
    name: 'lv-recover',
    description:
      'On a form in a live component: the event that it is sent with after the server has lost the component’s state. The form keeps what was typed. One of `static events`.',
  },
  {
    name: 'lv-url',
    description:
      'The path at which the server has mounted `live.router`. Needed only where `liveview.js` is not served by it. Once on a page, such as on its `<body>`.',
  },
];

/** The events of a page, as in htmx-ext/public.ts. */
const EVENTS = {
  'liveview:connected':
    'On the document: updates come. `detail.mode`: over a `stream`, by `poll`, or over a stream `shared` with other tabs.',
  'liveview:disconnected': 'On the document: updates come no longer.',
  'liveview:reconnecting':
    'On the document: `detail.attempt` tries have failed; the next one is `detail.ms` milliseconds away.',
  'liveview:before-update':
    'On a component: an update is about to be shown. Cancelled, it is shown when the same place changes again. `detail.id`, `detail.version`.',
  'liveview:after-update': 'On a component: an update has been shown. `detail.id`, `detail.version`.',
  'liveview:event-lost':
    'On a component: the event `detail.name` could not be delivered, and won’t be. `detail.reason`: `full`, `gone`, `reset`, `timeout`.',
  'liveview:gap':
    'On a component: what it ordered (`push`, `title`, `pushUrl`, `redirect`) was lost while the page was away. `detail.id`.',
  'liveview:reset': 'On a component: the server has lost its state, and mounted it anew. `detail.id`.',
  'liveview:gone': 'On a component: it can’t be live, and won’t come back by itself. `detail.reason`.',
};

/** The classes that the extension writes. */
const CLASSES = {
  'lv-connecting': 'On a component that waits to go live.',
  'lv-connected': 'On a component that is live.',
  'lv-offline': 'On a component that was live, while the connection is broken.',
  'lv-gone': 'On a component that can’t be live, and won’t come back by itself.',
  'lv-notice': 'The note that the connection is broken, or that only a reload helps.',
};

const described = (names) => Object.entries(names).map(([name, description]) => ({ name, description }));
const inBothSpellings = ATTRIBUTES.flatMap((it) => [it, { ...it, name: `data-${it.name}` }]);

/** For JetBrains' editors: https://github.com/JetBrains/web-types */
export function webTypes(version) {
  const attributes = inBothSpellings.map(({ name, description }) => ({
    name,
    description,
    value: { kind: 'plain', type: 'string', required: true },
  }));
  return {
    $schema: 'https://raw.githubusercontent.com/JetBrains/web-types/master/schema/web-types.json',
    name: 'htmx-liveview',
    version,
    'js-types-syntax': 'typescript',
    'description-markup': 'markdown',
    contributions: {
      html: { attributes },
      css: { classes: described(CLASSES) },
      js: { events: described(EVENTS) },
    },
  };
}

/** For VS Code, and what else reads its custom data: https://github.com/microsoft/vscode-custom-data */
export function htmlData() {
  const globalAttributes = inBothSpellings.map(({ name, description, values }) => ({
    name,
    description: { kind: 'markdown', value: description },
    ...(values && { values: described(values) }),
  }));
  return { version: 1.1, globalAttributes };
}
