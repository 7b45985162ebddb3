/** The main job of the app, from the chart to the list, on both kinds of stores. */
import { describe, expect, test } from 'vitest';
import { titleOf } from '#test/helpers/browser.ts';
import { testStores, useWorld } from '#test/helpers/world.ts';

describe.for(await testStores())('on %s', (stores) => {
  const world = useWorld({ stores });

  test('IG-03: a launch from the chart lands on the list titled with the patient', async () => {
    const page = await world.launch('pat-ada');
    expect(page.status).toBe(200);
    expect(titleOf(page)).toBe('Requests for Ada Moreno');
    expect(page.body).toContain('Wheelchair van');
  });

  test('LA-09: a second tab keeps its own patient', async () => {
    const browser = world.browser();
    const ada = await world.launch('pat-ada', browser);
    const ben = await world.launch('pat-ben', browser);
    expect(titleOf(await browser.open(ada.url))).toBe('Requests for Ada Moreno');
    expect(titleOf(await browser.open(ben.url))).toBe('Requests for Ben Okafor');
  });
});
