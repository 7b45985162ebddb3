/** One visitor's requests at a time: behind a proxy, where every connection is the proxy's, this is the cap per visitor. */
import type { RequestHandler } from 'express';
import { AppError } from '#src/errors.ts';
import { createVisitorCap } from './visitor-cap.ts';

const MOST = 500;

/** First of all middleware that works. @throws AppError 'request.too-many' as the request's failure. */
export function limitRequestsUnderWay(most = MOST): RequestHandler {
  const visitors = createVisitorCap(most);
  return (request, response, next) => {
    const leave = visitors.enter(request.ip ?? '');
    if (!leave)
      throw new AppError('request.too-many', 'too many requests of one visitor at a time', { retryAfterSeconds: 2 });
    response.once('close', leave);
    next();
  };
}
