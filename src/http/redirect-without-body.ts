/** Removes the body of redirects: Express would repeat the address there, with a launch value or a code. */
import type { Express, Response } from 'express';

/** Replaces `response.redirect` for the whole app, so that no route forgets it (LA-04, ER-02). */
export function redirectWithoutBody(app: Express): void {
  app.response.redirect = function redirect(this: Response, ...given: [string] | [number, string] | [string, number]) {
    const [first, second] = given;
    const status = [first, second].find((one) => typeof one === 'number') ?? 302;
    const address = typeof first === 'string' ? first : String(second);
    this.status(status).location(address).end();
  };
}
