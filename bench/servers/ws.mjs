// Owns a peer: Express and ws, with the messages of htmx's ws extension, and whole-fragment HTML in answer.
import express from 'express';
import session from 'express-session';
import { WebSocketServer } from 'ws';
import { fragment } from './bare.mjs';

export function make() {
  const sessions = session({ secret: 'x'.repeat(32), resave: false, saveUninitialized: false });
  const app = express();
  app.use(sessions);
  app.get('/', (req, res) => {
    req.session.seen = true;
    res.send('<!doctype html>');
  });
  const attached = (server) => {
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => {
      let count = 0;
      socket.on('message', (data) => {
        const { HEADERS } = JSON.parse(data);
        if (HEADERS['HX-Request'] === 'true') count += 1;
        socket.send(fragment('1', count));
      });
    });
  };
  return { listener: app, attached };
}
