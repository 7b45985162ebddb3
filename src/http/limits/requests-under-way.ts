/**
 * Limits one visitor's concurrent requests. Behind a proxy, which opens every connection, this is the only such cap.
 */
import type { RequestHandler } from 'express';
import { AppError } from '#src/errors.ts';
import { createVisitorCap } from './visitor-cap.ts';

const MOST = 500;

/** Must be the first middleware that does work. @throws AppError 'request.too-many' as the request's failure. */
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
