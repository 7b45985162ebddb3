/** Calls without an answer, each with the one rule that its code means. */
import { expect, test } from 'vitest';
import { ruleOfCodes } from '#src/adapters/ehr-http/failure-rule.ts';

test.for([
  ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'tls.client-certificate'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls.client-certificate'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'tls.handshake'],
  ['CERT_HAS_EXPIRED', 'tls.expired'],
] as const)('%s', ([code, rule]) => {
  expect(ruleOfCodes([code], 'tls', 'FHIR URL')).toBe(rule);
});
