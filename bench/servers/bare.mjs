// Owns the floor: POST and SSE with node:http alone. No session, no signature, no versions, no resume.
const HEAD = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };

/** The fragment that a system without a diff sends for a counter. */
export const fragment = (id, count) =>
  `<div id="c-${id}"><p>Count: <output>${count}</output></p><button>+1</button></div>`;

export function make() {
  const viewers = new Map();
  const open = (id, res) => {
    res.writeHead(200, HEAD).write('retry: 2000\n\n');
    viewers.set(id, { res, count: 0 });
    res.once('close', () => viewers.delete(id));
  };
  const event = (id, req, res) => {
    req.resume().once('end', () => {
      const viewer = viewers.get(id);
      viewer.count += 1;
      viewer.res.write(`event: update\ndata: ${fragment(id, viewer.count)}\n\n`);
      res.writeHead(204).end();
    });
  };
  const publish = (n) => {
    const frame = Buffer.from(`event: update\ndata: <p>Now: <output id="now">${n}</output></p>\n\n`);
    for (const { res } of viewers.values()) res.write(frame);
  };
  const listener = (req, res) => {
    const id = req.url.slice(req.url.indexOf('?') + 1);
    return req.method === 'POST' ? event(id, req, res) : open(id, res);
  };
  return { listener, actions: { publish } };
}
