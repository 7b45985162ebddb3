/** Bounds the size of an answer and the number of its pieces, because each piece costs time and memory. */
import type { Dispatcher } from 'undici';

/** Looks at one answer as it arrives. An error that a method returns ends the answer and closes its connection. */
export interface AnswerWatch {
  /** @param status also of an interim answer, such as 103. */
  onStart?(status: number): Error | undefined;
  onPiece?(piece: Uint8Array): Error | undefined;
}

/** A page of 200 requests with narratives is well below half of the FHIR limit (FH-12). */
export const MAX_BYTES = { protocol: 1_000_000, fhir: 5_000_000 } as const;
/** A fifth of a kilobyte each for the largest answer. Servers send several kilobytes at a time. */
const MOST_PIECES = 20_000;
const MOST_INTERIM = 10;

/** An answer comes in too many pieces, or does not begin: 5 MB in pieces of one byte would take half a gigabyte. */
class AnswerPiecesError extends Error {
  override name = 'AnswerPiecesError';
  readonly code = 'PIECES_EXCEEDED_MAX_SIZE';
}

/** Bounds the pieces of every answer, and the interim answers before it. Each small piece is copied. */
export function boundsPieces(): Dispatcher.DispatcherComposeInterceptor {
  return watchesAnswers(() => {
    let [interim, pieces] = [0, 0];
    const bounded = (isWithin: boolean) =>
      isWithin ? undefined : new AnswerPiecesError('the answer comes in too many pieces');
    return {
      onStart: (status) => bounded(status >= 200 || (interim += 1) <= MOST_INTERIM),
      onPiece: () => bounded((pieces += 1) <= MOST_PIECES),
    };
  });
}

/** Has each answer of a dispatcher watched. @param begin called for each request. */
export function watchesAnswers(begin: () => AnswerWatch): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (target, handler) => {
    const watch = begin();
    let isOver = false;
    const ends = (controller: Dispatcher.DispatchController, problem: Error | undefined): boolean => {
      if (problem && !isOver) controller.abort(problem);
      isOver ||= problem !== undefined;
      return isOver;
    };
    return dispatch(target, {
      onRequestStart: (...args) => handler.onRequestStart?.(...args),
      onResponseStarted: () => handler.onResponseStarted?.(),
      onResponseStart: (controller, status, ...args) => {
        if (!ends(controller, watch.onStart?.(status))) handler.onResponseStart?.(controller, status, ...args);
      },
      onResponseData: (controller, piece) => {
        if (!isOver && !ends(controller, watch.onPiece?.(piece)))
          handler.onResponseData?.(controller, withoutItsBlock(piece));
      },
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });
  };
}

/** A small piece of a large block that was read would keep the whole block in memory. */
function withoutItsBlock(piece: Buffer): Buffer {
  return piece.length * 4 < piece.buffer.byteLength ? Buffer.from(piece) : piece;
}
