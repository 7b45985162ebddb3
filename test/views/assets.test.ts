/** The files that pages refer to. */
import { expect, test } from 'vitest';
import { assets, styleSheetsFor } from '#views/assets.ts';

test('no file asks for another one by a name that does not hold its hash', () => {
  for (const [name, { content }] of Object.entries(assets))
    expect(content.toString('utf8').replaceAll('url("data:', ''), name).not.toMatch(/@import|url\(|\/assets\//);
});

test('the style sheet of diagnostics comes after the one it stands on', () => {
  expect(styleSheetsFor('diagnostics.css')).toEqual(['settings.css', 'diagnostics.css']);
  expect(styleSheetsFor('settings.css')).toEqual(['settings.css']);
});
