/** The export of the audit trail: how much memory a stalled reader may hold, and how many exports may run (MT-06). */
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import type { TestBrowser } from '#test/helpers/browser.ts';
import { cookiesOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const ROWS = 30_000;
const PART = 1000;
const ROW_BYTES = 2_000;

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL' });
  let operator: TestBrowser;

  beforeAll(async () => {
    await addPerson(world, 'operator@example.com');
    operator = await signedIn(world, 'operator@example.com');
    // The rows are inserted in parts, because a statement of the product's pool has two seconds.
    for (let from = 1; from <= ROWS; from += PART) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that each has the machine
      await world.dependencies.database.db.execute(sql`
        insert into audit_events (id, at, event, organization_id, actor, detail)
        select gen_random_uuid(), now() - n * interval '1 second', 'denial', 'large', 'system',
               jsonb_build_object('n', n, 'text', repeat('x', ${ROW_BYTES}))
        from generate_series(${from}::int, ${from + PART - 1}::int) n`);
    }
  });

  const exportUrl = () => `${world.url}/settings/audit.csv?organization=large&event=denial`;
  /** Requests the export and reads only the head of the answer. */
  const unreadExport = async (): Promise<ClientRequest> => {
    const cookie = `admin=${cookiesOf(operator).get('admin')}`;
    const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
    const request = get(exportUrl(), { headers: { cookie } }, resolve);
    expect((await promise).pause().statusCode).toBe(200);
    return request;
  };

  test('a slow reader pauses the export instead of filling memory, and a second export has to wait', async () => {
    const select = vi.spyOn(world.dependencies.database.db, 'select');
    const request = await unreadExport();
    // Once no further batch is read, the buffers of both sockets are full.
    let seen = -1;
    const isStill = () => {
      const before = seen;
      seen = select.mock.calls.length;
      return seen === before;
    };
    await expect.poll(isStill, { interval: 500, timeout: 20_000 }).toBe(true);
    expect(seen).toBeLessThan(ROWS / 500 / 2);
    select.mockRestore();
    const second = await operator.visit(exportUrl());
    expect(second.status).toBe(429);
    expect(second.body).toContain('Your last export is still running');
    request.destroy();
    const third = async () => (await operator.visit(exportUrl())).status;
    await expect.poll(third, { timeout: 20_000 }).toBe(200);
  });

  test('a normal reader gets every row', async () => {
    const { body } = await operator.visit(exportUrl());
    expect(body.split('\r\n').length - 2).toBe(ROWS);
  });

  test('changes and exports of one user are limited, and pages still open', async () => {
    await addPerson(world, 'busy@example.com');
    const busy = await signedIn(world, 'busy@example.com');
    const csrf = await tokenOf(world, busy);
    const form = { csrf, organization: '', patient: '', reason: '' };
    const statuses: number[] = [];
    // Three at a time: a limit whose store does not answer in time lets requests through.
    for (let sent = 0; sent < 201; sent += 3) {
      const posts = [1, 2, 3].map(() => busy.visit(`${world.url}/settings/audit/patient`, { form }));
      // oxlint-disable-next-line no-await-in-loop
      statuses.push(...(await Promise.all(posts)).map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    const exports = Array.from({ length: 21 }, () => `${world.url}/settings/audit.csv?organization=none`);
    const answers: number[] = [];
    // oxlint-disable-next-line no-await-in-loop -- one at a time, as the limit before this one wants
    for (const url of exports) answers.push((await busy.visit(url)).status);
    expect(answers.filter((status) => status === 429)).toHaveLength(1);
    expect((await busy.visit(`${world.url}/settings/audit`)).status).toBe(200);
    expect((await operator.visit(`${world.url}/settings/audit.csv?organization=none`)).status).toBe(200);
  });
});
