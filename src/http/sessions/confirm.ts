/** Asks before an action that ends or deletes something: GET shows the question, POST does it. */
import type { Request, Response } from 'express';
import { confirmPage, type QuestionProps } from '#views/settings/confirm-page.ts';
import { pageAdminOf } from './signed-in-user.ts';

/** Answers a GET with the question; its form posts to the same address. @param fields of the form: the object. */
export function ask(
  request: Request,
  response: Response,
  question: QuestionProps,
  fields: Readonly<Record<string, string>> = {},
): void {
  const { pathname, searchParams } = new URL(request.originalUrl, 'http://path.only');
  const organization = searchParams.get('organization');
  const query = organization === null ? '' : `?${new URLSearchParams({ organization })}`;
  response
    .type('html')
    .send(confirmPage({ admin: pageAdminOf(request), action: `${pathname}${query}`, fields, ...question }));
}
