/** The part of oidc-provider (which ships no types) that the sandbox uses. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Token {
    jti: string;
    grantId: string;
    clientId: string;
    accountId: string;
    scope?: string;
    exp: number;
  }

  interface Grant {
    jti: string;
    addOIDCScope(scope: string): void;
    addResourceScope(resource: string, scope: string): void;
    getResourceScope(resource: string): string;
    save(): Promise<string>;
  }

  export interface OidcContext {
    route: string;
    params?: Record<string, string | undefined>;
    body?: Record<string, string | string[] | undefined>;
    session: { loginAccount(details: { accountId: string; transient?: boolean }): void };
    client: { clientId: string };
    provider: { issuer: string };
    account: { accountId: string };
    entities: { Grant?: Grant; AccessToken?: Token; RefreshToken?: Token };
    urlFor(route: string): string;
  }

  export interface KoaContext {
    oidc?: OidcContext;
    method: string;
    path: string;
    status: number;
    body: unknown;
    type: string;
    query: Record<string, string | string[] | undefined>;
    querystring: string;
    req: IncomingMessage;
    get(header: string): string;
    remove(header: string): void;
    set(header: string, value: string): void;
    accepts(type: string): string | false;
    response: { get(header: string): string | undefined };
  }

  export type ProviderContext = KoaContext & { oidc: OidcContext };

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    issuer: string;
    proxy: boolean;
    use(middleware: (ctx: KoaContext, next: () => Promise<void>) => Promise<void>): this;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    AccessToken: { find(value: string): Promise<Token | undefined> };
    Grant: new (payload: {
      accountId: string;
      clientId: string;
    }) => Grant;
    on(event: string, listener: (...details: unknown[]) => void): this;
  }

  export namespace errors {
    class InvalidRequest extends Error {
      constructor(description: string);
    }
    class InvalidScope extends Error {
      constructor(description: string, scope: string);
    }
    class InvalidClientAuth extends Error {
      constructor(detail: string);
    }
    class InvalidGrant extends Error {
      constructor(detail: string);
    }
    class AccessDenied extends Error {
      constructor(description: string);
    }
  }
}
