/** A fault that only one test needs, beside those that the sandbox has by name. */
import type { Fault } from '#sandbox/fault-type.ts';
import type { Sandbox } from '#sandbox/sandbox.ts';

/** Adds a fault to the sandbox while `during` runs. */
export async function withFault(
  { faults }: Sandbox,
  fault: Omit<Fault, 'description'>,
  during: () => Promise<void>,
): Promise<void> {
  const { list, active } = faults;
  const own = { description: 'of one test', ...fault };
  faults.list = () => [{ name: 'fhir-500', fault: own, value: undefined, used: () => {} }];
  faults.active = () => ['fhir-500'];
  try {
    await during();
  } finally {
    Object.assign(faults, { list, active });
  }
}
