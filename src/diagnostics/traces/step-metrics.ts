/** Measures the steps of launches for operators: a duration and a span by the step's name, and nothing more. */
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Telemetry } from '#src/adapters/telemetry.ts';
import type { ErrorCode } from '#src/errors.ts';
import type { StepName } from './trace.ts';

/** Runs a step and rethrows what it throws. */
export type StepWatch = <T>(
  name: StepName,
  work: () => T | Promise<T>,
  codeOf: (error: unknown) => ErrorCode,
) => Promise<T>;

/** Without metrics and telemetry, steps only run. */
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
