/** One address and its methods; every other method ends in 405. */
import type { ErrorRequestHandler, RequestHandler, Router } from 'express';
import { onlyMethods } from './error-page.ts';

type Handlers = (RequestHandler | ErrorRequestHandler | RequestHandler[])[];

export type Mount = (path: string, methods: { get?: Handlers; post?: Handlers }) => void;

/** @param options.head whether HEAD is answered like GET; false where a GET has effects. */
export function mountIn(router: Router, options: { head: boolean }): Mount {
  return (path, { get = [], post = [] }) => {
    const others = onlyMethods(...(get.length > 0 ? ['GET'] : []), ...(post.length > 0 ? ['POST'] : []));
    const route = router.route(path);
    if (!options.head) route.head(others);
    if (get.length > 0) route.get(...get);
    if (post.length > 0) route.post(...post);
    route.all(others);
  };
}
