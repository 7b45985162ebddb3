/** The faults page: a switch for every named fault. Tests use the same switches. */
import { html, type SafeHtml } from '@remix-run/html-template';
import type { ActiveFault } from '#sandbox/fault-switches.ts';
import { type FaultName, faultCatalogue, faultNames } from '#sandbox/faults.ts';
import { profiles, type VendorProfileName } from '#sandbox/profiles.ts';
import { layout } from './layout.ts';

export interface FaultsProps {
  profileName: VendorProfileName;
  active: readonly ActiveFault[];
}

function row(name: FaultName, active: ActiveFault | undefined): SafeHtml {
  const { description, value } = faultCatalogue[name];
  const field = value
    ? html`<input class="form-control form-control-sm" name="value" aria-label="Value for ${name}" placeholder="${value}" value="${String(active?.value ?? '')}">`
    : null;
  return html`<tr class="${active ? 'table-warning' : ''}">
<th scope="row"><code>${name}</code></th><td>${description}</td>
<td><form method="post" action="/faults" class="d-flex gap-2"><input type="hidden" name="name" value="${name}">${field}
<button class="btn btn-sm ${active ? 'btn-warning' : 'btn-outline-secondary'}" name="action" value="${active ? 'off' : 'on'}">${active ? 'On: switch off' : 'Switch on'}</button></form></td>
</tr>
`;
}

/** The whole page. */
export function faultsPage({ profileName, active }: FaultsProps): SafeHtml {
  const content = html`<main class="container-fluid py-3">
<h1 class="h4">Faults</h1>
<p>Vendor profile <strong>${profileName}</strong>: ${profiles[profileName].description}. ${active.length} of ${faultNames.length} faults are on.</p>
<p>The app keeps a copy of discovery documents and keys. Faults of these show only when that copy has run out (after five minutes), or at once when Settings checks the connection again.</p>
<form method="post" action="/faults" class="mb-3"><button class="btn btn-sm btn-primary" name="action" value="clear-all">Switch all off</button></form>
<div class="table-responsive"><table class="table table-sm align-middle bg-white">
<thead><tr><th scope="col">Fault</th><th scope="col">What happens</th><th scope="col">Switch</th></tr></thead>
<tbody>
${faultNames.map((name) =>
  row(
    name,
    active.find((one) => one.name === name),
  ),
)}</tbody>
</table></div>
</main>`;
  return layout('Faults', content);
}
