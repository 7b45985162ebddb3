/** For people who did not come from a chart: where a journey starts again, and failures in words that fit. */
import type { Request } from 'express';
import { describeError, type ErrorCode } from '#src/errors.ts';

const offers = new WeakMap<Request, string>();

/** Should this request fail, its page links there. */
export function offerStartAgain(request: Request, path: string): void {
  offers.set(request, path);
}

/** Where to start again, when that is known. */
export function startAgainOf(request: Request): string | undefined {
  return offers.get(request);
}

const NO_WAY_ON: ReadonlySet<ErrorCode> = new Set(['launch.organization-disabled', 'request.forged']);

/** Is starting again what this failure needs? */
export function isMendedByStartingAgain(code: ErrorCode): boolean {
  return !NO_WAY_ON.has(code);
}

const OWN_WORDS: Partial<Record<ErrorCode, { title: string; help: string }>> = {
  'context.invalid': {
    title: 'The EHR did not say which patient was picked',
    help: 'No patient was picked, or the EHR did not name one. Start again and pick a patient; if you did, give the support code to your EHR team.',
  },
  'scope.none-granted': {
    title: 'The EHR granted nothing to read',
    help: 'Start again. If it happens again, give the support code to your EHR team. Missing:',
  },
  'scope.open-again': {
    title: 'Please start again',
    help: 'The EHR did not accept the permissions asked for at first. Start again: others are asked for now.',
  },
  'user.disabled': {
    title: 'Your access to this app is switched off',
    help: 'Ask your administrator to switch it on, then start again.',
  },
  'session.signed-out': {
    title: 'You are signed out',
    help: 'Start again to sign in and pick a patient.',
  },
  'session.missing': {
    title: 'Please start again',
    help: 'This page has ended or belongs to another window. Start again to sign in and pick a patient.',
  },
};

/** The failure as {@link describeError} has it, for a launch that did not begin in a chart. */
export function describeStandaloneError(code: ErrorCode): { status: number; title: string; help: string } {
  const { status, title, help } = describeError(code);
  const fitting = help.replace(/(o)pen the app again(?: from the (?:patient's )?chart)?/gi, (_whole, letter: string) =>
    letter === 'O' ? 'Start again' : 'start again',
  );
  return { status, title, help: fitting, ...OWN_WORDS[code] };
}
