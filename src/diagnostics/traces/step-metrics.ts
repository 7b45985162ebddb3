/** Measures the steps of launches for operators: a duration and a span by the step's name, and nothing more. */
import type { Metrics } from '#src/adapters/metrics.ts';
import type { Telemetry } from '#src/adapters/telemetry.ts';
import type { ErrorCode } from '#src/errors.ts';
import type { StepName } from './trace.ts';

export type StepWatch = (name: StepName) => {
  run<T>(work: () => T): T;
  /** @param code of the error, if the step failed. */
  end(code?: ErrorCode): void;
};

/** Without metrics and telemetry, steps only run. */
export function watchSteps(options: { metrics?: Metrics; telemetry?: Telemetry | undefined }): StepWatch {
  const { metrics, telemetry } = options;
  return (name) => {
    const startedAt = performance.now();
    const span = telemetry?.open(name, 'internal', {});
    return {
      run: (work) => (span ? span.within(work) : work()),
      end: (code) => {
        span?.end(code === undefined ? {} : { 'error.type': code });
        metrics?.stepDuration.observe({ step: name }, (performance.now() - startedAt) / 1_000);
      },
    };
  };
}
