/** Checks that the host name of the FHIR URL leads to an address that we may call (TL-04). */
import { ruleOfCodes } from '#src/adapters/ehr-http/failure-rule.ts';
import type { CheckContext } from './context.ts';
import { broken, type Outcome } from './outcome.ts';

/** @returns undefined when it does. */
export async function judgeHostName({ addresses, fhirBase }: CheckContext): Promise<Outcome | undefined> {
  const resolved = await addresses;
  if (resolved.ok) return undefined;
  const host = fhirBase.hostname;
  if (resolved.failure === 'address-refused')
    return broken('network.private-address', `${host} has only private or reserved addresses`);
  const rule = ruleOfCodes([resolved.detail], resolved.failure, 'FHIR URL');
  if (rule === 'network.unknown-name') return broken(rule, `${host}: no such name`);
  const how =
    resolved.failure === 'timeout' ? 'the name server did not answer in time' : 'the name could not be resolved';
  return broken('network.name-server', `${host}: ${how}`);
}
