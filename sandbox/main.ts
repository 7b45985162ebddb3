/** Starts only the mock EHR, for `SANDBOX_PORT`, `APP_URL`, `CLIENT_ID`, `ORG_ID` and `SANDBOX_PROFILE`. */
import { endpoints } from './authorization/documents.ts';
import { profiles, type VendorProfileName } from './profiles.ts';
import { startSandbox } from './sandbox.ts';

const { SANDBOX_PORT, APP_URL, CLIENT_ID, ORG_ID, SANDBOX_PROFILE } = process.env;

const isProfile = (name: string): name is VendorProfileName => Object.hasOwn(profiles, name);

const appUrl = (APP_URL ?? 'http://localhost:3000').replace(/\/$/, '');
const profile = SANDBOX_PROFILE ?? 'generic';
if (!isProfile(profile)) throw new Error(`SANDBOX_PROFILE is one of ${Object.keys(profiles).join(', ')}`);

const sandbox = await startSandbox({
  port: Number(SANDBOX_PORT ?? 4000),
  profile,
  datesFromToday: true,
  app: {
    launchUrl: `${appUrl}/smart/launch?orgId=${encodeURIComponent(ORG_ID ?? 'st-elsewhere')}`,
    redirectUri: `${appUrl}/smart/callback`,
    jwksUrl: `${appUrl}/.well-known/jwks.json`,
    clientId: CLIENT_ID ?? 'vectorcare-demo',
  },
});

console.log(
  `Mock EHR (SYNTHETIC DATA)\n  chart      ${sandbox.chartUrl}\n  FHIR base  ${sandbox.fhirBase}\n  faults     ${sandbox.origin}/faults`,
);

const { publishesMetadata } = profiles[profile];
if (!publishesMetadata) {
  const addresses = { ...endpoints(sandbox), issuer: sandbox.issuer };
  const lines = Object.entries(addresses).map(([name, address]) => `  ${name.padEnd(24)}${address}`);
  console.log(`It publishes no documents. Enter these values in the app by hand:\n${lines.join('\n')}`);
}

const stop = () => void sandbox.close();
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
