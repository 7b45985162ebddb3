/** The request list in a browser: by keyboard alone, without scripts, and what the script adds. */
import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { VIEWPORT } from '#test/helpers/chromium.ts';
import { useStarted } from '#test/helpers/started.ts';
import { startDeployment } from './support/deployment.ts';
import { createVisitor, type Visitor } from './support/visitor.ts';

const deployment = useStarted(() => startDeployment());
const visitor = useStarted(() => createVisitor(deployment));
const plain = useStarted(() => createVisitor(deployment, { javaScript: false }));
afterEach(() => {
  expect([...visitor.complaints, ...plain.complaints]).toEqual([]);
});

async function openList(by: Visitor, patient = 'pat-many'): Promise<Page> {
  const page = await by.sameTab();
  await page.goto(deployment.ehr.launch(patient));
  await page.locator('.requests').waitFor();
  return page;
}

const firstService = (page: Page) => page.locator('.request-table tbody th a').first();
const focused = (page: Page) =>
  page.evaluate<string>(
    "(document.activeElement.matches('a') ? '' : document.activeElement.id) || document.activeElement.textContent",
  );
/** Marks the page; a reload removes the mark. */
const mark = (page: Page) => page.evaluate('void (window.isSamePage = true)');
const isSamePage = (page: Page) => page.evaluate<boolean>('window.isSamePage === true');

test('by keyboard alone: find, read, come back', async () => {
  const page = await openList(visitor);
  await mark(page);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  expect(await focused(page)).toBe('Close');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('/');
  expect(await focused(page)).toBe('find-text');
  await page.keyboard.type('oxygen acme');
  await page.keyboard.press('Enter');
  await page.getByText('None of the 120 requests matches these filters.').waitFor();
  expect(await focused(page)).toBe('find-text');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('oxygen');
  await page.keyboard.press('Enter');
  await page.locator('.request-table tbody th a', { hasText: 'Portable oxygen refill' }).first().waitFor();
  expect(await isSamePage(page)).toBe(true);
  await expect.poll(() => page.url()).toMatch(/\?show=open&find=[\w-]{43}$/);
  const found = page.url();
  await page.keyboard.press('Escape');
  expect(await page.locator('#find-text').inputValue()).toBe('oxygen');
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  expect(await focused(page)).toBe('Portable oxygen refill');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Portable oxygen refill' }).waitFor();
  await page.goBack();
  await page.locator('.request-table').waitFor();
  await expect.poll(() => page.url()).toBe(found);
  await expect.poll(() => page.locator('#find-text').inputValue()).toBe('oxygen');
});

