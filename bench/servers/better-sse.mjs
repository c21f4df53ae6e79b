// Owns a peer: Express, express-session and better-sse, with whole-fragment HTML as htmx's sse extension takes it.
import { createSession } from 'better-sse';
import express from 'express';
import { fragment } from './bare.mjs';
import { visited } from './visited.mjs';

export function make() {
  const viewers = new Map();
  const app = visited();
  app.get('/stream', async (req, res) => {
    const { id } = req.query;
    const stream = await createSession(req, res, { serializer: String });
    viewers.set(id, { stream, count: 0 });
    stream.once('disconnected', () => viewers.delete(id));
  });
  app.post('/event', express.urlencoded(), (req, res) => {
    const { id } = req.query;
    const viewer = viewers.get(id);
    viewer.count += 1;
    viewer.stream.push(fragment(id, viewer.count), 'update');
    res.status(204).end();
  });
  return { listener: app };
}
