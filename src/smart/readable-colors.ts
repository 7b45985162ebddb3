/** Selects the colours of an EHR's style with which the app's text stays readable. */

type Rgb = readonly [red: number, green: number, blue: number];

/** WCAG 2.2, 1.4.3: the least contrast of normal text with its background. */
const READABLE = 4.5;

/** How app.css mixes its own colours from text and background; a test compares these with the stylesheet. */
export const MIXES = {
  accentText: 0.4,
  muted: 0.78,
  surface: 0.04,
  banner: 0.07,
  accents: { highlight: '#007ea8', error: '#d42a22', success: '#1f8a4c', warning: '#b06a00' },
} as const;

/** The usable colours of a style; each is a CSS colour as the EHR wrote it. */
export interface ReadableColors {
  /** A pair with which the text and all colours mixed from the pair are readable; undefined means our own colours. */
  page: { text: string; background: string; scheme: 'light' | 'dark' } | undefined;
  /** Colours for single words; an absent one means our own colour. */
  words: { highlight?: string; error?: string; success?: string };
}

/** By WCAG contrast (LC-13). Text and background are used together or not at all. @param style valid CSS colours. */
export function readableColors(style: {
  text?: string | undefined;
  background?: string | undefined;
  highlight?: string | undefined;
  error?: string | undefined;
  success?: string | undefined;
}): ReadableColors {
  const text = opaque(style.text);
  const background = opaque(style.background);
  if (!style.text || !style.background || !text || !background) return { page: undefined, words: {} };
  const ours = (accent: string) => mix(text, MIXES.accentText, opaque(accent) ?? text);
  const highlight = ours(MIXES.accents.highlight);
  const plain = [background, mix(text, MIXES.surface, background)];
  const isReadable = (color: Rgb, banner: Rgb) =>
    [...plain, mix(banner, MIXES.banner, background)].every((behind) => contrast(color, behind) >= READABLE);
  const words = [text, mix(text, MIXES.muted, background), ...Object.values(MIXES.accents).map(ours)];
  if (!words.every((color) => isReadable(color, highlight))) return { page: undefined, words: {} };

  const used = (color: string | undefined) => {
    const parsed = opaque(color);
    return color !== undefined && parsed && isReadable(parsed, highlight) ? color : undefined;
  };
  // The highlight tints the banner, so every word must be readable on it.
  const tint = opaque(used(style.highlight));
  const found = {
    highlight: tint && words.every((color) => isReadable(color, tint)) ? style.highlight : undefined,
    error: used(style.error),
    success: used(style.success),
  };
  const scheme = luminance(background) > luminance(text) ? 'light' : 'dark';
  return {
    page: { text: style.text, background: style.background, scheme },
    words: Object.fromEntries(Object.entries(found).filter(([, color]) => color !== undefined)),
  };
}

/** WCAG 2.2 contrast ratio, from 1 to 21. */
function contrast(one: Rgb, other: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(color: Rgb): number {
  const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const [red, green, blue] = color;
  return 0.2126 * linear(red / 255) + 0.7152 * linear(green / 255) + 0.0722 * linear(blue / 255);
}

/** CSS `color-mix(in srgb, one share, other)`. */
function mix(one: Rgb, share: number, other: Rgb): Rgb {
  const at = (index: 0 | 1 | 2) => one[index] * share + other[index] * (1 - share);
  return [at(0), at(1), at(2)];
}

/** The colour's three numbers; undefined when there is no colour or it is transparent. */
function opaque(color: string | undefined): Rgb | undefined {
  const hex = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(color ?? '')?.[1];
  const pairs = hex?.length === 3 ? hex.replaceAll(/./g, '$&$&') : hex;
  const parts = pairs
    ? (pairs.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
    : (/^rgb\((.*)\)$/i.exec(color ?? '')?.[1]?.split(',') ?? []).map(Number);
  const [red, green, blue] = parts;
  if (red === undefined || green === undefined || blue === undefined || parts.length > 3) return undefined;
  return parts.every((part) => part <= 255) ? [red, green, blue] : undefined;
}
