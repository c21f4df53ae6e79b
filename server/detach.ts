// Owns the way out of Node's HTTP server: a response that stays open for hours needs its socket, and nothing else of what answered the request.
// In: a request and its response. Out: the bare socket; or nothing, where someone else may still need the response.
// It uses parts of Node that are not documented, as libraries for websockets use the documented `upgrade`. Each is looked for first: where one is
// missing or looks different, the response carries the stream as any other (docs/decisions/009-lean-streams.md).

import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/** What Node's HTTP server keeps at a socket. */
interface ServerSocket extends Socket {
  /** Which server it came to. */
  readonly server?: Server;
  parser?: Parser | null;
  readonly _httpMessage?: ServerResponse | null;
}

interface Parser {
  readonly incoming?: IncomingMessage | null;
  /** Lets the socket be read by others again. */
  unconsume(): void;
  /** Takes it off the server's list of connections. */
  remove(): void;
  /** Frees it. It must not be at work. */
  close(): void;
}

/** The names of the HTTP server's own listeners at a socket, and of what answers it. */
const LISTENERS: Readonly<Record<string, string>> = {
  data: 'bound socketOnData',
  end: 'bound socketOnEnd',
  close: 'bound socketOnClose',
  drain: 'bound socketOnDrain',
  error: 'socketOnError',
  timeout: 'socketOnTimeout',
  resume: 'onSocketResume',
  pause: 'onSocketPause',
};

/** Where the HTTP server puts its own methods before the socket's. */
const METHODS = ['on', 'addListener', 'prependListener', 'setEncoding'] as const;

/**
 * Whether a response can be left: nobody has replaced its methods or waits for its end, and the request has come and is the only one.
 * It holds until the event loop turns.
 */
export function canDetach(request: IncomingMessage, response: ServerResponse): boolean {
  return isPlain(response) && isAlone(request, response) && hasKnownParts(response.socket as ServerSocket);
}

/** Nobody else takes part in the response: compression replaces `write`, a log of requests waits for `finish`. */
function isPlain(response: ServerResponse): boolean {
  return (
    response instanceof ServerResponse &&
    response.write === ServerResponse.prototype.write &&
    response.listenerCount('finish') <= 1 && // Node's own
    response.listenerCount('close') === 0 &&
    typeof response.chunkedEncoding === 'boolean' &&
    typeof response.detachSocket === 'function'
  );
}

/** Nothing else is under way on the connection: no body, and no second request behind this one. */
function isAlone(request: IncomingMessage, response: ServerResponse): boolean {
  const socket = response.socket as ServerSocket | null;
  return (
    socket?._httpMessage === response &&
    socket.parser?.incoming === request &&
    request.complete &&
    request.listenerCount('close') === 0
  );
}

/** TLS is left to Node: `Socket` itself, and no class that extends it. */
function hasKnownParts(socket: ServerSocket): boolean {
  const { unconsume, remove, close } = socket.parser as Parser;
  return (
    Object.getPrototypeOf(socket) === Socket.prototype &&
    socket.writable &&
    [unconsume, remove, close].every((method) => typeof method === 'function') &&
    Object.keys(LISTENERS).every((event) => ownListeners(socket, event).length === 1)
  );
}

function ownListeners(socket: Socket, event: string): Function[] {
  return socket.rawListeners(event).filter(({ name }) => name === LISTENERS[event]);
}

/**
 * Takes the socket out of a response whose head has been sent. From then on the HTTP server knows neither, but it still waits for the socket in
 * `server.close()`, and ends it in `server.closeAllConnections()`. What the client still sends is thrown away, and its end is answered.
 */
export function detach(response: ServerResponse): Socket {
  const socket = response.socket as ServerSocket;
  const parser = socket.parser as Parser;
  response.detachSocket(socket);
  for (const event of Object.keys(LISTENERS))
    for (const listener of ownListeners(socket, event)) socket.removeListener(event, listener as () => void);
  parser.unconsume();
  parser.remove();
  socket.parser = null;
  setImmediate(() => parser.close()); // it may be what called us
  for (const method of METHODS) Object.assign(socket, { [method]: Socket.prototype[method] });
  hold(socket);
  socket.setTimeout(0);
  socket.allowHalfOpen = false;
  return socket.resume();
}

/** The sockets that each server has let go of. */
const held = new WeakMap<Server, Set<Socket>>();

/** Has a server end the socket with all its others. */
function hold(socket: ServerSocket): void {
  const { server } = socket;
  if (!server) return;
  const sockets = held.get(server) ?? adopt(server);
  sockets.add(socket);
  socket.once('close', letGo);
}

function adopt(server: Server): Set<Socket> {
  const sockets = new Set<Socket>();
  held.set(server, sockets);
  const closeAll = server.closeAllConnections;
  server.closeAllConnections = () => {
    for (const socket of sockets) socket.destroy();
    closeAll.call(server);
  };
  return sockets;
}

function letGo(this: ServerSocket): void {
  if (this.server) held.get(this.server)?.delete(this);
}
