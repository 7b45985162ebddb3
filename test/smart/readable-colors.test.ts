import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { MIXES, readableColors } from '#src/smart/readable-colors.ts';

const appCss = readFileSync(fileURLToPath(new URL('../../public/app.css', import.meta.url)), 'utf8');
const paper = { text: '#303030', background: '#f6f8fa' };

test('the stylesheet mixes its colours as readable-colors.ts assumes (LC-13)', () => {
  const percent = (share: number) => `${Math.round(share * 100)}%`;
  for (const [name, color] of Object.entries(MIXES.accents)) {
    expect(appCss).toMatch(
      new RegExp(
        `--vc-${name}: [^;]*color-mix\\(in srgb, var\\(--vc-text\\) ${percent(MIXES.accentText)}, ${color}\\)`,
      ),
    );
  }
  expect(appCss).toContain(
    `--vc-muted: color-mix(in srgb, var(--vc-text) ${percent(MIXES.muted)}, var(--vc-background))`,
  );
  expect(appCss).toContain(
    `--vc-surface: color-mix(in srgb, var(--vc-text) ${percent(MIXES.surface)}, var(--vc-background))`,
  );
  expect(appCss).toContain(
    `background: color-mix(in srgb, var(--vc-highlight) ${percent(MIXES.banner)}, var(--vc-background))`,
  );
});

test.for(['light', 'dark'])('the app’s own colours are readable by the same rule', (scheme) => {
  const [light, dark] = appCss.split('prefers-color-scheme: dark');
  const own = scheme === 'light' ? light : dark;
  const value = (name: string) => new RegExp(`--scheme-${name}: (#[\\da-f]{6});`).exec(own ?? '')?.[1];
  expect(readableColors({ text: value('text'), background: value('background') }).page?.scheme).toBe(scheme);
});

test.for([
  ['dark text on light', { text: '#303030', background: '#edeae3' }, 'light'],
  ['light text on dark', { text: '#eee', background: '#101418' }, 'dark'],
  ['as rgb', { text: 'rgb(0, 0, 0)', background: 'RGB(255,255,255)' }, 'light'],
] as const)('%s is used', ([, colors, scheme]) => {
  expect(readableColors(colors).page).toEqual({ ...colors, scheme });
});

test.for([
  ['grey text', { text: '#999999', background: '#ffffff' }],
  ['white on white', { text: '#ffffff', background: '#ffffff' }],
  ['text that is readable while what is mixed from it is not', { text: '#000000', background: '#808080' }],
  ['text without a background', { text: '#303030' }],
  ['a background without text', { background: '#f6f8fa' }],
  ['see-through text', { text: '#30303080', background: '#f6f8fa' }],
  ['a see-through background', { text: '#303030', background: 'rgba(255,255,255,0.1)' }],
  ['numbers beyond a colour', { text: 'rgb(0,0,0)', background: 'rgb(999,999,999)' }],
] as const)('with %s no colour of the style is used', ([, colors]) => {
  expect(readableColors({ ...colors, highlight: '#004466', error: '#800000' })).toEqual({ page: undefined, words: {} });
});

test('each colour of a theme is used only if text in it is readable', () => {
  const { words } = readableColors({ ...paper, highlight: '#69b5ce', error: '#9e2d2d', success: '#8fbc8f' });
  expect(words).toEqual({ error: '#9e2d2d' });
  expect(readableColors({ ...paper, highlight: '#00527a' }).words).toEqual({ highlight: '#00527a' });
});
