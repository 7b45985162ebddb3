/** The public documents: smart-configuration, openid-configuration, the key set and the style sheet. */
import { type Response, Router } from 'express';
import { openidConfiguration, smartConfiguration } from '#sandbox/authorization/documents.ts';
import type { SigningKeys } from '#sandbox/authorization/signing-keys.ts';
import { type StyleName, stylePath, styles } from '#sandbox/data/styles.ts';
import type { Facts } from './facts.ts';
import { type FaultSwitches, throughFaults } from './fault-switches.ts';
import type { Fault, JsonObject } from './fault-type.ts';
import type { VendorProfile } from './profiles.ts';

export interface DocumentDeps {
  facts: Facts;
  profile: VendorProfile;
  faults: FaultSwitches;
  keys: SigningKeys;
}

function send(response: Response, document: JsonObject): void {
  response.set('cache-control', 'public, max-age=300').json(document);
}

/** Writes an object as XML, an element per member, as some servers do. Names and values here need no escaping. */
function sendXml(response: Response, document: JsonObject): void {
  const elements = Object.entries(document).map(([name, value]) => `<${name}>${String(value)}</${name}>`);
  response.type('application/xml').send(`<SmartConfiguration>${elements.join('')}</SmartConfiguration>`);
}

/** Where openid-configuration is served, if anywhere, as a path. */
function openidPath({ facts, profile }: DocumentDeps): string[] {
  if (profile.openidConfiguration === 'none') return [];
  const issuer = profile.openidConfiguration === 'issuer' ? facts.issuer : facts.fhirBase;
  return [`${new URL(issuer).pathname.replace(/\/$/, '')}/.well-known/openid-configuration`];
}

async function keySet({ faults, keys }: DocumentDeps): Promise<JsonObject> {
  const start: ('current-key' | 'next-key')[] = ['current-key'];
  const names = await throughFaults(faults, start, (fault: Fault, current) => fault.publishedKeys?.(current));
  return { keys: names.map((name) => keys.publicKeys[name]) };
}

/** Mounted at the root, before the authorization server and the FHIR server. */
export function documentsRouter(deps: DocumentDeps): Router {
  const { facts, profile, faults } = deps;
  const router = Router();
  router.get('/fhir/r4/.well-known/smart-configuration', async (request, response, next) => {
    if (!profile.publishesMetadata) return next();
    const document = await throughFaults(faults, smartConfiguration(facts, profile), (fault: Fault, current, value) =>
      fault.smartConfiguration?.(current, facts, value),
    );
    const wantsJson = /\bapplication\/json\b/.test(request.get('accept') ?? '');
    if (profile.smartConfigurationIsXml && !wantsJson) sendXml(response, document);
    else send(response, document);
  });
  for (const path of openidPath(deps)) {
    router.get(path, async (_request, response) => {
      const document = openidConfiguration(facts, profile);
      send(
        response,
        await throughFaults(faults, document, (fault: Fault, current, value) =>
          fault.openidConfiguration?.(current, facts, value),
        ),
      );
    });
  }
  router.get('/auth/jwks', async (_request, response) => send(response, await keySet(deps)));
  for (const name of Object.keys(styles) as StyleName[]) {
    router.get(stylePath(name), (_request, response) => send(response, styles[name]));
  }
  // Without this, oidc-provider would serve its own documents where this vendor has none.
  router.all(['/auth/.well-known/{*rest}', '/fhir/r4/.well-known/{*rest}'], (_request, response) => {
    response.status(404).json({ message: 'no such document' });
  });
  return router;
}
