/** Checks for a FHIR R4 server with the resources, interactions and search parameters that the app uses (FH-13..15). */
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { listMember } from '#src/adapters/json-object.ts';
import { type ParsedCapability, parseCapability } from '#src/smart/documents/capability-statement.ts';
import { documentOf, isAbsent } from '#src/smart/documents/fetched.ts';
import { bareBase, isSameFhirBase } from '#src/smart/step-2-launch-ehr.ts';
import type { CheckContext } from './context.ts';
import { type CheckDefinition, checksOf, shown } from './definition.ts';
import { describeFetched } from './describe-fetched.ts';
import { broken, doubted, info, type Outcome, pass, seeRow, skipped, warning } from './outcome.ts';
import { withoutConfiguration } from './promised-checks.ts';

export const fhirChecks = checksOf('FHIR server', 'EHR team', [
  {
    id: 'capability-statement',
    title: '{FHIR URL}/metadata gives a CapabilityStatement',
    why: 'The CapabilityStatement says what the server can do. A launch does not need it (FHIR R4, "capabilities").',
    judge: judgeStatement,
  },
  {
    id: 'fhir-url-written',
    title: 'The FHIR URL is written as the EHR writes it',
    why: 'A launch names the FHIR base in iss. The app refuses the launch if the two differ, even by a capital letter. It ignores only one slash at the end (SMART App Launch 2.2.0, "Launch App: EHR Launch").',
    owner: 'Your administrator',
    judge: judgeWritten,
  },
  {
    id: 'fhir-version',
    title: 'FHIR version 4.0',
    why: 'The app reads FHIR R4. Other versions have other fields.',
    hard: true,
    judge: onCapability(({ fhirVersion }) => {
      if (fhirVersion === undefined) return warning('not said', 'Name fhirVersion in the CapabilityStatement.');
      if (/^4\.0(\.|$)/.test(fhirVersion)) return pass(shown(fhirVersion, 20));
      if (/^4\.3(\.|$)/.test(fhirVersion))
        return warning(
          `${shown(fhirVersion, 20)} (R4B)`,
          'The app is made for 4.0.1. Enter the R4 FHIR URL if there is one.',
        );
      return broken('fhir.version', `fhirVersion ${shown(fhirVersion, 20)}`);
    }, judgeConformance),
  },
  {
    id: 'fhir-resources',
    title: 'The resources the app uses, with read and search',
    why: 'The app reads Patient for every page, and reads and searches ServiceRequest for the requests of the EHR. The other resources fill names and forms.',
    judge: onCapability(judgeResources),
  },
  {
    id: 'fhir-search',
    title: 'ServiceRequest can be searched by patient',
    why: 'The list searches ServiceRequest?patient=…. It asks for names in the same search only if the server offers that.',
    judge: onCapability((capability) => {
      const parameters = capability.resources.get('ServiceRequest')?.searchParameters;
      if (!parameters) return skipped('the server does not name ServiceRequest');
      if (parameters.includes('patient')) return pass(shown(parameters.join(', '), 160));
      if (parameters.length === 0) return info('no search parameters are named');
      return doubted('fhir.search-parameter', `only ${shown(parameters.join(', '), 160)}`);
    }),
  },
]);

async function judgeWritten({ fhirUrl, metadata, configuration }: CheckContext): Promise<Outcome> {
  if (!(await configuration)) return skipped('no EHR was found there');
  const theirs = parseCapability(documentOf(await metadata))?.baseUrl;
  const exactly = `launches have to name exactly ${shown(fhirUrl, 160)} as iss`;
  if (theirs === undefined || !URL.canParse(theirs)) return info(`the EHR does not say; ${exactly}`);
  if (isSameFhirBase(theirs, fhirUrl)) return pass(exactly);
  const seen = `the EHR writes it ${shown(theirs, 160)}`;
  // A server behind a proxy often knows its inner name alone, which no launch has.
  if (bareBase(theirs) !== bareBase(fhirUrl) || new URL(theirs).protocol !== new URL(fhirUrl).protocol)
    return info(`${seen}, perhaps inside its network; ${exactly}`);
  return warning(
    `${seen}, and launches have to name ${shown(fhirUrl, 160)}, letter for letter`,
    `If launches do not arrive yet, enter the FHIR URL as the EHR writes it: ${shown(theirs, 160)}.`,
  );
}