test('without a script the user reaches every filter, column, page and request, and gets back', async () => {
  const page = await openList(plain);
  await page.getByRole('link', { name: /^Closed/ }).click();
  await page.getByRole('link', { name: 'Requested', exact: true }).click();
  await expect.poll(() => page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('ascending');
  const oldest = await firstService(page).getAttribute('href');
  await page.getByRole('link', { name: 'Next', exact: true }).click();
  await expect.poll(() => firstService(page).getAttribute('href')).not.toBe(oldest);
  await page.getByLabel('Search').fill('meal');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(/[?&]find=/);
  const services = await page.locator('.request-table tbody th a').allTextContents();
  expect(new Set(services)).toEqual(new Set(['Meal delivery']));
  await expect.poll(() => page.locator('th[aria-sort]').count()).toBe(1);
  const view = new URL(page.url()).search;
  await firstService(page).click();
  await page.getByRole('heading', { level: 1, name: 'Meal delivery' }).waitFor();
  await page.reload();
  await page.getByRole('link', { name: 'All requests' }).click();
  await expect.poll(() => new URL(page.url()).search).toBe(view);
  await expect.poll(() => focused(page)).toBe('Meal delivery');
  await page.getByRole('link', { name: 'Clear' }).click();
  await expect.poll(() => page.getByLabel('Search').inputValue()).toBe('');
});

describe('with its script', () => {
  test('a filter works without a reload, focus stays, and Back undoes it', async () => {
    const page = await openList(visitor);
    await mark(page);
    await page.getByRole('link', { name: /^Closed/ }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.groups [aria-current]', { hasText: 'Closed' }).waitFor();
    expect(await focused(page)).toMatch(/^Closed/);
    await page.getByLabel('Service').focus();
    await page.getByLabel('Service').selectOption({ index: 1 });
    await page.locator('.clear').waitFor();
    expect(await focused(page)).toBe('find-service');
    await page.goBack();
    await page.locator('.clear').waitFor({ state: 'detached' });
    await page.goBack();
    await page.locator('.groups [aria-current]', { hasText: 'Open' }).waitFor();
    expect(await isSamePage(page)).toBe(true);
  });

  test('a list whose tab was hidden for a minute is read anew, unless it is in use', async () => {
    const page = await visitor.sameTab();
    await page.clock.install();
    await page.goto(deployment.ehr.launch('pat-many'));
    await page.locator('.requests').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const comeBack = () => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await comeBack();
    await page.clock.fastForward(61_000);
    await page.locator('#find-text').focus();
    await comeBack();
    expect(asked).toEqual([]);
    await page.locator('#find-text').blur();
    const [answer] = await Promise.all([page.waitForResponse(/fresh&unattended$/), comeBack()]);
    expect(answer.status()).toBe(200);
    await expect.poll(() => page.locator('[aria-busy]').count()).toBe(0);
    expect(page.url()).not.toContain('fresh');
    await comeBack();
    expect(asked).toHaveLength(1);
  });

  test('the chosen density is kept, and keys can be switched off', async () => {
    const page = await openList(visitor);
    await page.keyboard.press('d');
    const other = await openList(visitor, 'pat-ada');
    expect(await other.locator('html').getAttribute('data-density')).toBe('compact');
    await other.keyboard.press('d');
    await other.keyboard.press('?');
    await other.getByLabel('Use these keys').uncheck();
    await other.getByRole('button', { name: 'Close' }).click();
    await other.keyboard.press('/');
    expect(await focused(other)).not.toBe('find-text');
    await other.keyboard.press('?');
    await other.getByLabel('Use these keys').check();
  });
});

test('the next page is read from its top', async () => {
  const page = await openList(visitor);
  await page.getByRole('link', { name: /^Closed/ }).click();
  // The group before has a link Next as well.
  await page.locator('.groups [aria-current]', { hasText: 'Closed' }).waitFor();
  await page.getByRole('link', { name: 'Next', exact: true }).click();
  await page.getByText('26–50 of').waitFor();
  expect(await page.evaluate('scrollY')).toBe(0);
});

test('on a narrow screen it is still a table for screen readers, in the order of its columns', async () => {
  const page = await openList(visitor, 'pat-ada');
  await page.setViewportSize({ width: 400, height: 800 });
  const table = page.getByRole('table', { name: /^Open/ });
  expect(await table.getByRole('row').count()).toBe(7);
  const row = table.getByRole('row').nth(1);
  expect(await row.getByRole('rowheader').count()).toBe(1);
  expect(await row.getByRole('cell').count()).toBe(5);
  // "Ask why it is late" needs the name of whom to ask.
  const words = await row.innerText();
  expect(words).toContain('Comfort Medical Equipment');
  expect(words).toContain('reply unknown');
  // No cell is cut off: what is due and when may take two lines.
  const cut = await page
    .locator('.request-table tbody :is(th, td)')
    .evaluateAll(
      (cells) =>
        (cells as unknown as { scrollWidth: number; clientWidth: number }[]).filter(
          ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1,
        ).length,
    );
  expect(cut).toBe(0);
  const inSight = await page
    .locator('.request-table')
    .first()
    .locator('tbody tr')
    .evaluateAll(
      (rows) =>
        rows.filter(
          (one) =>
            (one as unknown as { getBoundingClientRect(): { bottom: number } }).getBoundingClientRect().bottom <= 800,
        ).length,
    );
  // These times are over since July and take two lines; with times to come, which take one, a sixth card is in sight.
  expect(inSight).toBeGreaterThanOrEqual(5);
});

test('on a narrow screen every request that is late says so in words', async () => {
  const page = await openList(plain);
  await page.setViewportSize({ width: 400, height: 800 });
  const late = page.locator('.request-table tbody tr', { has: page.locator('em', { hasText: 'Overdue' }) });
  expect(await late.count()).toBeGreaterThan(0);
  const words = (await late.all()).map(async (row) => {
    const isShown = await row
      .locator('em', { hasText: 'Overdue' })
      .evaluate((em) => getComputedStyle(em).fontSize !== '0px');
    return isShown || /\blate\b/.test(await row.innerText());
  });
  expect(await Promise.all(words)).not.toContain(false);
});

test('every printed sheet has the patient and "page n of m", and no text is cut', async () => {
  const page = await openList(visitor);
  await page.getByRole('link', { name: /^All/ }).first().click();
  // Until then the list, and its link for print, are still those of the filter before.
  await page.locator('.groups [aria-current]', { hasText: 'All' }).waitFor();
  await page.getByRole('link', { name: 'All on one page, for print' }).click();
  await expect.poll(() => page.locator('.request-table tbody tr').count(), { timeout: 30_000 }).toBe(120);
  await page.emulateMedia({ media: 'print' });
  const head = page.locator('.print-identity').first();
  expect(await head.innerText()).toMatch(
    /Grace Lindqvist.*MRN.*\nRead \d{1,2}\s[A-Z][a-z]{2}\s\d{4} \d\d:\d\d \w+ for Dr\. Elena Rivera/,
  );
  expect(await page.locator('.filters').isVisible()).toBe(false);
  // Only WebKit, which repeats no head of a table, prints the edge.
  expect(await page.locator('.edge').isVisible()).toBe(false);
  // The page's style numbers the sheets; Chromium writes each as a page of the file.
  const sheets = (await page.pdf({ format: 'A4' })).toString('latin1').match(/\/Type \/Page\b/g) ?? [];
  expect(sheets.length).toBeGreaterThan(2);
});

describe('one list without scripts, in many forms', () => {
  let page: Page;
  beforeAll(async () => {
    page = await openList(plain, 'pat-ada');
  });
  afterEach(async () => {
    await page.setViewportSize(VIEWPORT);
    await page.emulateMedia({ media: null });
  });

  test.for([400, 320])('at %d px every filter is in sight without scrolling sideways', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    const controls = page.locator('.filters :is(input:not([type="hidden"]), select, button), .groups a');
    expect(await controls.count()).toBeGreaterThan(7);
    const edges = (await controls.all()).map(async (control) => {
      const box = await control.boundingBox();
      return box && box.x >= 0 && box.x + box.width <= width;
    });
    expect(await Promise.all(edges)).not.toContain(false);
  });

  test.for([400, 700])(
    'with a finger, at %d px, every control is 44 px high and a card is one target',
    async (width) => {
      await page.setViewportSize({ width, height: 800 });
      const session = await page.context().newCDPSession(page);
      await session.send('Emulation.setTouchEmulationEnabled', { enabled: true });
      await expect.poll(() => page.evaluate("matchMedia('(pointer: coarse)').matches")).toBe(true);
      const controls = page.locator(
        '.btn, .groups a, .refresh a, .filters :is(input[type="search"], select), .filters label.check, summary',
      );
      const heights = (await controls.all()).map(async (one) => Math.round((await one.boundingBox())?.height ?? 0));
      expect((await Promise.all(heights)).filter((height) => height > 0 && height < 44)).toEqual([]);
      const isWhole = await page.evaluate(`(() => {
      const link = document.querySelector('.request-table tbody th a');
      const { left, bottom } = link.closest('tr').getBoundingClientRect();
      return document.elementFromPoint(left + 12, bottom - 8)?.closest('a') === link;
    })()`);
      expect(isWhole).toBe(true);
      // Its end takes the finger away.
      await session.detach();
    },
  );

  test('the notes name the patient in print, because they may have a sheet to themselves', async () => {
    expect(await page.locator('.notes').innerText()).not.toContain('Ada Moreno');
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.notes').innerText()).toMatch(/^Ada Moreno.*MRN/);
  });

  test('the mark of a next step is at the row of a card and at the first cell of a table, where WebKit draws it too', async () => {
    const shadow = (selector: string) =>
      page
        .locator(`.request-table tbody ${selector}`)
        .first()
        .evaluate((element) => getComputedStyle(element).boxShadow);
    expect(await Promise.all(['th', 'tr'].map(shadow))).toEqual([
      expect.stringContaining('inset'),
      expect.stringContaining('inset'),
    ]);
  });

  test('a short request is printed on one sheet, without a second one that has only the patient', async () => {
    await firstService(page).click();
    await page.locator('.detail').waitFor();
    const sheets = (await page.pdf({ format: 'Letter' })).toString('latin1').match(/\/Type \/Page\b/g) ?? [];
    expect(sheets).toHaveLength(1);
  });
});
