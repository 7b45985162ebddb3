/** Markup and script in texts of the EHR and of clinicians: a real browser runs none of it and loads none (FH-10). */
import { beforeEach, expect, test } from 'vitest';
import { on } from '#sandbox/faults/answers.ts';
import { refusal } from '#sandbox/faults/fhir.ts';
import { useStarted } from '#test/helpers/started.ts';
import { HOSTILE, hostileChart, MADE_BY_TEXT, openWatchedWorld, TYPED, textOf } from './support/hostile-texts.ts';

const watched = useStarted(() => openWatchedWorld());
beforeEach(() => {
  watched.world.sandbox.faults.clear();
  watched.happened.length = 0;
});

test('the observer of these tests detects a script, a blocked load, a dialog and a request to another host', async () => {
  const { world, page, happened } = watched;
  await page.goto(world.sandbox.launch('pat-ada'));
  await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')`);
  await expect.poll(() => happened).toContain('tried: script-src-attr');
  await expect.poll(() => happened).toContainEqual(expect.stringMatching(/\/x$/));
  expect(await page.locator(MADE_BY_TEXT).count()).toBe(1);
  await page.evaluate('window.hostileRan = 1');
  await page.evaluate('alert(2)');
  await page.evaluate(`fetch('https://evil.example/').catch(() => {})`);
  await expect.poll(() => happened).toEqual(expect.arrayContaining(['a script ran', 'a dialog: 2']));
  await expect.poll(() => happened).toContain('tried: connect-src');
});

test('a patient whose name and order are markup is shown as text', async () => {
  const { world, page, expectInert } = watched;
  await page.goto(world.sandbox.launch('pat-script'));
  await page.getByRole('heading', { name: /^Open/ }).waitFor();
  const text = await textOf(page);
  for (const written of ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"><svg onload=alert(3)>'])
    expect(text).toContain(written);
  await expectInert();
});

test('a chart with hostile text in every field shows all of it as text', async () => {
  const { world, page, expectInert, withFault } = watched;
  await withFault({ fhirAnswer: hostileChart }, async () => {
    await page.goto(world.sandbox.launch('pat-script'));
    await page.getByRole('heading', { name: /^Open/ }).waitFor();
    const text = await textOf(page);
    for (const written of HOSTILE) expect(text).toContain(written);
    expect(await page.locator('.patient-name').textContent()).toContain(HOSTILE[0]);
    expect(await page.title()).toContain(HOSTILE[2]);
    await expectInert();
  });
});

test.for(TYPED)('%s typed into the form and refused by us and by the EHR is shown again as text', async (typed) => {
  const { world, page, expectInert, withFault } = watched;
  const refused = on('fhir', ({ url, method }) =>
    method === 'POST' && url.pathname.endsWith('/ServiceRequest') ? refusal(422, 'business-rule', typed) : undefined,
  );
  await withFault({ fhirAnswer: hostileChart, request: refused }, async () => {
    await page.goto(world.sandbox.launch('pat-script', { user: `user-${TYPED.indexOf(typed)}` }));
    await page.getByRole('link', { name: 'New request' }).click();
    const fields = ['What is needed', 'Reason', 'Note for the provider'];
    await page.getByRole('heading', { name: 'Note', exact: true }).waitFor();
    for (const field of fields) {
      // oxlint-disable-next-line no-await-in-loop -- one field after the other, as it is typed
      await page.getByLabel(field).fill(typed);
    }
    await page.getByLabel('Service').selectOption('transport');
    await page.getByLabel('Priority').selectOption('routine');
    const send = async (day: string, answer: string, isSent: boolean) => {
      await page.getByLabel('Needed on').fill(day);
      await page.getByRole('button', { name: 'Review', exact: true }).click();
      if (isSent) await page.getByRole('button', { name: 'Send to the EHR' }).click();
      await page.locator('#result').getByText(answer).waitFor();
      await expectInert();
      if (isSent) await page.getByRole('button', { name: 'Change something' }).click();
      const shown = await Promise.all(fields.map((field) => page.getByLabel(field).inputValue()));
      expect(shown).toEqual([typed, typed, typed]);
      await expectInert();
    };
    await send('2020-01-01', 'please correct what is marked', false);
    await send(new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10), 'Support code', true);
  });
});
