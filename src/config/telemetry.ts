/** The OpenTelemetry environment variables that we evaluate ourselves. */
import { z } from 'zod';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const endpoint = z.url({ protocol: /^https?$/ }).optional();

export const telemetrySchema = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
  // As in the specification, only "true" means true.
  OTEL_SDK_DISABLED: z
    .string()
    .default('false')
    .transform((text) => text.toLowerCase() === 'true'),
  OTEL_SERVICE_NAME: z.string().max(200).default('vectorcare-smart-on-fhir'),
  OTEL_TRACES_SAMPLER: z.enum(SAMPLERS).default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(1),
});

export type TelemetryConfig = NonNullable<ReturnType<typeof readTelemetry>>;

/** @returns undefined when no endpoint is set or the SDK is disabled; then no OpenTelemetry package is loaded. */
export function readTelemetry(values: z.output<typeof telemetrySchema>) {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: shared, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = values;
  const tracesUrl = own ?? (shared && `${shared.replace(/\/$/, '')}/v1/traces`);
  if (tracesUrl === undefined || values.OTEL_SDK_DISABLED) return undefined;
  return {
    /** OTLP over HTTP, JSON. */
    tracesUrl,
    serviceName: values.OTEL_SERVICE_NAME,
    sampler: values.OTEL_TRACES_SAMPLER,
    /** Share of traces that a ratio sampler keeps, 0 to 1. */
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  };
}
