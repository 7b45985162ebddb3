/** A hostile `smart_style_url`: nothing is loaded that it names, and none of its values hides the patient (LC-13). */
import type { Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { startServer } from '#test/helpers/servers/listener.ts';
import { useStarted } from '#test/helpers/started.ts';
import { ORG_ID } from '#test/helpers/world.ts';
import { examine } from './support/examine.ts';
import { openWatchedWorld } from './support/hostile-texts.ts';

const watched = useStarted(() => openWatchedWorld());
beforeEach(() => {
  watched.world.sandbox.faults.clear();
  watched.happened.length = 0;
});

const elsewhere = 'https://evil.example/a';
test.for<[string, Record<string, string>]>([
  [
    'everything white',
    {
      color_background: '#fff',
      color_text: '#fff',
      color_highlight: '#fff',
      color_error: '#fff',
      color_success: '#fff',
    },
  ],
  [
    'everything transparent',
    {
      color_background: 'rgba(0,0,0,0)',
      color_text: 'rgba(0,0,0,0)',
      color_error: '#0000',
      color_highlight: '#00000000',
    },
  ],
  ['no size', { dim_font_size: '0', dim_spacing_size: '0', dim_border_radius: '99px' }],
  ['enormous', { dim_font_size: '99px', dim_spacing_size: '99rem', dim_border_radius: '99em' }],
  [
    'rules of its own',
    {
      color_text: '#000;}.patient{display:none}',
      color_background: '#fff}}*{visibility:hidden',
      dim_font_size: '12px;position:absolute',
    },
  ],
  [
    'addresses',
    {
      color_background: `url(${elsewhere})`,
      font_family_body: `x;src:url(${elsewhere})`,
      font_family_heading: `';@import '${elsewhere}`,
    },
  ],
  [
    'the end of the sheet',
    {
      color_text: '</style><script>window.hostileRan=1</script>',
      font_family_body: "'</style><img src=x onerror=alert(1)>'",
    },
  ],
])('%s: the patient stays readable and no other file is loaded', async ([name, style]) => {
  const { world, page, expectInert } = watched;
  const styles = await startServer((_request, response) => response.end(JSON.stringify(style)));
  const orgId = `styled-${styles.port}`;
  await world.setOrganization(orgId, { allowedHosts: [new URL(styles.origin).host] });
  world.sandbox.faults.set('hostile-style-url', `${styles.origin}/style.json`);
  await page.goto(world.sandbox.launch('pat-ada').replace(`orgId=${ORG_ID}`, `orgId=${orgId}`));
  await page.getByRole('heading', { name: /^Open/ }).waitFor();
  expect(styles.requests).toEqual(['GET /style.json']);
  await expectPatientInSight(page);
  await expectInert();
  await examine(page, `style: ${name}`);
  await styles.close();
});

test.for([
  'https://evil.example/style.json',
  'javascript:alert(1)',
  'data:application/json,{"color_text":"#fff"}',
  '//evil.example/a',
  '"><script>window.hostileRan=1</script>',
  'file:///etc/passwd',
])('from %s: no style is used', async (url) => {
  const { world, page, expectInert } = watched;
  world.sandbox.faults.set('hostile-style-url', url);
  await page.goto(world.sandbox.launch('pat-ada'));
  await page.getByRole('heading', { name: /^Open/ }).waitFor();
  expect(await page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--smart-color-text')")).toBe(
    '',
  );
  await expectPatientInSight(page);
  await expectInert();
});

async function expectPatientInSight(page: Page) {
  const name = page.locator('.patient-name');
  expect(await name.textContent()).toContain('Ada Moreno');
  expect(await name.isVisible()).toBe(true);
  const box = await name.boundingBox();
  expect(box?.height).toBeGreaterThan(10);
  expect(box?.y).toBeGreaterThanOrEqual(0);
  expect((box?.y ?? 800) + (box?.height ?? 0)).toBeLessThan(800);
}
