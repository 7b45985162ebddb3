/** Turns what an organization offers into the props of the form's page. */

import { isFor, type Offer } from '#src/requests/form/offered.ts';
import { ownName } from '#src/requests/form/service-questions.ts';
import { type OwnField, SERVICE_SECTIONS, type Service } from '#src/settings/service.ts';
import { shownInWords } from '#src/settings/shown-in-words.ts';
import type { OfferedService } from '#views/requests/new-request-own.ts';
import type { OfferedReceiver } from '#views/requests/new-request-page.ts';

/** Services with their questions and the receivers that do not take them, and the receivers. */
export function offerPropsOf({ services, receivers }: Offer): {
  services: OfferedService[];
  receivers: OfferedReceiver[];
} {
  return {
    services: services.map((service) => ({
      value: service.value,
      text: service.text,
      unused: [
        ...SERVICE_SECTIONS.filter((section) => !service.sections.includes(section)),
        ...receivers.filter((receiver) => !isFor(receiver, service.value)).map(({ name }) => `receiver ${name}`),
      ],
      questions: service.fields.map((field) => {
        const { label, kind, choices, shown } = field;
        const inForm = (name: string) => ownName(service.value, name);
        const only = shownInWords(shown, service);
        return {
          name: inForm(field.name),
          label,
          kind,
          choices,
          demand: [demandOf(field, service), only].filter(Boolean).join(', '),
          shown: shown.map((clause) => clause.map(({ field: other, test, value }) => [inForm(other), test, value])),
        };
      }),
    })),
    receivers: receivers.map(({ name, kind, telephone }) => ({
      name,
      text: [name, kind, telephone].filter(Boolean).join(' · '),
    })),
  };
}

function demandOf({ required }: OwnField, { fields }: Service): string {
  if (required === 'never') return 'optional';
  if (required === 'always') return 'required';
  const label = fields.find(({ name }) => name === required.field)?.label ?? required.field;
  return `required if “${label}” is ${required.value}`;
}
