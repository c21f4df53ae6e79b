// Owns the floor of an Express application with sessions: POST in, SSE out, nothing else.
import { fragment } from './bare.mjs';
import { visited } from './visited.mjs';

export function make() {
  const viewers = new Map();
  const app = visited();
  app.get('/stream', (req, res) => {
    const { id } = req.query;
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).write('retry: 2000\n\n');
    viewers.set(id, { res, count: 0 });
    res.once('close', () => viewers.delete(id));
  });
  app.post('/event', (req, res) => {
    const { id } = req.query;
    const viewer = viewers.get(id);
    viewer.count += 1;
    viewer.res.write(`event: update\ndata: ${fragment(id, viewer.count)}\n\n`);
    res.status(204).end();
  });
  return { listener: app };
}
