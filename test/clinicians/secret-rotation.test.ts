/** Users stay known after a new secret is added to APP_SECRETS, and the old one can then be removed (ID-18, ST-08). */
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { createSealer } from '#src/adapters/seal.ts';
import { createClinicians } from '#src/clinicians/admission.ts';
import { openName } from '#src/clinicians/clinician-details.ts';
import { cliniciansOf } from '#src/clinicians/clinician-store.ts';
import { moveToCurrentSecret } from '#src/clinicians/secret-rotation.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

const OLD = 'the-old-secret-that-is-long-enough-0123456789';
const NEW = 'the-new-secret-that-is-long-enough-9876543210';

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL' });

  const under = (secrets: string[]) => {
    const { database, audit, clock, log, directory } = world.dependencies;
    const sealer = createSealer(secrets);
    return { sealer, clinicians: createClinicians({ db: database.db, sealer, audit, clock, log, directory }) };
  };
  const launchAs = async (secrets: string[], sub: string, organizationId = ORG_ID) => {
    const organization = await createOrganizationStore(world.dependencies.database.db).find(organizationId);
    if (!organization) throw new Error('no organization');
    const user = { iss: 'https://ehr.example', sub, name: `Name of ${sub}`, fhirUser: undefined };
    return under(secrets).clinicians.admit(organization, { user });
  };
  const lookups = async () => {
    const { rows } = await world.dependencies.database.db.execute<{ lookup: string }>(
      sql`select lookup from ehr_identities order by lookup`,
    );
    return rows.map(({ lookup }) => lookup);
  };

  test('a user who launches is found under the old secret and kept under the new one', async () => {
    const first = await launchAs([OLD], 'comes-back');
    expect(first).toMatchObject({ kind: 'admitted', isFirst: true });
    const before = await lookups();
    const again = await launchAs([NEW, OLD], 'comes-back');
    expect(again).toEqual({ ...first, isFirst: false });
    expect(await lookups()).not.toEqual(before);
    expect(await launchAs([NEW], 'comes-back')).toEqual({ ...first, isFirst: false });
  });

  test('instances that have both secrets in either order agree', async () => {
    const first = await launchAs([OLD, NEW], 'between-instances');
    const seen = { ...first, isFirst: false };
    // oxlint-disable-next-line no-await-in-loop -- one after the other is the point
    for (const secrets of [
      [NEW, OLD],
      [OLD, NEW],
      [NEW, OLD],
    ])
      expect(await launchAs(secrets, 'between-instances')).toEqual(seen);
  });

  test('a user who does not launch meanwhile is moved when a server starts', async () => {
    const first = await launchAs([OLD], 'on-holiday');
    const { database, log } = world.dependencies;
    const both = under([NEW, OLD]).sealer;
    const moving = moveToCurrentSecret({ db: database.db, sealer: both, log, secretCount: 2 });
    await moving.done;
    expect(await launchAs([NEW], 'on-holiday')).toEqual({ ...first, isFirst: false });
    const entries = await cliniciansOf(database.db, ORG_ID).list({ limit: 50, offset: 0 });
    const onlyNew = under([NEW]).sealer;
    const names = await Promise.all(entries.map(({ clinician }) => openName(onlyNew, clinician)));
    expect(names).toContain('Name of on-holiday');
    expect(names).not.toContain(undefined);
  });

  test('a user with two rows, created by an instance without the new secret, does not stop other rows from moving', async () => {
    await launchAs([OLD], 'twice');
    const second = await launchAs([NEW], 'twice');
    const other = await launchAs([OLD], 'zz-another');
    const { database, log } = world.dependencies;
    await moveToCurrentSecret({ db: database.db, sealer: under([NEW, OLD]).sealer, log, secretCount: 2 }).done;
    expect(await launchAs([NEW], 'twice')).toEqual({ ...second, isFirst: false });
    expect(await launchAs([NEW], 'zz-another')).toEqual({ ...other, isFirst: false });
  });

  test('MT-02: the same issuer and subject in two organizations are two clinicians', async () => {
    await world.setOrganization('twin');
    const here = await launchAs([NEW], 'same-person');
    const there = await launchAs([NEW], 'same-person', 'twin');
    expect([here, there]).toMatchObject([{ isFirst: true }, { isFirst: true }]);
    expect(await launchAs([NEW], 'same-person')).toEqual({ ...here, isFirst: false });
    expect(await launchAs([NEW], 'same-person', 'twin')).toEqual({ ...there, isFirst: false });
  });

  test('if the old secret is removed too early, the user counts as new and no page fails', async () => {
    const first = await launchAs([OLD], 'forgotten');
    const stranger = await launchAs([NEW], 'forgotten');
    expect(stranger).toMatchObject({ kind: 'admitted', isFirst: true });
    expect(stranger).not.toEqual(first);
    const entries = await cliniciansOf(world.dependencies.database.db, ORG_ID).list({ limit: 50, offset: 0 });
    const names = entries.map(({ clinician }) => openName(under([NEW]).sealer, clinician));
    expect(await Promise.all(names)).toContain(undefined);
  });
});
