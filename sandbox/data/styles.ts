/** SMART's experimental styling: the eleven known properties, as two hospitals would set them. */

const fonts = {
  font_family_body: 'system-ui, "Segoe UI", Arial, sans-serif',
  font_family_heading: 'system-ui, "Segoe UI", Arial, sans-serif',
};

/** By the name of the look, as the chart's page offers it. */
export const styles = {
  day: {
    color_background: '#f6f8fa',
    color_error: '#9e2d2d',
    color_highlight: '#005f87',
    color_modal_backdrop: '',
    color_success: '#2f6f33',
    color_text: '#303030',
    dim_border_radius: '6px',
    dim_font_size: '15px',
    dim_spacing_size: '18px',
    ...fonts,
  },
  night: {
    color_background: '#10243a',
    color_error: '#ffb3a7',
    color_highlight: '#ffc857',
    color_modal_backdrop: '',
    color_success: '#8fe0a4',
    color_text: '#eef3f8',
    dim_border_radius: '0',
    dim_font_size: '14px',
    dim_spacing_size: '12px',
    ...fonts,
  },
} as const;

/** A look of the chart. */
export type StyleName = keyof typeof styles;

/** The path of its document; the first one's is the well-known one. */
export function stylePath(name: StyleName): string {
  return name === 'day' ? '/style.json' : `/style-${name}.json`;
}

/** @param name untrusted. */
export function isStyleName(name: unknown): name is StyleName {
  return typeof name === 'string' && Object.hasOwn(styles, name);
}