const NEEDED = ['Patient read', 'ServiceRequest read', 'ServiceRequest search-type'];

const NICE_TO_HAVE =
  'Practitioner PractitionerRole Organization Location Encounter Coverage Condition AllergyIntolerance Observation'.split(
    ' ',
  );

function onCapability(
  judge: (capability: ParsedCapability, context: CheckContext) => Outcome,
  without: CheckDefinition['judge'] = async () => skipped('there is no CapabilityStatement'),
): CheckDefinition['judge'] {
  return async (context) => {
    const capability = parseCapability(documentOf(await context.metadata));
    return capability ? judge(capability, context) : without(context);
  };
}

/** DSTU2 calls its statement Conformance. When there is no configuration either, that row says the version. */
async function judgeConformance({ metadata, configuration }: CheckContext): Promise<Outcome> {
  const isOther = documentOf(await metadata)?.['resourceType'] === 'Conformance' && (await configuration);
  return isOther ? broken('fhir.version', 'a Conformance (DSTU2)') : skipped('there is no CapabilityStatement');
}

async function judgeStatement(context: CheckContext): Promise<Outcome> {
  const fetched = await context.metadata;
  const document = documentOf(fetched);
  const seen = describeFetched(fetched);
  if (parseCapability(document)) {
    const formats = listMember(document, 'format');
    if (!formats || formats.some((one) => /json/i.test(one))) return pass(seen);
    return doubted('fhir.no-json', `format: only ${shown(formats.join(', ') || 'none', 80)}`);
  }
  // When there is no configuration either, another row says why.
  if (!(await context.configuration)) return withoutConfiguration(context);
  const { source } = (await context.configuration) ?? {};
  // An EHR whose endpoints are given by hand may publish nothing, and the list works without the statement (FH-13).
  if (source === 'settings' && isAbsent(fetched)) return info(`${seen}; requests are searched by patient alone`);
  const found = `${seen}; a launch does not ask for it`;
  if (fetched.kind === 'none') return doubted(ruleOfFailure(fetched.error, 'FHIR URL'), found);
  if (document?.['resourceType'] === 'Conformance') return seeRow('FHIR version 4.0');
  if (fetched.status === 403 && /^text\/html\b/i.test(fetched.contentType)) return doubted('fhir.firewall', found);
  const isSignIn = fetched.status === 401 || fetched.status === 403;
  if (isSignIn) return doubted('fhir.statement-sign-in', found, { 'FHIR URL': context.fhirUrl });
  if (fetched.status >= 500) return doubted('fhir.failing', found);
  const verdict = fetched.status === 200 ? 'failure' : 'warning';
  return broken('fhir.no-statement', found, { 'FHIR URL': context.fhirUrl }, verdict);
}

function judgeResources({ resources }: ParsedCapability, { settings }: CheckContext): Outcome {
  if (resources.size === 0)
    return warning('no resources are named', 'Ask the EHR team for the complete CapabilityStatement.');
  if (!resources.has('Patient')) return broken('fhir.no-patients', 'Patient is missing');
  if (!resources.has('ServiceRequest') && settings.showEhrOrders)
    return doubted('fhir.search-absent', 'ServiceRequest is missing');
  const lacking = NEEDED.filter((needed) => {
    const [type = '', code = ''] = needed.split(' ');
    const interactions = resources.get(type)?.interactions ?? [];
    // A resource that names no interaction at all is described briefly, not refused.
    return interactions.length > 0 && !interactions.includes(code) && (type === 'Patient' || settings.showEhrOrders);
  });
  if (lacking.length > 0) {
    const seen = `missing: ${lacking.join(', ')}`;
    return lacking.includes('Patient read') ? broken('fhir.no-patients', seen) : doubted('fhir.search-absent', seen);
  }
  const missing = NICE_TO_HAVE.filter((type) => !resources.has(type));
  if (missing.length === 0) return pass(`Patient, ServiceRequest and ${NICE_TO_HAVE.length} more`);
  return info(`not offered: ${missing.join(', ')}; the app works without them`);
}
