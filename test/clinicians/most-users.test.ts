/** An EHR may invent a bounded number of users per organization, and known users can still launch (MT-06). */
import { beforeAll, describe, expect, test } from 'vitest';
import { createClinicians } from '#src/clinicians/admission.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { useWorld } from '#test/helpers/world.ts';

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL' });
  beforeAll(async () => {
    await world.setOrganization('full');
    await world.setOrganization('beside');
  });

  const launchAs = async (sub: string, organizationId: string) => {
    const { database, sealer, audit, clock, log, directory } = world.dependencies;
    const organization = await createOrganizationStore(database.db).find(organizationId);
    if (!organization) throw new Error('no organization');
    const clinicians = createClinicians({ db: database.db, sealer, audit, clock, log, directory, mostUsers: 3 });
    const user = { iss: 'https://ehr.example', sub, name: sub, fhirUser: undefined };
    return clinicians.admit(organization, { user });
  };

  test('a user beyond the limit is not admitted; known users and other organizations are', async () => {
    for (const sub of ['ada', 'ben', 'cleo']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(await launchAs(sub, 'full')).toMatchObject({ kind: 'admitted', isFirst: true });
    }
    await expect(launchAs('one-more', 'full')).rejects.toMatchObject({ code: 'user.not-allowed' });
    expect(await launchAs('ada', 'full')).toMatchObject({ kind: 'admitted', isFirst: false });
    expect(await launchAs('one-more', 'beside')).toMatchObject({ kind: 'admitted', isFirst: true });
  });
});
