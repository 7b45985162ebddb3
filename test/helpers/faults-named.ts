/** Lists of the sandbox's faults, written as words. */
import { type FaultName, isFaultName } from '#sandbox/faults.ts';

/** @throws Error at a word that names no fault. */
export function faultsNamed(words: string): FaultName[] {
  return words
    .trim()
    .split(/\s+/)
    .map((word) => {
      if (!isFaultName(word)) throw new Error(`no fault is named ${word}`);
      return word;
    });
}
