// Owns what the peers on Express have in common: express-session, and a page that gives its visitor a session.
import express from 'express';
import session from 'express-session';

export function visited() {
  const app = express();
  app.use(session({ secret: 'x'.repeat(32), resave: false, saveUninitialized: false }));
  app.get('/', (req, res) => {
    req.session.seen = true;
    res.send('<!doctype html>');
  });
  return app;
}
