/** Which of an EHR's colours our text stays readable in: its style may change our look, never cost legibility. */

type Rgb = readonly [red: number, green: number, blue: number];

/** WCAG 2.2, 1.4.3: what normal text needs against everything it stands on. */
const READABLE = 4.5;

/** How app.css mixes its own colours from text and background; a test compares these with the stylesheet. */
export const MIXES = {
  accentText: 0.4,
  muted: 0.78,
  surface: 0.04,
  banner: 0.07,
  accents: { highlight: '#007ea8', error: '#d42a22', success: '#1f8a4c', warning: '#b06a00' },
} as const;

/** What of a style may be used; each a CSS colour as the EHR wrote it. */
export interface ReadableColors {
  /** Text on background, with everything mixed from the two readable; undefined means our own. */
  page: { text: string; background: string; scheme: 'light' | 'dark' } | undefined;
  /** The words these may colour; absent ones keep our own colour. */
  words: { highlight?: string; error?: string; success?: string };
}

/**
 * Judges a style's colours by WCAG contrast (LC-13). Text and background come together or not at all, since one of them
 * alone would meet whichever of our two backgrounds the visitor's system prefers; so would the other colours.
 *
 * @param style valid CSS colours: `#…`, `rgb(…)` or `rgba(…)`; see-through ones are not judged and not used.
 */
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
  // The banner is tinted by the highlight, so a new one must leave every word on it readable.
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

/** The colour's three numbers; undefined when there is none or one can see through it. */
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
