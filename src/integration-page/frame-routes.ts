/** Step 2: which EHR pages may show the app in a frame. */
import { fieldOf } from '#src/http/form-body.ts';
import { actorOf } from '#src/http/sessions/admin-session.ts';
import { editOrganization } from '#src/organizations/edit.ts';
import { refusedForm } from '#src/settings/form.ts';
import { done, type Handler, refused } from './page-visit.ts';

const FIELD = 'frameAncestors';
const NONE = 'Saved: no page may show the app in a frame. It opens only in a window of its own.';

/** A page's address as it is pasted: without its path, and with https where no scheme is typed. Anything else stays for the schema to refuse. */
function originOf(entry: string): string {
  const text = /^[\w-]+(?:\.[\w-]+)+(?:[:/]|$)/.test(entry) ? `https://${entry}` : entry;
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && url.username === '' ? url.origin : entry;
}

/** Saves the list as typed, or adds one proposal to the saved list; the schema judges both. */
export const saveFrame: Handler = async (dependencies, visit) => {
  const { organization, request } = visit;
  const added = fieldOf(request, 'add', 'url').trim();
  const typed = fieldOf(request, FIELD, 'list').trim();
  const entries = typed.split(/[\s,]+/).filter(Boolean);
  const values = added === '' ? [...new Set(entries.map(originOf))] : [...organization.frameAncestors, added];
  const result = await editOrganization(dependencies, organization.id, { [FIELD]: values }, actorOf(request));
  if (result.ok) {
    const isShortened = added === '' && entries.some((entry) => !values.includes(entry));
    const understood = isShortened ? ` What you typed was understood as ${values.join(', ')}.` : '';
    const saved = values.length === 0 ? NONE : `Saved: these pages may show the app in a frame.${understood}`;
    return done(dependencies, visit, saved);
  }
  const { problems } = refusedForm({}, result.problems);
  const problem = problems[FIELD] ?? Object.values(problems).join('; ');
  return refused(dependencies, visit, 400, { frame: { typed: values.join('\n'), problem } });
};
