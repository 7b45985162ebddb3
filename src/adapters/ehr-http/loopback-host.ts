/** Recognizes this machine's own names and addresses. */
import ipaddr from 'ipaddr.js';

/** Is this the host of a URL that may be plain http in development? */
export function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return (
    bare === 'localhost' ||
    bare.endsWith('.localhost') ||
    (ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback')
  );
}
