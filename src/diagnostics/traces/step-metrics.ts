/** The steps of launches as operators' machines see them: a duration and a span by the step's name, and nothing more. */
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Telemetry } from '#src/adapters/telemetry.ts';
import type { ErrorCode } from '#src/errors.ts';
import type { StepName } from './trace.ts';

/** Does a step; what it throws is thrown on. */
export type StepWatch = <T>(
  name: StepName,
  work: () => T | Promise<T>,
  codeOf: (error: unknown) => ErrorCode,
) => Promise<T>;

/** @param options both optional: what is not there costs nothing. */
export function watchSteps(options: { metrics?: Metrics; telemetry?: Telemetry | undefined }): StepWatch {
  const { metrics, telemetry } = options;
  return async (name, work, codeOf) => {
    const stop = metrics?.stepDuration.startTimer({ step: name });
    const span = telemetry?.open(name, 'internal', {});
    try {
      const result = await (span ? span.within(work) : work());
      span?.end();
      return result;
    } catch (error) {
      span?.end({ 'error.type': codeOf(error) });
      throw error;
    } finally {
      stop?.();
    }
  };
}
