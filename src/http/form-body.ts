/** Forms of our own pages, as they arrive. */
import express, { type Request, type RequestHandler } from 'express';

const LIMIT = '100kb';
const NOT_TYPED = /[^\P{Cc}\t\r\n]/gu;

/** Parses a urlencoded body; anything else leaves no body. */
export function formBody(): RequestHandler {
  return express.urlencoded({ extended: false, limit: LIMIT });
}

/**
 * One field of a parsed form, '' when it is missing or given twice. Untrusted, but without what no column stores and
 * nobody types: control characters other than tabs and line ends become a space.
 */
export function fieldOf(request: Request, name: string): string {
  const value: unknown = (request.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.replace(NOT_TYPED, ' ').toWellFormed() : '';
}
