/** Turns the document at `smart_style_url` into a stylesheet that can set only colours, fonts and sizes. */
import type { EhrClient } from '#src/adapters/ehr-http/client.ts';
import { fetchableUrl, isListedHost } from './documents/endpoint.ts';
import { readableColors } from './readable-colors.ts';

const COLOR =
  /^(?:#(?:[\da-f]{3,4}|[\da-f]{6}|[\da-f]{8})|rgba?\(\s*\d{1,3}(?:\s*,\s*\d{1,3}){2}(?:\s*,\s*(?:0|1|[01]?\.\d{1,4}|\d{1,3}%))?\s*\))$/i;
const LENGTH = /^(?:0|\d{1,2}(?:\.\d{1,3})?(?:px|em|rem))$/;
const FONT_NAME = `(?:'[A-Za-z0-9 _-]{1,60}'|"[A-Za-z0-9 _-]{1,60}"|-?[A-Za-z][A-Za-z0-9-]{0,59}(?: [A-Za-z0-9-]{1,60}){0,5})`;
const FONT_FAMILY = new RegExp(`^${FONT_NAME}(?:\\s*,\\s*${FONT_NAME}){0,9}$`);

/** The 11 properties of SMART App Launch 2.2.0, "Styling", each with the form of its allowed values. */
const PROPERTIES: Readonly<Record<string, RegExp>> = {
  color_background: COLOR,
  color_error: COLOR,
  color_highlight: COLOR,
  color_modal_backdrop: COLOR,
  color_success: COLOR,
  color_text: COLOR,
  dim_border_radius: LENGTH,
  dim_font_size: LENGTH,
  dim_spacing_size: LENGTH,
  font_family_body: FONT_FAMILY,
  font_family_heading: FONT_FAMILY,
};

/** Without a token (LC-13); never throws. @param options.url untrusted. @returns custom properties on `:root`. */
export async function fetchSmartStyle(options: {
  url: string;
  allowedHosts: readonly string[];
  outbound: EhrClient;
}): Promise<string | undefined> {
  const url = fetchableUrl(options.url, (one) => isListedHost(one, options.allowedHosts));
  if (!url) return undefined;
  try {
    const response = await options.outbound.request(url, {
      headers: { accept: 'application/json' },
      kind: 'style',
    });
    return response.status === 200 ? smartStyleSheet(JSON.parse(response.text)) : undefined;
  } catch {
    return undefined;
  }
}

/** Only exact colours, lengths and font names, so that no value ends its declaration. @param document untrusted. */
export function smartStyleSheet(document: unknown): string | undefined {
  if (typeof document !== 'object' || document === null) return undefined;
  const { color_text, color_background, color_highlight, color_error, color_success, ...rest } = readValues(document);
  const { page, words } = readableColors({
    text: color_text,
    background: color_background,
    highlight: color_highlight,
    error: color_error,
    success: color_success,
  });
  const declarations = [
    // Scroll bars and form fields follow the page, not the system.
    page && `color-scheme:${page.scheme}`,
    declare('color_background', page?.background),
    declare('color_text', page?.text),
    declare('color_error', words.error),
    declare('color_success', words.success),
    declare('color_highlight', words.highlight),
    // Lines need no contrast with text, so they may have any colour.
    declare('color_line', color_highlight),
    ...Object.entries(rest).map(([property, value]) => declare(property, value)),
  ].filter((declaration) => declaration !== undefined);
  return declarations.length > 0 ? `:root{${declarations.join(';')}}` : undefined;
}

function declare(property: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `--smart-${property.replaceAll('_', '-')}:${value}`;
}

function readValues(document: object): Record<string, string> {
  const values = new Map<string, unknown>(Object.entries(document));
  return Object.fromEntries(
    Object.entries(PROPERTIES).flatMap(([property, grammar]) => {
      const value = values.get(property);
      // The specification's own example ends a font list with a semicolon.
      const text = typeof value === 'string' && value.length <= 500 ? value.trim().replace(/;$/, '').trim() : '';
      return grammar.test(text) && isSensibleSize(property, text) ? [[property, text]] : [];
    }),
  );
}

/** In pixels; `em` and `rem` count as 16. */
const SIZES: Readonly<Record<string, { least: number; most: number }>> = {
  dim_border_radius: { least: 0, most: 32 },
  dim_font_size: { least: 10, most: 24 },
  dim_spacing_size: { least: 0, most: 32 },
};

function isSensibleSize(property: string, text: string): boolean {
  const size = SIZES[property];
  const pixels = Number.parseFloat(text) * (text.endsWith('em') ? 16 : 1);
  return size === undefined || (pixels >= size.least && pixels <= size.most);
}
