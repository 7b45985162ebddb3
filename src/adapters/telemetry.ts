/** OpenTelemetry traces: the only home of its packages, which are loaded when an endpoint is configured and not before. */
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

/** All a span may say: names, codes and ids of ours, and an EHR's host. Anything else is dropped before it is sent. */
export type SpanFacts = Partial<Record<(typeof FACTS)[number], string | number>>;

/** A method with a route's pattern or a kind of call, or the name of a step. */
const SPAN_NAME = /^(?:[A-Z]{3,10}(?: [\w/:.*{}-]{1,200})?|[a-z][a-z-]{1,40})$/;

/** Who sent a request, as its `traceparent` says. */
export interface RemoteParent {
  traceId: string;
  spanId: string;
  traceFlags: number;
}

/** One piece of work under way. */
export interface OpenSpan {
  /** Work begun inside belongs to this span. */
  within<T>(work: () => T): T;
  end(facts?: SpanFacts, name?: string): void;
}

/** Records spans and exports them in the background. */
export interface Telemetry {
  /** @param parent instead of the span this is called in. */
  open(name: string, kind: 'server' | 'client' | 'internal', facts: SpanFacts, parent?: RemoteParent): OpenSpan;
  /** Sends what is left, for three seconds at most. */
  close(): Promise<void>;
}

const LONGEST_FLUSH_MS = 3_000;
const LONGEST_EXPORT_MS = 5_000;
const WARN_EVERY_MS = 60_000;

/** Loads OpenTelemetry and starts exporting. Headers and resource attributes are read by its packages (OTEL_*). */
export async function startTelemetry(config: TelemetryConfig, log: Log): Promise<Telemetry> {
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
    open: (name, kind, facts, parent) => {
      const around: Context = parent
        ? api.trace.setSpanContext(api.ROOT_CONTEXT, { ...parent, isRemote: true })
        : contexts.active();
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: { ...facts } }, around);
      const inside = api.trace.setSpan(around, span);
      return {
        within: (work) => contexts.with(inside, work),
        end: (last = {}, newName) => endSpan(span, last, newName, api.SpanStatusCode.ERROR),
      };
    },
    close: async () => {
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

/** The last place every span passes: what is not on the list does not leave (ST-07). An exporter that fails is said once a minute. */
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

/** The same span with listed attributes only: no events, whose messages may quote a peer, no links, no status text. */
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
