// Owns a peer: Express and ws, with the messages of htmx's ws extension, and whole-fragment HTML in answer.
import { WebSocketServer } from 'ws';
import { fragment } from './bare.mjs';
import { visited } from './visited.mjs';

export function make() {
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
  return { listener: visited(), attached };
}
