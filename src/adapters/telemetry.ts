/** OpenTelemetry traces. Its packages are used only here and loaded only when an endpoint is configured. */
import type { Context, Span, SpanStatusCode } from '@opentelemetry/api';
import type * as Sdk from '@opentelemetry/sdk-trace';
import type { ReadableSpan, Sampler, SpanExporter } from '@opentelemetry/sdk-trace';
import type { TelemetryConfig } from '#src/config/telemetry.ts';
import { within } from './deadline.ts';
import type { Log } from './log.ts';

const FACTS = [
  'http.request.method',
  /** The pattern, never the path. */
  'http.route',
  'http.response.status_code',
  'server.address',
  'organization.id',
  'call.kind',
  /** A code of ours or a failure's name. */
  'error.type',
] as const;
const ALLOWED: ReadonlySet<string> = new Set(FACTS);

/** The attributes a span may have: our names, codes and ids, and an EHR's host. Others are dropped. */
export type SpanFacts = Partial<Record<(typeof FACTS)[number], string | number>>;

/** A method with a route's pattern or a kind of call, or the name of a step. */
const SPAN_NAME = /^(?:[A-Z]{3,10}(?: [\w/:.*{}-]{1,200})?|[a-z][a-z-]{1,40})$/;

export interface RemoteParent {
  traceId: string;
  spanId: string;
  traceFlags: number;
}

export type Telemetry = Awaited<ReturnType<typeof startTelemetry>>;

const LONGEST_FLUSH_MS = 3_000;
const LONGEST_EXPORT_MS = 5_000;
const WARN_EVERY_MS = 60_000;

/** Loads OpenTelemetry and starts exporting. Its packages read headers and resource attributes themselves (OTEL_*). */
export async function startTelemetry(config: TelemetryConfig, log: Log) {
  const [api, sdk, otlp, resources, hooks] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/context-async-hooks'),
  ]);
  const contexts = new hooks.AsyncLocalStorageContextManager().enable();
  const exporter = new otlp.OTLPTraceExporter({ url: config.tracesUrl, timeoutMillis: LONGEST_EXPORT_MS });
  const provider = new sdk.TracerProvider({
    resource: resources
      .defaultResource()
      .merge(resources.detectResources({ detectors: [resources.envDetector] }))
      .merge(resources.resourceFromAttributes({ 'service.name': config.serviceName })),
    sampler: samplerOf(config, sdk),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter: redacting(exporter, log) })],
  });
  const tracer = provider.getTracer('vectorcare-smart-on-fhir');
  const kinds = { server: api.SpanKind.SERVER, client: api.SpanKind.CLIENT, internal: api.SpanKind.INTERNAL };

  return {
    /** Opens a span. @param parent replaces the active span as the parent. */
    open: (name: string, kind: keyof typeof kinds, facts: SpanFacts, parent?: RemoteParent) => {
      const around: Context = parent
        ? api.trace.setSpanContext(api.ROOT_CONTEXT, { ...parent, isRemote: true })
        : contexts.active();
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: { ...facts } }, around);
      const inside = api.trace.setSpan(around, span);
      return {
        within: <T>(work: () => T): T => contexts.with(inside, work),
        end: (last: SpanFacts = {}, newName?: string): void => endSpan(span, last, newName, api.SpanStatusCode.ERROR),
      };
    },
    /** Exports the remaining spans within three seconds. */
    close: async (): Promise<void> => {
      await within(LONGEST_FLUSH_MS, provider.shutdown()).catch(() => undefined);
      contexts.disable();
    },
  };
}

function endSpan(span: Span, facts: SpanFacts, name: string | undefined, failed: SpanStatusCode): void {
  if (name !== undefined) span.updateName(name);
  span.setAttributes({ ...facts });
  if (facts['error.type'] !== undefined) span.setStatus({ code: failed });
  span.end();
}

function samplerOf({ sampler, ratio }: TelemetryConfig, sdk: typeof Sdk): Sampler {
  const rule = sampler.replace('parentbased_', '');
  const root =
    rule === 'traceidratio'
      ? new sdk.TraceIdRatioBasedSampler(ratio)
      : rule === 'always_off'
        ? new sdk.AlwaysOffSampler()
        : new sdk.AlwaysOnSampler();
  return sampler.startsWith('parentbased_') ? new sdk.ParentBasedSampler({ root }) : root;
}

/** Wraps the exporter: only listed attributes leave the process (ST-07). A failing exporter is logged once a minute. */
function redacting(exporter: SpanExporter, log: Log): SpanExporter {
  let warnedAt = -Infinity;
  return {
    export: (spans, done) =>
      exporter.export(spans.map(redacted), (result) => {
        if (result.error !== undefined && performance.now() - warnedAt > WARN_EVERY_MS) {
          warnedAt = performance.now();
          log.warn({ spans: spans.length }, 'telemetry.not-sent');
        }
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

/** The span with listed attributes only: no events or status text, which may quote a peer, and no links. */
export function redacted(span: ReadableSpan): ReadableSpan {
  const allowed = Object.entries(span.attributes).filter(([name]) => ALLOWED.has(name));
  return {
    name: SPAN_NAME.test(span.name) ? span.name : 'unnamed',
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext ? { parentSpanContext: span.parentSpanContext } : {}),
    startTime: span.startTime,
    endTime: span.endTime,
    status: { code: span.status.code },
    attributes: Object.fromEntries(allowed),
    links: [],
    events: [],
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
