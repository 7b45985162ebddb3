/** The guide's notes for each EHR vendor: what to do, what to expect, and which settings to use. */
import { html, type SafeHtml } from '@remix-run/html-template';
import { type PresetRowProps, presetTable } from '#views/integration-page/vendor.ts';

/** `confirm`: known only from a secondary source (an issue thread, another integrator's guide), so the reader is asked to confirm it. */
export interface GuideNote {
  readonly text: string;
  readonly confirm?: boolean | undefined;
}

export interface GuideVendor {
  readonly vendor: string;
  readonly name: string;
  /** What to do when registering, in order. */
  readonly register: readonly GuideNote[];
  /** Behaviour of the EHR that only looks wrong, or that is wrong, with how to recognize it. */
  readonly expect: readonly GuideNote[];
  /** Values that no preset can know; they are chosen in the advanced settings. */
  readonly settings: readonly GuideNote[];
  readonly preset: readonly PresetRowProps[];
}

/** Chapter 2. `current` is the organization's vendor; its notes are open. */
export function guideVendors(vendors: readonly GuideVendor[], current: string | undefined): SafeHtml {
  return html`<section aria-labelledby="vendors">
<h2 id="vendors">2. Your EHR vendor</h2>
<p>Taken from the vendors' own discovery documents and developer pages in July and August 2026. Your site can differ. A line marked “confirm with your vendor” comes from another source, such as an issue thread; menu names are left out because they change from release to release.</p>
${vendors.map((vendor) => vendorNotes(vendor, vendor.vendor === current))}
</section>
`;
}

function vendorNotes(vendor: GuideVendor, isOpen: boolean): SafeHtml {
  return html`<details class="vendor" id="vendor-${vendor.vendor}"${isOpen ? html` open` : null}>
<summary><h3>${vendor.name}</h3></summary>
<h4>When you register</h4>
<ol>${vendor.register.map(note)}</ol>
<h4>What to expect</h4>
<ul>${vendor.expect.map(note)}</ul>
<h4>Settings here</h4>
<p>Choosing the vendor at Settings &gt; Integrations &gt; SMART on FHIR, under Advanced settings, sets:</p>
${presetTable(vendor.preset)}${
  vendor.settings.length === 0
    ? null
    : html`<p>What a preset cannot know:</p>
<ul>${vendor.settings.map(note)}</ul>`
}
</details>
`;
}

function note({ text, confirm }: GuideNote): SafeHtml {
  return html`<li>${text}${confirm === true ? html` <span class="confirm">confirm with your vendor</span>` : null}</li>
`;
}
