/** Changes oidc-provider's answers: adds the SMART context and applies faults. */
import type { KoaContext, OidcContext } from 'oidc-provider';
import type { SandboxApp } from '#sandbox/contract.ts';
import { stylePath } from '#sandbox/data/styles.ts';
import { throughFaults } from '#sandbox/fault-switches.ts';
import type { JsonObject } from '#sandbox/fault-type.ts';
import type { LaunchContext } from '#sandbox/launches.ts';
import { finishIdToken, type IdTokenDeps } from './id-token.ts';
import type { Presence } from './presence.ts';

export interface ResponseDeps extends IdTokenDeps {
  currentApp: () => SandboxApp;
  presence: Presence;
  contextOf(grantId: string | undefined): LaunchContext | undefined;
  /** A page to show instead of the provider's answer. */
  pageOf(oidc: OidcContext): string | undefined;
}

/** SMART's launch context parameters (scopes-and-launch-context, "Launch context arrives with your access_token"). */
function contextMembers(context: LaunchContext, origin: string): JsonObject {
  return {
    ...(context.patient !== undefined && { patient: context.patient }),
    ...(context.encounter !== undefined && { encounter: context.encounter }),
    ...(context.needPatientBanner !== undefined && { need_patient_banner: context.needPatientBanner }),
    smart_style_url: `${origin}${stylePath(context.style ?? 'day')}`,
    tenant: 'st-elsewhere',
    ...(context.intent !== undefined && { intent: context.intent }),
    ...(context.fhirContext !== undefined && { fhirContext: context.fhirContext }),
  };
}

async function finishTokenResponse(oidc: OidcContext, body: JsonObject, deps: ResponseDeps): Promise<JsonObject> {
  const grantId = oidc.entities.AccessToken?.grantId;
  const context = deps.contextOf(grantId);
  const grantType = oidc.params?.grant_type === 'refresh_token' ? 'refresh_token' : 'authorization_code';
  const members: JsonObject = { ...body, ...(context && contextMembers(context, deps.facts.origin)) };
  if (body.refresh_token !== undefined) Object.assign(members, deps.presence.members(grantId));
  if (typeof body.id_token === 'string') {
    members.id_token = await finishIdToken(body.id_token, String(body.access_token), deps);
  }
  return throughFaults(deps.faults, members, (fault, current, value) =>
    fault.tokenResponse?.(current, grantType, value),
  );
}

async function finishRedirect(ctx: KoaContext, deps: ResponseDeps): Promise<void> {
  const location = ctx.response.get('location');
  const { redirectUri } = deps.currentApp();
  if (!location?.startsWith(`${redirectUri}${redirectUri.includes('?') ? '&' : '?'}`)) return;
  const target = new URL(location);
  if (!deps.profile.sendsResponseIssuer) target.searchParams.delete('iss');
  const parameters = await throughFaults(deps.faults, target.searchParams, (fault, current, value) =>
    fault.authorizationResponse?.(current, deps.facts, value),
  );
  target.search = parameters.toString();
  ctx.set('location', target.href);
}

/** Removes cookies and CORS, because the token endpoint is not for scripts. */
const unwanted = ['set-cookie', 'access-control-allow-origin', 'access-control-expose-headers', 'vary'];

/** Koa middleware around all of oidc-provider. The EHR session is the launch itself, so cookies are removed. */
export function finishResponses(deps: ResponseDeps) {
  return async (ctx: KoaContext, next: () => Promise<void>): Promise<void> => {
    delete ctx.req.headers.cookie;
    await next();
    for (const header of unwanted) ctx.remove(header);
    if (!ctx.oidc) return;
    const page = deps.pageOf(ctx.oidc);
    if (page !== undefined) return showPage(ctx, page);
    if (ctx.oidc.route === 'authorization') await finishRedirect(ctx, deps);
    if (ctx.oidc.route === 'introspection') addContextToIntrospection(ctx, deps);
    if (ctx.oidc.route === 'token' && ctx.status === 200) {
      ctx.body = await finishTokenResponse(ctx.oidc, asObject(ctx.body), deps);
    }
  };
}

function showPage(ctx: KoaContext, page: string): void {
  ctx.remove('location');
  ctx.set('cache-control', 'no-store');
  ctx.status = 200;
  ctx.type = 'html';
  ctx.body = page;
}

/** SMART token introspection: conditional fields for launch context. */
function addContextToIntrospection(ctx: KoaContext, deps: ResponseDeps): void {
  const body = asObject(ctx.body);
  const { AccessToken, RefreshToken } = ctx.oidc?.entities ?? {};
  const context = deps.contextOf((AccessToken ?? RefreshToken)?.grantId);
  if (body.active === true && context) ctx.body = { ...body, ...contextMembers(context, deps.facts.origin) };
}

function asObject(body: unknown): JsonObject {
  return typeof body === 'object' && body !== null ? { ...body } : {};
}
