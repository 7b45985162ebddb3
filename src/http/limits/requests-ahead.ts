/** Closes connections that send requests ahead of the answers to earlier ones: 64 kB may hold 800 of them. */
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';

/** Browsers and proxies wait for each answer before they send the next request. */
const MOST_AHEAD = 4;

/** Must come before all else that a request costs, because Node calls the listener for all of a piece at once. */
export function limitRequestsAhead(listener: RequestListener): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  const add = (socket: Socket, more: 1 | -1) => {
    const count = (unanswered.get(socket) ?? 0) + more;
    unanswered.set(socket, count);
    return count;
  };
  return (request, response) => {
    const { socket } = request;
    if (socket.destroyed) return;
    if (add(socket, 1) > MOST_AHEAD) return void socket.destroy();
    response.once('close', () => add(socket, -1));
    listener(request, response);
  };
}
